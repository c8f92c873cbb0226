"""One file of a spec while it is read: its document, its place in the run's mistakes, and what was wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from validator.model.call import Json
from validator.model.check import Position
from validator.spec import yaml
from validator.spec.cel import CelError
from validator.spec.interpolation import interpolate
from validator.spec.mistake import BadSpec, Mistake, Mistakes, SpecError
from validator.spec.schema_errors import mistakes
from validator.spec.yaml_nodes import BadYaml

LIMIT_SIZE = 256 * 1024
"""Characters of one file."""
LIMIT_NODES = 10_000
"""Values of one file."""
_LONGEST = 600
"""Characters of one message."""


@dataclass
class Source:
    """A file of the spec: the main one or an included one."""

    file: str
    document: yaml.Document
    found: list[SpecError]
    """Mistakes and warnings of all files."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    broken: set[yaml.Path] = field(default_factory=set)
    """Where something is wrong: what rests on it is not looked at, so that one mistake is told once."""

    @classmethod
    def of(cls, text: str, file: str, found: list[SpecError], parameters: Mapping[str, str] | None = None) -> Source:
        """Parse a file.

        Raises:
            BadSpec: it cannot be read at all.
        """
        if len(text) > LIMIT_SIZE:
            told = f"it has {len(text)} characters, and a spec at most {LIMIT_SIZE}; split it with `include`"
            raise BadSpec([SpecError(Position(file, 1, 1), told)])
        try:
            document = yaml.read(text, LIMIT_NODES)
        except BadYaml as error:
            raise BadSpec([SpecError(Position(file, error.line, error.column), _cut(error.message))]) from None
        source = cls(file, document, found, parameters or {})
        found.extend(SpecError(Position(file, e.line, e.column), _cut(e.message)) for e in document.problems)
        return source

    def data(self, schema: Json, variables: Mapping[str, str], *, strict: bool) -> Any:
        """The file's data with all names put in, held against its schema."""
        unset: set[yaml.Path] = set()

        def is_unset(path: yaml.Path, name: str) -> None:
            unset.add(path)
            message = f"${{{name}}} is not set; give it with --set {name}=... or write ${{{name}:-default}}"
            self.complain(Mistake(message, *path), warning=not strict)

        data = interpolate(self.document.data, schema, variables, is_unset, self.complain)
        for mistake, key in mistakes(schema, data):
            if mistake.path not in unset:
                self.complain(mistake, key=key)
        return data

    def position(self, path: yaml.Path, *, key: bool = False) -> Position:
        """Where the value at a path stands, or its key."""
        return Position(self.file, *(self.document.key_place(path) if key else self.document.place(path)))

    def complain(self, mistake: Mistake, *, key: bool = False, warning: bool = False) -> None:
        """Note what is wrong at a path."""
        self._note(self.position(mistake.path, key=key), mistake, warning=warning)

    def complain_of_cel(self, error: CelError, path: yaml.Path) -> None:
        """Note what is wrong within an expression, where it stands in the file."""
        place = Position(self.file, *self.document.place_within(path, error.line, error.column))
        self._note(place, Mistake(f"CEL: {error.message}", *path), warning=False)

    def _note(self, place: Position, mistake: Mistake, *, warning: bool) -> None:
        self.found.append(SpecError(place, _cut(mistake.message), warning))
        if not warning:
            self.broken.update(mistake.path[:length] for length in range(1, len(mistake.path) + 1))

    def attempt(self, make: Callable[[], Any], *path: str | int) -> Any:
        """Make something of the value at a path; note what is wrong with it and return None."""
        try:
            return make()
        except Mistake as single:
            self.complain(single.below(*path))
        except Mistakes as several:
            for each in several.found:
                self.complain(each.below(*path))
        except OverflowError:
            self.complain(Mistake("a number here is larger than any that can be meant", *path))
        return None


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
