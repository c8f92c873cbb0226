"""One check of the spec: from its mapping to a Check for each of its targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from validator.model import query
from validator.model import variables as names
from validator.model.check import MAIN, Check, KnownIssue, Target
from validator.model.instant import span
from validator.model.kind import Kind
from validator.spec.expressions import Expressions
from validator.spec.interpolation import captures_in, with_captures
from validator.spec.mistake import Mistake, meant
from validator.spec.paths import doubtful, reserved
from validator.spec.schema import COMMON
from validator.spec.schema_errors import mistakes
from validator.spec.source import Source
from validator.spec.values import duration
from validator.spec.yaml import Path

LEAST_MARGIN = 10.0
"""Seconds that a log may at least lag behind; as in validator.engine.log_evidence, a test holds them equal."""
_CEL_KEYS = ("assert", "until", "if", "capture")


@dataclass(frozen=True)
class Rule:
    """A check as it was written, and the Checks that it is: one for each target."""

    title: str
    checks: tuple[Check, ...]
    path: Path
    source: Source
    uses: tuple[tuple[str, Path], ...]
    """The captured values that it uses, and where."""


@dataclass(frozen=True)
class Surroundings:
    """What a check may refer to."""

    kinds: Mapping[str, Kind]
    targets: Mapping[str, Target]
    groups: frozenset[str]
    timeout: float | None
    today: date | None


def read_rule(value: Any, index: int, source: Source, around: Surroundings) -> Rule | None:
    """Make the Checks of a mapping; None if what is wrong with it leaves nothing to make them of."""
    path: Path = ("checks", index)
    kind = _kind(value, path, source, around.kinds) if isinstance(value, dict) else None
    if kind is None:
        return None
    if value.get("group") and (*path, "group") not in source.broken and value["group"] not in around.groups:
        hint = meant(str(value["group"]), sorted(around.groups))
        source.complain(Mistake(f"there is no group {value['group']!r}{hint} under `groups`", *path, "group"))
    if path in source.broken and {key for key in (*COMMON, kind) if (*path, key) in source.broken} - {"group"}:
        Expressions(value, around.kinds[kind], path, source)
        return None  # its own part does not fit the schema, so the kind cannot read it; its expressions can be checked
    return _Reading(value, kind, path, source, around).rule()


def _kind(value: Mapping[str, Any], path: Path, source: Source, kinds: Mapping[str, Kind]) -> str | None:
    """The one key of a check that names its kind."""
    written = [key for key in value if key in kinds]
    if len(written) == 1:
        return written[0]
    if not written:
        unknown = [key for key in value if key not in COMMON]
        if not unknown:  # else the schema has complained about the unknown key already
            source.complain(Mistake(f"the check has no kind; write one of {', '.join(sorted(kinds))}", *path))
    else:
        source.complain(
            Mistake(f"the check has {len(written)} kinds ({', '.join(written)}); make one check of each", *path)
        )
    return None


class _Reading:
    """The reading of one check."""

    def __init__(self, value: Any, kind: str, path: Path, source: Source, around: Surroundings) -> None:
        self.value, self.name, self.kind, self.path, self.source = value, kind, around.kinds[kind], path, source
        self.around = around

    def rule(self) -> Rule:
        value, source, path = self.value, self.source, self.path
        options = source.attempt(lambda: self.kind.options(value[self.name]), *path, self.name)
        expressions = Expressions(value, self.kind, path, source)
        self._misplaced_captures()
        wanted = value.get("target", MAIN)
        targets = wanted if isinstance(wanted, list) else [wanted]
        checks = [self._check(each, options, expressions) for each in self._targets(targets)]
        titled = [(check, self._title(check)) for check in checks]
        if len(targets) > 1 and expressions.captures:
            told = "a check of several targets cannot capture: which value would count? make one check of each"
            source.complain(Mistake(told, *path, "capture"), key=True)
        if checks and path not in source.broken:
            self._timing(checks[0], expressions)
            for check in checks:
                self._reach(check, expressions)
        return Rule(
            titled[0][1] if titled else str(value.get("name", "")),
            tuple(replace(c, name=f"{t} ({c.target.name})" if isinstance(wanted, list) else t) for c, t in titled),
            path,
            source,
            tuple(self._uses(expressions)),
        )

    def _title(self, check: Check) -> str:
        own = self.value.get("name") or getattr(check.options, "title", "")
        return str(own or f"{self.name} of {check.target.service or check.target.url}")

    def _targets(self, wanted: list[str]) -> Iterator[Target]:
        several = isinstance(self.value.get("target"), list)
        for place, name in enumerate(wanted):
            if name in self.around.targets:
                yield self.around.targets[name]
            else:
                told = f"there is no target {name!r}{meant(str(name), sorted(self.around.targets))}"
                self.source.complain(Mistake(told, *self.path, "target", *([place] if several else [])))

    def _check(self, target: Target, options: object, expressions: Expressions) -> Check:
        value = self.value
        seconds = {
            key: self.source.attempt(lambda key=key: duration(value[key]), *self.path, key) if key in value else None  # type: ignore[misc]
            for key in ("within", "for")
        }
        return Check(
            "",
            self.name,
            target,
            options,
            self.source.position(self.path),
            seconds["within"],
            seconds["for"] or 0.0,
            value.get("group", ""),
            value.get("description", ""),
            tuple(value.get("needs", ())),
            value.get("blocking", True),
            expressions.asserts,
            self._known_issue(),
            expressions.condition,
            expressions.until,
            expressions.captures,
            self.source.parameters,
            self._bind(),
            value.get("times", 1),
            value.get("attempts"),
        )

    def _known_issue(self) -> KnownIssue | None:
        value = self.value.get("known_issue")
        if value is None:
            return None
        path = (*self.path, "known_issue", "expires")
        try:
            last = date.fromisoformat(value["expires"])
        except ValueError:
            self.source.complain(Mistake(f"{value['expires']!r} is not a day of the calendar", *path))
        else:
            if self.around.today and last < self.around.today:
                told = f"the known issue expired on {value['expires']}; a failure is not excused any more"
                self.source.complain(Mistake(told, *path), warning=True)
        return KnownIssue(value["reason"], value.get("link", ""), value["expires"])

    # What is captured.

    def _bind(self) -> Callable[[Mapping[str, Any]], object] | None:
        """What makes the options once the captured values that they use are known."""
        written, kind = self.value[self.name], self.kind
        if not any(captures_in(written)):
            return None

        def bind(captured: Mapping[str, Any]) -> object:
            made = with_captures(written, captured)
            for mistake, _ in mistakes(kind.schema, made):
                raise mistake
            return kind.options(made)

        return bind

    def _uses(self, expressions: Expressions) -> Iterator[tuple[str, Path]]:
        for below, name in captures_in(self.value[self.name]):
            yield name, (*self.path, self.name, *below)
        for expression, path in expressions.places:
            if "capture" in expression.names:
                for name in sorted(expression.keys_of("capture") or ("*",)):
                    yield name, path

    def _misplaced_captures(self) -> None:
        for key, value in self.value.items():
            if key == self.name or key in _CEL_KEYS:
                continue
            for below, name in captures_in(value):
                told = f"${{capture.{name}}} is not known here; it can stand inside `{self.name}` and in CEL"
                self.source.complain(Mistake(told, *self.path, key, *below))

    # What cannot come true.

    def _timing(self, check: Check, expressions: Expressions) -> None:
        windowed = self.kind.lasting and any(isinstance(each, query.Echo) for each in self.kind.queries(check))
        path = self.path
        if check.hold and not self.kind.lasting:
            told = f"what {self.name} judges does not come and go; `for` means nothing here"
            self.source.complain(Mistake(told, *path, "for"), key=True)
        self._counting(check, windowed=windowed)
        if expressions.until and windowed:
            told = f"what {self.name} judges is a window of time and no single attempt; `until` means nothing here"
            self.source.complain(Mistake(told, *path, "until"), key=True)
        elif expressions.until and check.within is None:
            self.source.complain(Mistake("`until` needs `within`: how long to poll for it", *path, "until"), key=True)
        elif expressions.until and check.hold:
            told = "`until` judges one attempt and `for` wants many; keep one of them"
            self.source.complain(Mistake(told, *path, "until"), key=True)
        timeout = self.around.timeout
        length = (check.within or 0.0) + check.hold + (LEAST_MARGIN if windowed else 0.0)
        if timeout is not None and (check.within or check.hold) and length > timeout:
            keys = " plus ".join(f"`{key}`" for key in ("within", "for") if self.value.get(key))
            margin = f" plus the log's margin of {span(LEAST_MARGIN)}" if windowed else ""
            told = f"{keys}{margin} is {span(length)}, more than the run's `timeout` of {span(timeout)}; raise that"
            self.source.complain(Mistake(told, *path, "for" if check.hold else "within"))

    def _counting(self, check: Check, *, windowed: bool) -> None:
        """Mistakes in how many attempts are wanted."""
        for key in ("attempts", "times"):
            if key in self.value and (windowed or not self.kind.lasting):
                told = f"what {self.name} judges is no row of attempts; `{key}` means nothing here"
                self.source.complain(Mistake(told, *self.path, key), key=True)
                return
        if check.attempts is None:
            return
        if check.hold:
            told = "`attempts` ends after a number of attempts and `for` after a length of time; keep one of them"
            self.source.complain(Mistake(told, *self.path, "attempts"), key=True)
        elif check.times > check.attempts:
            told = f"`times: {check.times}` cannot be reached in `attempts: {check.attempts}`"
            self.source.complain(Mistake(told, *self.path, "times"))

    def _reach(self, check: Check, expressions: Expressions) -> None:
        """What a target that is a URL does not have, and paths that never reach a service."""
        if any([*self._absent(check, expressions)]):
            return
        own = self.kind.queries(check) - names.queries(check)
        for asked in sorted(own, key=repr):
            if isinstance(asked, query.Probe):
                if asked.location.startswith("/") and not check.target.url:
                    self._path(asked.location)
            elif check.target.url:
                told = f"target {check.target.name!r} is a URL and no Cloud Run service, which {self.name} judges; use http"
                self.source.complain(Mistake(told, *self.path, self.name), key=True)
                return

    def _absent(self, check: Check, expressions: Expressions) -> Iterator[str]:
        """The names that its expressions use and that are not known of its target."""
        for expression, path in expressions.places:
            absent = sorted(expression.names & names.OF_SERVICE) if check.target.url else []
            if "deployed" in expression.names and self.around.targets[MAIN].url:
                absent.append("deployed")
            for name in absent:
                told = f"`{name}` is not known of a target that is a URL and no Cloud Run service"
                self.source.complain(Mistake(told, *path))
                yield name

    def _path(self, location: str) -> None:
        place = (*self.path, self.name, "path")
        if reason := reserved(location):
            self.source.complain(Mistake(reason, *place))
        elif reason := doubtful(location):
            self.source.complain(Mistake(reason, *place), warning=True)
