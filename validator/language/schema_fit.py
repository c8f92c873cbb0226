"""Data that fits a schema, made of data that may not: so that one mistake does not hide what else is wrong.

An unknown key is left out; a missing or unfit value is stood in for by one that fits. What is read of such data is
never used: the spec is refused for what it was made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from validator.language.captures import is_capture
from validator.language.mistake import closest
from validator.language.schema_rules import fits
from validator.language.schema_walk import below, branches, items, properties, types
from validator.language.yaml_reader import Path
from validator.words.call import Json

_OF_FORMAT = {
    "duration": "1s", "length": "1s", "rate": "1%", "size": "1MB", "re2": "x", "cel": "true", "location": "/", "file": "x",
    "content": "x", "amount": "1Gi",
}  # fmt: skip
_OF_TYPE = {"string": "x", "integer": 1, "number": 1, "boolean": False, "array": (), "null": None}


def fitted(value: Any, schema: Json, replaced: set[Path], path: Path = ()) -> Any:
    """The value itself as far as it fits; where something stands in for what does not is added to `replaced`."""
    if _late(value, schema) or fits(schema, value):
        return value
    if isinstance(value, dict) and "object" in types(schema):
        return _mapping(value, schema, replaced, path)
    if isinstance(value, list) and value and "array" in types(schema):
        return [fitted(item, items(schema), replaced, (*path, index)) for index, item in enumerate(value)]
    replaced.add(path)
    return stand_in(schema)


def stand_in(schema: Json) -> Any:
    """A value that fits, and that no further rule is against."""
    forms = branches(schema)
    for key in ("default", "const"):
        for form in forms:
            if key in form:
                return form[key]
    for form in forms:
        if "enum" in form:
            return form["enum"][0]
        if form.get("format") in _OF_FORMAT:
            return _OF_FORMAT[form["format"]]
        if form.get("type") == "object":
            return {key: stand_in(below(schema, key)) for key in form.get("required", ())}
        if "type" in form:
            kind = form["type"] if isinstance(form["type"], str) else form["type"][0]
            made = form.get("minimum", form.get("examples", [_OF_TYPE[kind]])[0])
            return [] if kind == "array" else made
    return None


def _mapping(value: Mapping[str, Any], schema: Json, replaced: set[Path], path: Path) -> dict[str, Any]:
    forms = branches(schema)
    known = properties(schema)
    open_ = any(isinstance(form.get("additionalProperties"), dict) for form in forms)
    made: dict[str, Any] = {}
    wanted = {key for form in forms if form.get("type") == "object" for key in form.get("required", ())}
    for key, item in value.items():
        if key in known or open_:
            made[key] = fitted(item, below(schema, key), replaced, (*path, key))
        elif meant := closest(key, sorted(known)):
            wanted.add(meant)
    for key in wanted - value.keys():
        made[key] = stand_in(below(schema, key))
        replaced.add((*path, key))
    return made


def _late(value: Any, schema: Json) -> bool:
    """Whether it is a captured value that is known later, where a kind can read the reference itself as text."""
    bare = not any(
        "enum" in form or form.get("format") in ("duration", "length", "rate", "size", "amount")
        for form in branches(schema)
    )
    return is_capture(value) and bare and "string" in types(schema)
