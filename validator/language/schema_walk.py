"""Ways through a JSON Schema: what it says of the value at a path, whichever of several forms the value has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from validator.language.yaml_reader import Path
from validator.words.call import Json

_ANY = {"string", "number", "integer", "boolean", "null", "object", "array"}


def branches(schema: Any) -> list[Json]:
    """The schema and all forms within it (`anyOf`, `oneOf`, `allOf`)."""
    if not isinstance(schema, Mapping):
        return []
    nested = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return [schema, *(inner for branch in nested for inner in branches(branch))]


def has_format(schema: Json, name: str) -> bool:
    """Whether the value, if it is text, has a format: `cel`, `re2`, `duration`."""
    return any(branch.get("format") == name for branch in branches(schema))


def is_cel(schema: Json) -> bool:
    """Whether the value is an expression."""
    return has_format(schema, "cel")


def types(schema: Json) -> set[str]:
    """The types that a schema admits; all of them if it does not say."""
    found: set[str] = set()
    for branch in branches(schema):
        kind = branch.get("type", ())
        found |= {kind} if isinstance(kind, str) else set(kind)
        found |= {"string"} if any(isinstance(v, str) for v in branch.get("enum", ())) else set()
    return found or _ANY


def properties(schema: Json) -> dict[str, Any]:
    """The keys that a mapping may have, by name."""
    return {key: value for branch in branches(schema) for key, value in branch.get("properties", {}).items()}


def below(schema: Json, key: str) -> Json:
    """The schema of a mapping's entry."""
    for branch in branches(schema):
        if key in branch.get("properties", {}):
            return branch["properties"][key]  # type: ignore[no-any-return]
        if isinstance(branch.get("additionalProperties"), dict):
            return branch["additionalProperties"]  # type: ignore[no-any-return]
    return {}


def items(schema: Json) -> Json:
    """The schema of a list's items."""
    return next((b["items"] for b in branches(schema) if isinstance(b.get("items"), dict)), {})


def along(schema: Json, path: Path) -> Iterator[Json]:
    """The schemas of the value and of all above it, from the outermost."""
    yield schema
    for part in path:
        schema = items(schema) if isinstance(part, int) else below(schema, part)
        yield schema
