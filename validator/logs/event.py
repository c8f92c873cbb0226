"""Events of a log: an entry, or the entries that are the lines of one stack trace.

Cloud Logging keeps what a container prints as one entry a line, without severity; libraries write a trace as one
entry of many lines, or into a field of their JSON.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from validator.logs import stack_trace
from validator.logs.entry import REQUESTS, SYSTEM, Entry
from validator.logs.level_text import bare
from validator.logs.lines import said
from validator.logs.severity import SEVERITIES, Severity, at_least
from validator.logs.stack_trace import Trace
from validator.words.counting import counted
from validator.words.verdict import Excerpt

_PAUSE = 1.0
"""Seconds between two lines that are not of one trace any more."""
_LONGEST = 3.0
"""Seconds around one of its lines in which a trace is looked for."""
_NEAREST = 2000
"""Entries on either side of one of its lines in which a trace is looked for."""
_SAME_TIME = 1000
"""Entries of the same time by which is told which way round they are."""
_MESSAGES = ("message", "msg", "event", "@mt", "@m", "short_message", "MESSAGE")
"""Keys under which loggers write what happened,"""
_ERRORS = ("error", "err", "exception", "exc_info", "@x", "cause")
"""the error that made it happen,"""
_TYPES = ("type", "name", "exc_type", "class", "className", "code")
"""of an error its type,"""
_TOLD = ("message", "msg", "exc_value")
"""and what it says."""
_KEPT = 30
"""Lines at either end of an event that are shown."""


@dataclass(frozen=True)
class Event:
    """One thing that a log tells."""

    entries: tuple[Entry, ...]
    """By time; more than one if they are the lines of a trace."""
    text: str
    """All of it, one line below the other."""
    trace: Trace | None = None

    @property
    def at(self) -> float:
        """When it began, Unix seconds, platform time."""
        return self.entries[0].at

    @property
    def headline(self) -> str:
        """What says most, without terminal colours: a trace's error, else the first line that says something.

        Of a trace that is cut off it is the last line.
        """
        if self.trace and self.trace.error:
            return bare("; ".join((self.trace.error, *self.trace.fields)))
        if self.trace:
            return bare(next((line.strip() for line in reversed(self.text.splitlines()) if line.strip()), ""))
        return bare(" ".join(said(self.text))) or self.text.strip()

    @cached_property
    def severity(self) -> str:
        """How bad it is: as bad as the worst of its entries; a trace whose lines have no severity of their own is an ERROR."""
        return self.told.name

    @cached_property
    def told(self) -> Severity:
        """How bad it is, and by what that is told."""
        worst = max((entry.told for entry in self.entries), key=lambda told: SEVERITIES.index(told.name))
        if worst.by in ("platform", "payload") or not (self.trace and self.trace.error):
            return worst
        return worst if at_least(worst.name, "ERROR") else Severity("ERROR", "text")


def events(entries: Iterable[Entry]) -> list[Event]:
    """The events among entries, in any order given, by time."""
    streams: dict[tuple[str, str], list[Entry]] = {}
    found: list[Event] = []
    for entry in sorted(entries, key=lambda entry: entry.order):
        if entry.log in (REQUESTS, SYSTEM):
            found.append(Event((entry,), entry.text))
        else:
            streams.setdefault((entry.log, entry.instance), []).append(entry)
    for stream in streams.values():
        for stretch in _stretches(stream):
            found.extend(_events(stretch))
    return sorted(found, key=lambda event: event.entries[0].order)


def event_of(entry: Entry, entries: Sequence[Entry]) -> Event:
    """The event that one of some entries, sorted by time, belongs to."""
    first = bisect_left(entries, entry.at - _LONGEST, key=lambda e: e.at)
    last = bisect_right(entries, entry.at + _LONGEST, key=lambda e: e.at)
    place = bisect_left(entries, entry.order, key=lambda e: e.order)
    near = entries[max(first, place - _NEAREST) : min(last, place + _NEAREST)]
    stream = [e for e in near if (e.log, e.instance) == (entry.log, entry.instance)]
    return next((e for e in events(stream) if entry in e.entries), Event((entry,), text_of(entry)))


def excerpt(event: Event) -> Excerpt:
    """An event as evidence: of a very long one its beginning and its end."""
    lines = bare(event.text).splitlines()
    if len(lines) > 2 * _KEPT:
        lines[_KEPT:-_KEPT] = [f"… ({counted(len(lines) - 2 * _KEPT, 'line')} left out)"]
    return Excerpt("\n".join(lines), event.at, event.entries[0].log.rsplit("/", 1)[-1])


def text_of(entry: Entry) -> str:
    """What an entry says: its message, and with it the trace or the error that its payload holds in a field of its own."""
    payload = entry.payload
    message = next((payload[key] for key in _MESSAGES if payload.get(key) and isinstance(payload[key], str)), "")
    trace = stack_trace.within(payload)
    if trace:
        return trace if message in trace else f"{message}\n{trace}"
    if not message:
        return entry.text
    error = next(filter(None, (_error(payload.get(key)) for key in _ERRORS)), "")
    return message if error in message else f"{message}: {error}"


def _error(value: Any) -> str:
    """What a field tells that holds an error: its text, or its type and its message."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, Mapping):
        parts = (next((value[key] for key in keys if isinstance(value.get(key), str)), "") for keys in (_TYPES, _TOLD))
        return ": ".join(filter(None, parts))
    return value if isinstance(value, str) else ""


