"""The types of CEL variables: written as text, made into CEL types, and values given as JSON made into values of them."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cel_expr_python import cel
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

_SIMPLE = {
    "bool": cel.Type.BOOL,
    "bytes": cel.Type.BYTES,
    "double": cel.Type.DOUBLE,
    "duration": cel.Type.DURATION,
    "dyn": cel.Type.DYN,
    "int": cel.Type.INT,
    "string": cel.Type.STRING,
    "timestamp": cel.Type.TIMESTAMP,
    "uint": cel.Type.UINT,
}
_WELL_KNOWN = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}
_LOG_ENTRY = "google.logging.v2.LogEntry"


@dataclass(frozen=True)
class Kind:
    """A CEL type: `string`, `list(string)`, `map(string, dyn)`, `google.cloud.run.v2.Revision`."""

    name: str
    of: tuple[Kind, ...] = ()

    @property
    def cel(self) -> Any:
        """The same for the CEL runtime."""
        if self.name == "list":
            return cel.Type.List(self.of[0].cel)
        if self.name == "map":
            return cel.Type.Map(self.of[0].cel, self.of[1].cel)
        return _SIMPLE.get(self.name) or cel.Type(self.name)

    def value(self, given: Any) -> Any:
        """Make a value of this type: of JSON, of a datetime or timedelta, of a message that is one already.

        Raises:
            ValueError: it is not one of this type.
            TypeError, AttributeError: the same, by the shape of it.
        """
        match self.name:
            case "list":
                return [self.of[0].value(item) for item in given]
            case "map":
                return {key: self.of[1].value(item) for key, item in given.items()}
            case "dyn":
                return from_json(given)
            case "double":
                return float(given)
            case "timestamp":
                return _datetime(given)
            case name if name in _SIMPLE or isinstance(given, Message):
                return given
            case name:
                return _message(name, given)


@cache
def kind(text: str) -> Kind:
    """Read a type.

    Raises:
        ValueError: it is none, or names a message that the descriptors do not have.
    """
    outer = re.fullmatch(r"\s*(list|map)\s*\((.*)\)\s*", text)
    if outer:
        parts = outer[2].split(",", 1) if outer[1] == "map" else [outer[2]]
        if len(parts) == (2 if outer[1] == "map" else 1):
            return Kind(outer[1], tuple(kind(part) for part in parts))
    name = _WELL_KNOWN.get(text.strip(), text.strip())
    if name not in _SIMPLE:
        try:
            pool().FindMessageTypeByName(name)
        except KeyError:
            raise ValueError(f"not a CEL type: {text!r}") from None
    return Kind(name)


@cache
def pool() -> DescriptorPool:
    """The descriptors of `descriptors.binpb` (made by scripts/descriptors.py)."""
    made = DescriptorPool()
    for file in _files().file:
        made.AddSerializedFile(file.SerializeToString())
    return made


@cache
def message_class(name: str) -> Any:
    """The class of a message by its full name; what fields it has only the descriptors know."""
    return GetMessageClass(pool().FindMessageTypeByName(name))


@cache
def messages() -> tuple[Any, ...]:
    """The descriptors of all messages, nested ones too."""

    def within(message: Any) -> list[Any]:
        return [message, *(inner for each in message.nested_types for inner in within(each))]

    names = [f"{file.package}.{m.name}" for file in _files().file for m in file.message_type if file.package]
    return tuple(inner for name in names for inner in within(pool().FindMessageTypeByName(name)))


def plain(value: Any) -> Any:
    """A value of CEL in JSON's types: moments as RFC 3339, lengths of time as seconds; a map's keys by the alphabet, as it has no order.

    Raises:
        TypeError: it has no such form.
    """
    match value:
        case float() if not math.isfinite(value):
            raise TypeError("a number past all doubles cannot be captured")
        case None | bool() | int() | float() | str():
            return value
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.timedelta():
            return f"{value.total_seconds():g}s"
        case Mapping():
            return {str(key): plain(value[key]) for key in sorted(value, key=str)}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be captured; take a field of it")


@cache
def abbreviations() -> tuple[str, ...]:
    """Full names of the types that may be written by their last part: enums, and messages with enums inside.

    So `Build.Status.SUCCESS` means google.devtools.cloudbuild.v1.Build.Status.SUCCESS.
    """
    names = [
        f"{file.package}.{name}"
        for file in _files().file
        if file.package not in ("google.protobuf", "cel.expr")
        for name in [*(e.name for e in file.enum_type), *(m.name for m in file.message_type if m.enum_type)]
    ]
    last = Counter(name.rpartition(".")[2] for name in names)
    return tuple(sorted(name for name in names if last[name.rpartition(".")[2]] == 1))


@cache
def _files() -> FileDescriptorSet:
    return FileDescriptorSet.FromString(Path(__file__).with_name("descriptors.binpb").read_bytes())


def _message(name: str, given: Mapping[str, Any]) -> Any:
    """Read the official JSON of a message; fields that the descriptors do not know are left out.

    The payload of an audit entry keeps its type alone: which types there are is open.
    """
    from google.protobuf.json_format import ParseDict, ParseError  # noqa: PLC0415 - lint evaluates nothing

    payload = given.get("protoPayload") if name == _LOG_ENTRY else None
    if payload is not None:
        given = {key: value for key, value in given.items() if key != "protoPayload"}
    message = message_class(name)()
    try:
        ParseDict(dict(given), message, ignore_unknown_fields=True, descriptor_pool=pool())
    except ParseError as error:
        raise ValueError(str(error)) from error
    if payload is not None:
        message.proto_payload.type_url = str(payload.get("@type", ""))
    return message


def _datetime(given: Any) -> dt.datetime:
    if isinstance(given, str):
        stamp = Timestamp()
        stamp.FromJsonString(given)
        return stamp.ToDatetime(dt.UTC)
    if isinstance(given, dt.datetime) and given.tzinfo is not None:
        return given
    raise ValueError(f"not a moment with a time zone: {given!r}")


def from_json(value: Any) -> Any:
    """JSON in the containers and numbers that CEL knows: an integer past 64 bits is read as a double."""
    if isinstance(value, Mapping):
        return {str(key): from_json(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [from_json(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return value
