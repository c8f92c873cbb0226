"""Where data does not fit the schema, in plain words: what was found, what is meant, where a key belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator

from validator.model.call import Json
from validator.spec.mistake import Mistake, closest
from validator.spec.schema_walk import along, items, properties
from validator.spec.values import DURATION, RATE
from validator.spec.yaml import Path

_MOST = 200
"""Mistakes that are looked for; nobody reads more."""
_LATE = "${capture."
"""What a value holds that is not known before another check has passed."""

Found = Iterator[tuple[Mistake, bool]]
"""Mistakes, and of each whether the key (not the value) is what is wrong."""


def mistakes(schema: Json, data: Any) -> Found:
    """Each place where the data does not fit; what follows from a misspelt key is not told again."""
    errors = list(islice(Draft202012Validator(schema).iter_errors(data), _MOST))
    written: set[tuple[Path, str]] = set()
    for error in errors:
        if error.validator == "additionalProperties":
            path = tuple(error.absolute_path)
            known = error.schema.get("properties", {})
            written |= {(path, closest(key, sorted(known))) for key in error.instance if key not in known}
    for error in errors:
        yield from _explain(error, schema, written)


def _explain(error: Any, schema: Json, written: set[tuple[Path, str]]) -> Found:
    path = tuple(error.absolute_path)
    if isinstance(error.instance, str) and _LATE in error.instance and error.validator in ("pattern", "enum", "const"):
        return
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(known)):
            yield Mistake(_unknown(key, known, path, schema, error.instance), *path, key), True
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance and (path, key) not in written:
                yield Mistake(f"the key {key!r} is missing", *path), False
    elif error.validator in ("anyOf", "oneOf") and error.context:
        yield from _closest(error, schema, written)
    elif error.validator == "propertyNames" or "propertyNames" in error.absolute_schema_path:
        yield Mistake(f"the name {error.instance!r} {_form(error)}", *path, error.instance), True
    else:
        yield Mistake(_plain(error), *path), False


def _unknown(key: str, known: list[str], path: Path, schema: Json, instance: Any) -> str:
    """What to say of an unknown key: a misspelt one, or one that belongs elsewhere."""
    begin = f"unknown key {key[:60]!r}"
    elsewhere = _elsewhere(key, path, schema, instance)
    near = closest(key, known)
    if elsewhere and near != key.rstrip("_"):
        return f"{begin} here: `{key}` {elsewhere}"
    hint = f" (did you mean {near}?)" if near else ""
    return f"{begin}{hint}; known here: {', '.join(known)}" if known else f"{begin}; no key is known here"


def _elsewhere(key: str, path: Path, schema: Json, instance: Any) -> str:
    """Where a known key that stands on the wrong level goes; empty if nowhere."""
    levels = list(along(schema, path))
    for depth in range(len(levels) - 2, -1, -1):
        if key in properties(levels[depth]):
            return f"goes beside `{path[depth]}`, not inside it" if depth else "goes to the top level"
    own = properties(levels[-1])
    for name in sorted(own, key=lambda name: (name not in instance, name)):
        if key in properties(own[name]):
            return f"goes inside `{name}`"
        if key in properties(items(own[name])):
            return f"goes into an item of `{name}`"
    return ""


def _closest(error: Any, schema: Json, written: set[tuple[Path, str]]) -> Found:
    """Of several forms that a value may have, complain about the one that was meant."""
    branches: dict[int, list[Any]] = {}
    for inner in error.context or ():
        branches.setdefault(int(inner.schema_path[0]), []).append(inner)
    depth = len(error.absolute_path)
    deeper = [
        errors
        for errors in branches.values()
        if not any(e.validator == "type" and len(e.absolute_path) == depth for e in errors)
    ]
    missing = [e for errors in deeper for e in errors if e.validator == "required" and len(e.absolute_path) == depth]
    if deeper and len(missing) == len(branches):
        keys = " or ".join(f"`{key}`" for e in missing for key in e.validator_value)
        yield Mistake(f"{keys} is missing", *error.absolute_path), False
    elif deeper:
        for inner in min(deeper, key=len):
            yield from _explain(inner, schema, written)
    else:
        wanted = " or ".join(
            dict.fromkeys(_type_words(e.validator_value) for e in error.context or () if e.validator == "type")
        )
        yield Mistake(_wrong_type(error.instance, wanted), *error.absolute_path), False


def _plain(error: Any) -> str:
    value, wanted = error.instance, error.validator_value
    match error.validator:
        case "type":
            return _wrong_type(value, _type_words(wanted))
        case "const":
            return f"found {_found(value)}, but this must be {wanted!r}"
        case "enum":
            near = closest(str(value), [str(w) for w in wanted])
            hint = f" (did you mean {near}?)" if near else ""
            return f"found {_found(value)}{hint}; known: {', '.join(map(str, wanted))}"
        case "pattern" if error.schema.get("pattern") == DURATION["pattern"]:
            return f"{value!r} is not a duration; write 500ms, 30s, 5m or 1h30m"
        case "pattern" if error.schema.get("pattern") == RATE["pattern"]:
            return f"{value!r} is not a share; write 1% or 0.5%"
        case "pattern":
            return f"{value!r} {_form(error)}"
        case "minimum":
            return f"{value} is less than {wanted}"
        case "maximum":
            return f"{value} is more than {wanted}"
        case "minItems" | "minLength" | "minProperties":
            return str(error.schema.get("x-empty", "this may not be empty"))
        case "not":
            return str(error.schema.get("description", "this is not allowed here"))
        case _:
            return str(error.message)


def _form(error: Any) -> str:
    """What form a text should have."""
    rule: Mapping[str, Any] = error.schema
    if error.validator == "enum":
        return f"is not known here; known: {', '.join(map(str, error.validator_value))}"
    return str(rule.get("x-form", f"does not have the form {error.validator_value}"))


def _wrong_type(value: Any, wanted: str) -> str:
    told = f"found {_found(value)}, but this takes {wanted}"
    if "text" in wanted and isinstance(value, bool | int | float):
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        return f'{told}; write "{shown}" in quotes'
    if isinstance(value, str) and _LATE in value:
        return f"{told}; a captured value can only stand where text is taken"
    return told


def _found(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"the number {value}" if isinstance(value, (int, float)) else repr(value)


def _type_words(types: str | list[str]) -> str:
    words = {
        "object": "a mapping",
        "array": "a list",
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "null": "nothing",
    }
    return " or ".join(words[t] for t in ([types] if isinstance(types, str) else types))
