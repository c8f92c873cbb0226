"""What is logged of a request: its entry under `requests`, and the lines that the service writes meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from validator.emulator.world.chance import digits
from validator.emulator.world.deployment import Deployment
from validator.emulator.world.entries import LOGS, Stored, Streams, instance, log_name, nanos, resource, stamp, store
from validator.emulator.world.line import Line
from validator.logs.entry import SYSTEM
from validator.words.call import Json

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")
_CLOUD_TRACE = re.compile(r"([0-9a-f]{32})(?:/\d+)?(?:;o=[01])?", re.IGNORECASE)
_CLIENT = "203.0.113.7"


@dataclass(frozen=True)
class Visit:
    """One request as the log sees it."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    status: int
    sent: int
    """Bytes of the request's body."""
    received: int
    """Bytes of the answer."""
    start: float
    """When it arrived."""
    latency: float
    """Seconds."""
    protocol: str = "HTTP/1.1"


@dataclass(frozen=True)
class Log:
    """Writes the entries of the `number`-th request of the world, which a revision (full name) got."""

    revision: str
    number: int
    seed: int
    streams: Streams
    labels: Mapping[str, str]
    """The revision's own: its request entries carry them too."""

    @classmethod
    def of(cls, deployment: Deployment, revision: str, number: int, seed: int, streams: Streams) -> Log:
        """That of a revision of a deployment."""
        labels = deployment.revisions.get(revision, {}).get("labels") or {}
        return cls(revision, number, seed, streams, labels)

    @property
    def _project(self) -> str:
        return self.revision.split("/")[1]

    def _common(self) -> Json:
        return {
            "resource": resource(self.revision),
            "labels": {"instanceId": instance(self.seed, self.revision.rsplit("/", 1)[-1])},
        }

    def _traced(self, headers: Mapping[str, str]) -> Json:
        trace = _trace(headers) or digits(self.seed, "trace", self.number)
        span = digits(self.seed, "span", self.number, size=16)
        return {"trace": f"projects/{self._project}/traces/{trace}", "spanId": span, "traceSampled": True}

    def request(self, visit: Visit, refusal: str = "") -> Stored:
        """The entry of a request; of one that the front end refused, with its reason and without an instance."""
        answered = self._common()
        entry = {
            **answered,
            "labels": {**self.labels, **answered["labels"]},
            **self._traced(visit.headers),
            "logName": log_name(self._project, LOGS["requests"]),
            "insertId": digits(self.seed, "request", self.number, size=12),
            "timestamp": stamp(nanos(visit.start)),
            "severity": "ERROR" if visit.status >= 500 else "WARNING" if visit.status >= 400 else "INFO",
            "httpRequest": _http_request(visit),
            **({"textPayload": refusal, "labels": {}} if refusal else {}),
        }
        end = visit.start + visit.latency
        return store(entry, end + self.streams.delay(LOGS["requests"]))

    def lines(self, lines: tuple[Line, ...], headers: Mapping[str, str], at: float, what: str = "line") -> list[Stored]:
        """The entries of lines that the service writes at a moment; `what` tells those of several moments apart."""
        found = []
        for place, line in enumerate(lines):
            entry = {
                **self._common(),
                **(self._traced(headers) if line.traced else {}),
                **_payload(line),
                "logName": log_name(self._project, LOGS[line.stream]),
                "insertId": digits(self.seed, what, self.number, size=12) + f"{place:04d}",
                "timestamp": stamp(nanos(at)),
            }
            found.append(store(entry, at + self.streams.delay(LOGS[line.stream])))
        return found

    def cold_start(self, at: float) -> Stored:
        """The platform's line about a new instance."""
        entry = {
            **self._common(),
            "logName": log_name(self._project, SYSTEM),
            "insertId": digits(self.seed, "cold start", self.number, size=12),
            "timestamp": stamp(nanos(at)),
            "severity": "INFO",
            "textPayload": "Starting new instance. Reason: AUTOSCALING - Instance started due to configured scaling "
            "factors (e.g. CPU utilization, request throughput, etc.) or no existing capacity for current traffic.",
        }
        return store(entry, at + self.streams.delay(SYSTEM))


def _trace(headers: Mapping[str, str]) -> str:
    for name, pattern in (("traceparent", _TRACEPARENT), ("x-cloud-trace-context", _CLOUD_TRACE)):
        found = pattern.fullmatch(headers.get(name, ""))
        if found:
            return found[1].lower()
    return ""


def _http_request(visit: Visit) -> Json:
    size = sum(len(name) + len(value) + 4 for name, value in visit.headers.items()) + visit.sent
    return {
        "requestMethod": visit.method,
        "requestUrl": visit.url,
        "requestSize": str(size + len(visit.url)),
        "status": visit.status,
        "responseSize": str(visit.received),
        "userAgent": visit.headers.get("user-agent", ""),
        "remoteIp": _CLIENT,
        "latency": f"{visit.latency:.3f}s" if visit.latency else "0s",
        "protocol": visit.protocol,
    }


def _payload(line: Line) -> dict[str, Any]:
    severity = {"severity": line.severity} if line.severity else {}
    return {**severity, "textPayload": line.text} if line.data is None else {**severity, "jsonPayload": line.data}
