"""What a scenario may say: held against the published schema, every mistake with its place, and told for a person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

SCHEMA = Path(__file__).with_name("scenario.schema.json")
"""The schema of a scenario file (JSON Schema 2020-12)."""
_WORDS = {"object": "a map", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number"}
_LIMITS = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "above"}


@dataclass(frozen=True)
class Complaint:
    """What is wrong with the shape of a scenario, and where."""

    path: tuple[str | int, ...]
    message: str
    of_key: bool = False
    """Whether the key at the path is meant, and not its value."""


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def complaints(data: Any) -> list[Complaint]:
    """All that is wrong with the shape of a scenario file, in its order."""
    found = [complaint for error in _validator().iter_errors(data) for complaint in _complaints(error)]
    return list(dict.fromkeys(found))


def _complaints(error: ValidationError) -> Iterable[Complaint]:
    path = tuple(error.absolute_path)
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", ()))
        patterned = bool(schema.get("patternProperties"))
        instance: Any = error.instance
        for key in instance:
            if key not in known and not (patterned and str(key).isdecimal()):
                yield Complaint((*path, key), _unknown(key, known), of_key=True)
        return
    yield Complaint(path, _message(error, schema))


def _message(error: ValidationError, schema: Mapping[str, Any]) -> str:
    value: Any = error.validator_value
    said = schema.get("description", "")
    if error.validator in ("pattern", "type") and said.startswith("a ") and "pattern" in schema:
        return f"not {said}: {error.instance!r}"
    if error.validator == "type":
        kinds = [value] if isinstance(value, str) else value
        words = [_WORDS.get(kind, "true or false") for kind in kinds if kind != "null"]
        return f"this must be {' or '.join(dict.fromkeys(words))}"
    if error.validator == "enum":
        close = get_close_matches(str(error.instance), value, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(map(str, value))}"
        return f"not known: {error.instance!r}; {hint}"
    if error.validator in _LIMITS:
        return f"this must be {_LIMITS[str(error.validator)]} {value}, not {error.instance!r}"
    if error.validator == "required":
        return error.message.replace(" is a required property", " is missing")
    return str(error.message)


def _unknown(key: str, known: list[str]) -> str:
    close = get_close_matches(str(key), known, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
    return f"unknown key {key!r}; {hint}"
