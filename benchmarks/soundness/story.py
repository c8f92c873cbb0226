"""All that happens in one generated deployment: the trace that the world is built from and that the truth is told by.

Times are seconds of the platform's clock; the gate starts at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

OURS, PREVIOUS, NEWER = "ours", "previous", "newer"
"""The revision of this deploy, the one that served before it, and one that somebody creates during the run."""
FOREVER = float("inf")


@dataclass(frozen=True)
class Line:
    """A log line that a container or the front end wrote."""

    at: float
    stream: str
    """stdout, stderr or requests."""
    text: str
    readable: float
    """When entries.list begins to find it; never, if it is lost."""
    received: float
    """What its receiveTimestamp says: the ingestion, which may be before it can be read."""
    severity: str = ""
    instance: int = 0
    revision: str = OURS


@dataclass(frozen=True)
class Traffic:
    """From a moment on: what the control plane says of the service's traffic."""

    at: float
    percent: int
    """The share of this deploy's revision."""
    pinned: bool = False
    """Whether the rest is bound to the previous revision by its name, and nothing follows the latest."""


@dataclass(frozen=True)
class Health:
    """From a moment on: what this deploy's revision answers on its health path."""

    at: float
    status: int
    latency: float = 0.08


@dataclass(frozen=True)
class Outage:
    """An API method that answers an error for a while."""

    method: str
    code: str
    start: float
    until: float


@dataclass(frozen=True)
class Span:
    """From `start` up to `until`."""

    start: float
    until: float


@dataclass(frozen=True)
class Story:
    """One deployment, from before the gate starts until after it ends."""

    key: str
    """Seed, regime and number: all chance in the world comes from it."""
    regime: str
    suite: str
    """Which spec it is judged by."""
    faults: tuple[str, ...]
    """What was put into it, by name; the first one is counted in `by_fault`."""
    skew: float = 0.0
    """Seconds by which the platform's clock is ahead of the gate's."""
    created: float = -60.0
    """When the newest revision was created."""
    foreign: bool = False
    """Whether the newest revision at the start is of an older deploy: this one silently made none."""
    ready: float | None = -40.0
    """When the revision became ready; None: never."""
    broken: float | None = None
    """When the platform gave up on it."""
    superseded: float | None = None
    """When somebody else's newer revision was created."""
    traffic: tuple[Traffic, ...] = (Traffic(-FOREVER, 100),)
    astray: tuple[Span, ...] = ()
    """When requests reach the previous revision, whatever the control plane says."""
    health: tuple[Health, ...] = (Health(-FOREVER, 200),)
    lines: tuple[Line, ...] = field(default=(), repr=False)
    logs_denied: float = FOREVER
    """From when on the account may not read the logs."""
    run_denied: bool = False
    """Whether the account may not read the service."""
    outages: tuple[Outage, ...] = ()
    lost: float = 0.0
    """The share of request log entries that are never stored."""
    stall: Span | None = None
    """When ingestion stands still: what is written then becomes readable at its end, or later."""
    chain: str = "proven"
    """The commit-to-image chain: proven, unproven (the image is named by a tag), broken (another image was pushed)."""

    @property
    def nominal_start(self) -> float:
        """When a gate that knows all at once would start its checks."""
        return max(0.0, self.ready) if self.ready is not None else 0.0


def latest(changes: Sequence[Traffic], at: float) -> Traffic:
    """The change in force at a moment."""
    return next(change for change in reversed(changes) if change.at <= at)
