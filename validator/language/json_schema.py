"""A JSON Schema that an answer is held against: checked when the spec is read, and judged in a bounded time.

The schema is the spec's and the JSON a stranger's: patterns are RE2's, nothing is fetched, and no item is compared with each
other one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, cast

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.validators import extend, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from validator.language.mistake import Mistake
from validator.language.values import refusal
from validator.language.yaml_reader import Path
from validator.logs.selector import compiled
from validator.words.attachment import Attachment
from validator.words.strict_json import NotJsonError, TooLargeError, parse

_MOST = 3
"""Differences that are told."""
_LONGEST = 160
"""Characters of one of them."""
_EMPTY: Registry[Any] = Registry()
"""Of schemas elsewhere there are none: no reference is fetched."""
_NAMED = ("properties", "$defs", "definitions", "dependentSchemas", "dependencies")
"""Keywords whose keys are names."""
_NAMED = ("properties", "$defs", "definitions", "dependentSchemas", "dependencies")
"""Keywords whose keys are names."""
_SAMPLES: tuple[Any, ...] = (None, True, 1, "a", [], [1], {}, {"a": 1})
"""Values by which a schema shows that it refers to itself without an end, or to nothing."""


class JsonSchema:
    """A schema that is one."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._validator = _bounded(validator_for(schema, Draft202012Validator))(schema, registry=_EMPTY)

    def differences(self, value: Any) -> list[str]:
        """Where a value is not as the schema wants it, the first of them; empty if it fits.

        Raises:
            ValueError: that cannot be told; why.
        """
        try:
            return [_told(error) for error in islice(self._validator.iter_errors(value), _MOST)]
        except (RecursionError, ArithmeticError, TypeError, Unresolvable) as error:
            raise ValueError(_first(error)) from None


def json_schema(written: Any) -> JsonSchema:
    """The schema that a check says, itself or in a file.

    Raises:
        Mistake: it is none, or refers to what is not in it.
    """
    file = written.get("file") if isinstance(written, dict) else None
    schema = _of_file(file) if isinstance(file, Attachment) else written
    below: Path = ("file",) if isinstance(file, Attachment) else ()
    if not isinstance(schema, (dict, bool)):
        raise Mistake("a JSON Schema is an object", *below)
    version = schema.get("$schema") if isinstance(schema, dict) else None
    known = validator_for(schema, default=cast("Any", None))
    if version is not None and known is None:
        raise Mistake(
            f"{version!r} is no version of JSON Schema that is known; leave `$schema` out for 2020-12", *below
        )
    try:
        (known or Draft202012Validator).check_schema(cast("dict[str, Any]", schema))
    except SchemaError as error:
        where = below or tuple(error.absolute_path)
        place = f"at {_path(error.absolute_path, 'schema')}: " if below else ""
        raise Mistake(f"the schema is none: {place}{error.message[:_LONGEST]}", *where) from None
    for path, told in _unjudged(schema, ()):
        place = f"at {_path(path, 'schema')}: " if below else ""
        raise Mistake(place + told, *(below or path))
    made = JsonSchema(schema)
    try:
        for sample in _SAMPLES:
            made.differences(sample)
    except ValueError as error:
        raise Mistake(f"the schema cannot be judged: {error}", *below) from None
    return made


def _of_file(file: Attachment) -> Any:
    if file.content is None:
        return {}  # that it cannot be read is told already
    try:
        return parse(file.content.decode("utf-8-sig"))
    except (NotJsonError, TooLargeError, UnicodeDecodeError) as error:
        raise Mistake(f"{file.name} is not JSON: {error}", "file") from None


def _unjudged(schema: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """What a schema says that would be fetched, or take a time that nobody knows."""
    if isinstance(schema, list):
        for at, each in enumerate(schema):
            yield from _unjudged(each, (*path, at))
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        here = (*path, key)
        if key.endswith(("$ref", "Ref")) and isinstance(value, str) and not value.startswith("#"):
            yield here, f"{value} is not fetched; put it under `$defs` and refer to `#/$defs/...`"
        elif key == "patternProperties":
            yield here, "patternProperties is not judged; name the keys in `properties`"
        elif key == "pattern" and (told := refusal(str(value))):
            yield here, f"RE2 refuses the pattern {value!r}: {told}"
        elif key in _NAMED:
            for name, each in value.items():
                yield from _unjudged(each, (*here, name))
        elif key not in ("const", "enum", "default", "examples"):
            yield from _unjudged(value, here)


def _bounded(version: Any) -> Any:
    return extend(version, {"pattern": _pattern, "uniqueItems": _unique})  # type: ignore[no-untyped-call]


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not compiled(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _unique(_: Any, wanted: bool, instance: Any, __: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list):
        seen = {json.dumps(_by_value(each), sort_keys=True) for each in instance}
        if len(seen) < len(instance):
            yield ValidationError(f"{len(instance) - len(seen)} of its {len(instance)} items stand there twice")


def _by_value(value: Any) -> Any:
    """Numbers as they are compared: 1.0 is 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_by_value(each) for each in value]
    return {key: _by_value(each) for key, each in value.items()} if isinstance(value, dict) else value


def _told(error: ValidationError) -> str:
    message = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"
    return f"{_path(error.absolute_path, 'json')}: {message}"


def _path(parts: Any, root: str) -> str:
    return root + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _first(error: Exception) -> str:
    return str(error).splitlines()[0][:_LONGEST] if str(error) else type(error).__name__
