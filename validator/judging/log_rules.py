"""What the rules of a log come to: how many entries of a sort there are, in what order, with what JSON behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from validator.judging.log_matches import Pick, each_of, picked, place
from validator.judging.log_view import LogView
from validator.logs.entry import Entry
from validator.logs.event import event_of, excerpt
from validator.logs.level_text import bare
from validator.logs.selector import Selector, compiled
from validator.words.counting import counted
from validator.words.finding import Finding, State
from validator.words.instant import rfc3339
from validator.words.verdict import Excerpt

ABSENT = object()
"""In place of a wanted JSON: none is wanted."""
_SHOWN = 5
"""Entries shown of one rule."""


class Count(Protocol):
    """How many entries there must be."""

    @property
    def max(self) -> float | None:
        """At most so many."""

    @property
    def only_grows_true(self) -> bool:
        """Whether more entries can only make it hold."""

    def holds(self, value: float) -> bool:
        """Whether so many are right."""

    def text(self) -> str:
        """For a reason: `at least 1`."""


@dataclass(frozen=True)
class Rule:
    """How many entries of a sort there must be, and what JSON must follow them."""

    selector: Selector
    count: Count
    json: Any = ABSENT

    @property
    def forbids(self) -> bool:
        """Whether there must be none."""
        return self.count.max == 0


@dataclass(frozen=True)
class Judged:
    """A rule's finding, and whether more entries could change it."""

    finding: Finding
    settled: bool
    seen: bool = False
    """Whether it rests on what was logged alone, and not on what was not: then it is settled even of a log that is not read whole."""
    line: bool = False
    """Whether it says that a line is there: several of those are told at once."""
    windowed: bool = False
    """Whether it is said of the window alone: its end belongs into the sentence."""


def _settled(judged: Judged, log: LogView, *selectors: Selector) -> Judged:
    """What more entries could change is not known if they are not read."""
    unread = None if judged.seen else log.unread(*selectors)
    return Judged(unread, True) if unread else judged


def count(rule: Rule, log: LogView) -> Judged:
    """Whether there are as many entries as there must be."""
    found = log.touched(rule.selector) if rule.forbids else log.found(rule.selector)
    number, wanted = len(found), rule.count
    holds = wanted.holds(number)
    seen = wanted.only_grows_true if holds else wanted.max is not None and number > wanted.max
    finding = _absent(rule.selector, found, log) if rule.forbids else _counted(rule, found, holds)
    judged = Judged(finding, seen or log.window.complete, seen, line=seen and holds, windowed=not seen)
    return _settled(judged, log, rule.selector)


def _counted(rule: Rule, found: Sequence[Entry], holds: bool) -> Finding:
    number = len(found)
    times = "not logged" if not number else "logged once" if number == 1 else f"logged {number} times"
    reason = f"{rule.selector} was {times}{_remark(rule.selector, found[0]) if found else ''}"
    state = State.HOLDS if holds else State.VIOLATED
    actual = counted(number, "entry", "entries")
    shown = excerpts(rule.selector, found[:_SHOWN])
    return Finding(state, reason, f"{rule.count.text()} of {rule.selector}", actual, evidence=shown)


def _absent(selector: Selector, found: Sequence[Entry], log: LogView) -> Finding:
    """Whether a forbidden line was not logged; a stack trace is shown whole, and told by its error."""
    expected = f"no entry with {selector}"
    if not found:
        return Finding(State.HOLDS, expected, expected)
    told: dict[tuple[Entry, ...], Excerpt] = {}
    for entry in found[:_SHOWN]:
        event = event_of(entry, log.entries)
        told.setdefault(event.entries, _with_place(excerpt(event), selector, entry))
    first = event_of(found[0], log.entries)
    error = first.trace.error if first.trace else ""
    others = sum(entry not in first.entries for entry in found)
    named = f": {error[:200]}" if error and error not in found[0].text else ""
    more = f", and {others} more" if others else ""
    at = rfc3339(found[0].at)
    reason = f"{bare(found[0].text).strip()[:200]!r} was logged at {at}{named}{_remark(selector, found[0])}{more}"
    return Finding(
        State.VIOLATED, reason, expected, counted(len(found), "entry", "entries"), evidence=tuple(told.values())
    )


