"""Load a spec: parse, fill in, validate, and hand each check's own part to its kind. All errors at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from validator.language.attached import Attachments
from validator.language.captures import misplaced
from validator.language.expressions import EVERY
from validator.language.include import Read, included
from validator.language.kind import Kind
from validator.language.mistake import BadSpec, Mistake, SpecError, in_order
from validator.language.outputs import read_outputs
from validator.language.relations import related
from validator.language.rules import Rule, read_rule
from validator.language.schema import schema_of, schema_of_included
from validator.language.spec_file import SpecFile
from validator.language.surroundings import Surroundings
from validator.language.targets import read_targets
from validator.language.values import duration
from validator.words.call import Json
from validator.words.check import MAIN, Group, Position, Spec
from validator.words.counting import counted

_TIMEOUT = "10m"
_MOST_CHECKS = 500
_MOST_TOLD = 100
"""Mistakes told of one spec; nobody reads more."""


@dataclass(frozen=True)
class Examined:
    """A spec's text, examined."""

    spec: Spec | None
    """None if there is any mistake."""
    found: tuple[SpecError, ...]
    """Mistakes and warnings by their places."""
    names: frozenset[str] = frozenset()
    """The names that it uses, as `${NAME}` or `vars.NAME`; `*` if it may use any."""

    @property
    def errors(self) -> tuple[SpecError, ...]:
        """The mistakes alone."""
        return tuple(each for each in self.found if not each.warning)


def load(
    text: str,
    file: str,
    kinds: Mapping[str, Kind[Any]],
    variables: Mapping[str, str],
    *,
    strict: bool = True,
    read: Read | None = None,
    today: date | None = None,
) -> Spec:
    """Make a Spec of a text; the arguments are those of `examine`.

    Raises:
        BadSpec: with every mistake that could be found.
    """
    examined = examine(text, file, kinds, variables, strict=strict, read=read, today=today)
    if examined.spec is None:
        raise BadSpec(examined.errors)
    return examined.spec


def examine(
    text: str,
    file: str,
    kinds: Mapping[str, Kind[Any]],
    variables: Mapping[str, str],
    *,
    strict: bool = True,
    read: Read | None = None,
    today: date | None = None,
) -> Examined:
    """Find all that is wrong with a text, and make a Spec of it if nothing is.

    Args:
        text: of `checks.yaml`.
        file: its name, for positions and for the files that it includes.
        kinds: all kinds by name.
        variables: for `${NAME}` and `vars`; empty counts as unset.
        strict: whether an unset `${NAME}` is an error (`run`) and not a warning (`lint`).
        read: reads included files, and those that kinds' own parts refer to.
        today: the day (UTC) on which known issues are held against their ends; None for none.
    """
    given = {name: value for name, value in variables.items() if value}
    for all_kinds in (False, True):  # what a mistake means may be told by a kind that is not written
        found: list[SpecError] = []
        spec, names = None, {EVERY}
        try:
            loading = _Loading(text, file, kinds, given, found, strict=strict, today=today, all_kinds=all_kinds)
            spec, names = loading.spec(read), loading.main.used
        except BadSpec as error:
            found.extend(error.errors)
        if all(each.warning for each in found):
            break
    told = in_order(found)
    if len(told) > _MOST_TOLD:
        rest = f"and {counted(len(told) - _MOST_TOLD, 'more mistake or warning', 'more mistakes and warnings')}"
        told = (*told[:_MOST_TOLD], SpecError(told[_MOST_TOLD].position, rest))
    return Examined(spec, told, frozenset(names))


