"""Queries: what evidence a check asks for. Symbolic and hashable, so equal ones are answered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from validator.logs.entry import Sort
from validator.logs.selector import ALL, Selector

Role = Literal["target", "previous"]


@dataclass(frozen=True)
class Service:
    """The target's Cloud Run service."""

    target: str


@dataclass(frozen=True)
class Revision:
    """A revision of the target's service, by the part it plays in this deploy."""

    target: str
    role: Role = "target"


@dataclass(frozen=True)
class Revisions:
    """All revisions of the target's service, newest first (to find the previous one)."""

    target: str


@dataclass(frozen=True)
class Build:
    """The Cloud Build that made the target's revision."""

    target: str


@dataclass(frozen=True)
class Origin:
    """The same build, asked for only where it has to tell whose deploy the revision is or which container is meant."""

    target: str


@dataclass(frozen=True)
class Logs:
    """The log entries of all targets in one project."""

    project: str


@dataclass(frozen=True)
class Entries:
    """Those of the target's log entries that a rule is about. They come with the reads of the project's logs."""

    target: str
    selector: Selector = ALL


@dataclass(frozen=True)
class Baseline:
    """The log entries of an older revision, in a like span of its life as the target's revision is judged in."""

    target: str
    after: float
    """Seconds from a check's start to the end of its window: its `within` and `for`."""
    sort: Sort = Sort.APPLICATION
    """What the application logged, or the request log."""
    revision: str = ""
    """Its short name; empty for the previous one."""


@dataclass(frozen=True)
class Probe:
    """An HTTP request to the target, repeated while a check needs it."""

    target: str
    method: str
    location: str
    """A path on the target (`/health`) or a whole URL."""
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    timeout: float = 10.0
    """Seconds for one whole exchange."""
    redirects: bool = False
    """Whether redirects are followed."""
    repeat: bool = True
    """Whether it may be sent more than once (a POST is not, unless `within` is written)."""
    check: str = ""
    """Of one that may be sent only once: the check it is for, so that each check has its own."""


@dataclass(frozen=True)
class Echo:
    """A HEAD request whose only use is to be found again in the target's request log."""

    target: str


Query = Service | Revision | Revisions | Build | Origin | Logs | Entries | Baseline | Probe | Echo
