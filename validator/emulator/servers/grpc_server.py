"""gRPC for the Google client libraries, and for the methods of the deployed services.

Google's packages take about half a second to import; that goes on in a thread while the server listens already. The
server is the one with threads: asyncio's does not tell a handler which host was asked (`:authority`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any, NoReturn

import grpc
from google.protobuf import json_format

from validator.emulator.api import grpc_health
from validator.emulator.api.calls import CallMethod
from validator.emulator.api.methods import METHODS, TAIL, Method, load, message
from validator.emulator.api.refusal import RefusalError
from validator.emulator.world import tail
from validator.emulator.world.faults import Outcome
from validator.emulator.world.running import Running
from validator.words.call import Json, Problem

_THREADS = 32
_CODES = {400: "INTERNAL", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "UNIMPLEMENTED"}
_PASSING = (429, 502, 503, 504)
"""What a gRPC client makes of a status of HTTP (grpc/doc/http-grpc-status-mapping.md); these are UNAVAILABLE."""


class GoogleApis(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic in its stubs alone
    """Answers the methods that are known; every other one is UNIMPLEMENTED."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._entries: dict[int, Any] = {}
        self._loading = Thread(target=load, name="emulator imports", daemon=True)
        self._loading.start()

    def service(self, handler_call_details: Any) -> Any:
        """The handler of a method; None for one that is not known."""
        path = handler_call_details.method
        if path in METHODS:
            return grpc.unary_unary_rpc_method_handler(lambda request, rpc: self._answer(METHODS[path], request, rpc))
        if path == TAIL:
            return grpc.stream_stream_rpc_method_handler(self._tail)
        if "reflection" in path:
            return None
        return grpc.unary_unary_rpc_method_handler(lambda request, rpc: self._called(path, request, rpc))

    def _answer(self, method: Method, request: bytes, rpc: Any) -> bytes:
        self._loading.join()
        try:
            call = method.asked(message(method.request).FromString(request))
        except RefusalError as refusal:
            _abort(rpc, refusal.code, refusal.message)
        came = self._running(call)
        content = _whole(came, rpc, self._running)
        answer: bytes = self._filled(message(method.response)(), content).SerializeToString()
        return answer

    def _tail(self, requests: Iterator[bytes], rpc: Any) -> Iterator[bytes]:
        self._loading.join()
        kind = message(("google.cloud.logging_v2.types", "TailLogEntriesRequest"))
        response = message(("google.cloud.logging_v2.types", "TailLogEntriesResponse"))
        try:
            call = tail.asked(kind.FromString(next(requests)))
        except RefusalError as refusal:
            _abort(rpc, refusal.code, refusal.message)
        except StopIteration:
            return
        pause = _waiting(rpc)
        try:
            for content in tail.follow(self._running, call, pause):
                yield self._filled(response(), content).SerializeToString()
        except RefusalError as refusal:
            _abort(rpc, refusal.code, refusal.message)

    def _called(self, path: str, request: bytes, rpc: Any) -> bytes:
        """A method of a deployed service."""
        metadata = tuple((str(name), value) for name, value in rpc.invocation_metadata() if isinstance(value, str))
        asked = grpc_health.asked(request) if path == grpc_health.CHECK else ""
        content = _whole(self._running(CallMethod(f"https://{_host(rpc)}{path}", asked, metadata)), rpc, self._running)
        _waiting(rpc)(content["latency"] / self._running.speed)
        if not content[
            "code"
        ]:  # this server cannot answer with a status of HTTP: it says what a client would make of one
            status = content["status"]
            code = _CODES.get(status, "UNAVAILABLE" if status in _PASSING else "UNKNOWN")
            _abort(rpc, code, f"Received http2 header with status: {status}")
        if content["code"] != "OK":
            _abort(rpc, content["code"], content["text"])
        if content["json"] and not content["hex"]:
            _abort(rpc, "INTERNAL", f"The scenario has no `hex` of the answer to {path}.")
        return bytes.fromhex(content["hex"])

    def _filled(self, response: Any, content: Json) -> Any:
        """The response message of an answer; entries, of which there are many, are converted once."""
        entries = content.get("entries", ())
        rest = {key: value for key, value in content.items() if key != "entries" or not entries}
        json_format.ParseDict(rest, response, ignore_unknown_fields=True)
        for entry in entries:
            if id(entry) not in self._entries:  # the world keeps every entry, so an id is not used again
                self._entries[id(entry)] = _entry(entry, type(response)().entries)
            response.entries.append(self._entries[id(entry)])
        return response


def _entry(entry: Json, kind: Any) -> Any:
    """The message of an entry. A payload of a type that is not installed here has no message: the entry comes without it."""
    try:
        return json_format.ParseDict(dict(entry), kind.add(), ignore_unknown_fields=True)
    except json_format.ParseError:
        rest = {key: value for key, value in entry.items() if key != "protoPayload"}
        return json_format.ParseDict(rest, kind.add(), ignore_unknown_fields=True)


def _whole(came: Outcome, rpc: Any, running: Running) -> Json:
    """The content of an answer, when it is due; anything else ends the call."""
    if came.delay:
        _waiting(rpc)(came.delay / running.speed)
    if isinstance(came.result, Problem):
        _abort(rpc, came.result.code, came.result.message)
    return came.result.content


def _waiting(rpc: Any) -> Callable[[float], bool]:
    """A function that waits real seconds, at most until the call is over; tells whether it still goes on."""
    over = Event()
    if not rpc.add_callback(over.set):
        over.set()
    return lambda seconds: not over.wait(None if seconds == float("inf") else seconds)


def _abort(rpc: Any, code: str, text: str) -> NoReturn:
    rpc.abort(grpc.StatusCode[code], text)
    raise AssertionError("abort raises")


def _host(rpc: Any) -> str:
    """The host that the client asked for: grpc keeps it to itself, there is no public way to it."""
    return bytes(rpc._rpc_event.call_details.host).decode()  # noqa: SLF001


def serve_grpc(running: Running) -> tuple[grpc.Server, int]:
    """Serve on a free port of the loopback interface: the server, which is to be stopped, and the port."""
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="emulator grpc")
    server = grpc.server(pool, handlers=[GoogleApis(running)], options=[("grpc.so_reuseport", 0)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
