"""What is done with a peer, over by its timeout whatever the peer does."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit

from validator.sources.connection import Connection, Emulated
from validator.sources.wire import Wire
from validator.words.call import Answer, MarkedCall, Problem, Result
from validator.words.instant import span

_LAST = 0.3
"""Seconds that what was under way has to say how far it came, once its connection was cut."""


def in_time(
    call: MarkedCall,
    connection: Connection,
    timeout: float,
    work: Callable[[Wire], Result],
    came: Callable[[Wire], str],
) -> Result:
    """What work comes to; after `timeout` real seconds how far it came, or that it is late.

    It is done in a thread of its own: a resolver or a server that drips cannot be told to hurry. At the deadline its
    connection is cut, and nothing more is sent.

    Args:
        call: what is asked.
        connection: where it is asked.
        timeout: seconds.
        work: does it over a wire; it says why not instead of raising.
        came: what had come by the deadline, for a person.
    """
    wire = Wire(timeout, emulated=isinstance(connection, Emulated))
    results: SimpleQueue[Result] = SimpleQueue()
    Thread(target=lambda: results.put(work(wire)), daemon=True, name="exchange").start()
    try:
        result = results.get(timeout=timeout)
    except Empty:
        wire.cut()
        with suppress(Empty):
            last = results.get(timeout=_LAST)
            if isinstance(last, Answer):
                return last
        return _late(wire, call, connection, timeout, came)
    if isinstance(result, Problem) and time.monotonic() >= wire.deadline:
        return _late(wire, call, connection, timeout, came)  # the socket's own timeout was a moment faster
    return result


def host_of(wire: Wire, call: MarkedCall, connection: Connection) -> str:
    """The host that was asked, as a person knows it: an emulator's address stands for the URL's."""
    return urlsplit(call.url).netloc if isinstance(connection, Emulated) or not wire.host else wire.host


def _late(wire: Wire, call: MarkedCall, connection: Connection, seconds: float, came: Callable[[Wire], str]) -> Problem:
    """The problem of what took longer than it was allowed, in real seconds."""
    host, allowed = host_of(wire, call, connection), span(seconds * connection.speed)
    if not wire.connected:
        return Problem("CONNECT", f"no connection to {host} within {allowed}")
    return Problem("TIMEOUT", f"connected to {host}; {came(wire)} within {allowed}")
