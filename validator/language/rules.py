"""One check of the spec: from its mapping to a Check for each of its targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from validator.language import asserted
from validator.language.captures import captures_in, with_captures
from validator.language.expressions import EVERY, Expressions
from validator.language.feasible import Feasibility
from validator.language.kind import Kind
from validator.language.mistake import Mistake, Mistakes, meant
from validator.language.schema import COMMON
from validator.language.schema_errors import misfits, mistakes
from validator.language.spec_file import SpecFile
from validator.language.surroundings import Surroundings
from validator.language.values import duration
from validator.language.yaml_reader import Path
from validator.words.check import MAIN, Check, KnownIssue, Target


@dataclass(frozen=True)
class Rule:
    """A check as it was written, and the Checks that it is: one for each target."""

    title: str
    checks: tuple[Check[Any], ...]
    path: Path
    source: SpecFile
    uses: tuple[tuple[str, Path], ...]
    """The captured values that it uses, and where."""
    captures: tuple[str, ...]
    """The names of the values that it captures."""


def read_rule(value: Mapping[str, Any], index: int, source: SpecFile, around: Surroundings) -> Rule:
    """Make the Checks of a mapping; what is wrong with it is noted."""
    path: Path = ("checks", index)
    if value.get("group") and value["group"] not in around.groups:
        hint = meant(str(value["group"]), sorted(around.groups))
        source.complain(Mistake(f"there is no group {value['group']!r}{hint} under `groups`", *path, "group"))
    return _Reading(value, path, source, around).rule()


class _Reading:
    """The reading of one check."""

    def __init__(self, value: Mapping[str, Any], path: Path, source: SpecFile, around: Surroundings) -> None:
        self.value, self.path, self.source, self.around = value, path, source, around
        self.written = [name for name in value if name in around.kinds] or [asserted.KIND] * (asserted.KIND in value)
        self.name = self.written[0] if self.written else asserted.KIND

    @property
    def kind(self) -> Kind[Any]:
        return self.around.kind(self.name)

    @property
    def unread(self) -> Any:
        """The kind's own part as it is written, captured values and all; asserts are no such part."""
        raw = _at(self.source.raw, self.path)
        return raw.get(self.name) if isinstance(raw, dict) and self.name != asserted.KIND else None

    @property
    def _has_more(self) -> bool:
        """Whether a key stands there that is not known: a kind, misspelt."""
        raw = _at(self.source.raw, self.path)
        return bool(raw.keys() - COMMON.keys()) if isinstance(raw, dict) else False

    def rule(self) -> Rule:
        value, source, path = self.value, self.source, self.path
        made = [self._options(name) for name in self.written]
        alone = self.written == [asserted.KIND]
        # Of a kind that is not known its variables are not known.
        seen = self.around.kinds if not self.written or (alone and self._has_more) else self.written
        expressions = Expressions(value, [self.around.kind(name) for name in seen], path, source)
        wanted = value.get("target", MAIN)
        targets = wanted if isinstance(wanted, list) else [wanted]
        options = made[0][0] if made and made[0] else None
        checks = [
            self._check(each, options, expressions)
            for each in list(self._targets(targets)) or [self.around.targets[MAIN]]
        ]
        titled = [(check, self._title(check)) for check in checks]
        if len(targets) > 1 and expressions.captures:
            told = "a check of several targets cannot capture: which value would count? make one check of each"
            source.complain(Mistake(told, *path, "capture"), key=True)
        if made and all(made):
            Feasibility(value, self.name, path, source, self.around).tell(checks, expressions)
        return Rule(
            titled[0][1],
            tuple(replace(c, name=f"{t} ({c.target.name})" if isinstance(wanted, list) else t) for c, t in titled),
            path,
            source,
            tuple(self._uses(expressions)),
            tuple(value.get("capture", ())),
        )

    def _options(self, name: str) -> tuple[object] | None:
        """What a kind makes of its own part; None if that cannot be read."""
        kind, path = self.around.kind(name), (*self.path, name)
        value = self.around.files.put_in(self.value[name], kind.schema, path, self.source)
        return self.source.attempt(lambda: kind.options(value), *path)

    def _title(self, check: Check[Any]) -> str:
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

    def _check(self, target: Target, options: object, expressions: Expressions) -> Check[Any]:
        value = self.value
        return Check(
            "",
            self.name,
            target,
            options,
            self.source.position(self.path),
            duration(value["within"]) if "within" in value else None,
            duration(value["for"]) if "for" in value else 0.0,
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
            self.source.complain(Mistake(f"{value['expires']!r} is not in the calendar", *path))
        else:
            if self.around.today and last < self.around.today:
                told = f"the known issue expired on {value['expires']}; a failure is not excused any more"
                self.source.complain(Mistake(told, *path), warning=True)
        return KnownIssue(value["reason"], value.get("link", ""), value["expires"])

    # What is captured.

    def _bind(self) -> Callable[[Mapping[str, Any]], object] | None:
        """What makes the options once the captured values that they use are known."""
        written, kind, name = self.unread, self.kind, self.name
        places = {below: _at(written, below) for below, _ in captures_in(written)}
        if not places:
            return None

        def bind(captured: Mapping[str, Any]) -> object:
            made = with_captures(written, kind.schema, captured)
            for mistake, _ in mistakes(misfits(kind.schema, made), kind.schema, places):
                where = ".".join(map(str, (name, *mistake.path)))
                raise Mistake(f"`{where}`: {mistake.message}")
            try:
                return kind.options(self.around.files.put_in(made, kind.schema, (*self.path, name), self.source))
            except Mistakes as error:
                raise error.found[0].below(name) from None

        return bind

    def _uses(self, expressions: Expressions) -> Iterator[tuple[str, Path]]:
        for below, name in captures_in(self.unread):
            yield name, (*self.path, self.name, *below)
        for expression, path in expressions.places:
            if "capture" in expression.names:
                for name in sorted(expression.keys_of("capture") or (EVERY,)):
                    yield name, path


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value
