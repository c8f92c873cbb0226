"""WebSockets of the deployed services, over aiohttp."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import WSMsgType, web

from validator.emulator.api.calls import CloseSocket, Tell
from validator.emulator.world.running import Running
from validator.words.call import Answer, Json


def asked(request: web.BaseRequest) -> bool:
    """Whether a request asks to go on as a WebSocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


async def converse(running: Running, request: web.BaseRequest, opened: Json, *, cut: bool) -> web.WebSocketResponse:
    """Speak for the service until either side ends it; a `cut` one breaks off after the first message."""
    chosen = (opened["subprotocol"],) if opened["subprotocol"] else ()
    socket = web.WebSocketResponse(protocols=chosen)
    await socket.prepare(request)
    try:
        await _say(running, socket, opened["messages"])
        async for message in socket:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                break
            if cut and request.transport is not None:
                request.transport.abort()
                break
            binary = message.type is WSMsgType.BINARY
            result = running(Tell(opened["session"], message.data.hex() if binary else message.data, binary)).result
            if not isinstance(result, Answer):
                break
            await _say(running, socket, result.content["messages"])
            if result.content["close"]:
                await socket.close(code=result.content["close"])
    finally:
        running(CloseSocket(opened["session"]))
    return socket


async def _say(running: Running, socket: web.WebSocketResponse, messages: list[dict[str, Any]]) -> None:
    for message in messages:
        await asyncio.sleep(message["after"] / running.speed)
        if message["binary"]:
            await socket.send_bytes(bytes.fromhex(message["text"]))
        else:
            await socket.send_str(message["text"])
