"""Everything HTTP on one port, told apart by host and path: the deployed services, the REST APIs, the
metadata server, the registry of images.

A request line may hold a whole URL, as proxies get it: so gcloud, which puts a region before every host, gets here.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
from urllib.parse import parse_qsl, unquote, urlsplit

from aiohttp import web

from validator.emulator.api.calls import OpenSocket
from validator.emulator.api.refusal import RefusalError
from validator.emulator.servers import (
    knative_server,
    metadata_server,
    registry_server,
    rest_server,
    socket_server,
    token_server,
)
from validator.emulator.servers.client_environment import API_HOST
from validator.emulator.servers.rest_server import Asked, Told, body_of
from validator.emulator.world.running import Running
from validator.words.call import Answer, Exchange
from validator.words.emulated import CERTIFICATE_ENDS


async def serve_http(running: Running, listener: socket.socket) -> web.ServerRunner:
    """Serve on a listening socket until the runner is cleaned up."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return await _answer(running, request)

    runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return runner


async def _answer(running: Running, request: web.BaseRequest) -> web.StreamResponse:
    url = urlsplit(_url(request))
    host = (url.hostname or "").lower()
    if host in metadata_server.HOSTS or url.path.startswith(metadata_server.PREFIX) or _pinged(request, host):
        return _metadata(running, request, url.path, url.query)
    if _of_apis(host):
        return await _api(running, request, host, url.path, url.query)
    if registry_server.serves(running, host):
        return await _registry(running, request, host, url.path)
    return await _service(running, request)


def _pinged(request: web.BaseRequest, host: str) -> bool:
    """Whether google-auth looks for a metadata server here."""
    return request.headers.get("Metadata-Flavor") == "Google" and _of_apis(host)


def _of_apis(host: str) -> bool:
    if (
        host == API_HOST
        or host.endswith((f".{API_HOST}", f"-run.{API_HOST}", ".googleapis.com"))
        or host == "localhost"
    ):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _api(running: Running, request: web.BaseRequest, host: str, path: str, query: str) -> web.Response:
    raw = await request.read()
    try:
        made = token_server.answer(running, request.method, unquote(path), request.headers, raw)
        if made is not None:
            return web.json_response(made.content, status=made.status)
        asked = Asked(request.method, host, unquote(path), _parameters(query), body_of(raw))
        told = await asyncio.to_thread(_told, running, asked)
    except RefusalError as refusal:
        status = rest_server.HTTP_STATUS[refusal.code]
        told = Told(status, rest_server.error(refusal.code, refusal.message))
    await _pause(told.delay, running)
    return web.json_response(told.content, status=told.status)


def _parameters(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusalError("INVALID_ARGUMENT", "A parameter is given twice.")
    return found


def _told(running: Running, asked: Asked) -> Told:
    return knative_server.answer(running, asked) or rest_server.answer(running, asked)


def _metadata(running: Running, request: web.BaseRequest, path: str, query: str) -> web.Response:
    flavor = request.headers.get("Metadata-Flavor", "")
    found = metadata_server.answer(running, path, dict(parse_qsl(query)), flavor)
    text = found.content if isinstance(found.content, str) else json.dumps(found.content)
    kind = "application/text" if isinstance(found.content, str) else "application/json"
    headers = {"Metadata-Flavor": "Google", "Server": "Metadata Server for VM"}
    return web.Response(status=found.status, text=text, content_type=kind, headers=headers)


async def _registry(running: Running, request: web.BaseRequest, host: str, path: str) -> web.Response:
    found = await asyncio.to_thread(registry_server.answer, running, request.method, host, unquote(path))
    await _pause(found.delay, running)
    return web.Response(status=found.status, body=found.text.encode(), headers={"Content-Type": found.kind})


async def _service(running: Running, request: web.BaseRequest) -> web.StreamResponse:
    headers = tuple((name, value) for name, value in request.headers.items() if name.lower() != "host")
    if socket_server.asked(request):
        came = running(OpenSocket(_url(request), headers))
    else:
        came = running(Exchange(request.method, _url(request), headers, await request.read() or None))
    await _pause(came.delay, running)
    if not isinstance(came.result, Answer):
        raise web.HTTPInternalServerError(text=came.result.message)
    content = came.result.content
    await asyncio.sleep(content["latency"] / running.speed)
    if content["status"] == 101:
        return await socket_server.converse(running, request, content, cut=came.cut)
    response = web.Response(status=content["status"], body=content["text"].encode())
    for name, value in content["headers"]:
        response.headers[name] = value
    if "certificate" in content:
        response.headers[CERTIFICATE_ENDS] = content["certificate"]["not_after"]
    return await _cut(request, response) if came.cut else response


async def _cut(request: web.BaseRequest, response: web.Response) -> web.StreamResponse:
    """Send the head and half of the body, and break off."""
    body = bytes(response.body) if isinstance(response.body, bytes) else b""
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    stream.content_length = max(2, len(body))
    await stream.prepare(request)
    await stream.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return stream


async def _pause(delay: float, running: Running) -> None:
    if delay == float("inf"):
        await asyncio.Event().wait()  # until the client has had enough
    await asyncio.sleep(delay / running.speed)


def _url(request: web.BaseRequest) -> str:
    """The URL that was asked for: Cloud Run speaks https only, whatever this connection is.

    The host of a whole URL in the request line comes before the header's.
    """
    line = urlsplit(request.raw_path) if "://" in request.raw_path.partition("?")[0] else None
    if line is None:
        return f"https://{request.host}{request.raw_path}"
    return f"https://{line.netloc}{line.path or '/'}" + (f"?{line.query}" if line.query else "")
