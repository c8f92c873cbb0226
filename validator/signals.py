"""SIGINT and SIGTERM, from the first line of the process to its last byte."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

_HANDLED = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """What a signal does depends on how far the process is.

    Before a run it ends the process at once: nothing was asked, so nothing is lost. Within a run the first one ends the
    run, which then writes what is known; after its end a signal changes nothing any more. A Ctrl-C after another signal
    ends the process at once, whatever is being written.
    """

    def __init__(self) -> None:
        self.received = 0
        """The number of the first one that was noted; 0 for none."""
        self._note: Callable[[], None] | None = None

    def install(self) -> None:
        """Take them over; to be called in the main thread, first of all. A launcher may have held them back until now."""
        for number in _HANDLED:
            signal.signal(number, self._receive)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)

    def begin(self, end_run: Callable[[], None]) -> None:
        """From now on the first one calls `end_run`, in the main thread, between any two of its steps."""
        self._note = end_run

    def end(self) -> None:
        """From now on one is noted and no more."""
        self._note = _nothing

    def _receive(self, number: int, _: FrameType | None) -> None:
        if self._note is None or (self.received and number == signal.SIGINT):
            os._exit(128 + number)
        if not self.received:
            self.received = number
            self._note()


def _nothing() -> None:
    """After the end of a run there is nothing left to end."""
