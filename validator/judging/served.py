"""Requests that a revision served, as the platform's request log tells them: who sent them, and what came of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from validator.evidence.front_end import untaken
from validator.logs.entry import REQUESTS, Entry

_PROBER = re.compile(
    r"^(?:GoogleHC/|kube-probe/|GoogleStackdriverMonitoring-UptimeChecks|Google-Cloud-Monitoring-|ELB-HealthChecker/"
    r"|UptimeRobot/|.*\bUptimeRobot/|Pingdom|Better (?:Stack|Uptime)|.*StatusCake)"
)
"""User agents of health checks and uptime monitors."""
_NO_INSTANCE = (429, 500, 503)
"""What the platform answers where no instance is there: https://cloud.google.com/run/docs/troubleshooting#abort-request."""
_GATE = "validator/"
"""Begins the user agent of this gate's probes, those of other runs too."""


@dataclass(frozen=True)
class Served:
    """One request."""

    entry: Entry
    status: int | None
    """None where the log does not say."""
    latency: float | None
    """Seconds; None where it is not the time of an answer: a WebSocket's is as long as it was open."""
    path: str
    agent: str

    @classmethod
    def read(cls, entry: Entry) -> Served:
        """From a request log's entry."""
        request = entry.raw.get("httpRequest", {})
        status = int(request["status"]) if request.get("status") else None
        told = str(request.get("latency", ""))
        latency = float(told.rstrip("s")) if told and status != 101 else None
        path = urlsplit(str(request.get("requestUrl", ""))).path or "/"
        return cls(entry, status, latency, path, str(request.get("userAgent", "")))

    @property
    def failed(self) -> bool:
        """Whether the service was at fault."""
        return self.status is not None and self.status >= 500

    @property
    def taken(self) -> bool:
        """Whether an instance took it: else nothing of it is the container's doing."""
        return not untaken(self.entry)

    @property
    def aborted(self) -> bool:
        """Whether the platform gave it up because no instance was there."""
        return not self.taken and self.status in _NO_INSTANCE

    @property
    def ours(self) -> bool:
        """Whether a gate sent it."""
        return self.agent.startswith(_GATE)

    @property
    def monitors(self) -> bool:
        """Whether a health check or a monitor sent it, as its user agent says."""
        return _PROBER.match(self.agent) is not None


def served(entries: Iterable[Entry]) -> list[Served]:
    """The requests among entries."""
    return [Served.read(entry) for entry in entries if entry.log == REQUESTS]


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that so many percent of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]
