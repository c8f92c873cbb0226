"""The deployed services' own HTTP: every host on one port, told apart by the Host header."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

from aiohttp import web

from validator.emulator.running import Running
from validator.model.call import Answer, Exchange


async def serve_http(running: Running, listener: socket.socket) -> web.ServerRunner:
    """Serve on a listening socket until the runner is cleaned up."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return await _answer(running, request)

    runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return runner


async def _answer(running: Running, request: web.BaseRequest) -> web.StreamResponse:
    body = await request.read()
    headers = tuple((name, value) for name, value in request.headers.items() if name.lower() != "host")
    text = body.decode(errors="replace") if body else None
    result = running(Exchange(request.method, _url(request), headers, text))
    if not isinstance(result, Answer):
        raise web.HTTPInternalServerError(text=result.message)
    await asyncio.sleep(result.content["latency"] / running.speed)
    response = web.Response(status=result.content["status"], body=result.content["text"].encode())
    for name, value in result.content["headers"]:
        response.headers[name] = value
    return response


def _url(request: web.BaseRequest) -> str:
    """The URL that was asked for: Cloud Run speaks https only, whatever this connection is.

    A request line may hold a whole URL, as proxies get it; its host comes before the header's.
    """
    line = urlsplit(request.raw_path) if "://" in request.raw_path.partition("?")[0] else None
    if line is None:
        return f"https://{request.host}{request.raw_path}"
    return f"https://{line.netloc}{line.path or '/'}" + (f"?{line.query}" if line.query else "")
