"""JSON Schema's terms, and values that lack a unit, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from validator.language.schema_walk import has_format
from validator.words.call import Json

_WORDS: Mapping[str, str] = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def of_time(schema: Json) -> bool:
    """Whether the value is a length of time."""
    return has_format(schema, "duration") or has_format(schema, "length")


def with_unit(value: Any) -> str:
    """A bare number as seconds, or nothing."""
    text = str(value).strip()
    plain = not isinstance(value, bool) and text.replace(".", "", 1).isascii()
    return f"{text}s" if plain and text.replace(".", "", 1).isdigit() and len(text) < 10 else ""


def percent(value: Any) -> str:
    """A bare number as percent, or nothing."""
    unit = with_unit(value)
    return f"{unit[:-1]}%" if unit else ""


def kind_of(value: Any) -> str:
    """What sort of value it is."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a truth value"
    kinds: dict[str, type] = {"object": dict, "array": list, "string": str}
    return next((_WORDS[name] for name, type_ in kinds.items() if isinstance(value, type_)), "a number")


def type_words(types: str | list[str]) -> str:
    """What sorts of values a schema's `type` admits."""
    return " or ".join(_WORDS[t] for t in ([types] if isinstance(types, str) else types))
