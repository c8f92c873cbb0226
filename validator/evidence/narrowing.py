"""Less of a log asked of the server, where all of it is more than the budget of reads can carry.

Decided at the pages of a read, from what was read alone. Three cases: a busy log of which the checks need little is narrowed
early, and costs no verdict; a read that cannot come to its end before the run's deadline is given up, and with it the checks
that need too much; and of a log that outgrows what is kept in memory only rare entries are asked for. The next read begins
anew with the narrower filter, so nothing is skipped.

What was read so far may have been a burst, at start-up for one. So the log's end is looked at first: if it is calm there, the
read goes on as long as there is time, and a little is kept for a read of less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from validator.evidence.known import Refusal
from validator.evidence.limits import LIST_CALLS_A_MINUTE
from validator.evidence.log_fold import LogEvidence, Reading, Revision, readable_in_time
from validator.logs.entry import Entry
from validator.logs.push_down import MOST_CHARACTERS, PushDown
from validator.logs.selector import ALL, JUDGED, Selector
from validator.words.call import PAGE

BUSY = 5_000
"""Entries a minute; the overlap of each read alone then takes half a minute's budget."""
_EARLY = 10
"""The page at which a busy log is narrowed, if that costs nothing."""
_PATIENCE = 60.0
"""Seconds that a read has gone on before it is asked whether it ends: a start alone may be noisy."""
_KEPT_BACK = 60.0
"""Seconds before the deadline that are kept for a read of less."""
_LITTLE = 0.5
"""Of a log that is narrowed early, the share that is still asked for at most."""
MOST_KEPT = 200_000
"""Entries of a revision that are kept in memory; beyond them only rare ones are asked for."""
_RARE = 0.1
"""The share of a log that is rare."""
_SAMPLE = 2000
"""Entries by which shares are told."""
_LONGEST = 0.8 * MOST_CHARACTERS
"""Characters of all that is pushed down."""


@dataclass(frozen=True)
class Narrowing:
    """What is asked of a revision's log where all of it is too much."""

    kept: tuple[Selector, ...]
    """What is asked for still: all that these select."""
    first: float
    """When the revision logged its first entry, Unix seconds, platform time: up to that all is asked for."""
    volume: float
    """Entries a minute."""
    at_least: int | None = None
    """How many entries it has at least, where it is not known to have been too much before the time for it was over."""
    full: bool = False
    """Whether it is not the reading but the keeping of all of it that is too much."""

    def refusal(self, selector: Selector) -> Refusal | None:
        """Why not all that a selector selects is read; None if it is."""
        if selector in self.kept:
            return None
        reason = f"volume {self.volume:,.0f}/min exceeds the budget of {LIST_CALLS_A_MINUTE} reads a minute"
        if self.at_least is not None:
            reason = (
                f"at least {self.at_least:,} entries are more than {LIST_CALLS_A_MINUTE} reads a minute carry"
                " by the deadline"
            )
        if self.full:
            reason = f"volume {self.volume:,.0f}/min for so long exceeds what is kept in memory"
        if selector == ALL:
            remedy = "write patterns or a `severity` instead of an assert over all `entries`"
        elif selector.sorts != JUDGED:
            remedy = "judge a revision with less traffic (a tag, a canary), or a shorter window (`within`, `for`)"
        elif selector.severity:
            remedy = "write a rarer pattern or a worse `severity`, or a longer `timeout`"
        else:
            remedy = "write a `severity` beside the pattern (no filter tells what JSON says), or a longer `timeout`"
        return Refusal(f"{reason}: {selector} cannot be {'kept' if self.full else 'read in time'}", remedy)


@dataclass(frozen=True)
class Demand:
    """What the checks ask of one revision's log."""

    created: float
    """When the revision was created, platform time."""
    selectors: tuple[Selector, ...]


