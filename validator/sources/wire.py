"""The connections of one HTTP exchange, watched: made now, cut when the time is over.

`requests.get(timeout=1)` takes as long as the server likes: its timeout bounds each read, not the exchange.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NameResolutionError

from validator.sources.connection import Connection, Emulated
from validator.sources.failure import CutError
from validator.sources.framing import FramedResponse
from validator.words.reach import never_probed
from validator.words.redirect import RefusedError


class Wire:
    """What is known of an exchange under way, and the means to end it from another thread."""

    def __init__(self, seconds: float, *, emulated: bool = False) -> None:
        self._lock = Lock()
        self.emulated = emulated
        """Whether every URL is connected to an emulator."""
        self.trailers: list[tuple[str, str]] = []
        """gRPC's own, of the last answer."""
        self._socket: socket.socket | None = None
        self._over = False
        self.deadline = time.monotonic() + seconds
        self.host = ""
        """`HOST:PORT` that was connected last, or was tried to."""
        self.connected = False
        """Whether any connection was made, TLS included."""
        self.sent: float | None = None
        """Monotonic seconds when the first connection was ready and sending began."""
        self.status: int | None = None
        """Of the answer whose head has come."""
        self.not_after: float | None = None
        """When the certificate ends (Unix seconds) with which the last connection was encrypted."""
        self.received = 0
        """Bytes of its body so far."""

    def trailer(self, name: str, value: str) -> None:
        """Take note of a trailer of gRPC's."""
        self.trailers.append((name, value))

    def remaining(self) -> float:
        """Seconds that are left, at least a moment."""
        return max(0.001, self.deadline - time.monotonic())

    def attach(self, connection: socket.socket) -> None:
        """Take note of a new socket, before anything is sent over it.

        Raises:
            CutError: the exchange is over; the socket is closed and nothing will be sent.
        """
        with self._lock:
            if self._over:
                connection.close()
                raise CutError("given up before the connection was made")
            self._socket = connection

    def ready(self, connection: socket.socket) -> None:
        """Take note that sending begins, over this socket (the TLS one, where there is TLS).

        Raises:
            CutError: as in `attach`.
        """
        self.attach(connection)
        self.connected = True
        self.sent = self.sent or time.monotonic()

    def cut(self) -> None:
        """End the exchange at once; whoever reads from it gets an end of file."""
        with self._lock:
            self._over = True
            if self._socket is not None:
                try:
                    # The plain socket's own way: TLS would first say goodbye.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
                except OSError:
                    return  # the other side was faster


class _Plain(HTTPConnection):
    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wire = wire
        self.response_class = partial(FramedResponse, trailer=wire.trailer)  # type: ignore[assignment]

    def _new_conn(self) -> socket.socket:
        return _open(self._wire, self, super()._new_conn)

    def connect(self) -> None:
        super().connect()
        self._wire.ready(self.sock)


class _Tls(HTTPSConnection):
    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wire = wire
        self.response_class = partial(FramedResponse, trailer=wire.trailer)  # type: ignore[assignment]

    def _new_conn(self) -> socket.socket:
        return _open(self._wire, self, super()._new_conn)

    def connect(self) -> None:
        super().connect()
        shown: dict[str, Any] = getattr(self.sock, "getpeercert", dict)()  # a tunnel in TLS within TLS tells none
        self._wire.not_after = ssl.cert_time_to_seconds(shown["notAfter"]) if shown else None
        self._wire.ready(self.sock)


def _open(wire: Wire, connection: HTTPConnection, connect: Callable[[], socket.socket]) -> socket.socket:
    wire.host, wire.not_after = f"{connection.host}:{connection.port}", None
    if wire.emulated or connection.proxy is not None:  # a proxy looks the name up itself
        opened = _timed(wire, connection, connect)
    else:
        opened = _resolved(wire, connection, connect)
    wire.attach(opened)
    return opened


def _timed(wire: Wire, connection: HTTPConnection, connect: Callable[[], socket.socket]) -> socket.socket:
    connection.timeout = wire.remaining()
    return connect()


def _resolved(wire: Wire, connection: HTTPConnection, connect: Callable[[], socket.socket]) -> socket.socket:
    """Connect to the addresses that a name has now, one after the other, none of which may be one that is never asked."""
    host = connection._dns_host  # noqa: SLF001  what is looked up; the name itself goes on being TLS's
    try:
        found = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        if reason := never_probed(address):
            raise RefusedError(f"{connection.host} is not asked: {reason}")
    try:
        for address in addresses[:-1]:
            connection._dns_host = address  # noqa: SLF001
            with suppress(HTTPError):
                return _timed(wire, connection, connect)
        connection._dns_host = addresses[-1]  # noqa: SLF001
        return _timed(wire, connection, connect)
    finally:
        connection._dns_host = host  # noqa: SLF001


class WiredAdapter(HTTPAdapter):
    """Makes each request of one exchange over a connection that its wire knows.

    To an emulator every URL, https too, is connected in plain, with the URL's host as `Host`.
    """

    def __init__(self, connection: Connection, wire: Wire) -> None:
        super().__init__()
        self._connection = connection
        self._wire = wire
        self._pool: HTTPConnectionPool | None = None

    def get_connection_with_tls_context(
        self, request: PreparedRequest, *args: Any, **kwargs: Any
    ) -> HTTPConnectionPool:
        """A new pool for this request's one connection: a redirect does not reuse the last one."""
        self.close()
        if isinstance(self._connection, Emulated):
            pool = HTTPConnectionPool(self._connection.host, self._connection.port)
        else:
            pool = super().get_connection_with_tls_context(request, *args, **kwargs)  # type: ignore[assignment]
        watched = _Tls if pool.scheme == "https" else _Plain
        pool.ConnectionCls = partial(watched, wire=self._wire)  # type: ignore[assignment]
        self._pool = pool
        return pool

    def add_headers(self, request: PreparedRequest, **kwargs: Any) -> None:
        """Name the URL's host, which is not the host that is connected, to an emulator."""
        super().add_headers(request, **kwargs)
        if isinstance(self._connection, Emulated) and "Host" not in request.headers:
            request.headers["Host"] = urlsplit(str(request.url)).netloc.rpartition("@")[2]

    def close(self) -> None:
        """Close all connections."""
        super().close()
        if self._pool is not None:
            self._pool.close()