def _stretches(stream: Sequence[Entry]) -> Iterable[list[Entry]]:
    """A stream's entries, parted where it pauses; those of one moment the right way round."""
    stretch: list[Entry] = []
    for _, same in groupby(stream, key=lambda entry: entry.nanos):
        moment = _forward(list(same))
        if stretch and moment[0].at - stretch[-1].at > _PAUSE:
            yield stretch
            stretch = []
        stretch.extend(moment)
    if stretch:
        yield stretch


def _forward(moment: list[Entry]) -> list[Entry]:
    """Entries of the same time, whose order nothing tells: turned round if only that way they tell an error."""
    if len(moment) < 3:
        return moment
    lines = [entry.text for entry in moment[:_SAME_TIME]]
    turned = any(map(stack_trace.suggests, lines)) and _errors(lines[::-1]) > _errors(lines)
    return moment[::-1] if turned else moment


def _errors(lines: Sequence[str]) -> int:
    """How many traces among lines name their error."""
    traces = (stack_trace.read([lines[index] for index in found]) for found in stack_trace.find(lines))
    return sum(bool(trace.error) for trace in traces)


def _events(stretch: Sequence[Entry]) -> Iterable[Event]:
    """The events of one stretch of a stream."""
    texts = [text_of(entry) for entry in stretch]
    if not any(map(stack_trace.suggests, texts)):
        return [Event((entry,), text) for entry, text in zip(stretch, texts, strict=True)]
    lines = [(number, line) for number, text in enumerate(texts) for line in stack_trace.lines_of(text) or [""]]
    owner: dict[int, int] = {}  # entry -> the first of its trace
    traces: dict[int, Trace] = {}
    for found in stack_trace.find([line for _, line in lines]):
        numbers = sorted({lines[index][0] for index in found})
        first = next((owner[number] for number in numbers if number in owner), numbers[0])
        owner.update(dict.fromkeys(numbers, first))
        trace = stack_trace.read([lines[index][1] for index in found])
        if first not in traces or not traces[first].error:
            traces[first] = trace
    members: dict[int, list[int]] = {}
    for number in range(len(stretch)):
        members.setdefault(owner.get(number, number), []).append(number)
    return [
        Event(tuple(stretch[n] for n in own), "\n".join(texts[n] for n in own), traces.get(first))
        for first, own in members.items()
    ]
