"""`${NAME}` in the values of a spec, put in after parsing and typed by the schema; `${capture.name}` at run time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from validator.model.call import Json
from validator.spec.mistake import Mistake
from validator.spec.schema_walk import below, is_cel, items, types
from validator.spec.yaml import Path, resolve

_REFERENCE = re.compile(
    r"\$(?:\$|\{(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?|(?P<late>capture\.[A-Za-z_][A-Za-z0-9_]*))\}|(?P<odd>\{))"
)
_CAPTURE = re.compile(r"\$\{capture\.([A-Za-z_][A-Za-z0-9_]*)\}")


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
    told: set[Path] = set()

    def replaced(value: str, path: Path) -> str:
        def put(found: re.Match[str]) -> str:
            name, default = found["name"], found["default"]
            if found["odd"] and path not in told:
                told.add(path)
                odd = value[found.start() :].partition("}")[0][:40]
                complain(
                    Mistake(
                        f"{odd}}} is no reference; write ${{NAME}} or ${{NAME:-default}}, and $$ for a dollar", *path
                    )
                )
            if found["odd"] or found["late"]:
                return found[0]
            if name is None:
                return "$"
            text = variables.get(name, "")
            if not text and default is None:
                unset(path, name)
            return text or default or ""

        return _REFERENCE.sub(put, value)

    def walk(value: Any, schema: Json, path: Path) -> Any:
        if isinstance(value, str) and "$" in value and not is_cel(schema):
            text = replaced(value, path)
            return text if "string" in types(schema) else resolve(text)
        if isinstance(value, dict):
            return {key: walk(item, below(schema, key), (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, items(schema), (*path, i)) for i, item in enumerate(value)]
        return value

    return walk(data, schema, ())


def captures_in(value: Any) -> Iterator[tuple[Path, str]]:
    """Each `${capture.name}` in a value: where it stands, and its name."""
    if isinstance(value, str):
        yield from (((), name) for name in _CAPTURE.findall(value))
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from (((key, *path), name) for path, name in captures_in(item))


def with_captures(value: Any, captured: Mapping[str, Any]) -> Any:
    """The value with each `${capture.name}` replaced by what was captured."""
    if isinstance(value, str):
        return _CAPTURE.sub(lambda found: _text(captured.get(found[1])), value)
    if isinstance(value, dict):
        return {key: with_captures(item, captured) for key, item in value.items()}
    if isinstance(value, list):
        return [with_captures(item, captured) for item in value]
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
