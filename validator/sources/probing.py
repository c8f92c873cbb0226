"""HTTP: one exchange on connections of its own, over by its timeout whatever the server does."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import requests
from requests import PreparedRequest, Response

from validator import __version__
from validator.sources.body import LIMIT, text_of
from validator.sources.connection import Connection, Direct, Emulated
from validator.sources.failure import BadAnswerError, expired, explain
from validator.sources.id_tokens import IdTokens, open_id_tokens
from validator.sources.wire import Wire, WiredAdapter
from validator.words.call import Answer, Call, Exchange, Json, Problem, Result
from validator.words.emulated import CERTIFICATE_ENDS
from validator.words.instant import rfc3339, span
from validator.words.redirect import REDIRECTS, Hop, RefusedError, origin

_PIECE = 1 << 16
_MAX_REDIRECTS = 10


def open_source(connection: Connection) -> Probing:
    """What sends probes; there is nothing to open."""
    return Probing(connection)


class Probing:
    """One HTTP exchange a call."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tokens = open_id_tokens(connection)

    def __call__(self, call: Call, timeout: float) -> Result:
        """Make one exchange; over after `timeout` real seconds, in every case.

        The work is done in a thread of its own: a resolver or a server that drips cannot be told to hurry. At the
        deadline its connection is cut, and nothing more is sent.
        """
        if not isinstance(call, Exchange):
            raise TypeError(f"not an HTTP exchange: {call}")
        connection = self._connection
        wire = Wire(timeout, emulated=isinstance(connection, Emulated))
        results: SimpleQueue[Result] = SimpleQueue()
        attempt = partial(_attempt, call, connection, wire, self._tokens)
        Thread(target=lambda: results.put(attempt()), daemon=True, name="exchange").start()
        try:
            result = results.get(timeout=timeout)
        except Empty:
            late = _late(wire, call, connection, timeout)
            wire.cut()
            return late
        if isinstance(result, Problem) and time.monotonic() >= wire.deadline:
            return _late(wire, call, connection, timeout)  # the socket's own timeout was a moment faster
        return result

    def close(self) -> None:
        """Each exchange closes its own connection."""


def _attempt(call: Exchange, connection: Connection, wire: Wire, tokens: IdTokens) -> Result:
    attached = tokens.attach(call, wire.remaining())
    if isinstance(attached, Problem):
        return attached
    call = replace(call, headers=(*call.headers, *attached.headers))
    try:
        with _Session(connection, wire) as session:
            hop, response = session.send_call(call)
            with response:
                return Answer(attached.answer(_answer(call, hop, response, wire, connection.speed)))
    except RefusedError as error:
        return attached.problem(Problem("REFUSED", str(error)))
    except Exception as error:  # noqa: BLE001  whatever three libraries raise on a hostile server is the result
        code = "BROKEN" if wire.connected else "EXPIRED" if expired(error) else "CONNECT"
        return attached.problem(Problem(code, explain(error, _host(wire, call, connection))))


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
        self.headers.clear()
        self.headers.update({"User-Agent": f"validator/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"})
        self._wire = wire
        adapter = WiredAdapter(connection, wire)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def get_redirect_target(self, resp: Response) -> None:
        """None: the library would read a redirect's whole body, and its `Location` whether it is followed or not."""

    def send_call(self, call: Exchange) -> tuple[Hop, Response]:
        """Send it, and what redirects ask for, and return with the head of the last answer."""
        hop = Hop.first(call)
        for _ in range(_MAX_REDIRECTS + 1):
            response = self._send_hop(hop)
            location = response.headers.get("Location")
            if not (call.redirects and location and response.status_code in REDIRECTS):
                return hop, response
            response.close()
            last, hop = hop, hop.after(response.status_code, location)
            if origin(last.url) != origin(hop.url):
                self.cookies.clear()
        raise requests.TooManyRedirects(f"more than {_MAX_REDIRECTS} redirects, one after the other")

    def _send_hop(self, hop: Hop) -> Response:
        request = requests.Request(hop.method, hop.url, _merged(hop.headers), data=hop.body, auth=_unchanged)
        prepared = self.prepare_request(request)
        settings = self.merge_environment_settings(prepared.url or hop.url, {}, True, None, None)
        return self.send(prepared, timeout=self._wire.remaining(), allow_redirects=False, **settings)


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


def _answer(call: Exchange, hop: Hop, response: Response, wire: Wire, speed: float) -> Json:
    """What came back. No more of a body is read than is kept, and none of a redirect's."""
    wire.status = response.status_code
    _check_lengths(response)
    headers = [[name.lower(), value] for name, value in response.raw.headers.items()]
    if wire.emulated:
        headers = [each for each in headers if each[0] != CERTIFICATE_ENDS]
    if 300 <= response.status_code < 400 and response.headers.get("Content-Length") != "0" and call.method != "HEAD":
        body: dict[str, Any] = {"text": "", "unread": True}
    else:
        received = _received(response, wire)
        body = {**text_of(received[:LIMIT], dict(headers), cut=len(received) > LIMIT), "size": len(received)}
    latency = time.monotonic() - (wire.sent or time.monotonic())
    content = {"status": response.status_code, "headers": headers, **body, "latency": round(latency * speed, 6)}
    if hop.url != call.url:
        content["url"] = hop.url
    if ends := _certificate(hop, response, wire):
        content["certificate"] = {"not_after": ends}
    trailers = [list(each) for each in wire.trailers]
    return content | ({"trailers": trailers} if trailers else {})


def _certificate(hop: Hop, response: Response, wire: Wire) -> str:
    """When the certificate ends that it was answered with; an emulator tells of one that its scenario has."""
    if wire.emulated:
        return response.headers.get(CERTIFICATE_ENDS, "") if origin(hop.url)[0] == "https" else ""
    return rfc3339(wire.not_after) if wire.not_after is not None else ""


def _received(response: Response, wire: Wire) -> bytes:
    """The body as it is sent, up to one byte more than is kept."""
    kept = bytearray()
    while len(kept) <= LIMIT:
        piece = response.raw.read1(_PIECE, decode_content=False)
        if not piece:
            break
        kept += piece
        wire.received = len(kept)
    return bytes(kept[: LIMIT + 1])


def _check_lengths(response: Response) -> None:
    """Refuse a length that is none: where the body ends is not known then."""
    told = response.raw.headers.getlist("Content-Length")
    lengths = {part.strip() for value in told for part in value.split(",")}
    if len(lengths) > 1 or not all(re.fullmatch(r"[0-9]{1,18}", length, re.ASCII) for length in lengths):
        raise BadAnswerError(f"its Content-Length is {' and '.join(sorted(lengths))!r}")
