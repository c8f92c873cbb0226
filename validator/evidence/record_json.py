"""Records of the journal as JSON, and back: law `read(written(record)) == record`."""

from __future__ import annotations

import dataclasses
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from validator.evidence import journal
from validator.evidence.sort import Query
from validator.words.call import Answer, Call, Json, Problem

_SORT = "is"
"""The key that names the class of a record, query, call or result."""
_RESULTS = (Answer, Problem)
_RECORDS = get_args(journal.Record)


class UnknownSortError(ValueError):
    """A class that is not known here: a newer version wrote it."""


def written(record: journal.Record) -> Json:
    """A record in JSON's types; fields that are as their default are left out."""
    return _named(record)


def read(data: Json) -> journal.Record:
    """The record that was written.

    Raises:
        UnknownSortError: it is of a class that is not known here.
        LookupError, TypeError, ValueError: it is no record.
    """
    return _made_of(_by_name(_RECORDS, data), data)  # type: ignore[no-any-return]


def _named(value: Any) -> dict[str, Any]:
    return {_SORT: type(value).__name__, **_fields(value)}


def _fields(value: Any) -> dict[str, Any]:
    own = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
    return {field.name: _plain(item) for field, item in own if item != field.default}


def _plain(value: Any) -> Any:
    match value:
        case Query() | Call() | Answer() | Problem():
            return _named(value)
        case Enum():
            return value.value
        case bytes():
            return _text(value)
        case tuple():
            return [_plain(item) for item in value]
        case _ if dataclasses.is_dataclass(value):
            return _fields(value)
        case _:
            return value


def _text(content: bytes) -> Any:
    """A request's body: as text where it is one."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(content).decode()}


def _by_name(known: Iterable[type[Any]], data: Json) -> type[Any]:
    name = data[_SORT]
    found = next((each for each in known if each.__name__ == name), None)
    if found is None:
        raise UnknownSortError(f"{name} is not known to this version")
    return found


def _below(base: type[Any]) -> Iterator[type[Any]]:
    for each in base.__subclasses__():
        yield each
        yield from _below(each)


@cache
def _types(cls: type[Any]) -> Mapping[str, Any]:
    return get_type_hints(cls, localns={"Query": Query})


def _made_of(cls: type[Any], data: Json) -> Any:
    types = _types(cls)  # type: ignore[arg-type]  # classes are hashable
    return cls(**{name: _made(types[name], value) for name, value in data.items() if name != _SORT})


def _made(wanted: Any, value: Any) -> Any:
    """A value of a field's type."""
    origin, parts = get_origin(wanted), get_args(wanted)
    if origin is Query or wanted is Call:
        return _made_of(_by_name(_below(origin or wanted), value), value)
    if origin in (Union, UnionType):
        if set(parts) == set(_RESULTS):
            return _made_of(_by_name(_RESULTS, value), value)
        return None if value is None else _made(next(part for part in parts if part is not type(None)), value)
    if origin is tuple:
        each = parts[:1] * len(value) if parts[-1:] == (Ellipsis,) else parts
        return tuple(_made(part, item) for part, item in zip(each, value, strict=True))
    if wanted is bytes:
        return value.encode() if isinstance(value, str) else b64decode(value["base64"])
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return wanted(value)
    if dataclasses.is_dataclass(wanted):
        return _made_of(wanted, value)  # type: ignore[arg-type]
    return value
