"""What became known of one project's logs: entries, echoes, and how far each stream is readable."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from validator.evidence.journal import Observation
from validator.evidence.limits import LIST_CALLS_A_MINUTE
from validator.evidence.log_calls import looks, rate
from validator.logs.entry import REQUESTS, SYSTEM, Entry, Sort
from validator.logs.selector import APPLICATION, Selector
from validator.words.call import PAGE, Answer, Json, ListEntries, MarkedCall, Result
from validator.words.pace import MARGIN
from validator.words.watermark import Known, Watermark

if TYPE_CHECKING:  # what is narrowed and how name each other
    from validator.evidence.narrowing import Narrowing

_LATER = 2.0
"""How many times later than the latest seen an entry may be, of a stream without an echo of its own."""
LAG = 120.0
"""Seconds after which entries are assumed to be readable where nothing better is known."""
_QUICK = 1.0
"""Seconds between a read's first and last page up to which it is as good as one look at the whole log."""

Service = tuple[str, str]
"""Location and service, short names."""
Revision = tuple[str, str, str]
"""Location, service and revision, short names."""


@dataclass(frozen=True)
class Probe:
    """A marked request that was sent."""

    url: str
    named: bool
    """Whether its User-Agent carries the mark; else the trace alone does."""
    sent: float
    received: float | None = None
    """When its answer was there, the gate's clock; None while it is under way."""


def readable_in_time(volume: float, behind: float, left: float, pace: float) -> bool:
    """Whether a log of `volume` entries a minute, `behind` seconds behind, is read to its end in `left` seconds."""
    return volume < pace and behind * volume / (pace - volume) <= left


@dataclass
class Reading:
    """A read under way, as far as its pages came."""

    began: float
    """When its first page was asked for."""
    since: float
    """The same of the first of the reads that were given up before it; else as `began`."""
    refused_since: float | None = None
    """When the first call failed since the whole read before it; None if none did."""
    pages: int = 0
    oldest: float = float("inf")
    """The oldest receive time of its entries, platform time."""
    newest: float = float("-inf")
    echoes: dict[tuple[Service, str], float] = field(default_factory=dict)
    """(service, log) -> end time of its newest marked entry, platform time."""
    next: ListEntries | None = None
    """Its next page."""
    looking: bool = False
    """Whether the log's end is looked at before the next page."""
    end: float | None = None
    """Entries a minute at the log's end, once that was looked at."""

    def unseen(self, at: float) -> float:
        """Seconds after a moment in which nobody could look: the calls failed."""
        return 0.0 if self.refused_since is None else max(0.0, self.since - max(at, self.refused_since))

    @property
    def minutes(self) -> float:
        """How much of the log it covers; 0 or less for none."""
        return (self.newest - self.oldest) / 60

    def pace(self, now: float) -> float:
        """Entries that it can read in a minute."""
        return PAGE * min(LIST_CALLS_A_MINUTE, self.pages * 60 / max(1.0, now - self.began))


def _order(entry: Entry) -> tuple[int, str]:
    return entry.order


def _received(entry: Entry) -> float:
    return entry.received


def _key(data: Json) -> tuple[str | None, ...]:
    """What tells an entry from all others, as it stands in its JSON."""
    return data.get("logName"), data.get("timestamp"), data.get("insertId")


def _same(url: str, other: str) -> bool:
    """Whether two URLs ask the same of a service, whatever host name was used."""
    one, two = urlsplit(url), urlsplit(other)
    return (one.path or "/", one.query) == (two.path or "/", two.query)


@dataclass
class Selection:
    """What a selector selected of the entries tried so far."""

    tried: int = 0
    found: list[Entry] = field(default_factory=list)


