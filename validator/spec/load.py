"""Load a spec: parse, fill in, validate, and hand each check's own part to its kind. All errors at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from validator.model import variables as names
from validator.model.check import MAIN, Assertion, Check, Group, KnownIssue, Position, Spec, Target
from validator.model.kind import Kind
from validator.spec import cel, yaml
from validator.spec.interpolation import interpolate
from validator.spec.mistake import BadSpec, Mistake, Mistakes, SpecError, meant
from validator.spec.schema import mistakes, schema_of
from validator.spec.values import duration

_TIMEOUT = "10m"
_CREATED_WITHIN = "1h"
_COMMON = ("name", "group", "target", "blocking", "within", "for", "needs", "assert", "known_issue", "description")


def load(
    text: str,
    file: str,
    kinds: Mapping[str, Kind],
    variables: Mapping[str, str],
    *,
    strict: bool = True,
) -> Spec:
    """Make a Spec of a text.

    Args:
        text: of `checks.yaml`.
        file: its name, for positions.
        kinds: all kinds by name.
        variables: for `${NAME}` and `vars`.
        strict: whether an unset `${NAME}` is an error (`run`) and not a warning (`lint`).

    Raises:
        BadSpec: with every mistake that could be found.
    """
    return _Loading(text, file, kinds, variables, strict).spec()


class _Loading:
    """One loading: collects errors while it goes."""

    def __init__(
        self, text: str, file: str, kinds: Mapping[str, Kind], variables: Mapping[str, str], strict: bool
    ) -> None:
        self.text, self.file, self.kinds, self.variables, self.strict = text, file, kinds, variables, strict
        self.errors: list[SpecError] = []
        self.warnings: list[str] = []
        self.unset_at: set[Position] = set()
        try:
            self.document = yaml.load(text)
        except yaml.BadYaml as error:
            raise BadSpec([SpecError(Position(file, error.line, error.column), error.message)]) from None

    def position(self, path: yaml.Path, *, key: bool = False) -> Position:
        return Position(self.file, *(self.document.key_place(path) if key else self.document.place(path)))

    def complain(self, mistake: Mistake, *, key: bool = False) -> None:
        self.errors.append(SpecError(self.position(mistake.path, key=key), mistake.message))

    def attempt(self, make: Callable[[], Any], *path: str | int) -> Any:
        """Make something of the value at a path; collect what is wrong with it and return None."""
        try:
            return make()
        except Mistake as single:
            self.complain(single.below(*path))
        except Mistakes as several:
            for each in several.found:
                self.complain(each.below(*path))
        return None

    def unset(self, path: yaml.Path, name: str) -> None:
        self.unset_at.add(self.position(path))
        message = f"${{{name}}} is not set; give it with --set {name}=... or write ${{{name}:-default}}"
        if self.strict:
            self.complain(Mistake(message, *path))
        else:
            self.warnings.append(f"{self.position(path)}: {message}")

    def spec(self) -> Spec:
        if not isinstance(self.document.data, dict):
            raise BadSpec(
                [SpecError(self.position(()), "the spec must be a mapping with the keys version, target and checks")]
            )
        schema = schema_of(self.kinds)
        data = interpolate(self.document.data, schema, self.variables, self.unset)
        for mistake, key in mistakes(schema, data):
            if self.position(mistake.path, key=key) not in self.unset_at:
                self.complain(mistake, key=key)
        sound = self._sound(data)
        targets = dict(self.targets(sound))
        groups = tuple(self.groups(sound))
        checks = tuple(self.checks(sound, targets, {group.name for group in groups}))
        self.needs(checks)
        timeout = self.attempt(lambda: duration(sound.get("timeout", _TIMEOUT)), "timeout")
        if self.errors:
            raise BadSpec(self.errors)
        digest = "sha256:" + hashlib.sha256(self.text.encode()).hexdigest()
        title = sound.get("title", targets[MAIN].service)
        return Spec(
            self.file, digest, title, timeout, targets, groups, checks, dict(self.variables), tuple(self.warnings)
        )

    @staticmethod
    def _sound(data: dict[str, Any]) -> dict[str, Any]:
        """What can still be read of data that may not fit the schema, so that later mistakes are found too."""
        sound = {key: value for key, value in data.items() if isinstance(value, dict)}
        sound["checks"] = data["checks"] if isinstance(data.get("checks"), list) else []
        return sound | {key: data[key] for key in ("timeout", "title") if isinstance(data.get(key), str)}

    def targets(self, data: dict[str, Any]) -> Iterator[tuple[str, Target]]:
        main = data.get("target", {})
        yield MAIN, self.target(MAIN, main, main, _CREATED_WITHIN if not main.get("revision") else None, ("target",))
        for name, value in data.get("targets", {}).items():
            if name == MAIN:
                self.complain(
                    Mistake(f"{MAIN!r} is the name of `target` itself; choose another", "targets", name), key=True
                )
            elif isinstance(value, dict):
                yield name, self.target(name, value, main, None, ("targets", name))

    def target(
        self, name: str, value: dict[str, Any], main: dict[str, Any], created_within: str | None, path: yaml.Path
    ) -> Target:
        if value.get("build") or value.get("commit"):
            created_within = None
        written = value.get("created_within", created_within)
        age = self.attempt(lambda: duration(written), *path, "created_within") if written is not None else None
        echo = value.get("echo", "/")
        return Target(
            name,
            str(value.get("project", main.get("project", ""))),
            str(value.get("region", main.get("region", ""))),
            str(value.get("service", "")),
            str(value.get("revision", "")),
            str(value.get("tag", "")),
            str(value.get("build", "")),
            str(value.get("commit", "")),
            created_within=age,
            echo="" if echo == "off" else str(echo),
        )

    def groups(self, data: dict[str, Any]) -> Iterator[Group]:
        for name, value in data.get("groups", {}).items():
            if isinstance(value, dict):
                more = (str(value.get(key, "")) for key in ("description", "link"))
                yield Group(name, str(value.get("title", name)), *more)

    def checks(self, data: dict[str, Any], targets: Mapping[str, Target], groups: set[str]) -> Iterator[Check]:
        seen: dict[str, Position] = {}
        for index, value in enumerate(data["checks"]):
            path: yaml.Path = ("checks", index)
            if not isinstance(value, dict):
                continue
            kind = self.kind(value, path)
            if kind is None:
                continue
            if value.get("group") and value["group"] not in groups:
                hint = meant(str(value["group"]), sorted(groups))
                self.complain(Mistake(f"there is no group {value['group']!r}{hint} under `groups`", *path, "group"))
            for check in self.check(value, kind, path, targets):
                if check.name in seen:
                    here = Mistake(
                        f"the name {check.name!r} is taken by the check in line {seen[check.name].line}", *path, "name"
                    )
                    self.complain(here)
                seen.setdefault(check.name, check.position)
                yield check

    def kind(self, value: dict[str, Any], path: yaml.Path) -> str | None:
        """The one key of a check that names its kind."""
        written = [key for key in value if key in self.kinds]
        if len(written) == 1:
            return written[0]
        if not written:
            unknown = [key for key in value if key not in _COMMON]
            if not unknown:  # else the schema has complained about the unknown key already
                self.complain(Mistake(f"the check has no kind; write one of {', '.join(sorted(self.kinds))}", *path))
        else:
            self.complain(
                Mistake(f"the check has {len(written)} kinds ({', '.join(written)}); make one check of each", *path)
            )
        return None

    def check(
        self, value: dict[str, Any], kind: str, path: yaml.Path, targets: Mapping[str, Target]
    ) -> Iterator[Check]:
        if any(error.position in self._places(path) for error in self.errors):
            return  # its own part does not fit the schema; the kind cannot read it
        options = self.attempt(lambda: self.kinds[kind].options(value[kind]), *path, kind)
        if "for" in value and not self.kinds[kind].lasting:
            self.complain(
                Mistake(f"what {kind} judges does not come and go; `for` means nothing here", *path, "for"), key=True
            )
        asserts = tuple(self.assertions(value.get("assert", []), kind, path))
        seconds = {
            key: self.attempt(lambda key=key: duration(value[key]), *path, key) if key in value else None  # type: ignore[misc]
            for key in ("within", "for")
        }
        wanted = value.get("target", MAIN)
        several = isinstance(wanted, list)
        for place, name in enumerate(wanted if several else [wanted]):
            if name not in targets:
                hint = meant(str(name), sorted(targets))
                self.complain(
                    Mistake(f"there is no target {name!r}{hint}", *path, "target", *([place] if several else []))
                )
                continue
            title = value.get("name") or getattr(options, "title", "") or f"{kind} of {targets[name].service}"
            yield Check(
                f"{title} ({name})" if several else title,
                kind,
                targets[name],
                options,
                self.position(path),
                seconds["within"],
                seconds["for"] or 0.0,
                value.get("group", ""),
                value.get("description", ""),
                tuple(value.get("needs", ())),
                value.get("blocking", True),
                asserts,
                self.known_issue(value.get("known_issue"), path),
            )

    def _places(self, path: yaml.Path) -> set[Position]:
        """The positions of all that stands at or below a path."""
        below = [p for p in {*self.document.values, *self.document.keys} if p[: len(path)] == path]
        return {self.position(p, key=key) for p in below for key in (False, True)}

    def assertions(self, written: str | list[str], kind: str, path: yaml.Path) -> Iterator[Assertion]:
        known = {**names.TYPES, **self.kinds[kind].variables}
        several = isinstance(written, list)
        for index, text in enumerate(written if isinstance(written, list) else [written]):
            place = (*path, "assert", index) if several else (*path, "assert")
            try:
                yield cel.compile(text, known)
            except cel.CelError as error:
                self.complain(Mistake(f"CEL, line {error.line}, column {error.column}: {error.message}", *place))

    def known_issue(self, value: dict[str, str] | None, path: yaml.Path) -> KnownIssue | None:
        if value is None:
            return None
        try:
            date.fromisoformat(value["expires"])
        except ValueError:
            self.complain(
                Mistake(f"{value['expires']!r} is not a day of the calendar", *path, "known_issue", "expires")
            )
        return KnownIssue(value["reason"], value.get("link", ""), value["expires"])

    def needs(self, checks: tuple[Check, ...]) -> None:
        """Every need must name another check, and no check may wait for itself."""
        by_name = {check.name: check for check in checks}
        path_of = {
            check.name: ("checks", index)
            for index in range(len(self.document.data.get("checks") or ()))
            for check in checks
            if check.position == self.position(("checks", index))
        }
        for check in checks:
            for place, need in enumerate(check.needs):
                path = (*path_of[check.name], "needs", place)
                if need not in by_name:
                    self.complain(Mistake(f"there is no check {need!r}{meant(need, list(by_name))}", *path))
                elif check.name in _reachable(need, by_name):
                    self.complain(Mistake(f"{check.name!r} and {need!r} wait for each other", *path))


def _reachable(name: str, by_name: Mapping[str, Check]) -> set[str]:
    found: set[str] = set()
    ahead = [name]
    while ahead:
        here = ahead.pop()
        if here not in found and here in by_name:
            found.add(here)
            ahead.extend(by_name[here].needs)
    return found


def select(spec: Spec, only: list[str], skip: list[str]) -> tuple[Spec, tuple[str, ...]]:
    """Keep the checks that `--only` and `--skip` choose by name or group, with what they need.

    Returns:
        The smaller spec and the names of those that were not selected.

    Raises:
        Mistake: a word is neither the name of a check nor of a group.
    """
    known = {check.name for check in spec.checks} | {group.name for group in spec.groups}
    for word in [*only, *skip]:
        if word not in known:
            raise Mistake(f"--only/--skip {word!r}: there is no such check or group{meant(word, sorted(known))}")
    by_name = {check.name: check for check in spec.checks}

    def chosen(check: Check, words: list[str]) -> bool:
        return check.name in words or bool(check.group and check.group in words)

    kept = {c.name for c in spec.checks if (not only or chosen(c, only)) and not chosen(c, skip)}
    needed = {name for check in kept for name in _reachable(check, by_name)}
    checks = tuple(check for check in spec.checks if check.name in kept | needed)
    left = tuple(check.name for check in spec.checks if check not in checks)
    return replace(spec, checks=checks), left
