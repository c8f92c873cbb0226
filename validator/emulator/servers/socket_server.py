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
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    try:
        await _say(running, socket, opened["messages"])
        async for message in socket:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                break
            text = message.data if message.type is WSMsgType.TEXT else message.data.decode(errors="replace")
            if cut and request.transport is not None:
                request.transport.abort()
                break
            result = running(Tell(opened["session"], text)).result
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
        await socket.send_str(message["text"])
