"""A resource or an entry of a scenario made into what its message type takes, so that no answer of an API breaks on it.

YAML makes numbers of labels such as `1234567` and `12e4`, and booleans of `true`: where the API has text they are the text
that was written. A field that is not known is left out and noted, since real exports have fields that this stand-in lacks;
a field of a condition, a value that cannot be, and a name of an enum that is nearly another are mistakes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Protocol

from google.protobuf.descriptor import FieldDescriptor

from validator.emulator.api.message_types import fields
from validator.emulator.world.moments import moment

Path = tuple[str | int, ...]
_STRICT = frozenset({"google.cloud.run.v2.Condition"})
"""Messages in which an unknown field is a mistake: what they say decides a verdict."""
_KEPT: Mapping[str, frozenset[str]] = {"google.logging.v2.LogEntry": frozenset({"errorGroups"})}
"""Fields that the APIs have and the clients' packages lack: they stay, as the log filter knows them."""
_FREE = frozenset(
    {"google.protobuf.Struct", "google.protobuf.Any", "google.protobuf.Value", "google.protobuf.ListValue"}
)
_DURATION = re.compile(r"-?\d+(\.\d{1,9})?s", re.ASCII)
_LONGEST = 315_576_000_000
"""Seconds of a google.protobuf.Duration at most."""
_WHOLE = re.compile(r"[-+]?\d{1,20}", re.ASCII)
_KIND = FieldDescriptor
_BITS = {_KIND.CPPTYPE_INT32: (-(2**31), 2**31), _KIND.CPPTYPE_UINT32: (0, 2**32)} | {
    _KIND.CPPTYPE_INT64: (-(2**63), 2**63),
    _KIND.CPPTYPE_UINT64: (0, 2**64),
}
_LONG = (_KIND.CPPTYPE_INT64, _KIND.CPPTYPE_UINT64)


class Told(Protocol):
    """What a file had at a path, and what is to be said of it."""

    def original(self, path: Path, value: Any) -> str:
        """A scalar as it was written."""
        ...

    def mistake(self, path: Path, message: str, *, of_key: bool = False) -> None:
        """It cannot be used."""
        ...

    def note(self, path: Path, message: str) -> None:
        """It is left out."""
        ...


def fitted(data: Any, message: Any, path: Path, told: Told) -> Any:
    """Data as a message type takes it, null where it has null; what stands under a number lies over a list's element."""
    if data is None:
        return None
    if not isinstance(data, Mapping):
        told.mistake(path, f"this must be a map: {message.name}")
        return {}
    known, found = fields(message), {}
    whole = _whole_here(path)
    for key, value in data.items():
        field = known.get(key)
        if value is None and whole:
            continue
        if key in _KEPT.get(message.full_name, ()):
            found[key] = value
        elif field is None:
            _unknown(key, value, message, (*path, key), told)
        else:
            found[field.json_name] = _field(value, field, (*path, key), told)
    _one_of(found, message, path, told)
    return found


def _one_of(found: Mapping[str, Any], message: Any, path: Path, told: Told) -> None:
    """Note where more than one of those is given of which a message has one."""
    for choice in message.oneofs:
        given = [field.json_name for field in choice.fields if found.get(field.json_name) is not None]
        if given[1:]:
            told.mistake((*path, given[1]), f"only one of {' and '.join(given)} may be given", of_key=True)


