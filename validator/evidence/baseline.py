"""The log entries of an older revision, in a like span of its life as the target's revision is judged in."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from validator.evidence.journal import Observation
from validator.evidence.known import OlderEntries, Refusal, Resources
from validator.evidence.limits import LIST_CALLS_A_MINUTE, Limit, reads
from validator.evidence.log_calls import look, looks, rate
from validator.evidence.log_of import LogOf
from validator.evidence.logs import LogsOf
from validator.evidence.refusal import refusal
from validator.evidence.revision import RevisionOf
from validator.evidence.revisions import RevisionsOf, older
from validator.evidence.sort import Api, Impossible, OfTarget
from validator.logs.entry import AUDIT, REQUESTS, STDERR, STDOUT, SYSTEM, Entry, Sort
from validator.resources.revision import Revision
from validator.words.asked import Asked
from validator.words.call import PAGE, Answer, Call, Json, ListEntries, Problem
from validator.words.check import Target
from validator.words.instant import rfc3339, seconds
from validator.words.watermark import Known

if TYPE_CHECKING:
    from validator.evidence.fold import Folded

_STEP = 10.0
"""Seconds: a span is read up to the next of these, so that a small change of the clock's skew is no new read."""
_JUDGED_AFTER = 10
"""Pages after which it is judged whether a read can come to its end."""
_UNTIL = re.compile(r'timestamp<="([^"]+)"')
_LOGS = {
    Sort.REQUEST: f'log_id("{REQUESTS}")',
    Sort.APPLICATION: f'NOT log_id("{REQUESTS}") AND NOT log_id("{SYSTEM}") AND NOT logName:"/logs/{AUDIT}"',
}


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


@dataclass(frozen=True)
class BaselineOf(OfTarget[BaselineReads]):
    """The log entries of an older revision: the first part of its life, as long as the target's will be when its window ends.

    It is read once that part is readable, and anew when a check that started later needs a longer one.
    """

    after: float
    """Seconds from a check's start to the end of its window: its `within` and `for`."""
    sort: Sort = Sort.APPLICATION
    """What the application logged, or the request log."""
    revision: str = ""
    """Its short name; empty for the previous one."""

    api = Api("Cloud Logging", "roles/logging.viewer")
    place = 6

    def fresh(self, known: Folded) -> BaselineReads:
        """Nothing is read."""
        return BaselineReads(known.run_id, self.sort)

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """All of it."""
        list(map(Entry.read, content.get("entries", ())))
        return content

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in a page; give up what cannot come to its end in time."""
        known.of(LogsOf(known.targets[self.target].project)).reads += 1
        found = known.state(self)
        found.page(seen)
        too_much = found.too_much(seen, known.deadline)
        if too_much:
            known.refusals[self] = too_much

    def final(self, problem: Problem, target: Target, seen: Observation) -> Refusal | None:
        """As Cloud Logging says."""
        return refusal(self.api, target, problem, seen)

    def stage(self, known: Folded) -> Call | Impossible | None:
        """Once that part of its life is readable that the target will have lived at its window's end."""
        target, own = known.targets[self.target], known.of(RevisionOf(self.target)).newest
        if own is None or known.of(RevisionsOf(self.target)).whole is None:
            return None
        other = older(self.target, self.revision, known)
        if other is None:
            what = f"no older revision is called {self.revision}" if self.revision else "no older one was ever ready"
            return Impossible(
                f"there is nothing to compare {own.name} with: {what}",
                "leave the comparison out for a first deploy, or name another revision in `baseline`",
            )
        end = known.platform_time(max(known.starts.values(), default=known.started) + self.after)
        call = self._read(target, other, end - own.created)
        under_way = known.of(self)
        if under_way.next and under_way.next.filter == call.filter:
            return look(under_way.next) if under_way.looking else under_way.next
        reach = known.of(LogOf(self.target)).at_least((STDOUT, STDERR, REQUESTS), Known.ASSUMED)
        return call if reach and reach.up_to >= end_of(call) else None

    def _read(self, target: Target, other: Revision, length: float) -> ListEntries:
        """The call that reads what a revision logged in the first `length` seconds of its life, or little more."""
        until = math.ceil((other.created + length) / _STEP) * _STEP
        lines = (
            'resource.type="cloud_run_revision"',
            f'resource.labels.location="{target.region}"',
            f'resource.labels.service_name="{target.service}"',
            f'resource.labels.revision_name="{other.name}"',
            _LOGS[self.sort],
            f'timestamp>="{rfc3339(other.created)}"',
            f'timestamp<="{rfc3339(until)}"',
        )
        return ListEntries((f"projects/{target.project}",), "\n".join(lines))

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once it is read as far as it is wanted."""
        whole = known.of(self).whole
        return whole is not None and whole[0] == self.stage(known)

    def goes_on(self, known: Folded) -> bool:
        """Unless the span's end is looked at next, or was just now."""
        return not known.of(self).looking and not looks(known.answers(self)[-1].call)

    def limit(self, call: Call) -> Limit:
        """The reads of the project's log."""
        assert isinstance(call, ListEntries)
        return reads(call.resource_names[0].removeprefix("projects/"))

    def entries(self, known: Resources) -> OlderEntries | None:
        """What the older revision logged; None while that is not read to its end."""
        whole, other = known.of(self).whole, older(self.target, self.revision, known)
        return OlderEntries(other, end_of(whole[0]), whole[1]) if whole and other else None

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """Once, or anew for a longer part."""
        rests_on = ("the service", "all revisions")
        return Asked("an older revision's logs", "logging.v2 ListLogEntries", None, rests_on, checks)
