"""`${NAME}` in the values of a spec, put in after parsing and typed by the schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from validator.model.call import Json
from validator.spec.yaml import Path, resolve

_REFERENCE = re.compile(r"\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})")


def interpolate(data: Any, schema: Json, variables: Mapping[str, str], unset: Callable[[Path, str], None]) -> Any:
    """Return the data with every reference replaced; `$$` is a dollar.

    A value with a reference becomes a number or a truth value where the schema wants one. CEL is left alone:
    expressions use `vars.NAME`. `unset(path, name)` is told of each name that is unset (or empty) and has no default.
    """

    def replaced(value: str, path: Path) -> str:
        def put(found: re.Match[str]) -> str:
            name, default = found.groups()
            if name is None:
                return "$"
            text = variables.get(name, "")
            if not text and default is None:
                unset(path, name)
            return text or default or ""

        return _REFERENCE.sub(put, value)

    def walk(value: Any, schema: Json, path: Path) -> Any:
        if isinstance(value, str) and "$" in value and not _is_cel(schema):
            text = replaced(value, path)
            return text if "string" in _types(schema) else resolve(text)
        if isinstance(value, dict):
            return {key: walk(item, _below(schema, key), (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, _items(schema), (*path, i)) for i, item in enumerate(value)]
        return value

    return walk(data, schema, ())


_ANY = {"string", "number", "integer", "boolean", "null", "object", "array"}


def _branches(schema: Json) -> list[Json]:
    nested = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return [schema, *(inner for branch in nested for inner in _branches(branch))]


def _is_cel(schema: Json) -> bool:
    return any(branch.get("format") == "cel" for branch in _branches(schema))


def _types(schema: Json) -> set[str]:
    """The types that a schema admits; all of them if it does not say."""
    found: set[str] = set()
    for branch in _branches(schema):
        kind = branch.get("type", ())
        found |= {kind} if isinstance(kind, str) else set(kind)
        found |= {"string"} if any(isinstance(v, str) for v in branch.get("enum", ())) else set()
    return found or _ANY


def _below(schema: Json, key: str) -> Json:
    """The schema of a mapping's entry."""
    for branch in _branches(schema):
        if key in branch.get("properties", {}):
            return branch["properties"][key]  # type: ignore[no-any-return]
        if isinstance(branch.get("additionalProperties"), dict):
            return branch["additionalProperties"]  # type: ignore[no-any-return]
    return {}


def _items(schema: Json) -> Json:
    """The schema of a list's items."""
    return next((b["items"] for b in _branches(schema) if isinstance(b.get("items"), dict)), {})