class _Loading:
    """One loading: collects errors while it goes."""

    def __init__(
        self,
        text: str,
        file: str,
        kinds: Mapping[str, Kind[Any]],
        variables: Mapping[str, str],
        found: list[SpecError],
        *,
        strict: bool,
        today: date | None,
        all_kinds: bool,
    ) -> None:
        self.text, self.file, self.kinds, self.variables, self.found = text, file, kinds, variables, found
        self.strict, self.today, self.all_kinds = strict, today, all_kinds
        self.main = SpecFile.of(text, file, found)

    def _written(self, source: SpecFile) -> frozenset[str] | None:
        """The kinds that a file may have checks of; None for all."""
        if self.all_kinds:
            return None
        keys = {path[-1] for path in source.document.keys}
        return frozenset(name for name in self.kinds if name in keys)

    def _schema(self, source: SpecFile) -> Json:
        return schema_of_included(self.kinds, self._written(source))

    def spec(self, read: Read | None) -> Spec | None:
        if not isinstance(self.main.document.data, dict):
            told = "the spec must be a mapping with the keys version, target and checks"
            raise BadSpec([SpecError(Position(self.file, 1, 1), told, quotable=self.main.quotable)])
        data = self.main.data(
            schema_of(self.kinds, self._written(self.main)),
            self.variables,
            strict=self.strict,
            beyond=lambda raw: misplaced(raw, self.kinds),
        )
        more = list(included(data, self.main, self._schema, self.variables, read, kinds=self.kinds, strict=self.strict))
        if not self.all_kinds and any(not each.warning for each in self.found):
            return None  # all is told of it with all kinds at hand
        parts = [(self.main, data), *((source, other) for source, other, _ in more)]
        targets = read_targets(data, self.main, self.variables)
        groups = self._groups(parts)
        timeout = duration(data.get("timeout", _TIMEOUT))
        known = None if self.main.stands_in(("timeout",)) else timeout
        files = Attachments(read)
        around = Surroundings(self.kinds, targets, frozenset(group.name for group in groups), known, self.today, files)
        rules = list(self._rules(parts, around))
        written = sum(len(part.get("checks", ())) for _, part in parts)
        captured = {name for rule in rules for name in rule.captures}
        outputs = read_outputs(data, self.main, targets[MAIN], captured)
        checks = related(rules, whole=len(rules) == written and len(more) == len(data.get("include", ())))
        if any(not each.warning for each in self.found):
            return None
        main = targets[MAIN]
        return Spec(
            self.file,
            _digest([self.text.encode(), *(text.encode() for _, _, text in more), *files.all]),
            str(data.get("title", main.service or main.url)),
            timeout,
            targets,
            groups,
            checks,
            dict(self.variables),
            tuple(f"{each.position}: {each.message}" for each in in_order(self.found)),
            outputs,
        )

    def _rules(self, parts: Sequence[tuple[SpecFile, Mapping[str, Any]]], around: Surroundings) -> Iterator[Rule]:
        count = 0
        for source, part in parts:
            for index, value in enumerate(part.get("checks", ())):
                count += 1
                if len(self.found) > 2 * _MOST_TOLD:
                    return
                if count > _MOST_CHECKS:
                    source.complain(
                        Mistake(f"a spec has {_MOST_CHECKS} checks at most; make two runs of it", "checks", index)
                    )
                    return
                yield read_rule(value, index, source, around)

    @staticmethod
    def _groups(parts: Sequence[tuple[SpecFile, Mapping[str, Any]]]) -> tuple[Group, ...]:
        found: dict[str, Group] = {}
        for source, part in parts:
            for name, value in part.get("groups", {}).items():
                more = (str(value.get(key, "")) for key in ("description", "link"))
                group = Group(name, str(value.get("title", name)), *more)
                if found.setdefault(name, group) != group:
                    told = f"the group {name!r} is another one in a file before this; choose another name"
                    source.complain(Mistake(told, "groups", name), key=True)
        return tuple(found.values())


def _digest(contents: Sequence[bytes]) -> str:
    whole = hashlib.sha256(contents[0])
    for content in contents[1:]:
        whole.update(b"\0" + content)
    return f"sha256:{whole.hexdigest()}"
