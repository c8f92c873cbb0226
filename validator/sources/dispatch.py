"""One door to all sources: a call goes to the source that can answer it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Protocol

from validator.sources.confinement import confine, release
from validator.sources.connection import Connection, Emulated
from validator.sources.probing import exchange
from validator.words.call import Call, Exchange, GetBuild, ListBuilds, ListEntries, Result


class Sources(Protocol):
    """What answers calls; safe to use from several threads."""

    def __call__(self, call: Call, timeout: float) -> Result:
        """Answer one call within `timeout` seconds of the gate's time; says why not instead of raising."""

    def close(self) -> None:
        """Give back channels; calls under way end with a problem."""


class _Client(Protocol):
    def __call__(self, call: Call, timeout: float) -> Result: ...
    def close(self) -> None: ...


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
        self._clients: dict[Callable[[Connection], _Client], _Client] = {}
        self._open = True

    def __call__(self, call: Call, timeout: float) -> Result:
        seconds = timeout / self._connection.speed
        if isinstance(call, Exchange):
            return exchange(call, seconds, self._connection)
        from validator.sources.status import attempt

        return attempt(lambda: self._client(call)(call, seconds))

    def _client(self, call: Call) -> _Client:
        with self._lock:
            kind = _kind(call)
            if kind not in self._clients:
                self._clients[kind] = kind(self._connection)
            return self._clients[kind]

    def close(self) -> None:
        with self._lock:
            clients, self._clients = self._clients, {}
            was_open, self._open = self._open, False
        for client in clients.values():
            client.close()
        if was_open and isinstance(self._connection, Emulated):
            release(self._connection.host, self._connection.port)


def _kind(call: Call) -> Callable[[Connection], _Client]:
    if isinstance(call, ListEntries):
        from validator.sources.cloud_logging import CloudLogging

        return CloudLogging
    if isinstance(call, GetBuild | ListBuilds):
        from validator.sources.cloud_build import CloudBuild

        return CloudBuild
    from validator.sources.cloud_run import CloudRun

    return CloudRun
