"""The log entries of an older revision: the call that reads a span of its life, and what its pages came to."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace

from validator.engine.budget import LIST_CALLS_A_MINUTE
from validator.engine.log_evidence import looks, rate
from validator.model.call import PAGE, Answer, ListEntries
from validator.model.check import Target
from validator.model.evidence import Refusal
from validator.model.instant import rfc3339, seconds
from validator.model.journal import Observation
from validator.model.platform import AUDIT, REQUESTS, SYSTEM, Entry, Revision, Sort
from validator.model.query import Baseline

_STEP = 10.0
"""Seconds: a span is read up to the next of these, so that a small change of the clock's skew is no new read."""
_JUDGED_AFTER = 10
"""Pages after which it is judged whether a read can come to its end."""
_UNTIL = re.compile(r'timestamp<="([^"]+)"')
_LOGS = {
    Sort.REQUEST: f'log_id("{REQUESTS}")',
    Sort.APPLICATION: f'NOT log_id("{REQUESTS}") AND NOT log_id("{SYSTEM}") AND NOT logName:"/logs/{AUDIT}"',
}


def read(asked: Baseline, target: Target, older: Revision, length: float) -> ListEntries:
    """The call that reads what a revision logged in the first `length` seconds of its life, or little more."""
    until = math.ceil((older.created + length) / _STEP) * _STEP
    lines = (
        'resource.type="cloud_run_revision"',
        f'resource.labels.location="{target.region}"',
        f'resource.labels.service_name="{target.service}"',
        f'resource.labels.revision_name="{older.name}"',
        _LOGS[asked.sort],
        f'timestamp>="{rfc3339(older.created)}"',
        f'timestamp<="{rfc3339(until)}"',
    )
    return ListEntries((f"projects/{target.project}",), "\n".join(lines))


def end_of(call: ListEntries) -> float:
    """Up to when a call reads, Unix seconds."""
    found = _UNTIL.search(call.filter)
    assert found, "a baseline's filter has an end"
    return seconds(found[1])


@dataclass
class BaselineReads:
    """An incremental fold of one baseline's pages."""

    run_id: str
    sort: Sort
    whole: tuple[ListEntries, list[Entry]] | None = None
    """The newest read that came to its end: its first call, and the entries by time."""
    pages: list[Entry] = field(default_factory=list)
    """Of the read under way."""
    calls: int = 0
    """Of the read under way, and"""
    began: float = 0.0
    """when its first was made."""
    next: ListEntries | None = None
    """Its next page."""
    looking: bool = False
    """Whether the span's end is looked at before that."""
    end: float | None = None
    """Entries a minute at the span's end, once that was looked at."""

    def page(self, seen: Observation) -> None:
        """Fold one page, or a failed call; after a failure a read begins anew."""
        call = seen.call
        assert isinstance(call, ListEntries)
        if looks(call):
            if isinstance(seen.result, Answer):
                self.end, self.looking = rate(seen.result), False
            return
        if not call.page_token or not isinstance(seen.result, Answer):
            self.pages, self.calls, self.began, self.next, self.end = [], 0, seen.sent, None, None
        self.calls += 1
        if not isinstance(seen.result, Answer):
            return
        found = map(Entry.read, seen.result.content.get("entries", ()))
        self.pages.extend(
            entry for entry in found if entry.sort is self.sort and not entry.trace.startswith(self.run_id)
        )
        token = seen.result.content.get("nextPageToken")
        self.next = replace(call, page_token=token) if token else None
        if not token:
            once = {(entry.log, entry.order): entry for entry in self.pages}
            first = ListEntries(call.resource_names, call.filter, call.order_by, call.page_size)
            self.whole = first, sorted(once.values(), key=lambda entry: entry.order)
            self.pages = []

    def too_much(self, seen: Observation, deadline: float) -> Refusal | None:
        """Why the read under way, as far as this page, cannot come to its end by the run's deadline; None if it may.

        What was read so far may have been a burst: the span's end is looked at first.
        """
        call = seen.call
        assert isinstance(call, ListEntries)
        if self.calls < _JUDGED_AFTER or not self.pages:
            return None
        minutes = (self.pages[-1].at - self.pages[0].at) / 60
        volume = min(len(self.pages) / minutes if minutes > 0 else math.inf, math.inf if self.end is None else self.end)
        pace = PAGE * min(LIST_CALLS_A_MINUTE, self.calls * 60 / max(1.0, seen.at - self.began))
        if volume * (end_of(call) - self.pages[-1].at) / pace <= deadline - seen.at:
            return None
        if self.end is None:
            self.looking = True
            return None
        return Refusal(
            f"volume {volume:,.0f}/min exceeds the budget of {LIST_CALLS_A_MINUTE} reads a minute",
            "name a revision in `baseline` that logged less, or give the check a shorter window or the run a longer `timeout`",
            (seen.seq,),
        )
