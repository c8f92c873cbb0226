"""Two WebSocket servers that are not ours, on loopback: that of `websockets`, and autobahn's as a foreign one."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Event, Thread
from typing import Any

from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tests import bystanders


def replies(text: str) -> list[str | bytes]:
    """What both servers answer to a text."""
    if text == "who":
        return ["one moment", json.dumps({"type": "you", "of": [1, 2]}), bytes.fromhex("00ff")]
    if text == "many":
        return [str(number) for number in range(1500)]
    return [json.dumps({"type": "pong", "to": text})] if text != "silence" else []


def chosen(offered: list[str]) -> str | None:
    """The subprotocol that both servers take."""
    return next((name for name in offered if name in ("v2.chat", "v1.chat")), None)


@contextmanager
def running(opened: Any) -> Iterator[int]:
    """The port of a server (an async context manager of its sockets) on an event loop in a thread of its own."""
    started, over = Event(), Event()
    ports: list[int] = []

    async def main() -> None:
        async with opened as sockets:
            ports.append(sockets[0].getsockname()[1])
            started.set()
            await asyncio.to_thread(over.wait)

    thread = Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    started.wait()
    try:
        yield ports[0]
    finally:
        over.set()
        thread.join()


@asynccontextmanager
async def websockets_server(context: ssl.SSLContext | None = None) -> AsyncIterator[Any]:
    """The server of `websockets`: it refuses /guarded, chooses a subprotocol, and closes when it is told to."""

    async def handle(connection: ServerConnection) -> None:
        assert connection.request is not None
        bystanders.overhear(str(connection.request.headers))
        async for message in connection:
            if message == "close":
                await connection.close(4001, "as told")
                return
            if isinstance(message, bytes):
                await connection.send(message[::-1])
            elif message == "headers":
                await connection.send(json.dumps(dict(connection.request.headers.raw_items())))
            else:
                for reply in replies(message):
                    await connection.send(reply)

    def guard(connection: ServerConnection, request: Request) -> Response | None:
        return connection.respond(403, "not you\n") if request.path == "/guarded" else None

    def choose(_: ServerConnection, offered: Any) -> Any:
        return chosen(offered)

    async with serve(
        handle, "127.0.0.1", 0, ssl=context, select_subprotocol=choose, process_request=guard, compression="deflate"
    ) as server:
        yield server.sockets


class _Foreign(WebSocketServerProtocol):
    def onConnect(self, request: Any) -> str | None:  # noqa: N802  autobahn's own name
        return chosen(request.protocols)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803  likewise
        if payload == b"close":
            self.sendClose(4001, "as told")
        elif isBinary:
            self.sendMessage(payload[::-1], isBinary=True)
        else:
            for reply in replies(payload.decode()):
                self.sendMessage(reply.encode() if isinstance(reply, str) else reply, isBinary=isinstance(reply, bytes))


@asynccontextmanager
async def autobahn_server() -> AsyncIterator[Any]:
    """autobahn's server, which speaks the same."""
    factory = WebSocketServerFactory()
    factory.protocol = _Foreign
    factory.setProtocolOptions(openHandshakeTimeout=5, closeHandshakeTimeout=1)
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    async with server:
        yield server.sockets
