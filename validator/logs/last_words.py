"""Why a container could not start, as the application's own last lines tell it, and what the platform says of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from validator.logs.entry import Entry
from validator.logs.event import Event, events, excerpt
from validator.logs.severity import at_least
from validator.words.verdict import Excerpt

_TOGETHER = 2.0
"""Seconds before the last error in which a stack trace is what that error is about."""
_PAUSE = 1.0
"""Seconds between two lines of which the later one does not belong to the former any more."""
_MOST_LINES = 40
"""Lines that belong to an error at most."""
_SHOWN = 12
"""Events shown."""
_OF_PLATFORM = 3
"""Lines of the platform shown."""
_LONGEST = 200
"""Characters of a line, and of all that stands below it, in a sentence."""


@dataclass(frozen=True)
class LastWords:
    """What is told of a start that failed."""

    cause: str
    """The application's error, and what the lines below it name; empty if it logged no error."""
    last: str
    """Its last line; empty if it logged nothing."""
    own: tuple[Excerpt, ...]
    """The application's error and others of it, or its last lines."""
    of_platform: tuple[Excerpt, ...]
    """What the platform logged of its containers."""


def last_words(application: Sequence[Entry], platform: Sequence[Entry]) -> LastWords:
    """From what a revision's application and the platform logged of it."""
    found = events(application)
    errors = [event for event in found if at_least(event.severity, "ERROR")]
    of_platform = tuple(Excerpt(entry.text, entry.at, "system") for entry in platform[-_OF_PLATFORM:])
    last = found[-1].headline if found else ""
    if not errors:
        return LastWords("", last, tuple(map(excerpt, found[-_SHOWN:])), of_platform)
    lead = _lead(errors)
    whole = _whole(lead, found)
    others = [event for event in errors[-_SHOWN:] if event is not lead]
    return LastWords(_told(lead, whole.text), last, tuple(map(excerpt, (whole, *others))), of_platform)


def _stream(event: Event) -> tuple[str, str]:
    return event.entries[0].log, event.entries[0].instance


def _lead(errors: Sequence[Event]) -> Event:
    """The last error; or the stack trace just before it that it is about."""
    last = errors[-1]
    near = (event for event in reversed(errors) if last.at - event.at <= _TOGETHER)
    return next((event for event in near if event.trace and event.trace.error), last)


def _whole(lead: Event, found: Sequence[Event]) -> Event:
    """An error and the lines below it that say no severity of their own, as one event."""
    below = list(_below(lead, found))
    text = "\n".join((lead.text, *(event.text for event in below)))
    return replace(lead, entries=(*lead.entries, *(entry for event in below for entry in event.entries)), text=text)


def _below(lead: Event, found: Sequence[Event]) -> Iterator[Event]:
    before = lead.entries[-1].at
    own = (
        event for event in found if event.entries[0].order > lead.entries[-1].order and _stream(event) == _stream(lead)
    )
    for _, event in zip(range(_MOST_LINES), own, strict=False):
        if event.told.by or event.trace or event.at - before > _PAUSE:
            return
        yield event
        before = event.at


def _told(lead: Event, text: str) -> str:
    """An error's own line, and what the lines below it name: those that are not indented, or else all of them."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    head = lead.trace.error if lead.trace and lead.trace.error else lines[0].strip()
    place = max((number for number, line in enumerate(lines) if head in line), default=0)
    below = [line for line in lines[place + 1 :] if sum(map(str.isalnum, line)) > 1]
    names = [line for line in below if not line[0].isspace()] or (
        [] if lead.trace else [line.strip() for line in below]
    )
    named = ", ".join(dict.fromkeys(names))
    shown = named if len(named) <= _LONGEST else f"{named[:_LONGEST]}…"
    return f"{head[:_LONGEST]!r}" + (f" ({shown})" if shown else "")
