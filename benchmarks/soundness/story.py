"""All that happens in one generated deployment: the trace that the world is built from and that the truth is told by.

Times are seconds of the platform's clock; the gate starts at 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OURS, PREVIOUS, NEWER = "ours", "previous", "newer"
"""The revision of this deploy, the one that served before it, and one that somebody creates during the run."""
FOREVER = float("inf")


@dataclass(frozen=True)
class Line:
    """A log line that a container, the front end or the platform wrote."""

    at: float
    stream: str
    """stdout, stderr, requests, system (what the platform does to a container) or audit (what it says of a resource)."""
    text: str
    """Of an entry with a payload: nothing."""
    readable: float
    """When entries.list begins to find it; never, if it is lost."""
    received: float
    """What its receiveTimestamp says: the ingestion, which may be before it can be read."""
    severity: str = ""
    """The platform's."""
    instance: int = 0
    revision: str = OURS
    payload: Mapping[str, Any] | None = None
    """What a structured logger printed, in place of text."""
    means: str = ""
    """The severity that the application means, where its text or payload alone tells it."""

    @property
    def application(self) -> bool:
        """Whether a container printed it."""
        return self.stream in ("stdout", "stderr")


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
class Page(Span):
    """While Google's front end answers in the service's place."""

    sort: str
    """iam (403, logged), ingress (404, not logged) or capacity (no instance: 429 and 503, logged)."""


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
    imported: float | None = None
    """When Ready turned True for the image alone, before a container was started; None: it did not."""
    ready: float | None = -40.0
    """When the revision became ready, its container started; None: never."""
    broken: float | None = None
    """When the platform gave up on it."""
    superseded: float | None = None
    """When somebody else's newer revision was created."""
    traffic: tuple[Traffic, ...] = (Traffic(-FOREVER, 100),)
    astray: tuple[Span, ...] = ()
    """When requests reach the previous revision, whatever the control plane says."""
    health: tuple[Health, ...] = (Health(-FOREVER, 200),)
    pages: tuple[Page, ...] = ()
    """When the front end answers instead of the service."""
    tag_moved: float | None = None
    """When somebody took the tag to the previous revision; before the run: it was never moved to this deploy's."""
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
    """The commit-to-image chain: proven, unproven (the image is named by a tag), doubtful (another digest of the same repository was
    pushed), broken (an image of another repository was)."""
    sidecar: str = ""
    """A proxy that takes the requests in the application's place: `first` or `last` of the containers; empty: there is none."""
    setting: str = "info"
    """The application's LOG_LEVEL; a sidecar has one of its own."""
    paging: int | None = None
    """The most items of a page of a listing; 0: the first page is empty and says go on. None: as asked."""

    @property
    def own(self) -> tuple[Line, ...]:
        """What was logged of this deploy's revision since it was created."""
        return tuple(line for line in self.lines if line.revision == OURS and line.at >= self.created)

    @property
    def nominal_start(self) -> float:
        """When a gate that knows all at once would start its checks."""
        return max(0.0, self.ready) if self.ready is not None else 0.0


def latest(changes: Sequence[Traffic], at: float) -> Traffic:
    """The change in force at a moment."""
    return next(change for change in reversed(changes) if change.at <= at)