def _remark(selector: Selector, entry: Entry) -> str:
    """By what an entry is selected, where that is not plain to see: a place in its payload, a severity of its own telling."""
    where, _ = place(selector, entry)
    told = entry.told
    severity = f"severity {told.name} by its {told.by}" if selector.severity and told.by != "platform" else ""
    remarks = "; ".join(filter(None, (f"{selector.match} stands in {where}" if where else "", severity)))
    return f" ({remarks})" if remarks else ""


def _with_place(shown: Excerpt, selector: Selector, entry: Entry) -> Excerpt:
    """An excerpt with what a pattern matched, and below it the place of that in the payload, if it is not shown."""
    where, value = place(selector, entry)
    found = compiled(selector.match).search(value or entry.text) if selector.match else None
    shown = replace(shown, matched=found[0].strip()) if found else shown
    return shown if not where or value in shown.text else replace(shown, text=f"{shown.text}\n{where}: {value}")


def excerpts(selector: Selector, entries: Iterable[Entry]) -> tuple[Excerpt, ...]:
    """Entries as evidence of what selected them."""
    shown = (Excerpt(entry.text, entry.at, entry.log.rsplit("/", 1)[-1]) for entry in entries)
    return tuple(_with_place(each, selector, entry) for each, entry in zip(shown, entries, strict=True))


def order(selectors: Sequence[Selector], log: LogView) -> Judged:
    """Whether one instance logged the lines in order; of several, the one that came furthest is told."""
    found = {selector: log.found(selector) for selector in selectors}
    instances = {entry.instance for entries in found.values() for entry in entries}
    reached = [_reached(selectors, found, instance) for instance in sorted(instances)]
    furthest = max(reached, key=len, default=[])
    expected = "in this order: " + " -> ".join(map(str, selectors))
    shown = tuple(each for pair in zip(selectors, furthest, strict=False) for each in excerpts(pair[0], [pair[1]]))
    if len(furthest) == len(selectors):
        reason = f"all {len(selectors)} expected lines were logged, in order"
        return Judged(Finding(State.HOLDS, reason, expected, evidence=shown), True, True, line=True)
    missing = selectors[len(furthest)]
    after = f" after {selectors[len(furthest) - 1]}" if furthest else ""
    finding = Finding(State.VIOLATED, f"{missing} was not logged{after}", expected, evidence=shown)
    return _settled(Judged(finding, log.window.complete, windowed=True), log, *selectors)


def _reached(selectors: Sequence[Selector], found: Mapping[Selector, Sequence[Entry]], instance: str) -> list[Entry]:
    """How far one instance came: for each line in turn its first entry after that of the line before."""
    reached: list[Entry] = []
    for selector in selectors:
        after = reached[-1].order if reached else (-1, "")
        own = (entry for entry in found[selector] if entry.instance == instance and entry.order > after)
        following = next(own, None)
        if following is None:
            break
        reached.append(following)
    return reached


def followed(rule: Rule, pick: Pick, log: LogView) -> Iterable[Judged]:
    """Whether the picked matches of a rule's pattern are followed by the JSON that they should be.

    The newest is known once the window is read; the first once all before it is; of every one, a wrong one at sight.
    """
    matches = picked(rule.selector, log.found(rule.selector), pick)
    compared = [(match, match.compared(rule.json)) for match in matches]
    wrong = [(match, finding) for match, finding in compared if finding.state is State.VIOLATED]
    for match, finding in wrong[:1] or compared[-1:]:
        shown = replace(finding, evidence=excerpts(rule.selector, [match.entry]))
        if len(matches) > 1 and not wrong:
            shown = replace(shown, reason=shown.reason.replace(match.which, each_of(len(matches)), 1))
        seen = pick is Pick.EVERY and bool(wrong)
        first = pick is Pick.FIRST and log.read_past(match.entry)
        yield _settled(Judged(shown, seen or first or log.window.complete, seen), log, rule.selector)
