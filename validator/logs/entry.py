"""One log entry, read from its official JSON (google.logging.v2.LogEntry): who speaks in it, when, and what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from validator.logs.payload import compact, escaped
from validator.logs.severity import platform_severity, severity_of
from validator.words.call import Json
from validator.words.instant import nanoseconds, seconds
from validator.words.resource_name import short

SYSTEM = "run.googleapis.com/varlog/system"
REQUESTS = "run.googleapis.com/requests"
AUDIT = "cloudaudit.googleapis.com"
"""Begins the ids of the audit logs."""
STDOUT = "run.googleapis.com/stdout"
STDERR = "run.googleapis.com/stderr"


class Sort(StrEnum):
    """Who speaks in a log entry."""

    APPLICATION = "application"
    """The service itself, on stdout and stderr or by a logging library."""
    PLATFORM = "platform"
    """Cloud Run of the revision: container exits, start-up probes, memory limits (varlog/system)."""
    AUDIT = "audit"
    """Cloud Run of its own API: a revision was made, became ready."""
    REQUEST = "request"
    """The request log."""

    @classmethod
    def of(cls, log: str) -> Sort:
        """The sort of a log's entries; logs of an application's own are called as no Google API is."""
        if log in (STDOUT, STDERR):
            return cls.APPLICATION
        if log == REQUESTS:
            return cls.REQUEST
        if log.startswith(AUDIT):
            return cls.AUDIT
        return cls.PLATFORM if ".googleapis.com/" in log else cls.APPLICATION


@dataclass(frozen=True)
class Entry:
    """One log entry."""

    log: str
    """The log's id, unescaped: `run.googleapis.com/stdout`."""
    nanos: int
    insert_id: str
    location: str
    service: str
    revision: str
    instance: str
    severity: str
    """The platform's field, one of SEVERITIES; `told` is what the whole entry tells."""
    trace: str
    """The trace id alone, 32 hex digits, or empty."""
    raw: Json = field(repr=False, compare=False)

    @classmethod
    def read(cls, data: Json) -> Entry:
        """From logging.v2 LogEntry."""
        labels = data.get("resource", {}).get("labels", {})
        log_name = data.get("logName", "")
        log = log_name.split("/logs/", 1)[-1].replace("%2F", "/").replace("%2f", "/")
        stamp = data.get("timestamp") or data.get("receiveTimestamp")
        return cls(
            log,
            nanoseconds(stamp) if stamp else 0,
            data.get("insertId", ""),
            labels.get("location", ""),
            labels.get("service_name", ""),
            labels.get("revision_name", ""),
            data.get("labels", {}).get("instanceId", ""),
            platform_severity(data.get("severity")),
            short(data.get("trace", "")),
            data,
        )

    @cached_property
    def sort(self) -> Sort:
        """Who speaks in it."""
        return Sort.AUDIT if "protoPayload" in self.raw else Sort.of(self.log)

    @property
    def at(self) -> float:
        """When it happened, Unix seconds, platform time."""
        return self.nanos / 1e9

    @cached_property
    def ended(self) -> float:
        """For a request: when the response was over; else `at`."""
        return self.at + float(self.raw.get("httpRequest", {}).get("latency", "0s").rstrip("s") or 0)

    @cached_property
    def received(self) -> float:
        """When Cloud Logging had it, Unix seconds; unlike the timestamp never the application's to write."""
        return seconds(self.raw["receiveTimestamp"]) if "receiveTimestamp" in self.raw else self.at

    @property
    def url(self) -> str:
        """Of a request: the URL that was asked for."""
        return str(self.raw.get("httpRequest", {}).get("requestUrl", ""))

    @property
    def order(self) -> tuple[int, str]:
        """Cloud Logging's order: by time, then by insert id."""
        return self.nanos, self.insert_id

    @cached_property
    def payload(self) -> Json:
        """Its JSON, also that which it holds as text; empty if there is none, or none that can be read."""
        payload: Any = self.raw.get("jsonPayload")
        text = self.raw.get("textPayload")
        if payload is None and isinstance(text, str) and text.lstrip()[:1] == "{":
            try:
                payload = json.loads(text)
            except (ValueError, RecursionError):
                return {}
        return payload if isinstance(payload, Mapping) else {}

    told = cached_property(severity_of)
    """How bad it is, and by what that is told."""

    @cached_property
    def _carried(self) -> Any:
        """Its payload, or what an entry of the platform's has in place of one."""
        if "textPayload" in self.raw:
            return self.payload  # of a text with a request beside it the text is all
        return self.payload or self.raw.get("protoPayload") or self.raw.get("httpRequest") or {}

    @cached_property
    def text(self) -> str:
        """Its message: textPayload, else jsonPayload.message (or msg), else its payload as compact JSON."""
        if "textPayload" in self.raw:
            return str(self.raw["textPayload"])
        payload = self.raw.get("jsonPayload")
        if isinstance(payload, Mapping):
            for key in ("message", "msg"):
                if isinstance(payload.get(key), str) and payload[key].strip():
                    return str(payload[key])
        return compact(self._carried)

    @cached_property
    def whole(self) -> str:
        """All that it says: its message, below that its payload as compact JSON, below that the texts that JSON escapes."""
        carried = self._carried
        if not carried:
            return self.text
        as_json = () if "textPayload" in self.raw else (compact(carried),)
        told = dict.fromkeys((self.text, *as_json, *escaped(carried)))
        return "\n".join(told) if len(told) > 1 else self.text
