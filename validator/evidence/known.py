"""What judges see: the journal, folded."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from validator.evidence.journal import Observation
from validator.logs.entry import Entry
from validator.logs.selector import Selector
from validator.resources.build import Build
from validator.resources.revision import Revision
from validator.resources.service import Service
from validator.words.check import Target
from validator.words.watermark import Known, Watermark

if TYPE_CHECKING:  # a query and what is known of it name each other
    from validator.evidence.baseline import BaselineOf
    from validator.evidence.sort import Query

Derived = TypeVar("Derived")
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class OlderEntries:
    """What an older revision logged in the first part of its life."""

    revision: Revision
    up_to: float
    """Unix seconds, platform time: the end of the part that was read."""
    entries: Sequence[Entry]
    """By time; this run's marked ones apart."""


@dataclass(frozen=True)
class Refusal:
    """Why a query will never be answered."""

    reason: str
    remedy: str
    rests_on: tuple[int, ...] = ()


class Resources(Protocol):
    """What the platform's resources were seen to be, at one moment of the run."""

    def refusal(self, query: Query[Any]) -> Refusal | None:
        """Why the query will never be answered; None while it may be."""
        ...

    def service(self, target: str) -> Service | None:
        """The service; None before it is read."""
        ...

    def revision(self, target: str) -> Revision | None:
        """The target's revision."""
        ...

    def revisions(self, target: str) -> Sequence[Revision] | None:
        """All revisions of the service, newest first; None while they are not known."""
        ...

    def previous(self, target: str) -> Revision | None:
        """What served most before this deploy, else the newest older revision that was ever ready."""
        ...

    def build(self, target: str) -> Build | None:
        """The build of the target's revision."""
        ...

    @property
    def variables(self) -> Mapping[str, str]:
        """What `vars` holds. May contain secrets: never shown."""
        ...

    @property
    def captured(self) -> Mapping[str, Any]:
        """What checks captured when they passed, by name. May contain secrets: never shown."""
        ...


class Evidence(Resources, Protocol):
    """An incremental fold of the journal. All of it is as of the newest record."""

    def of(self, query: Query[Seen]) -> Seen:
        """What is known of a query, as its sort keeps it."""
        ...

    @property
    def targets(self) -> Mapping[str, Target]:
        """The spec's targets by name."""
        ...

    @property
    def started(self) -> float:
        """When the run began."""
        ...

    @property
    def deadline(self) -> float:
        """When the run must end."""
        ...

    def answers(self, query: Query[Any]) -> Sequence[Observation]:
        """All observations of a query, oldest first, refusals and problems among them."""
        ...

    def services(self, target: str) -> Sequence[tuple[Observation, Service]]:
        """The service as it was seen over time, oldest first."""
        ...

    def readings(self, target: str) -> Sequence[tuple[Observation, Revision]]:
        """The target's revision as it was seen over time, oldest first."""
        ...

    def share_since(self, target: str) -> float:
        """When the target's revision was first seen with the share of the traffic that it has without a break since."""
        ...

    def frozen(self, target: str) -> str:
        """The short name of the target's revision, or empty while it is not resolved."""
        ...

    def entries(self, target: str) -> Sequence[Entry]:
        """What the target's revision itself logged, by time: no entry of the platform, no request, no audit entry."""
        ...

    def select(self, target: str, selector: Selector) -> Sequence[Entry]:
        """Those of the target's entries that a selector selects, by time; each entry is tried once in a run."""
        ...

    def system_entries(self, target: str) -> Sequence[Entry]:
        """What the platform itself logged of the target's revision (varlog/system), by time."""
        ...

    def baseline(self, query: BaselineOf) -> OlderEntries | None:
        """What the baseline logged; None while that is not read wholly."""
        ...

    def logs_read(self, target: str) -> float | None:
        """When the newest complete read of the target's logs was asked for; None before the first."""
        ...

    def probes(self, target: str) -> Sequence[Observation]:
        """All requests that were sent to the target, oldest first."""
        ...

    def request_entries(self, mark: str) -> Sequence[Entry]:
        """The request log's entries of a marked probe that are readable: one, or with redirects one a hop."""
        ...

    def under_way(self, query: Query[Any]) -> float | None:
        """When the probe that is under way for a query was sent; None if none is."""
        ...

    def as_of(self, observation: Observation) -> Resources:
        """The resources as each was read last before an observation came, or first after it.

        So what an answer is judged on does not change with what is read later: a service that becomes right later does
        not mend earlier answers.
        """
        ...

    def derive(
        self, key: Hashable, judge: Callable[[], Derived], *, lasting: Callable[[Derived], bool] = lambda _: True
    ) -> Derived:
        """What follows from the journal, kept as long as `lasting` says that no later record changes it.

        A cache and nothing more: the same comes out whenever it is asked for (held by tests/engine/test_laws.py).
        """
        ...

    def unprovoked(self, target: str) -> bool:
        """Whether the target's revision itself logged anything that no probe made it log."""
        ...

    def echoed(self, target: str, stream: str) -> float | None:
        """The newest moment (platform time) of a stream that is known to be readable by an echo of its own; None without."""
        ...

    def watermark(self, target: str, stream: str) -> Watermark:
        """How far the log is readable (of several ways to know it, the best that reaches furthest)."""
        ...

    def watermark_at_least(self, target: str, streams: Sequence[str], demanded: Known) -> Watermark | None:
        """The least of the streams' watermarks that are known as well as demanded; None if one is not."""
        ...

    def margin(self) -> float:
        """Seconds by which one stream may lag behind another."""
        ...

    def platform_time(self, at: float) -> float:
        """A moment of the gate's clock in the platform's time, as the echoes bound the skew."""
        ...

    def start_of(self, check: str) -> float | None:
        """When a check started: its needs passed and its target ready; None before."""
        ...
