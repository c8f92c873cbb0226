"""JSON that a container prints on stdout or stderr, as Cloud Run makes an entry of it.

cloud.google.com/logging/docs/structured-logging: special fields leave the payload for the entry's own; a payload of which
`message` alone is left becomes a textPayload. Keys that loggers have of their own (`level`, `msg`) stay in the payload.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from validator.emulator.api.message_types import severities
from validator.words.call import Json

_PAYLOADS = ("textPayload", "jsonPayload", "protoPayload")
_SPECIAL: Mapping[str, tuple[str, type]] = {
    "logging.googleapis.com/labels": ("labels", Mapping),
    "logging.googleapis.com/operation": ("operation", Mapping),
    "logging.googleapis.com/sourceLocation": ("sourceLocation", Mapping),
    "logging.googleapis.com/spanId": ("spanId", str),
    "logging.googleapis.com/trace": ("trace", str),
    "logging.googleapis.com/trace_sampled": ("traceSampled", bool),
    "logging.googleapis.com/insertId": ("insertId", str),
    "httpRequest": ("httpRequest", Mapping),
}
"""A special field of the payload -> the entry's field, and what it has to be."""


def is_entry(data: Mapping[str, Any]) -> bool:
    """Whether a map is a LogEntry and not what a container prints."""
    return any(key in data for key in _PAYLOADS)


def structured(data: Mapping[str, Any]) -> Json:
    """The fields of the entry that a printed object becomes."""
    payload = dict(data)
    entry: dict[str, Any] = {}
    for key, (field, kind) in _SPECIAL.items():
        if isinstance(payload.get(key), kind):
            entry[field] = payload.pop(key)
    if str(payload.get("severity", "")).upper() in severities():
        entry["severity"] = str(payload.pop("severity")).upper()
    if list(payload) == ["message"] and isinstance(payload["message"], str):
        return {**entry, "textPayload": payload["message"]}
    return {**entry, "jsonPayload": payload}
