"""One door to all sources: a call goes to the module that it names."""

from __future__ import annotations

from importlib import import_module
from threading import Lock
from typing import Protocol

from validator.sources.confinement import confine, release
from validator.sources.connection import Connection, Emulated
from validator.words.call import Call, Result


class Sources(Protocol):
    """What answers calls; safe to use from several threads."""

    def __call__(self, call: Call, timeout: float) -> Result:
        """Answer one call within `timeout` seconds of the gate's time; says why not instead of raising."""

    def close(self) -> None:
        """Give back channels; calls under way end with a problem."""


class Source(Protocol):
    """The client of one outside system: what `open_source(connection)` of its module makes, without a call or an import."""

    def __call__(self, call: Call, timeout: float) -> Result:
        """Answer one of its calls within `timeout` real seconds; says why not instead of raising."""

    def close(self) -> None:
        """Give back its channel."""


def connect(connection: Connection) -> Sources:
    """Make the sources of a connection.

    No call is made and no Google package is imported before the first call that needs one (they take about 0.4 s).
    While the sources of an emulator are open, this process can connect to that emulator alone.
    """
    if isinstance(connection, Emulated):
        confine(connection.host, connection.port)
    return _Dispatch(connection)


class _Dispatch:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()
        self._sources: dict[str, Source] = {}
        self._open = True

    def __call__(self, call: Call, timeout: float) -> Result:
        return self._source(call.source)(call, timeout / self._connection.speed)

    def _source(self, name: str) -> Source:
        if name not in self._sources:
            made = import_module(f"validator.sources.{name}").open_source(self._connection)
            with self._lock:
                return self._sources.setdefault(name, made)
        return self._sources[name]

    def close(self) -> None:
        with self._lock:
            sources, self._sources = self._sources, {}
            was_open, self._open = self._open, False
        for source in sources.values():
            source.close()
        if was_open and isinstance(self._connection, Emulated):
            release(self._connection.host, self._connection.port)
