"""The JSON Schema that editors use: the spec's own, where any value may also be a reference (`${NAME}`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from validator.language.asserted import KIND
from validator.language.kind import Kind
from validator.language.schema import schema_of, schema_of_included

_REFERENCE = {"type": "string", "pattern": r"\$\{"}
_OWN = (
    "x-form",
    "x-empty",
    "x-bound",
    "x-kinds",
    "x-refused",
    "x-target",
    "x-failures",
    "x-unknown",
    "x-commands",
    "format",
)
"""What only validator itself reads."""
_SHOWN = ("title", "description", "default", "examples")


def published(kinds: Mapping[str, Kind[Any]]) -> dict[str, Any]:
    """The schema of `checks.yaml`; that of an included file is its `$defs/included`."""
    schema: dict[str, Any] = _open(schema_of(kinds))
    included: dict[str, Any] = _open(schema_of_included(kinds))
    included.pop("$schema")
    schema["properties"]["version"] = schema_of(kinds)["properties"]["version"]
    schema["$defs"] = {"included": included}
    return schema


def _open(schema: Any, *, key: str = "") -> Any:
    """The same schema, which also takes references where it wants a number, a truth value or a form of text."""
    if isinstance(schema, list):
        return [_open(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if key == "properties":
        return {name: _open(item) for name, item in schema.items()}
    made = {
        name: value
        if name in ("examples", "default", "enum", "const", "required", "if", "propertyNames")
        else _open(value, key=name)
        for name, value in schema.items()
        if name not in _OWN
    }
    if "x-kinds" in schema:
        made["oneOf"] = [{"required": [name]} for name in schema["x-kinds"]]
        if KIND in schema["properties"]:
            made["oneOf"].append({"required": [KIND], "not": {"anyOf": list(made["oneOf"])}})
    if not _refuses_references(made):
        return made
    shown = {name: made.pop(name) for name in _SHOWN if name in made}
    return {**shown, "anyOf": [made, _REFERENCE]}


def _refuses_references(schema: Mapping[str, Any]) -> bool:
    scalar = schema.get("type") in ("integer", "number", "boolean")
    return scalar or "enum" in schema or (schema.get("type") == "string" and "pattern" in schema)
