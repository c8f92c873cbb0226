"""What became known of one project's logs: entries, echoes, and how far each stream is readable."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

from validator.model.call import Answer, Exchange, Json, ListEntries
from validator.model.evidence import Known, Selector, Watermark
from validator.model.journal import Observation
from validator.model.platform import REQUESTS, SYSTEM, Entry

MARGIN = 10.0
"""Seconds that one stream may at least lag behind another."""
_LATER = 2.0
"""How many times later than the latest seen an entry may be, of a stream without an echo of its own."""
LAG = 120.0
"""Seconds after which entries are assumed to be readable where nothing better is known."""

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


def _order(entry: Entry) -> tuple[int, str]:
    return entry.order


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
    entries: dict[Revision, list[Entry]] = field(default_factory=dict)
    """By time; what probes made the application write is among them, the probes' own request entries are not."""
    unprovoked: set[Revision] = field(default_factory=set)
    """Revisions that logged something without a probe's mark."""
    arrived: dict[Revision, list[Entry]] = field(default_factory=dict)
    """The same in the order in which they were read."""
    selections: dict[tuple[Revision, Selector], Selection] = field(default_factory=dict, compare=False, repr=False)
    """What selectors selected so far: derived, and kept so that each entry is tried once."""
    system: dict[Revision, list[Entry]] = field(default_factory=dict)
    requests: dict[str, list[Entry]] = field(default_factory=dict)
    """Mark -> the request log's entries: one, or with redirects one a hop."""
    echoes: dict[tuple[Service, str], float] = field(default_factory=dict)
    """(service, log) -> end time of its newest marked entry, platform time; as of the last complete read."""
    fresh: dict[tuple[Service, str], float] = field(default_factory=dict)
    """The same, of the read under way."""
    worst_delay: float | None = None
    """The worst echo delay seen, seconds."""
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
    fresh_newest: float | None = None
    """The same, of the read under way."""
    read_began: float | None = None
    read_at: float | None = None
    """When the newest complete read was asked for."""
    read_filter: str = ""
    """What the newest complete read asked for."""
    reads: int = 0
    """Calls made."""

    def probe(self, call: Exchange, sent: float, received: float | None = None) -> None:
        """Remember a marked probe."""
        named = any(name.lower() == "user-agent" and call.mark in value for name, value in call.headers)
        self.sent[call.mark] = Probe(call.url, named, sent, received)

    def page(self, observation: Observation) -> None:
        """Fold one page, or a failed call, of a read."""
        call = observation.call
        assert isinstance(call, ListEntries)
        self.reads += 1
        if not isinstance(observation.result, Answer):
            self.read_began, self.fresh, self.fresh_newest = None, {}, None
            return
        if not call.page_token:
            self.read_began, self.fresh, self.fresh_newest = observation.sent, {}, None
        for data in observation.result.content.get("entries", ()):
            self._entry(self._parsed(data), observation)
        if not observation.result.content.get("nextPageToken"):
            # Only a whole read moves the watermark and the cursor: its first page says nothing of the last.
            if self.fresh_newest is not None:
                self.newest = max(self.fresh_newest, self.newest or self.fresh_newest)
            for stream, ended in self.fresh.items():
                self.echoes[stream] = max(ended, self.echoes.get(stream, ended))
            self.read_at, self.read_began, self.fresh, self.fresh_newest = self.read_began, None, {}, None
            self.listening_since = self.listening_since or self.read_at
            self.heard = frozenset(self.entries)
            self.read_filter = call.filter

    def _parsed(self, data: Json) -> Entry:
        """An entry; it comes again with every read that goes back to it, and is parsed once."""
        key = (data.get("logName"), data.get("timestamp"), data.get("insertId"))
        entry = self.parsed.get(key)
        if entry is None:
            entry = self.parsed[key] = Entry.read(data)
        return entry

    def _entry(self, entry: Entry, observation: Observation) -> None:
        mark = self._mark(entry)
        self.fresh_newest = max(entry.received, self.fresh_newest or entry.received)
        if mark:
            # A line's timestamp is the application's to write; it is not readable before it was received.
            stream = ((entry.location, entry.service), entry.log)
            ended = min(entry.ended, entry.received)
            self.fresh[stream] = max(ended, self.fresh.get(stream, ended))
        identity = (entry.log, entry.nanos, entry.insert_id)
        if identity in self.known:
            return
        self.known.add(identity)
        if mark and entry.log == REQUESTS:
            self.requests.setdefault(mark, []).append(entry)
            self._echo(mark, entry, observation.received)
            return
        revision = (entry.location, entry.service, entry.revision)
        sort = self.system if entry.log == SYSTEM else self.entries
        insort(sort.setdefault(revision, []), entry, key=_order)
        if sort is self.entries:
            self.arrived.setdefault(revision, []).append(entry)
            if not mark:
                self.unprovoked.add(revision)
            self._lag(revision, entry, observation.received)

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
        self.worst_delay = max(self.worst_delay or 0.0, seen - max(probe.received, entry.ended - self.offset))

    def _lag(self, revision: Revision, entry: Entry, seen: float) -> None:
        """Note how late an entry is, if an earlier whole read would have had it."""
        since = self.listening_since
        if since is not None and (revision in self.heard or entry.at > since + self.offset):
            self.lags[entry.log] = max(seen + self.offset - entry.at, self.lags.get(entry.log, 0.0))

    @property
    def margin(self) -> float:
        """Seconds by which one stream may lag behind another: at least 10, three times the worst delay seen."""
        return max(MARGIN, 3 * (self.worst_delay or 0.0))

    @property
    def offset(self) -> float:
        """The least correction of the gate's clock that the echoes admit, seconds."""
        low, high = self.skew
        return 0.0 if low <= 0 <= high or low > high else low if low > 0 else high

    def watermark(self, service: Service, stream: str) -> Watermark:
        """The best known of a stream: its own echo, else a sibling's less the margin, else a lag alone."""
        own = self.echoes.get((service, stream))
        if own is not None:
            return Watermark(stream, own, Known.ECHOED)
        return self._inferred(service, stream) or self._assumed(stream)

    def _inferred(self, service: Service, stream: str) -> Watermark | None:
        """From the newest echo of a sibling, less the margin; a larger one if the stream's own entries came later."""
        siblings = [at for (of, _), at in self.echoes.items() if of == service]
        margin = max(self.margin, _LATER * self.lags.get(stream, 0.0))
        return Watermark(stream, max(siblings) - margin, Known.INFERRED) if siblings else None

    def _assumed(self, stream: str) -> Watermark:
        return Watermark(stream, (self.read_at or 0.0) + self.offset - LAG, Known.ASSUMED)

    def at_least(self, service: Service, streams: Sequence[str], demanded: Known) -> Watermark | None:
        """The least of the streams' watermarks, each by the furthest-reaching way that is good enough."""
        reached = []
        for stream in streams:
            ways = [self.watermark(service, stream)]
            ways += filter(None, [self._inferred(service, stream)])
            if self.read_at is not None:
                ways.append(self._assumed(stream))
            good = [way for way in ways if way.how.satisfies(demanded)]
            if not good:
                return None
            reached.append(max(good, key=lambda way: way.up_to))
        return min(reached, key=lambda way: way.up_to)
