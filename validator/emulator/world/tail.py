"""TailLogEntries: entries as they become readable, held back for a buffer window so that they come in order.

cloud.google.com/logging/docs/reference/v2/rpc/google.logging.v2: a window of 0 to 60 s, 2 s unless asked; what is over
60,000 entries a minute is suppressed, and the response says how many.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from validator.emulator.api.calls import CloseTail, OpenTail
from validator.emulator.api.log_filter import parse
from validator.emulator.api.refusal import RefusalError
from validator.emulator.world.log_reads import projects
from validator.emulator.world.running import Running
from validator.words.call import Json, ListEntries, Problem

RATE = 60_000
"""Entries a minute."""
_KNOWN = frozenset({"resource_names", "filter", "buffer_window"})
_STEP = 0.05
"""Real seconds between looks."""
_BATCH = 1000


def asked(request: Any) -> OpenTail:
    """The call that a TailLogEntriesRequest is.

    Raises:
        RefusalError: it sets a field that is not known here.
    """
    for field, _ in request.ListFields():
        if field.name not in _KNOWN:
            raise RefusalError("UNIMPLEMENTED", f"TailLogEntriesRequest.{field.name} is not known here.")
    window = request.buffer_window.ToTimedelta().total_seconds() if request.HasField("buffer_window") else 2.0
    return OpenTail(tuple(request.resource_names), request.filter, window)


def follow(running: Running, call: OpenTail, pause: Callable[[float], bool]) -> Generator[Json, None, None]:
    """The responses of a tail until `pause` says that it is over; each as TailLogEntriesResponse in JSON.

    Raises:
        RefusalError: the tail cannot be, or was cut by the scenario.
    """
    came = running(call)
    if came.delay:
        pause(came.delay / running.speed)
    if isinstance(came.result, Problem):
        raise RefusalError(came.result.code, came.result.message)
    try:
        for content in _responses(running, call, pause):
            yield content
            if came.cut:
                raise RefusalError("UNAVAILABLE", "The stream was cut by the scenario.")
    finally:
        running(CloseTail(came.result.content["session"]))


def _responses(running: Running, call: OpenTail, pause: Callable[[float], bool]) -> Iterator[Json]:
    matches = parse(call.filter)
    wanted = set(projects(ListEntries(call.resource_names, call.filter)))
    last = running.now()
    minute, count = last, 0
    while pause(_STEP):
        now = running.moved()
        if now - minute >= 60:
            minute, count = now, 0
        due = [
            entry
            for entry in running.world.entries
            if last < entry.readable + call.window <= now and entry.project in wanted and matches(entry.raw)
        ]
        last = now
        due.sort(key=lambda entry: entry.order)
        sent, suppressed = due[: max(0, RATE - count)], len(due[max(0, RATE - count) :])
        count += len(sent)
        for place in range(0, len(sent), _BATCH):
            yield {"entries": [entry.raw for entry in sent[place : place + _BATCH]]}
        if suppressed:
            yield {"suppressionInfo": [{"reason": "RATE_LIMIT", "suppressedCount": suppressed}]}
