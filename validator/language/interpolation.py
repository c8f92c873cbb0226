"""`${NAME}` in the values of a spec, put in after parsing and typed by the schema; `${capture.name}` at run time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from validator.language.mistake import Mistake
from validator.language.schema_walk import below, is_cel, items, types
from validator.language.yaml_reader import Path, leaves, resolve
from validator.words.call import Json

_REFERENCE = re.compile(
    r"\$(?:\$|\{(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?|(?P<late>capture\.[A-Za-z_][A-Za-z0-9_]*))\}|(?P<odd>\{))"
)


def interpolate(
    data: Any,
    schema: Json,
    variables: Mapping[str, str],
    unset: Callable[[Path, str], None],
    complain: Callable[[Mistake], None] = lambda _: None,
) -> Any:
    """Return the data with every reference replaced; `$$` is a dollar.

    A value with a reference becomes a number or a truth value where the schema wants one. CEL is left alone:
    expressions use `vars.NAME`; so are `${capture.name}`, which are known only later. `unset(path, name)` is told of
    each name that is unset (or empty) and has no default, `complain` of what looks like a reference and is none.
    """
    return _Interpolation(variables, unset, complain).walk(data, schema, ())


@dataclass
class _Interpolation:
    """One interpolation of a file's data."""

    variables: Mapping[str, str]
    unset: Callable[[Path, str], None]
    complain: Callable[[Mistake], None]
    told: set[Path] = field(default_factory=set)
    """Where what is no reference was told of."""

    def walk(self, value: Any, schema: Json, path: Path) -> Any:
        """A value of a schema with every reference replaced."""
        if isinstance(value, str) and "$" in value and not is_cel(schema):
            text = _REFERENCE.sub(lambda found: self._put(found, value, path), value)
            return text if "string" in types(schema) else resolve(text)
        if isinstance(value, dict):
            return {key: self.walk(item, below(schema, key), (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.walk(item, items(schema), (*path, i)) for i, item in enumerate(value)]
        return value

    def _put(self, found: re.Match[str], value: str, path: Path) -> str:
        """What stands for one reference of a value."""
        name, default = found["name"], found["default"]
        if found["odd"] and path not in self.told:
            self.told.add(path)
            odd = value[found.start() :].partition("}")[0][:40]
            message = f"{odd}}} is not a reference; write ${{NAME}} or ${{NAME:-default}}, and $$ for a dollar"
            self.complain(Mistake(message, *path))
        if found["odd"] or found["late"]:
            return found[0]
        if name is None:
            return "$"
        text = self.variables.get(name, "")
        if not text and default is None:
            self.unset(path, name)
        return text or default or ""


def references(data: Any) -> Iterator[tuple[Path, str, frozenset[str]]]:
    """Each text with references to names: where it stands, how it is written, and the names."""
    for path, text in leaves(data):
        names = frozenset(found["name"] for found in _REFERENCE.finditer(str(text)) if found["name"])
        if names:
            yield path, text, names
