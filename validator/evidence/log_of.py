"""The log of a target's revision: its part of what is read of its project's logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from validator.evidence.logs import LogsOf, own
from validator.evidence.sort import Told
from validator.logs.entry import Entry
from validator.logs.selector import APPLICATION, PLATFORM, Selector
from validator.words.watermark import Known, Watermark

if TYPE_CHECKING:
    from validator.evidence.fold import Folded
    from validator.evidence.log_fold import LogEvidence, Revision


@dataclass(frozen=True)
class OwnLog:
    """What is known of one revision's log, and of how far its service's streams are readable."""

    logs: LogEvidence
    revision: Revision
    """Location, service and revision, short names."""

    @property
    def entries(self) -> Sequence[Entry]:
        """What the revision itself logged, by time: no entry of the platform, no request, no audit entry."""
        return self.select(APPLICATION)

    @property
    def platform(self) -> Sequence[Entry]:
        """What the platform itself logged of it (varlog/system), by time."""
        return self.select(PLATFORM)

    def select(self, selector: Selector) -> Sequence[Entry]:
        """Those of its entries that a selector selects, by time; each entry is tried once in a run."""
        return self.logs.select(self.revision, selector)

    @property
    def unprovoked(self) -> bool:
        """Whether it logged anything that no probe made it log."""
        return self.revision in self.logs.unprovoked

    @property
    def volume(self) -> float | None:
        """Entries a minute, if they are too many to read them all."""
        narrowing = self.logs.narrowed.get(self.revision)
        return narrowing.volume if narrowing else None

    @property
    def read_at(self) -> float | None:
        """When the newest complete read was asked for; None before the first."""
        return self.logs.read_at

    def requests(self, mark: str) -> Sequence[Entry]:
        """The request log's entries of a marked probe that are readable: one, or with redirects one a hop."""
        return self.logs.requests.get(mark, ())

    def echoed(self, stream: str) -> float | None:
        """The newest moment (platform time) of a stream that is known to be readable by an echo of its own; None without."""
        return self.logs.echoes.get((self.revision[:2], stream))

    def watermark(self, stream: str) -> Watermark:
        """How far a stream is readable (of several ways to know it, the best that reaches furthest)."""
        return self.logs.watermark(self.revision[:2], stream)

    def at_least(self, streams: Sequence[str], demanded: Known) -> Watermark | None:
        """The least of several streams' watermarks that are known as well as demanded; None if one is not."""
        return self.logs.at_least(self.revision[:2], streams, demanded)


class LogOf(Told[OwnLog]):
    """The log of a target's revision."""

    def fresh(self, known: Folded) -> OwnLog:
        """Its part of the project's logs as they are now."""
        target = known.targets[self.target]
        return OwnLog(known.of(LogsOf(target.project)), own(target, known))
