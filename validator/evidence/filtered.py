"""What other resources of a target's project logged, selected by a filter of the spec's own."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from validator.evidence.journal import Observation
from validator.evidence.known import Refusal
from validator.evidence.limits import Limit, reads
from validator.evidence.logs import LogsOf
from validator.evidence.refusal import refusal
from validator.evidence.revision import RevisionOf
from validator.evidence.sort import Api, OfTarget
from validator.logs.entry import Entry, Sort
from validator.logs.selector import Selector
from validator.words.asked import Asked
from validator.words.call import Answer, Call, Json, ListEntries, Problem
from validator.words.check import Target
from validator.words.instant import rfc3339
from validator.words.log_command import read_filter
from validator.words.pace import WATCH

if TYPE_CHECKING:
    from validator.evidence.fold import Folded

BEFORE = 600.0
"""Seconds before the revision's creation from which on is read: what is found there shows that the filter selects anything."""
MOST = 20_000
"""Entries that are kept of one filter."""
_OVERLAP = 120.0
"""Seconds that a read goes back before the newest entry received, at least: a late one is found."""


@dataclass
class Filtered:
    """An incremental fold of one filter's reads."""

    known: set[tuple[str, int, str]] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    """By time."""
    newest: float | None = None
    """The newest receive time of the whole reads, platform time."""
    read_at: float | None = None
    """When the newest whole read was asked for, the gate's time."""
    began: float | None = None
    """When the read under way was; None if none is."""
    selections: dict[Selector, tuple[int, list[Entry]]] = field(default_factory=dict, compare=False, repr=False)
    """What selectors selected, of so many entries. Derived."""

    def page(self, seen: Observation) -> None:
        """Fold one page, or a failed call; after a failure a read begins anew."""
        call = seen.call
        assert isinstance(call, ListEntries)
        if not isinstance(seen.result, Answer):
            self.began = None
            return
        if not call.page_token:
            self.began = seen.sent
        for data in seen.result.content.get("entries", ()):
            self._entry(Entry.read(data))
        if not seen.result.content.get("nextPageToken") and self.began is not None:
            self.read_at, self.began = self.began, None
            self.newest = max((entry.received for entry in self.entries), default=None)

    def _entry(self, entry: Entry) -> None:
        key = _key(entry)
        if key not in self.known:
            self.known.add(key)
            insort(self.entries, entry, key=lambda each: each.order)

    def lean(self, content: Json) -> Json:
        """A page without what earlier pages held already: it folds to the same."""
        found = [(data, Entry.read(data)) for data in content.get("entries", ())]
        return {**content, "entries": [data for data, entry in found if _key(entry) not in self.known]}

    def select(self, selector: Selector) -> list[Entry]:
        """Those that a selector selects, by time, whoever speaks in them."""
        tried, found = self.selections.get(selector, (-1, []))
        if tried != len(self.entries):
            anybody = replace(selector, sorts=tuple(Sort))
            found = [entry for entry in self.entries if anybody.selects(entry)]
            self.selections[selector] = len(self.entries), found
        return found


def _key(entry: Entry) -> tuple[str, int, str]:
    return entry.log, entry.nanos, entry.insert_id


@dataclass(frozen=True)
class FilteredOf(OfTarget[Filtered]):
    """The entries of the target's project that a filter selects, from some time before its revision was made."""

    project: str
    """The target's."""
    filter: str
    """In Google's language; without bounds on time."""
    lag: float
    """Seconds after which entries are taken to be readable."""

    api = Api("Cloud Logging", "roles/logging.viewer")
    place = 7

    @property
    def margin(self) -> float:
        """Its lag."""
        return self.lag

    def fresh(self, known: Folded) -> Filtered:
        """Nothing is read."""
        return Filtered()

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """What earlier pages did not hold already."""
        return known.state(self).lean(content)

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in a page; give up what is too much."""
        found = known.state(self)
        found.page(seen)
        known.of(LogsOf(self.project)).reads += 1
        if len(found.entries) > MOST:
            told = f"the filter selects more than {MOST:,} entries, which is too much to keep"
            remedy = "write a filter that selects one resource, or one log of it"
            known.refusals[self] = Refusal(told, remedy, (seen.seq,))

    def final(self, problem: Problem, target: Target, seen: Observation) -> Refusal | None:
        """As Cloud Logging says; a filter that it does not take is shown with the command to try it."""
        found = refusal(self.api, target, problem, seen)
        if found and problem.code == "INVALID_ARGUMENT":
            remedy = f"mend `filter`; try it: {read_filter(self.project, self.filter)}"
            return Refusal(f"Cloud Logging does not take the filter: {problem.message}", remedy, found.rests_on)
        return found

    def stage(self, known: Folded) -> ListEntries | None:
        """From some time before the revision's creation, or from a little before the newest entry on.

        An entry's own time may be wrong (an application may write it), so its receive time counts too.
        """
        revision, newest = known.of(RevisionOf(self.target)).newest, known.of(self).newest
        if revision is None:
            return None
        since = revision.created - BEFORE
        if newest is not None:
            since = max(since, newest - max(_OVERLAP, self.lag))
        at = rfc3339(since)
        text = f'(\n{self.filter}\n)\n(timestamp>="{at}" OR receiveTimestamp>="{at}")'
        return ListEntries((f"projects/{self.project}",), text)

    def pause(self, known: Folded, *, waited: bool) -> float:
        """Seldom: the project's reads are the revision's own log's first of all."""
        return WATCH

    def limit(self, call: Call) -> Limit:
        """The reads of the project's log."""
        return reads(self.project)

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """As often as it is looked at."""
        text = f"other resources' logs, {' '.join(self.filter.split())}"
        return Asked(text, "logging.v2 ListLogEntries", WATCH, ("the revision",), checks)
