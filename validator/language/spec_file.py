"""One file of a spec while it is read: its document, its place in the run's mistakes, and what was wrong in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from validator.language import yaml_reader as yaml
from validator.language.cel import CelError
from validator.language.interpolation import interpolate, references
from validator.language.mistake import BadSpec, Mistake, Mistakes, SpecError
from validator.language.schema_errors import misfits, mistakes
from validator.language.schema_fit import fitted
from validator.language.secrets import secrets_in
from validator.language.yaml_nodes import BadYaml
from validator.words.call import Json
from validator.words.check import Position

LIMIT_SIZE = 256 * 1024
"""Characters of one file."""
LIMIT_NODES = 10_000
"""Values of one file."""
_LONGEST = 600
"""Characters of one message."""
_KEY = r"""(?m)(?:^|[{,])\s*["']?(?:%s)["']?\s*:"""
_SHORTEST = 3
"""A value shorter than this is not taken out of messages: it would tear words apart."""


@dataclass
class SpecFile:
    """A file of the spec: the main one or an included one."""

    file: str
    document: yaml.Document
    found: list[SpecError]
    """Mistakes and warnings of all files."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    replaced: set[yaml.Path] = field(default_factory=set)
    """Where something stands in for what is wrong: what is said of that says nothing of the file."""
    used: set[str] = field(default_factory=set)
    """The names that it uses, as `${NAME}` or `vars.NAME`."""
    quotable: bool = True
    """Whether its lines may be shown: not those of a file that is no spec."""
    _secret: set[int] = field(default_factory=set, repr=False)
    """The lines that hold a secret."""
    raw: Any = None
    """Its data with all names put in, whether it fits or not."""
    _names: dict[yaml.Path, frozenset[str]] = field(default_factory=dict, repr=False)
    """The names in each text that has any."""
    _values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, text: str, file: str, found: list[SpecError]) -> SpecFile:
        """Parse a file.

        Raises:
            BadSpec: it cannot be read at all.
        """
        quotable = is_spec(text)
        if len(text) > LIMIT_SIZE:
            told = f"it has {len(text)} characters, and a spec at most {LIMIT_SIZE}; split it with `include`"
            raise BadSpec([SpecError(Position(file, 1, 1), told, quotable=quotable)])
        try:
            document = yaml.read(text, LIMIT_NODES)
        except BadYaml as error:
            place = Position(file, error.line, error.column)
            raise BadSpec([SpecError(place, _cut(error.message), quotable=quotable)]) from None
        source = cls(file, document, found, quotable=quotable)
        places = ((Position(file, each.line, each.column), each.message) for each in document.problems)
        found.extend(SpecError(place, _cut(message), quotable=quotable) for place, message in places)
        return source

    def data(
        self,
        schema: Json,
        variables: Mapping[str, str],
        *,
        strict: bool,
        missing: Collection[str] = frozenset(),
        beyond: Callable[[Any], Iterable[Mistake]] = lambda _: (),
    ) -> Any:
        """The file's data with all names put in; what does not fit its schema is told and stood in for.

        `missing` are names of which it is told elsewhere that they are not set; `beyond` finds what no schema can say.
        """
        self._values = variables
        written: dict[yaml.Path, str] = {}
        for path, text, names in references(self.document.data):
            written[path], self._names[path] = text, names
            self.used |= names
        self._warn_of_secrets()
        unset: set[yaml.Path] = set()

        def is_unset(path: yaml.Path, name: str) -> None:
            unset.add(path)
            if name not in missing:
                message = f"${{{name}}} is not set; give it with --set {name}=... or write ${{{name}:-default}}"
                self.complain(Mistake(message, *path), warning=not strict)

        self.raw = interpolate(self.document.data, schema, variables, is_unset, self.complain)
        found = misfits(schema, self.raw)
        for mistake, key in mistakes(found, schema, written):
            if mistake.path not in unset:
                self.complain(mistake, key=key)
        for mistake in beyond(self.raw):
            self.complain(mistake)
        return fitted(self.raw, schema, self.replaced) if found else self.raw

    def stands_in(self, path: yaml.Path) -> bool:
        """Whether what is read at a path, or something above it, stands in for what is wrong."""
        return any(path[:length] in self.replaced for length in range(len(path) + 1))

    def position(self, path: yaml.Path, *, key: bool = False) -> Position:
        """Where the value at a path stands, or its key."""
        return Position(self.file, *(self.document.key_place(path) if key else self.document.place(path)))

    def complain(self, mistake: Mistake, *, key: bool = False, warning: bool = False) -> None:
        """Note what is wrong at a path, unless something stands in there: what is wrong with that is told already."""
        if not self.stands_in(mistake.path):
            self._note(self.position(mistake.path, key=key), self._without_values(mistake), warning=warning)

    def complain_of_cel(self, error: CelError, path: yaml.Path) -> None:
        """Note what is wrong within an expression, where it stands in the file."""
        if not self.stands_in(path):
            place = Position(self.file, *self.document.place_within(path, error.line, error.column))
            self._note(place, f"CEL: {error.message}", warning=False)

    def _note(self, place: Position, message: str, *, warning: bool) -> None:
        quotable = self.quotable and place.line not in self._secret
        self.found.append(SpecError(place, _cut(message), warning, quotable))

    def _warn_of_secrets(self) -> None:
        """Warn of secrets that are written out, and show no line that has one."""
        for path in secrets_in(self.document.data):
            if node := self.document.scalars.get(path):
                self._secret |= set(range(node.start_mark.line + 1, node.end_mark.line + 2))
            told = "this looks like a secret; write ${NAME} and give its value by the environment"
            self.complain(Mistake(told, *path), warning=True)

    def attempt(self, make: Callable[[], object], *path: str | int) -> tuple[object] | None:
        """Make something of the value at a path, and note what is wrong with it; None if nothing could be made."""
        try:
            return (make(),)
        except Mistake as single:
            self.complain(single.below(*path))
        except Mistakes as several:
            for each in several.found:
                self.complain(each.below(*path))
            return (several.made,)
        return None

    def _without_values(self, mistake: Mistake) -> str:
        """The message, with the names in place of the values that they stand for."""
        message, path = mistake.message, mistake.path
        for place, names in self._names.items():
            if place[: len(path)] == path or path[: len(place)] == place:
                for name in names:
                    value = self._values.get(name, "")
                    for said in {value, repr(value)[1:-1]} if len(value) >= _SHORTEST else ():
                        message = message.replace(said, f"${{{name}}}")
        return message


def is_spec(text: str, keys: str = "version|checks") -> bool:
    """Whether a text looks like a spec, whatever is wrong with it: a file that is none is not quoted."""
    return re.search(_KEY % keys, text) is not None


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
