"""Where data does not fit the schema, in plain words: what was found, what is meant, where a key belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from validator.language.asserted import KIND
from validator.language.captures import is_capture
from validator.language.key_place import KeyPlaces
from validator.language.mistake import Mistake, closest
from validator.language.schema_rules import errors
from validator.language.schema_walk import has_format
from validator.language.schema_words import kind_of, of_time, percent, type_words, with_unit
from validator.language.yaml_reader import Path
from validator.words.call import Json

_MOST = 200
"""Mistakes that are looked for; nobody reads more."""
_LATE = "${capture."
"""What a value holds that is not known before another check has passed."""

Found = Iterator[tuple[Mistake, bool]]
"""Mistakes, and of each whether the key (not the value) is what is wrong."""


def misfits(schema: Json, data: Any) -> list[Any]:
    """Where the data does not fit, as `mistakes` takes it."""
    return list(islice(errors(schema, data), _MOST))


def mistakes(found: list[Any], schema: Json, written: Mapping[Path, str]) -> Found:
    """Say each misfit in plain words; what follows from a misspelt key is not told again.

    `written` has the texts with references as the spec has them: what they stand for is not told, it may be secret.
    """
    return _Telling(schema, written).of(found)


class _Telling:
    """The telling of what is wrong with one file's data."""

    def __init__(self, schema: Json, written: Mapping[Path, str]) -> None:
        self.places, self.written = KeyPlaces(schema), written
        self.meant: set[tuple[Path, str]] = set()
        """Keys that misspelt ones stand for."""

    def of(self, found: list[Any]) -> Found:
        for error in found:
            if error.validator == "additionalProperties":
                path = tuple(error.absolute_path)
                known = error.schema.get("properties", {})
                self.meant |= {(path, closest(key, sorted(known))) for key in _unknown_keys(error)}
        for error in found:
            yield from self._explain(error)

    def _explain(self, error: Any) -> Found:
        path, value = tuple(error.absolute_path), error.instance
        forms = ("pattern", "format", "enum", "const")
        if is_capture(value) or (isinstance(value, str) and _LATE in value and error.validator in forms):
            return
        if error.validator == "additionalProperties":
            known = sorted(error.schema.get("properties", {}))
            refused = error.schema.get("x-refused", {})
            for key in _unknown_keys(error):
                yield Mistake(refused.get(key) or self._unknown(key, known, path, value), *path, key), True
        elif error.validator == "required":
            for key in error.validator_value:
                if key not in value and (path, key) not in self.meant:
                    yield Mistake(f"the key {key!r} is missing", *path), False
        elif error.validator == "x-kinds":
            yield from self._kinds(error, path)
        elif error.validator in ("anyOf", "oneOf") and error.context:
            yield from self._closest(error)
        elif error.validator == "propertyNames" or "propertyNames" in error.absolute_schema_path:
            yield Mistake(f"the name {value!r} {_form(error)}", *path, value), True
        else:
            yield Mistake(self._plain(error, path), *path), False

    def _unknown(self, key: str, known: list[str], path: Path, instance: Any) -> str:
        """What to say of an unknown key: a misspelt one, or one that belongs elsewhere."""
        begin = f"unknown key {key[:60]!r}"
        near = closest(key, known)
        place = self.places.of(key, path, instance, misspelt=bool(near))
        if place and near != key.rstrip("_"):
            return f"{begin} here; write `{key}` {place}"
        hint = f" (did you mean {near}?)" if near else ""
        return f"{begin}{hint}; known here: {', '.join(known)}" if known else f"{begin}; no key is known here"

    @staticmethod
    def _kinds(error: Any, path: Path) -> Found:
        """A check has one kind, or asserts alone."""
        kinds, value = error.validator_value, error.instance
        written = [key for key in value if key in kinds]
        one = "check" if len(path) == 2 else "alternative"
        if written:
            told = f"the {one} has {len(written)} kinds ({', '.join(written)}); make one {one} of each"
            yield Mistake(told, *path), False
        elif not set(value) - set(error.schema["properties"]):  # else the unknown key is the kind, and told as that
            more = ", or `assert` alone" if KIND in error.schema["properties"] else ""
            yield Mistake(f"the {one} has no kind; write one of {', '.join(sorted(kinds))}{more}", *path), False

    def _closest(self, error: Any) -> Found:
        """Of several forms that a value may have, complain about the one that was meant."""
        branches: dict[int, list[Any]] = {}
        for inner in error.context or ():
            branches.setdefault(int(inner.schema_path[0]), []).append(inner)
        path, depth = tuple(error.absolute_path), len(error.absolute_path)
        deeper = [
            found
            for found in branches.values()
            if not any(e.validator == "type" and len(e.absolute_path) == depth for e in found)
        ]
        missing = [e for found in deeper for e in found if e.validator == "required" and len(e.absolute_path) == depth]
        if deeper and len(missing) == len(branches):
            if not any((path, key) in self.meant for e in missing for key in e.validator_value):
                keys = " or ".join(f"`{key}`" for e in missing for key in e.validator_value)
                yield Mistake(f"{keys} is missing", *path), False
        elif deeper:
            # The form that knows the keys is the one that was meant.
            strange = {id(found): sum(e.validator == "additionalProperties" for e in found) for found in deeper}
            for inner in min(deeper, key=lambda found: (strange[id(found)], len(found))):
                yield from self._explain(inner)
        else:
            told = [e for e in error.context or () if e.validator == "type"]
            wanted = " or ".join(dict.fromkeys(type_words(e.validator_value) for e in told))
            yield Mistake(self._wrong_type(path, error.instance, wanted, [e.schema for e in told]), *path), False

    def _plain(self, error: Any, path: Path) -> str:
        value, wanted, shown = error.instance, error.validator_value, self._shown(path, error.instance)
        match error.validator:
            case "type":
                return self._wrong_type(path, value, type_words(wanted), [error.schema])
            case "const":
                return f"found {self._found(path, value)}, but this must be {wanted!r}"
            case "enum":
                near = "" if path in self.written else closest(str(value), [str(w) for w in wanted])
                hint = f" (did you mean {near}?)" if near else ""
                return f"found {self._found(path, value)}{hint}; known: {', '.join(map(str, wanted))}"
            case "format" if error.cause:
                return f"RE2 refuses the pattern {shown}: {error.cause}"
            case "format" | "pattern":
                return f"{shown} {_form(error)}"
            case "minimum":
                return f"{shown} is less than {wanted}"
            case "maximum":
                return f"{shown} is more than {wanted}"
            case "x-bound":
                return self._bound(path, value)
            case "minItems" | "minLength" | "minProperties":
                return str(error.schema.get("x-empty", "this may not be empty"))
            case "not":
                return str(error.schema.get("description", "this is not allowed here"))
            case _:
                return str(error.schema.get("x-form", error.message))

    def _bound(self, path: Path, value: Mapping[str, Any]) -> str:
        shown = {key: self._shown((*path, key), end).strip("'") for key, end in value.items()}
        if "max" in value:
            return f"min {shown['min']} is more than max {shown['max']}"
        return f"min {shown['min']} demands nothing: no value is less than that; write a larger one, or `max`"

    def _wrong_type(self, path: Path, value: Any, wanted: str, schemas: list[Json]) -> str:
        told = f"found {self._found(path, value)}, but this takes {wanted}"
        if isinstance(value, bool | int | float):
            if any(map(of_time, schemas)) and with_unit(value):
                return f"{told}; write {with_unit(value)}"
            if any(has_format(schema, "rate") for schema in schemas) and percent(value):
                return f"{told}; write {percent(value)}"
            if "text" in wanted:
                shown = str(value).lower() if isinstance(value, bool) else str(value)
                return f'{told}; write "{shown}" in quotes'
        if isinstance(value, str) and _LATE in value:
            return f"{told}; here a captured value has to be the whole value"
        return told

    def _found(self, path: Path, value: Any) -> str:
        """A value in words; what a reference stands for by its type alone."""
        kind = kind_of(value)
        if path in self.written:
            return f"the value of {self.written[path]}, which is {kind}"
        if value is None or isinstance(value, dict | list):
            return kind
        if isinstance(value, bool):
            return f"the truth value {str(value).lower()}"
        return f"the number {value}" if isinstance(value, (int, float)) else repr(value)

    def _shown(self, path: Path, value: Any) -> str:
        if path in self.written:
            return f"the value of {self.written[path]}"
        return repr(value) if isinstance(value, str) else str(value)


def _unknown_keys(error: Any) -> list[str]:
    return sorted(set(error.instance) - set(error.schema.get("properties", {})))[:_MOST]


def _form(error: Any) -> str:
    """What is wrong with the form of a text, and what form it should have."""
    rule: Mapping[str, Any] = error.schema
    if error.validator == "enum":
        return f"is not known here; known: {', '.join(map(str, error.validator_value))}"
    if error.validator == "format":
        return "is no length of time; write 10s or so"
    if of_time(rule):
        return f"is not a duration; write {with_unit(error.instance) or '500ms, 30s, 5m, 1h30m or 7d'}"
    if has_format(rule, "rate"):
        return f"is not a share; write {percent(error.instance) or '1% or 0.5%'}"
    return str(rule.get("x-form", f"does not have the form {error.validator_value}"))