@dataclass
class LogEvidence:
    """An incremental fold of one project's log reads."""

    run_id: str
    sent: dict[str, Probe] = field(default_factory=dict)
    """Mark -> its probe."""
    known: set[tuple[str, int, str]] = field(default_factory=set)
    parsed: dict[tuple[str | None, ...], Entry] = field(default_factory=dict, compare=False, repr=False)
    """Log name, timestamp and insert id, as they are written -> the entry. Derived."""
    arrived: dict[Revision, list[Entry]] = field(default_factory=dict)
    """In the order in which they were read. What probes made the application write is among them, the probes' own request
    entries and audit entries are not."""
    unprovoked: set[Revision] = field(default_factory=set)
    """Revisions that logged something themselves without a probe's mark."""
    selections: dict[tuple[Revision, Selector], Selection] = field(default_factory=dict, compare=False, repr=False)
    """What selectors selected so far: derived, and kept so that each entry is tried once."""
    requests: dict[str, list[Entry]] = field(default_factory=dict)
    """Mark -> the request log's entries: one, or with redirects one a hop."""
    echoes: dict[tuple[Service, str], float] = field(default_factory=dict)
    """(service, log) -> end time of its newest marked entry, platform time; as of the last complete read."""
    longest_delay: float | None = None
    """The longest time, seconds, from the end of a probe until its echo was seen."""
    seen_delay: float = 0.0
    """The same without the time in which nobody could look: the calls failed."""
    watched: bool = False
    """Whether an echo was seen for which somebody could look at any time."""
    lags: dict[str, float] = field(default_factory=dict)
    """Log -> the worst delay seen of the revisions' own entries that an earlier whole read did not have, seconds."""
    listening_since: float | None = None
    """When the first whole read was asked for."""
    heard: frozenset[Revision] = frozenset()
    """The revisions of which the newest whole read, or one before, had entries."""
    skew: tuple[float, float] = (float("-inf"), float("inf"))
    """Bounds of platform time minus the gate's time, seconds."""
    newest: float | None = None
    """The newest receive time of all entries of whole reads, platform time: the cursor."""
    seen: dict[tuple[Service, str], float] = field(default_factory=dict)
    """Echoes of the newest complete read, if that was a slow one: what they tell of holds for the read after it."""
    reading: Reading | None = None
    """The read under way."""
    refused_since: float | None = None
    """When the first call failed since the newest complete read."""
    given_up: float | None = None
    """When the first began of the reads that were given up since the newest complete one."""
    narrowed: dict[Revision, Narrowing] = field(default_factory=dict)
    """The revisions of which not all is asked for."""
    read_at: float | None = None
    """When the newest complete read was asked for."""
    read_filter: str = ""
    """What the newest complete read asked for."""
    reads: int = 0
    """Calls made."""

    def probe(self, call: MarkedCall, sent: float, received: float | None = None) -> None:
        """Remember a marked probe."""
        named = any(name.lower() == "user-agent" and call.mark in value for name, value in call.headers)
        self.sent[call.mark] = Probe(call.url, named, sent, received)

    def page(self, observation: Observation) -> None:
        """Fold one page, or a failed call, of a read."""
        call = observation.call
        assert isinstance(call, ListEntries)
        self.reads += 1
        if looks(call):
            self._look(observation.result)
            return
        if not isinstance(observation.result, Answer):
            self.refused_since = observation.sent if self.refused_since is None else self.refused_since
            self.reading = None
            return
        if not call.page_token:
            since = observation.sent if self.given_up is None else self.given_up
            self.reading = Reading(observation.sent, since, self.refused_since)
        reading = self.reading
        for data in observation.result.content.get("entries", ()):
            self._entry(self._parsed(data), observation)
        if reading is None:
            return  # a page of a read that was given up
        reading.pages += 1
        token = observation.result.content.get("nextPageToken")
        reading.next = replace(call, page_token=token) if token else None
        if not token:
            # Only a whole read moves the watermark and the cursor: its first page says nothing of the last.
            if reading.newest > float("-inf"):
                self.newest = max(reading.newest, self.newest or reading.newest)
            self._commit(reading, quick=observation.sent - reading.began <= _QUICK)
            self.read_at, self.read_filter, self.reading = reading.began, call.filter, None
            self.listening_since = self.listening_since or self.read_at
            self.heard = frozenset(self.arrived)
            self.given_up = self.refused_since = None

    def _look(self, result: Result) -> None:
        """Take in how much is logged at the log's end. Its entries come with the read: judges know of no gap."""
        if self.reading is not None and isinstance(result, Answer):
            self.reading.end, self.reading.looking = rate(result), False

    def lean(self, content: Json) -> Json:
        """A page without what earlier pages held already: it folds to the same.

        Of those entries only the ones stay that move a read: the oldest and the newest received, each stream's newest echo.
        """
        entries = content.get("entries", ())
        known = [entry for data in entries if (entry := self.parsed.get(_key(data)))]
        fresh = {key for data in entries if (key := _key(data)) not in self.parsed}
        for data in entries:
            self._parsed(data)  # what cannot be read is told here, before the journal has it
        if not known:
            return content
        telling = [min(known, key=_received), max(known, key=_received)]
        echoes: dict[tuple[Service, str], Entry] = {}
        for entry in filter(self._mark, known):
            echo = echoes.setdefault(((entry.location, entry.service), entry.log), entry)
            if min(entry.ended, entry.received) > min(echo.ended, echo.received):
                echoes[(entry.location, entry.service), entry.log] = entry
        kept = {_key(entry.raw) for entry in (*telling, *echoes.values())}
        return {
            **content,
            "entries": [data for data in entries if (key := _key(data)) in kept or key in fresh],
        }

    def _commit(self, reading: Reading, *, quick: bool) -> None:
        """Take in the echoes of a complete read.

        An echo tells what is readable when it is found; the pages before it were read earlier. So those that a slow read
        found count once another read has begun after it, and come to its end.
        """
        for stream, ended in (*self.seen.items(), *(reading.echoes.items() if quick else ())):
            self.echoes[stream] = max(ended, self.echoes.get(stream, ended))
        self.seen = {} if quick else reading.echoes

    def narrow(self, found: Mapping[Revision, Narrowing]) -> None:
        """Ask less of some revisions from now on; the read under way is given up."""
        self.narrowed.update(found)
        self.given_up = self.reading.since if self.reading else self.given_up
        self.reading = None

    def first(self, revision: Revision, created: float) -> float | None:
        """When a revision itself logged its first entry that no probe made it log; None if its log tells none."""
        own = (e for e in self.select(revision, APPLICATION) if created <= e.at <= e.received and not self._mark(e))
        return next((entry.at for entry in own), None)

    def _parsed(self, data: Json) -> Entry:
        """An entry; it comes again with every read that goes back to it, and is parsed once."""
        key = _key(data)
        entry = self.parsed.get(key)
        if entry is None:
            entry = Entry.read(data)
            if not entry.ended >= entry.at:
                raise ValueError(f"a request that ended before it began: {entry.insert_id}")
            self.parsed[key] = entry
        return entry

    def _entry(self, entry: Entry, observation: Observation) -> None:
        mark = self._mark(entry)
        if self.reading:
            self.reading.oldest = min(entry.received, self.reading.oldest)
            self.reading.newest = max(entry.received, self.reading.newest)
        if mark and self.reading:
            # A line's timestamp is the application's to write; it is not readable before it was received.
            stream = ((entry.location, entry.service), entry.log)
            ended = min(entry.ended, entry.received)
            self.reading.echoes[stream] = max(ended, self.reading.echoes.get(stream, ended))
        identity = (entry.log, entry.nanos, entry.insert_id)
        if identity in self.known:
            return
        self.known.add(identity)
        if mark and entry.sort is Sort.REQUEST:
            self.requests.setdefault(mark, []).append(entry)
            self._echo(mark, entry, self._seen(observation))
            return
        revision = (entry.location, entry.service, entry.revision)
        if entry.sort is Sort.AUDIT:
            return
        self.arrived.setdefault(revision, []).append(entry)
        if entry.sort is Sort.APPLICATION and not mark:
            self.unprovoked.add(revision)
        self._lag(revision, entry, self._seen(observation))

    def _seen(self, observation: Observation) -> float:
        """When a page's entries could be read, had the read not taken long to come to them."""
        since = self.reading.since if self.reading else observation.sent
        return observation.received - (observation.sent - since)

    def select(self, revision: Revision, selector: Selector) -> Sequence[Entry]:
        """The entries of a revision that a selector selects, by time."""
        selection = self.selections.setdefault((revision, selector), Selection())
        arrived = self.arrived.get(revision, [])
        for entry in islice(arrived, selection.tried, None):
            if selector.selects(entry):
                insort(selection.found, entry, key=_order)
        selection.tried = len(arrived)
        return selection.found

    def _mark(self, entry: Entry) -> str:
        """The mark of the probe that an entry is of; empty if of none.

        A service that passes the trace on makes request entries with it that are not the probe's own.
        """
        agent = entry.raw.get("httpRequest", {}).get("userAgent", "")
        found = re.search(f"{self.run_id}[0-9a-f]{{16}}", agent)
        if found:
            return found[0]
        if not entry.trace.startswith(self.run_id):
            return ""
        probe = self.sent.get(entry.trace)
        passed_on = entry.log == REQUESTS and probe and (probe.named or not _same(entry.url, probe.url))
        return "" if passed_on else entry.trace

    def _echo(self, mark: str, entry: Entry, seen: float) -> None:
        probe = self.sent.get(mark)
        if probe is None or probe.received is None:
            return
        low, high = self.skew
        self.skew = max(low, entry.at - probe.received), min(high, entry.at - probe.sent)
        # A probe that timed out goes on without us: its entry is written when the service is done.
        done = max(probe.received, entry.ended - self.offset)
        unseen = self.reading.unseen(done) if self.reading else 0.0
        self.longest_delay = max(self.longest_delay or 0.0, seen - done)
        self.seen_delay = max(self.seen_delay, seen - done - unseen)
        self.watched = self.watched or not unseen

    def _lag(self, revision: Revision, entry: Entry, seen: float) -> None:
        """Note how late an entry is, if an earlier whole read would have had it."""
        since = self.listening_since
        if since is not None and (revision in self.heard or entry.at > since + self.offset):
            unseen = self.reading.unseen(entry.at - self.offset) if self.reading else 0.0
            self.lags[entry.log] = max(seen + self.offset - entry.at - unseen, self.lags.get(entry.log, 0.0))

    @property
    def worst_delay(self) -> float | None:
        """The worst echo delay, seconds: what nobody could look at is none, if another was looked for all the time."""
        return self.seen_delay if self.watched else self.longest_delay

    @property
    def margin(self) -> float:
        """Seconds by which one stream may lag behind another: at least 10, three times the worst delay seen."""
        return max(MARGIN, 3 * (self.worst_delay or 0.0))

    def margin_of(self, stream: str) -> float:
        """The same for one stream: at least twice the worst delay seen of its own entries."""
        return max(self.margin, _LATER * self.lags.get(stream, 0.0))

    @property
    def overlap(self) -> float:
        """Seconds that a read goes back before the newest entry known, for entries that become readable late."""
        return max(LAG, self.margin, _LATER * max(self.lags.values(), default=0.0))

    @property
    def offset(self) -> float:
        """The least correction of the gate's clock that the echoes admit, seconds.

        Servers' clocks differ by a little, so bounds of quick answers may cross: then it lies between them all the same.
        """
        low, high = sorted(self.skew)
        return 0.0 if low <= 0 <= high else low if low > 0 else high

    def watermark(self, service: Service, stream: str) -> Watermark:
        """The best known of a stream: its own echo, else a sibling's less the margin, else a lag alone."""
        own = self.echoes.get((service, stream))
        if own is not None:
            return Watermark(stream, own, Known.ECHOED)
        return self._inferred(service, stream) or self._assumed(stream)

    def _inferred(self, service: Service, stream: str) -> Watermark | None:
        """From the newest echo of a sibling, less the stream's margin."""
        siblings = [at for (of, _), at in self.echoes.items() if of == service]
        return Watermark(stream, max(siblings) - self.margin_of(stream), Known.INFERRED) if siblings else None

    def _assumed(self, stream: str) -> Watermark:
        lag = max(LAG, _LATER * self.lags.get(stream, 0.0))
        return Watermark(stream, (self.read_at or 0.0) + self.offset - lag, Known.ASSUMED)

    def at_least(self, service: Service, streams: Sequence[str], demanded: Known) -> Watermark | None:
        """The least of the streams' watermarks, each by the furthest-reaching way that is good enough.

        What the platform logs carries no mark, so no echo can be demanded of it.
        """
        reached = []
        for stream in streams:
            ways = [self.watermark(service, stream)]
            ways += filter(None, [self._inferred(service, stream)])
            if self.read_at is not None:
                ways.append(self._assumed(stream))
            needed = Known.INFERRED if stream == SYSTEM and demanded is Known.ECHOED else demanded
            good = [way for way in ways if way.how.satisfies(needed)]
            if not good:
                return None
            reached.append(max(good, key=lambda way: way.up_to))
        return min(reached, key=lambda way: way.up_to)
