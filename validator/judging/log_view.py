"""What a check sees of its target's log: the entries of its window, and how much of them is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from validator.evidence.filtered import FilteredOf
from validator.evidence.known import Evidence
from validator.evidence.log_of import LogOf
from validator.evidence.logs import EntriesOf
from validator.evidence.service import ServiceOf
from validator.judging.window import Window, nothing_logged, nothing_selected
from validator.logs.entry import Entry
from validator.logs.selector import ALL, Selector
from validator.words.counting import counted
from validator.words.finding import Finding, State
from validator.words.verdict import Verdict


@dataclass(frozen=True)
class LogView:
    """The log of one target, in the window of one check."""

    target: str
    evidence: Evidence
    window: Window

    since = "its creation"
    """From when on it is judged, for a reason."""

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """All that are judged, by time."""
        return self.found(ALL)

    @property
    def silent(self) -> bool:
        """Whether the application itself logged nothing that no probe made it log."""
        return (
            not self.window.number(self.evidence.of(LogOf(self.target)).entries)
            or not self.evidence.of(LogOf(self.target)).unprovoked
        )

    @property
    def nothing(self) -> Verdict:
        """What a check comes to while it is silent."""
        return nothing_logged(self.evidence.of(ServiceOf(self.target)).frozen, self.window)

    def found(self, selector: Selector) -> Sequence[Entry]:
        """Those that a selector selects, by time."""
        return self.window.of(self.evidence.of(LogOf(self.target)).select(selector))

    def touched(self, selector: Selector) -> Sequence[Entry]:
        """The same, and those that were received in the window: an application may write a wrong timestamp."""
        return self.window.touched(self.evidence.of(LogOf(self.target)).select(selector))

    def unread(self, *selectors: Selector) -> Finding | None:
        """Why not all entries that selectors select are read; None if nothing keeps them from being."""
        refusals = (self.evidence.refusal(EntriesOf(self.target, selector)) for selector in selectors)
        refusal = next(filter(None, refusals), None)
        return Finding(State.UNKNOWN, refusal.reason, remedy=refusal.remedy) if refusal else None

    def read_past(self, entry: Entry) -> bool:
        """Whether nothing that was logged before an entry can still come."""
        known = self.window.known
        return self.window.complete or (known is not None and known.up_to > entry.at)

    @property
    def scanned(self) -> str:
        """How much was read, for a reason."""
        own = self.window.number(self.evidence.of(LogOf(self.target)).entries)
        others = self.window.number(self.evidence.of(LogOf(self.target)).platform)
        more = f" and {others} of the platform" if others else ""
        return f"{counted(own, 'entry', 'entries')} of the application{more}"


@dataclass(frozen=True)
class FilteredView(LogView):
    """What a filter selects of other resources' logs, in the window of one check."""

    asked: FilteredOf

    since = "the revision's creation"

    @property
    def silent(self) -> bool:
        """Whether the filter selects nothing, in the window or shortly before it."""
        return not self.evidence.of(self.asked).entries

    @property
    def nothing(self) -> Verdict:
        """As nobody knows that the filter ever selects anything."""
        return nothing_selected(self.asked, self.window)

    def found(self, selector: Selector) -> Sequence[Entry]:
        """Those that a selector selects, by time."""
        return self.window.of(self.evidence.of(self.asked).select(selector))

    def touched(self, selector: Selector) -> Sequence[Entry]:
        """The same, and those that were received in the window."""
        return self.window.touched(self.evidence.of(self.asked).select(selector))

    def unread(self, *selectors: Selector) -> None:
        """All that the filter selects is read, or nothing of it is judged."""

    @property
    def scanned(self) -> str:
        """How much was read, for a reason."""
        return f"{counted(len(self.entries), 'entry', 'entries')} that the filter selects"