def _unknown(key: str, value: Any, message: Any, path: Path, told: Told) -> None:
    names = [field.json_name for field in message.fields]
    if message.full_name in _STRICT:
        close = get_close_matches(key, names, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
        told.mistake(path, f"unknown key {key!r}; {hint}", of_key=True)
    elif value not in (None, "", [], {}):
        close = get_close_matches(key, names, 1, 0.8)
        hint = f"; did you mean {close[0]}?" if close else ""
        told.note(path, f"{key} is not known here and left out{hint}")


def _field(value: Any, field: Any, path: Path, told: Told) -> Any:
    if value is None:
        return None
    entry = field.message_type if field.message_type and field.message_type.GetOptions().map_entry else None
    if entry is not None:
        if not isinstance(value, Mapping):
            told.mistake(path, "this must be a map")
            return {}
        of_value = entry.fields_by_name["value"]
        items = value.items() if not _whole_here(path) else [item for item in value.items() if item[1] is not None]
        return {str(key): _value(each, of_value, (*path, key), told) for key, each in items}
    if not field.is_repeated:
        return _value(value, field, path, told)
    if isinstance(value, Mapping) and value and all(str(key).isdecimal() for key in value):
        return {key: _value(each, field, (*path, key), told) for key, each in value.items()}
    if not isinstance(value, list):
        told.mistake(path, "this must be a list")
        return []
    if None in value:
        told.mistake((*path, value.index(None)), "an element of a list is missing")
    return [_value(each, field, (*path, number), told) for number, each in enumerate(value)]


def _whole_here(path: Path) -> bool:
    """Whether null says nothing here: a list is laid over whole, so nothing in it takes away what is below."""
    return any(isinstance(part, int) for part in path[2:])  # changes are a list of maps that are laid over


def _value(value: Any, field: Any, path: Path, told: Told) -> Any:
    if value is None:
        return None
    if field.message_type is not None:
        return _message(value, field.message_type, path, told)
    if isinstance(value, Mapping | list):
        told.mistake(path, f"this must be {'text' if field.cpp_type == _KIND.CPPTYPE_STRING else 'one value'}")
        return None
    match field.cpp_type:
        case _KIND.CPPTYPE_STRING:
            return value if isinstance(value, str) else told.original(path, value)
        case _KIND.CPPTYPE_BOOL:
            return _boolean(value, path, told)
        case _KIND.CPPTYPE_ENUM:
            return _name(value, field.enum_type, path, told)
        case _KIND.CPPTYPE_FLOAT | _KIND.CPPTYPE_DOUBLE:
            return _number(value, path, told)
        case _:
            return _whole(value, field.cpp_type, path, told)


def _message(value: Any, message: Any, path: Path, told: Told) -> Any:
    name = message.full_name
    if name == "google.protobuf.Timestamp":
        return _time(value, path, told)
    if name == "google.protobuf.Duration":
        text = f"{value}s" if isinstance(value, int | float) and not isinstance(value, bool) else value
        if isinstance(text, str) and _DURATION.fullmatch(text) and abs(float(text[:-1])) <= _LONGEST:
            return text
        told.mistake(path, f"not a duration as the APIs write it, such as 300s: {value!r}")
        return None
    if name in _FREE:
        if name != "google.protobuf.Value" and not isinstance(value, Mapping):
            told.mistake(path, "this must be a map")
            return {}
        return value
    return fitted(value, message, path, told)


def _time(value: Any, path: Path, told: Told) -> Any:
    try:
        moment(value, 0.0)
    except (ValueError, OverflowError) as error:
        told.mistake(path, str(error) if isinstance(error, ValueError) else f"not a time: {value!r}")
        return None
    return value


def _boolean(value: Any, path: Path, told: Told) -> Any:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    told.mistake(path, f"this must be true or false, not {value!r}")
    return None


def _number(value: Any, path: Path, told: Told) -> Any:
    try:
        return float(value)
    except ValueError:
        told.mistake(path, f"this must be a number, not {value!r}")
        return None


def _whole(value: Any, kind: int, path: Path, told: Told) -> Any:
    integral = isinstance(value, float) and math.isfinite(value) and value == int(value)
    digits = isinstance(value, str) and _WHOLE.fullmatch(value)
    number = int(value) if integral or digits or type(value) is int else None
    low, high = _BITS[kind]
    if number is None or not low <= number < high:
        told.mistake(path, f"this must be a whole number, not {value!r}")
        return None
    return str(number) if kind in _LONG else number


def _name(value: Any, enum: Any, path: Path, told: Told) -> Any:
    """An enum's value by its name; a number that has none is kept, as proto3 keeps it."""
    if isinstance(value, int) and not isinstance(value, bool):
        known = enum.values_by_number.get(value)
        return known.name if known else _whole(value, _KIND.CPPTYPE_INT32, path, told)
    names = list(enum.values_by_name)
    if value in names:
        return value
    close = get_close_matches(str(value).upper(), names, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
    if close or len(names) <= 10:
        told.mistake(path, f"not known: {value!r}; {hint}")
    else:
        told.note(path, f"{value!r} is not known here and left out")
    return None