@dataclass(frozen=True)
class _Busy:
    """A revision that much of a read is of."""

    revision: Revision
    demand: Demand
    entries: Sequence[Entry]
    """Of the read under way."""
    now: Narrowing | None
    """What is asked of it so far, if not all."""
    first: float

    @property
    def asked(self) -> tuple[Selector, ...]:
        """What is asked of it so far: what was left out once stays out, as it was not read meanwhile."""
        return self.now.kept if self.now else self.demand.selectors

    def narrowed(self, kept: Sequence[Selector]) -> Narrowing:
        """What to ask of it from now on."""
        return Narrowing(tuple(kept), self.first, self.now.volume if self.now else self.volume)

    @property
    def volume(self) -> float:
        """Entries a minute, by the newer half of what was read: a log may begin with silence."""
        received = sorted(entry.received for entry in self.entries)
        newer = received[len(received) // 2 :]
        return 60 * (len(newer) - 1) / max(newer[-1] - newer[0], 1e-3)

    def let(self, *selectors: Selector) -> float:
        """The share of the entries that the filter of some selectors would have let through, by a sample."""
        sample = self.entries[:: max(1, len(self.entries) // _SAMPLE)]
        return sum(map(PushDown(selectors).lets, sample)) / len(sample)


def narrowed(
    logs: LogEvidence, demands: Mapping[Revision, Demand], now: float, deadline: float
) -> Mapping[Revision, Narrowing]:
    """What to ask of which revisions from now on; empty if the read under way may go on, or first looks at the log's end."""
    reading = logs.reading
    if reading is None or reading.minutes <= 0:
        return {}
    full = {revision: demand for revision, demand in demands.items() if _overflows(logs, revision)}
    rare = _rare(list(_busy(logs, reading, full)))
    if rare:
        return rare
    at_most = reading.pages * PAGE / reading.minutes
    if now - reading.began >= _PATIENCE and not _ends(logs, reading, at_most, now, deadline):
        busy = list(_busy(logs, reading, demands))
        volume = sum(len(each.entries) for each in busy) / reading.minutes
        if _ends(logs, reading, volume, now, deadline):
            return {}
        if reading.end is None:
            reading.looking = True
            return {}
        calm = _ends(logs, reading, min(volume, reading.end), now, deadline)
        if calm and deadline - now > _KEPT_BACK:
            return {}
        given_up = _given_up(logs, busy, reading, now, deadline)
        return {each.revision: _told(given_up[each.revision], each, calm, reading.end, now) for each in busy}
    if reading.pages == _EARLY and at_most >= BUSY:
        return _costless(list(_busy(logs, reading, demands)))
    return {}


def _overflows(logs: LogEvidence, revision: Revision) -> bool:
    """Whether more of a log came than is kept, and it still goes on coming."""
    asked = logs.narrowed.get(revision)
    return len(logs.arrived.get(revision, ())) > MOST_KEPT and not (asked and asked.full)


def _ends(logs: LogEvidence, reading: Reading, volume: float, now: float, deadline: float) -> bool:
    """Whether the read ends in time, and another after it: what a slow read found holds for the next one."""
    return readable_in_time(volume, now - reading.newest + logs.overlap, deadline - now, reading.pace(now))


def _busy(logs: LogEvidence, reading: Reading, demands: Mapping[Revision, Demand]) -> Iterator[_Busy]:
    for revision, demand in demands.items():
        now = logs.narrowed.get(revision)
        let = PushDown(now.kept).lets if now else None
        entries = [
            entry
            for entry in logs.arrived.get(revision, ())
            if reading.oldest <= entry.received <= reading.newest and (let is None or let(entry))
        ]
        first = now.first if now else logs.first(revision, demand.created)
        if len(entries) > PAGE and first is not None:
            yield _Busy(revision, demand, entries, now, first)


def _costless(busy: Sequence[_Busy]) -> Mapping[Revision, Narrowing]:
    """Where all that is asked for is little: that."""
    found: dict[Revision, Narrowing] = {}
    for each in busy:
        kept = each.demand.selectors
        if each.now or ALL in kept or not _fit([*(n.kept for n in found.values()), kept]):
            continue
        if each.let(*kept) <= _LITTLE:
            found[each.revision] = each.narrowed(kept)
    return found


def _rare(busy: Sequence[_Busy]) -> Mapping[Revision, Narrowing]:
    """Where more was logged than is kept: what is asked for of that little of it."""
    return {
        each.revision: replace(each.narrowed([s for s in each.asked if s != ALL and each.let(s) <= _RARE]), full=True)
        for each in busy
    }


def _given_up(
    logs: LogEvidence, busy: Sequence[_Busy], reading: Reading, now: float, deadline: float
) -> Mapping[Revision, Narrowing]:
    """Of all that is asked for as much as can be read in time, what selects least first."""
    asked = [
        (each.let(selector) * len(each.entries) / reading.minutes, place, each, selector)
        for place, each in enumerate(busy)
        for selector in each.asked
        if selector != ALL
    ]
    asked.sort(key=lambda item: item[:2])
    kept: dict[Revision, tuple[Selector, ...]] = {each.revision: () for each in busy}
    total = 0.0
    for volume, _, each, selector in asked:
        more = {**kept, each.revision: (*kept[each.revision], selector)}
        behind = now - each.demand.created + logs.overlap
        if _fit(more.values()) and readable_in_time(total + volume, behind, deadline - now, reading.pace(now)):
            kept, total = more, total + volume
    if asked and all(each.now and set(each.now.kept) == set(kept[each.revision]) for each in busy):
        widest = asked[-1][2].revision  # measured to be too much, whatever the estimates say
        kept[widest] = kept[widest][:-1]
    return {each.revision: each.narrowed(kept[each.revision]) for each in busy}


def _told(narrowing: Narrowing, of: _Busy, calm: bool, end: float, now: float) -> Narrowing:
    """With what is known of the volume: the lesser of two rates that were seen, or of a calm log how much of it was read."""
    if of.now:
        return narrowing
    if not calm:
        return replace(narrowing, volume=min(narrowing.volume, end))
    count = len(of.entries)
    return replace(narrowing, volume=60 * count / max(now - of.first, 1.0), at_least=count)


def _fit(pushed: Iterable[tuple[Selector, ...]]) -> bool:
    return sum(len(PushDown(selectors).filter) for selectors in pushed) <= _LONGEST
