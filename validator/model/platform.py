"""Cloud Run and Cloud Logging resources, read from their official JSON.

Fields and their meaning: google.cloud.run.v2, google.logging.v2.
Missing fields read as the proto default, as the APIs leave those out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from validator.model.build import Build
from validator.model.call import Json
from validator.model.container import Container
from validator.model.container import read as containers_of
from validator.model.instant import moment, nanoseconds, seconds
from validator.model.payload import compact, escaped
from validator.model.severity import platform_severity, severity_of

SYSTEM = "run.googleapis.com/varlog/system"
REQUESTS = "run.googleapis.com/requests"
AUDIT = "cloudaudit.googleapis.com"
"""Begins the ids of the audit logs."""
STDOUT = "run.googleapis.com/stdout"
STDERR = "run.googleapis.com/stderr"


def short(name: str) -> str:
    """The last part of a resource name: `projects/p/.../revisions/r` -> `r`."""
    return name.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Condition:
    """A named state of a resource, with the platform's own reason."""

    type: str
    state: str
    reason: str
    message: str
    since: float | None

    @classmethod
    def read(cls, data: Json) -> Condition:
        """From run.v2 Condition; the reason is whichever of its three is set."""
        reasons = (data.get(key, "") for key in ("reason", "revisionReason", "executionReason"))
        reason = next((r for r in reasons if r and not r.endswith("_UNDEFINED")), "")
        return cls(
            data.get("type", ""),
            data.get("state", "STATE_UNSPECIFIED"),
            reason,
            data.get("message", ""),
            moment(data, "lastTransitionTime"),
        )

    @property
    def succeeded(self) -> bool:
        """Whether the condition holds."""
        return self.state == "CONDITION_SUCCEEDED"

    @property
    def failed(self) -> bool:
        """Whether the platform has given up on it."""
        return self.state == "CONDITION_FAILED"


_NO_CONDITION = Condition("", "STATE_UNSPECIFIED", "", "", None)


@dataclass(frozen=True)
class Share:
    """One line of a service's traffic: which revision gets how much, under which tag."""

    revision: str
    """Short name; empty for the latest ready one."""
    percent: int
    tag: str
    uri: str

    @property
    def latest(self) -> bool:
        """Whether it follows the latest ready revision and is not pinned to one by name."""
        return not self.revision

    @classmethod
    def read(cls, data: Json) -> Share:
        """From run.v2 TrafficTarget or TrafficTargetStatus."""
        return cls(
            short(data.get("revision", "")),
            int(data.get("percent", 0)),
            data.get("tag", ""),
            data.get("uri", ""),
        )


@dataclass(frozen=True)
class Service:
    """A Cloud Run service at one moment."""

    name: str
    uri: str
    latest_created: str
    latest_ready: str
    reconciling: bool
    terminal: Condition
    traffic: tuple[Share, ...]
    """As it was asked for."""
    statuses: tuple[Share, ...]
    """As it is."""
    labels: Mapping[str, str]
    updated: float | None
    raw: Json = field(repr=False)

    @classmethod
    def read(cls, data: Json) -> Service:
        """From run.v2 Service."""
        return cls(
            short(data.get("name", "")),
            data.get("uri", ""),
            short(data.get("latestCreatedRevision", "")),
            short(data.get("latestReadyRevision", "")),
            bool(data.get("reconciling")),
            Condition.read(data["terminalCondition"]) if "terminalCondition" in data else _NO_CONDITION,
            tuple(map(Share.read, data.get("traffic", ()))),
            tuple(map(Share.read, data.get("trafficStatuses", ()))),
            data.get("labels", {}),
            moment(data, "updateTime"),
            data,
        )

    @property
    def settled(self) -> bool:
        """Whether what was asked for is what is: only then do traffic and its statuses agree."""
        return not self.reconciling and self.terminal.succeeded

    def pinned_away_from(self, revision: str) -> bool:
        """Whether it is settled with all traffic bound by name to other revisions: no waiting moves that."""
        bound = [share.revision for share in self.traffic if share.percent]
        return self.settled and bool(bound) and all(name and name != revision for name in bound)

    def serving(self) -> dict[str, int]:
        """Percent of the traffic of each revision that has any, most first."""
        shares: dict[str, int] = {}
        for share in self.statuses:
            if share.percent:
                revision = share.revision or self.latest_ready
                shares[revision] = shares.get(revision, 0) + share.percent
        return dict(sorted(shares.items(), key=lambda item: -item[1]))

    def tags(self) -> dict[str, tuple[str, str]]:
        """Tag -> (revision, URL)."""
        return {share.tag: (share.revision or self.latest_ready, share.uri) for share in self.statuses if share.tag}


@dataclass(frozen=True)
class Revision:
    """A Cloud Run revision at one moment."""

    name: str
    service: str
    created: float
    ready: Condition
    conditions: tuple[Condition, ...]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    containers: tuple[Container, ...]
    raw: Json = field(repr=False)

    @classmethod
    def read(cls, data: Json) -> Revision:
        """From run.v2 Revision."""
        conditions = tuple(map(Condition.read, data.get("conditions", ())))
        return cls(
            short(data.get("name", "")),
            short(data.get("service", "")),
            seconds(data["createTime"]) if data.get("createTime") else 0.0,
            next((c for c in conditions if c.type == "Ready"), _NO_CONDITION),
            conditions,
            data.get("labels", {}),
            data.get("annotations", {}),
            containers_of(data),
            data,
        )

    def condition(self, kind: str) -> Condition | None:
        """One of its conditions; None where the platform does not tell of it."""
        return next((condition for condition in self.conditions if condition.type == kind), None)

    @property
    def settled(self) -> bool:
        """Whether the platform has come to an end with it: its settings never change, and its state not for long."""
        return self.ready.succeeded or self.ready.failed

    @property
    def was_ready(self) -> bool:
        """Whether it is or once was ready: one without traffic for long is retired."""
        return self.ready.succeeded or self.ready.reason == "RETIRED"

    @property
    def ingress(self) -> Container:
        """The container that takes the requests: the one with a port, else the first."""
        return next((c for c in self.containers if c.ports), self.containers[0] if self.containers else Container())

    def made_by(self, build: Build | None) -> Container:
        """The container whose image a build pushed: by its digest, else by its repository; else the ingress one."""
        pushed = (c for c in self.containers if build and c.digest in build.digests)
        alike = (c for c in self.containers if build and c.repository in build.repositories)
        return next(pushed, None) or next(alike, self.ingress)


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
