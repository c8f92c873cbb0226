"""The JSON Schema of `checks.yaml`, made from the kinds' fragments, and its errors in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from validator.model.kind import Kind
from validator.spec.mistake import Mistake, meant
from validator.spec.values import DURATION

_NAME = {"type": "string", "minLength": 1}
_IDENTIFIER = {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$"}
_CEL = {"type": "string", "minLength": 1, "format": "cel"}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description}


_TARGET = {
    "project": _text("The Google Cloud project's id."),
    "region": _text("The service's region, such as `us-central1`."),
    "service": _text("The Cloud Run service."),
    "revision": _text("This revision, by its short name, and not the newest created one."),
    "tag": _text("The revision that carries this traffic tag; probes go to the tag's URL."),
    "build": _text("The newest revision must carry this id in its label `gcb-build-id`."),
    "commit": _text("The newest revision must carry this commit in its label `commit-sha`."),
    "created_within": {
        **DURATION,
        "description": "The revision must be younger than this at the start of the run (default 1h for `target`).",
    },
    "echo": _text("The path of the echo probes (default `/`), or `off`."),
}


def _object(properties: Mapping[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required or [],
        "additionalProperties": False,
    }


def _check(kinds: Mapping[str, Kind]) -> dict[str, Any]:
    one_or_more = {"anyOf": [_CEL, {"type": "array", "items": _CEL, "minItems": 1}]}
    common = {
        "name": {**_NAME, "description": "What the rule says, in a few words; unique."},
        "group": {**_IDENTIFIER, "description": "The chapter of the report it belongs to."},
        "target": {
            "anyOf": [_IDENTIFIER, {"type": "array", "items": _IDENTIFIER, "minItems": 1}],
            "description": "One or more names of `targets`; `main` is `target`, the default.",
        },
        "blocking": {"type": "boolean", "default": True, "description": "Whether it decides the run."},
        "within": {**DURATION, "description": "It is polled until it holds, this long at most."},
        "for": {**DURATION, "description": "It then has to go on holding, without a break, this long."},
        "needs": {
            "type": "array",
            "items": _NAME,
            "description": "Names of checks that have to pass before this one starts.",
        },
        "assert": {**one_or_more, "description": "CEL that has to be true."},
        "known_issue": {
            **_object(
                {
                    "reason": _text("Why it fails."),
                    "link": _text("Where it is worked on."),
                    "expires": {
                        "type": "string",
                        "pattern": r"^\d{4}-\d\d-\d\d$",
                        "description": "The last day on which a failure is excused (UTC), `YYYY-MM-DD`.",
                    },
                },
                ["reason", "expires"],
            ),
            "description": "Excuses a failure, until a day.",
        },
        "description": _text("For the report."),
    }
    fragments = {name: {**kind.schema, "description": (kind.__doc__ or "").strip()} for name, kind in kinds.items()}
    return _object({**common, **fragments}, [])


def schema_of(kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of version 1 of the spec."""
    group = _object(
        {"title": _text("The chapter's title."), "description": _text("Below it."), "link": _text("A URL.")}
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "validator checks, version 1",
        **_object(
            {
                "version": {"const": 1, "description": "The version of this language."},
                "title": _text("The report's title."),
                "timeout": {**DURATION, "description": "For the whole run (default 10m)."},
                "target": {**_object(_TARGET, ["project", "region", "service"]), "description": "What was deployed."},
                "targets": {
                    "type": "object",
                    "propertyNames": _IDENTIFIER,
                    "additionalProperties": _object(_TARGET, ["service"]),
                    "description": "Further services, by name; project and region as in `target`.",
                },
                "groups": {
                    "type": "object",
                    "propertyNames": _IDENTIFIER,
                    "additionalProperties": group,
                    "description": "The report's chapters, in order.",
                },
                "checks": {"type": "array", "items": _check(kinds), "minItems": 1, "description": "The rules."},
            },
            ["version", "target", "checks"],
        ),
    }


def mistakes(schema: Mapping[str, Any], data: Any) -> Iterator[tuple[Mistake, bool]]:
    """Each place where the data does not fit, and whether the key (not the value) is what is wrong."""
    for error in Draft202012Validator(schema).iter_errors(data):
        yield from _explain(error)


def _explain(error: Any) -> Iterator[tuple[Mistake, bool]]:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(known)):
            yield Mistake(f"unknown key {key!r}{meant(key, known)}; known here: {', '.join(known)}", *path, key), True
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                yield Mistake(f"the key {key!r} is missing", *path), False
    elif error.validator in ("anyOf", "oneOf") and error.context:
        yield from _closest(error)
    elif error.validator == "propertyNames" or "propertyNames" in error.absolute_schema_path:
        yield Mistake(f"the name {error.instance!r} may have lower-case letters, digits, - and _ only", *path), False
    else:
        yield Mistake(_plain(error), *path), False


def _closest(error: Any) -> Iterator[tuple[Mistake, bool]]:
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
    if deeper:
        for inner in min(deeper, key=len):
            yield from _explain(inner)
    else:
        wanted = " or ".join(
            dict.fromkeys(_type_words(e.validator_value) for e in error.context or () if e.validator == "type")
        )
        yield Mistake(f"found {_found(error.instance)}, but this takes {wanted}", *error.absolute_path), False


def _plain(error: Any) -> str:
    value, wanted = error.instance, error.validator_value
    match error.validator:
        case "type":
            return f"found {_found(value)}, but this takes {_type_words(wanted)}"
        case "const":
            return f"found {_found(value)}, but this must be {wanted!r}"
        case "enum":
            word = str(value)
            return f"found {_found(value)}; known: {', '.join(map(str, wanted))}{meant(word, [str(w) for w in wanted])}"
        case "pattern" if error.schema.get("pattern") == DURATION["pattern"]:
            return f"{value!r} is not a duration; write 500ms, 30s, 5m or 1h30m"
        case "pattern":
            return f"{value!r} does not have the form {wanted}"
        case "minimum":
            return f"{value} is less than {wanted}"
        case "maximum":
            return f"{value} is more than {wanted}"
        case "minItems" | "minLength" | "minProperties":
            return "this may not be empty"
        case "not":
            return str(error.schema.get("description", "this is not allowed here"))
        case _:
            return str(error.message)


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
        "string": "text (put it in quotes)",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "null": "nothing",
    }
    return " or ".join(words[t] for t in ([types] if isinstance(types, str) else types))
