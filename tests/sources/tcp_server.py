"""A real TCP server whose every connection is played by a function of the test."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

from tests import bystanders

Play = Callable[["Talk"], None]


@dataclass
class Talk:
    """One connection, the head of its request already read."""

    connection: socket.socket
    head: str
    closing: Event
    """Set when the test is over."""

    def send(self, text: str | bytes) -> None:
        """Send this at once."""
        self.connection.sendall(text if isinstance(text, bytes) else text.encode())

    def drip(self, text: str, seconds: float = 0.1) -> None:
        """Send this byte by byte, this many seconds apart, over and over, until nobody listens."""
        while not self.closing.is_set():
            for byte in text.encode():
                self.connection.sendall(bytes([byte]))
                if self.closing.wait(seconds):
                    return


@dataclass
class TcpServer:
    """A server and the heads of the requests that reached it."""

    port: int
    heads: list[str] = field(default_factory=list)
    closed: Event = field(default_factory=Event)
    """Set when a connection was closed while something was sent to it."""

    @property
    def url(self) -> str:
        """Its root."""
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def tcp_server(play: Play, *, wait: bool = True) -> Iterator[TcpServer]:
    """Run one on a free loopback port; without `wait` it plays before it has read a request."""
    closing = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = TcpServer(listener.getsockname()[1])

        def serve(connection: socket.socket) -> None:
            with connection:
                received = b""
                while wait and b"\r\n\r\n" not in received:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    received += piece
                server.heads.append(received.decode("utf-8", "replace"))
                bystanders.overhear(received.decode("utf-8", "replace"))
                try:
                    play(Talk(connection, received.decode("utf-8", "replace"), closing))
                except OSError:
                    server.closed.set()

        def listen() -> None:
            with suppress(OSError):
                while True:
                    Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        Thread(target=listen, daemon=True).start()
        try:
            yield server
        finally:
            closing.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
