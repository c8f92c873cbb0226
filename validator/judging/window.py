"""The span of a revision's log that a check judges, and how far it is known to be readable."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from validator.evidence.filtered import BEFORE, FilteredOf
from validator.evidence.known import Evidence
from validator.evidence.log_of import LogOf
from validator.evidence.logs import EntriesOf, LogsOf
from validator.evidence.revision import RevisionOf
from validator.logs.entry import Entry
from validator.words.check import Check
from validator.words.instant import clock, rfc3339
from validator.words.log_command import read_filter
from validator.words.verdict import Outcome, Verdict
from validator.words.watermark import Known, Watermark


@dataclass(frozen=True)
class Window:
    """From the revision's creation to the check's start plus `within` plus `for`; Unix seconds, platform time."""

    start: float
    end: float
    known: Watermark | None
    """How far all streams that are asked for are readable, known as well as demanded; None if it is not."""
    complete: bool
    """Whether all of it is readable and was read."""

    @property
    def length(self) -> float:
        """Seconds of the revision's life."""
        return self.end - self.start

    @property
    def readable(self) -> str:
        """How far the log is readable, for a reason."""
        if self.known is None:
            return "how far it is readable is not known"
        return f"{self.known.stream.rsplit('/', 1)[-1]} readable up to {rfc3339(self.known.up_to)}, {self.known.how}"

    def of(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Those of some entries, sorted by time, that lie in it."""
        return entries[slice(*self._ends(entries))]

    def number(self, entries: Sequence[Entry]) -> int:
        """How many of some entries, sorted by time, lie in it."""
        first, last = self._ends(entries)
        return max(0, last - first)

    def _ends(self, entries: Sequence[Entry]) -> tuple[int, int]:
        first = bisect_left(entries, self.start, key=lambda entry: entry.at)
        return first, bisect_right(entries, self.end, key=lambda entry: entry.at)

    def touched(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Those that happened or were received in it: an application may write a wrong timestamp."""
        return [e for e in entries if self.start <= e.at <= self.end or self.start <= e.received <= self.end]


def window_of(check: Check[Any], evidence: Evidence, streams: Sequence[str], demanded: Known) -> Window | Verdict:
    """The window of a check that started; or the verdict that the log cannot be read."""
    target = check.target
    refusal = evidence.refusal(LogsOf(target.project))
    if refusal:
        return Verdict(Outcome.INCONCLUSIVE, refusal.reason, remedy=refusal.remedy, rests_on=refusal.rests_on)
    revision, start = evidence.of(RevisionOf(target.name)).newest, evidence.start_of(check.name)
    assert revision is not None, "a check starts once its target is ready"
    assert start is not None, "a check is judged once it has started"
    end = evidence.platform_time(start + (check.within or 0.0) + check.hold)
    known = evidence.of(LogOf(target.name)).at_least(streams, demanded)
    complete = known is not None and known.up_to > end and evidence.of(LogOf(target.name)).read_at is not None
    return Window(revision.created, end, known, complete)


def filtered_window(check: Check[Any], evidence: Evidence, asked: FilteredOf) -> Window | Verdict:
    """The same of what a filter selects: how far that is readable is assumed, by its lag."""
    refusal = evidence.refusal(asked)
    if refusal:
        return Verdict(Outcome.INCONCLUSIVE, refusal.reason, remedy=refusal.remedy, rests_on=refusal.rests_on)
    revision, start = evidence.of(RevisionOf(check.target.name)).newest, evidence.start_of(check.name)
    assert revision is not None, "a check starts once its target is ready"
    assert start is not None, "a check is judged once it has started"
    end = evidence.platform_time(start + (check.within or 0.0) + check.hold)
    read_at = evidence.of(asked).read_at
    up_to = None if read_at is None else evidence.platform_time(read_at) - asked.lag
    known = None if up_to is None else Watermark("what the filter selects", up_to, Known.ASSUMED)
    return Window(revision.created, end, known, up_to is not None and up_to > end)


def unread_verdict(asked: EntriesOf, evidence: Evidence) -> Verdict | None:
    """What a check comes to of whose entries there are too many to read."""
    refusal = evidence.refusal(asked)
    if refusal is None:
        return None
    return Verdict(Outcome.INCONCLUSIVE, refusal.reason, remedy=refusal.remedy, rests_on=refusal.rests_on)


def open_verdict(window: Window, reason: str) -> Verdict:
    """What a check comes to while its window is not wholly readable."""
    expected = f"the log readable past {rfc3339(window.end)}"
    remedy = "give the run a longer `timeout`, or see why the log is late"
    waiting = f"{reason}; waiting for logs up to {clock(window.end)}"
    return Verdict(Outcome.INCONCLUSIVE, waiting, False, expected, window.readable, remedy)


def nothing_selected(asked: FilteredOf, window: Window) -> Verdict:
    """What a check comes to while its filter selects nothing at all: nobody knows that it ever would."""
    reason = f"the filter selects no entry from {clock(window.start - BEFORE)} on, so nothing shows that it ever would"
    remedy = (
        "let it select what the resource logs at all times, and write what must not be there in `forbid`;"
        f" try it: {read_filter(asked.project, asked.filter)}"
    )
    return Verdict(Outcome.INCONCLUSIVE, reason, window.complete, "at least one entry", "none", remedy)


def nothing_logged(revision: str, window: Window) -> Verdict:
    """What a check comes to while nothing is readable that the revision itself logged, whatever the platform says of it."""
    reason = f"no log entry of {revision} itself can be read, so what it logged is unknown"
    remedy = "see that the service logs to stdout or stderr and that no exclusion filter drops its entries"
    return Verdict(Outcome.INCONCLUSIVE, reason, window.complete, "at least one entry", "none", remedy)
