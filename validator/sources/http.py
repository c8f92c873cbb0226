"""HTTP: one exchange on connections of its own, over by its timeout whatever the server does."""

from __future__ import annotations

import time
from collections.abc import Iterable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import requests
from requests import PreparedRequest, Response

from validator import __version__
from validator.model.call import Answer, Exchange, Problem, Result
from validator.model.instant import span
from validator.sources.connection import Connection, Direct, Emulated
from validator.sources.failure import explain
from validator.sources.wire import Wire, WiredAdapter

LIMIT = 1 << 20
"""Bytes of a body that are kept."""
_PIECE = 1 << 16
_MAX_REDIRECTS = 10


def exchange(call: Exchange, seconds: float, connection: Connection) -> Result:
    """Make one HTTP exchange; over after `seconds` of real time, in every case.

    The work is done in a thread of its own: a resolver or a server that drips cannot be told to hurry. At the
    deadline its connection is cut, and nothing more is sent.
    """
    wire = Wire(seconds)
    results: SimpleQueue[Result] = SimpleQueue()
    Thread(target=lambda: results.put(_attempt(call, connection, wire)), daemon=True, name="exchange").start()
    try:
        result = results.get(timeout=seconds)
    except Empty:
        late = _late(wire, call, connection, seconds)
        wire.cut()
        return late
    if isinstance(result, Problem) and time.monotonic() >= wire.deadline:
        return _late(wire, call, connection, seconds)  # the socket's own timeout was a moment faster
    return result


def _attempt(call: Exchange, connection: Connection, wire: Wire) -> Result:
    try:
        with _Session(connection, wire) as session, session.send_call(call) as response:
            return _answer(response, wire, connection.speed)
    except Exception as error:  # noqa: BLE001  whatever three libraries raise on a hostile server is the result
        code = "BROKEN" if wire.connected else "CONNECT"
        return Problem(code, explain(error, _host(wire, call, connection)))


def _host(wire: Wire, call: Exchange, connection: Connection) -> str:
    """The host that was asked, as a person knows it: an emulator's address stands for the URL's."""
    return urlsplit(call.url).netloc if isinstance(connection, Emulated) or not wire.host else wire.host


def _late(wire: Wire, call: Exchange, connection: Connection, seconds: float) -> Problem:
    """The problem of an exchange that took longer than it was allowed, in real seconds."""
    host, allowed = _host(wire, call, connection), span(seconds * connection.speed)
    if not wire.connected:
        return Problem("CONNECT", f"no connection to {host} within {allowed}")
    came = "no answer" if wire.status is None else f"{wire.status} and {wire.received} bytes of the body, not its end,"
    return Problem("TIMEOUT", f"connected to {host}; {came} within {allowed}")


class _Session(requests.Session):
    """A session for one exchange: its own connections, only the headers that were asked for."""

    def __init__(self, connection: Connection, wire: Wire) -> None:
        super().__init__()
        self.trust_env = isinstance(connection, Direct)
        self.max_redirects = _MAX_REDIRECTS
        self.headers.clear()
        self.headers.update({"User-Agent": f"validator/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"})
        self._wire = wire
        adapter = WiredAdapter(connection, wire)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def send_call(self, call: Exchange) -> Response:
        """Send it, and return with the head of the answer."""
        return self.request(
            call.method,
            call.url,
            headers=_merged(call.headers),
            data=None if call.body is None else call.body.encode(),
            allow_redirects=call.redirects,
            stream=True,
            timeout=self._wire.remaining(),
            auth=_unchanged,
        )

    def rebuild_auth(self, prepared_request: PreparedRequest, response: Response) -> None:
        """Keep Cloud Run's own token, as the library keeps `Authorization`, and `Host` from the next host."""
        super().rebuild_auth(prepared_request, response)
        if self.should_strip_auth(str(response.request.url), str(prepared_request.url)):
            prepared_request.headers.pop("X-Serverless-Authorization", None)
            prepared_request.headers.pop("Host", None)


def _unchanged(request: PreparedRequest) -> PreparedRequest:
    """Given as `auth`, so that no credentials come from a `.netrc`."""
    return request


def _merged(headers: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """Headers as UTF-8; a repeated one as a list, which means the same (RFC 9110, section 5.3)."""
    merged: dict[str, bytes] = {}
    for name, value in headers:
        separator = b"; " if name.lower() == "cookie" else b", "
        merged[name] = merged[name] + separator + value.encode() if name in merged else value.encode()
    return merged


def _answer(response: Response, wire: Wire, speed: float) -> Answer:
    wire.status = response.status_code
    kept = bytearray()
    for piece in response.iter_content(_PIECE):
        wire.received += len(piece)
        kept += piece[: LIMIT - len(kept)]
    latency = time.monotonic() - (wire.sent or time.monotonic())
    content: dict[str, Any] = {
        "status": response.status_code,
        "headers": [[name.lower(), value] for name, value in response.raw.headers.items()],
        "text": _text(
            bytes(kept), response.encoding if "charset" in response.headers.get("Content-Type", "") else None
        ),
        "latency": round(latency * speed, 6),
    }
    if response.history:
        content["url"] = response.url
    return Answer(content | ({"cut": True} if wire.received > LIMIT else {}))


def _text(body: bytes, charset: str | None) -> str:
    """The body as text: in the charset it names, else UTF-8; what cannot be read is replaced."""
    try:
        return body.decode(charset or "utf-8-sig", "replace")
    except (LookupError, UnicodeError):
        return body.decode("utf-8-sig", "replace")
