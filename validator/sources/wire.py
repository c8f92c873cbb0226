"""The connections of one HTTP exchange, watched: made now, cut when the time is over.

`requests.get(timeout=1)` takes as long as the server likes: its timeout bounds each read, not the exchange.
"""

from __future__ import annotations

import socket
import time
from functools import partial
from http.client import HTTPResponse
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from validator.sources.connection import Connection, Emulated


class CutError(OSError):
    """The exchange was given up while it went on."""


class HeadCutError(OSError):
    """The answer ended before its head did."""


class Wire:
    """What is known of an exchange under way, and the means to end it from another thread."""

    def __init__(self, seconds: float) -> None:
        self._lock = Lock()
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
        self.received = 0
        """Bytes of its body so far, decoded."""

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


class _Head(HTTPResponse):
    """A response whose head must be whole: the standard library takes the end of the stream for the end of the head."""

    def begin(self) -> None:
        lines = _LastLine(self.fp)
        self.fp = lines  # type: ignore[assignment]
        super().begin()
        self.fp = lines.stream
        if lines.last not in (b"\r\n", b"\n"):
            raise HeadCutError


class _LastLine:
    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.last = b""

    def readline(self, limit: int) -> bytes:
        self.last = self.stream.readline(limit)
        return self.last

    def close(self) -> None:
        self.stream.close()


class _Plain(HTTPConnection):
    response_class = _Head

    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wire = wire

    def _new_conn(self) -> socket.socket:
        return _open(self._wire, self, super()._new_conn)

    def connect(self) -> None:
        super().connect()
        self._wire.ready(self.sock)


class _Tls(HTTPSConnection):
    response_class = _Head

    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wire = wire

    def _new_conn(self) -> socket.socket:
        return _open(self._wire, self, super()._new_conn)

    def connect(self) -> None:
        super().connect()
        self._wire.ready(self.sock)


def _open(wire: Wire, connection: HTTPConnection, connect: Any) -> socket.socket:
    wire.host = f"{connection.host}:{connection.port}"
    connection.timeout = wire.remaining()
    opened: socket.socket = connect()
    wire.attach(opened)
    return opened


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
