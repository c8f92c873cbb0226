"""gRPC: one unary call on a channel of its own, over by its timeout whatever the server does."""

from __future__ import annotations

import json
import os
import re
import time
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import grpc

from validator.language.methods import Method, MethodError
from validator.sources.connection import Connection
from validator.sources.failure import explain
from validator.sources.grpc_channel import channel_to
from validator.sources.grpc_types import VERSIONS, UntoldError, metadata_of, types_of
from validator.sources.id_tokens import IdTokens, open_id_tokens
from validator.sources.in_time import host_of, in_time
from validator.sources.wire import Wire
from validator.words.call import Answer, Call, Json, Problem, Result
from validator.words.grpc_call import OK, Invoke
from validator.words.redirect import RefusedError

_HTTP = re.compile(r"Received http2 header with status: (\d{3})")
"""What the library says of an answer that is no gRPC's."""
_UNCONNECTED = ("failed to connect", "DNS resolution failed")
_OWN_WORDS = (*_UNCONNECTED, "Stream removed", "Failed parsing", "GOAWAY", "Socket closed", "Connection reset")
"""How it begins to say that there is no connection, or that it broke."""
_ROUNDED = 0.02
"""Seconds by which the library's deadline may come early."""
_TOO_LARGE = "Received message larger than max"


def open_source(connection: Connection) -> GrpcCalls:
    """What calls methods; there is nothing to open."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # what a server does wrong is the answer, and no line of a log
    return GrpcCalls(connection)


class GrpcCalls:
    """One unary call at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tokens = open_id_tokens(connection)

    def __call__(self, call: Call, timeout: float) -> Result:
        """Make one call; over after `timeout` real seconds, in every case."""
        if not isinstance(call, Invoke):
            raise TypeError(f"not a call of gRPC: {call}")
        work = partial(_attempt, call, self._connection, self._tokens)
        return in_time(call, self._connection, timeout, work, lambda _: "no answer")

    def close(self) -> None:
        """Each call closes its own channel."""


def _attempt(call: Invoke, connection: Connection, tokens: IdTokens, wire: Wire) -> Result:
    attached = tokens.attach(call, wire.remaining())
    if isinstance(attached, Problem):
        return attached
    call = call.sent_with((*call.headers, *attached.headers), None)
    try:
        with channel_to(call, connection, wire) as channel:
            return Answer(attached.answer(_answer(call, channel, wire, connection.speed)))
    except RefusedError as error:
        return attached.problem(Problem("REFUSED", str(error)))
    except grpc.RpcError as error:
        return attached.problem(_problem(error, call, wire, connection))
    except Exception as error:  # noqa: BLE001  a name that is not known, roots that cannot be read
        return attached.problem(Problem("CONNECT", explain(error, host_of(wire, call, connection))))


def _answer(call: Invoke, channel: grpc.Channel, wire: Wire, speed: float) -> Json:
    """What came back.

    Raises:
        grpc.RpcError: nothing that is the server's own word.
    """
    method, untold = None, "its types are not known"
    if call.typed:
        try:
            method = types_of(call, channel, wire)
        except (UntoldError, MethodError) as error:
            untold = str(error)
        except grpc.RpcError as error:
            content = _told(error, wire)
            return {**content, "url": f"{call.url.partition('://')[0]}://{urlsplit(call.url).netloc}{VERSIONS[0]}"}
    try:
        request = method.encoded(call.request) if method else b""
    except MethodError as error:
        method, untold = None, str(error)
    if method is None and json.loads(call.request):
        return {"status": 200, "code": "", "text": "", "headers": [], "untold": untold, "latency": 0.0}
    asked, began, data = channel.unary_unary(urlsplit(call.url).path, _as_it_is, _as_it_is), time.monotonic(), b""
    done: Any
    try:
        data, done = asked.with_call(request, timeout=wire.remaining(), metadata=metadata_of(call))
    except grpc.RpcError as error:
        done = error
    content = _told(done, wire)
    content["latency"] = round((time.monotonic() - began) * speed, 6)
    return content if content["code"] != OK else {**content, **_read(method, data, untold)}


def _as_it_is(data: bytes) -> bytes:
    return data


def _read(method: Method | None, data: bytes | None, untold: str) -> Json:
    """The response, or why it cannot be read."""
    if data is None:
        return {"unread": "OK came without a message"}
    try:
        return {"json": method.decoded(data)} if method else {"unread": untold}
    except MethodError as error:
        return {"unread": str(error)}


def _told(done: Any, wire: Wire) -> dict[str, Any]:
    """Status, code, text and metadata of a call that is over.

    Raises:
        grpc.RpcError: none of it is the server's own word.
    """
    code, told = done.code(), str(done.details() or "")
    metadata = (*(done.initial_metadata() or ()), *(done.trailing_metadata() or ()))
    headers = [[name, value if isinstance(value, str) else value.hex()] for name, value in metadata]
    content = {"status": 200, "code": code.name, "text": told, "headers": headers, "latency": 0.0}
    http = _HTTP.search(told)
    if http:
        return {**content, "status": int(http[1]), "code": ""}
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED and _TOO_LARGE in told:
        return {**content, "code": "", "text": "", "cut": True}
    late = code is grpc.StatusCode.DEADLINE_EXCEEDED and wire.remaining() <= _ROUNDED
    if late or (code is not grpc.StatusCode.OK and told.startswith(_OWN_WORDS)):
        raise done
    return content


def _problem(error: Any, call: Invoke, wire: Wire, connection: Connection) -> Problem:
    """Why nothing came that is the server's own word."""
    host, told = host_of(wire, call, connection), str(error.details() or error.code().name)
    if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return Problem("TIMEOUT", f"connected to {host}; no answer in time")
    if told.startswith(_UNCONNECTED):
        return Problem("CONNECT", f"no gRPC with {host}: {told.rpartition('last error: ')[2]}")
    return Problem("BROKEN", f"{host} broke the call off: {told}")
