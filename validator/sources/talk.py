"""One conversation under way: the library's protocol without its I/O.

So what is read at one time, of one message and of all together is bounded. No compression is offered.
"""

from __future__ import annotations

import logging
import socket
import time
from contextlib import suppress
from http.client import RemoteDisconnected
from typing import Any

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus, PayloadTooBig
from websockets.frames import Close, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from validator.judging.conversation import Progress
from validator.sources.body import LIMIT, text_of
from validator.sources.failure import BadAnswerError, HeadCutError
from validator.sources.wire import Wire
from validator.words.call import Json
from validator.words.conversation import KEPT, MESSAGES, Converse

_PIECE = 1 << 12
"""Bytes that are read at one time: the smallest frames take a hundred times that while they are read."""
_FRAMES = 5 * MESSAGES
"""Frames that are read, pings and parts of messages among them."""
_GOODBYE = 1.0
"""Seconds that the server has to answer the client's close."""
_QUIET = logging.getLogger("validator.websocket")
_QUIET.disabled = True
"""The library logs what a server does wrong; here that is the answer."""


class _OverError(Exception):
    """The conversation came to its end."""

    def __init__(self, end: str, why: str = "") -> None:
        super().__init__(end)
        self.end = end
        self.why = why


class Talk:
    """One conversation under way."""

    def __init__(self, call: Converse, sock: socket.socket, wire: Wire, speed: float) -> None:
        self._call, self._sock, self._wire, self._speed = call, sock, wire, speed
        offered = [Subprotocol(name) for name in call.subprotocols] or None
        self._protocol = ClientProtocol(parse_uri(call.url), subprotocols=offered, max_size=KEPT, logger=_QUIET)
        self._progress = Progress(call.steps)
        self._began = time.monotonic()
        self._opened = 0.0
        """Seconds to the handshake's answer."""
        self._messages: list[dict[str, Any]] = []
        self._size = 0
        self._frames = 0
        self._part = bytearray()
        """Of the message that is coming in parts, and"""
        self._kind = Opcode.TEXT
        """its kind."""

    def held(self) -> Json:
        """The whole of it."""
        response = self._shake_hands()
        self._wire.status = response.status_code
        if response.status_code != 101:
            return self._refused(response)
        try:
            self._say()
            while self._progress.step or self._call.awaited:
                self._take(self._events())
            end = _OverError("done")
            self._bid_farewell()
        except _OverError as over:
            end = over
        return self._content(response, end)

    # The handshake.

    def _shake_hands(self) -> Response:
        request = self._protocol.connect()
        for name, value in self._call.headers:
            if name in request.headers and name.lower() == "host":
                del request.headers[name]
            request.headers[name] = value
        self._began = time.monotonic()
        self._protocol.send_request(request)
        self._flush()
        while self._protocol.state is State.CONNECTING and self._protocol.handshake_exc is None:
            self._receive()
        self._opened = time.monotonic() - self._began
        error = self._protocol.handshake_exc
        if isinstance(error, InvalidStatus):
            return error.response
        if error is not None:
            raise _unlike_a_handshake(error)
        response = self._protocol.events.pop(0)
        assert isinstance(response, Response)
        return response

    def _refused(self, response: Response) -> Json:
        headers = _headers(response)
        body = text_of(bytes(response.body or b"")[:LIMIT], dict(headers), cut=False)
        return {"status": response.status_code, "headers": headers, **body, "latency": self._seconds(self._opened)}

    # The conversation.

    def _say(self) -> None:
        """Send what is next to be sent, up to the next message that has to come."""
        while (step := self._progress.step) and step.sends and self._protocol.state is State.OPEN:
            if step.binary is not None:
                self._protocol.send_binary(bytes.fromhex(step.binary))
            else:
                self._protocol.send_text((step.text or "").encode())
            self._flush()
            self._progress.sent()

    def _events(self) -> list[Any]:
        """What has come; waits for more if there is nothing."""
        if not self._protocol.events and self._protocol.state is State.OPEN:
            self._receive()
        return self._protocol.events_received()

    def _take(self, events: list[Any]) -> None:
        self._frames += len(events)
        if self._frames > _FRAMES:
            raise _OverError("full")
        for frame in events:
            if frame.opcode is Opcode.CLOSE:
                raise _OverError("done" if self._progress.step is None else "closed")
            if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                continue
            self._kind = self._kind if frame.opcode is Opcode.CONT else frame.opcode
            self._part += frame.data
            if frame.fin:
                self._hear(bytes(self._part))
                self._part.clear()
                self._say()
        if self._protocol.state is not State.OPEN and not events:
            raise self._ended()

    def _hear(self, data: bytes) -> None:
        """Take in a whole message."""
        self._size += len(data)
        if self._size > KEPT or len(self._messages) >= MESSAGES:
            raise _OverError("full")
        message: dict[str, Any] = {"binary": data.hex()}
        if self._kind is Opcode.TEXT:
            try:
                message = {"text": data.decode()}
            except UnicodeDecodeError as error:
                raise _OverError("broken", f"a text message is not UTF-8 at byte {error.start}") from None
        message["at"] = self._seconds(time.monotonic() - self._began)
        self._messages.append(message)
        self._progress.hear(message)

    def _ended(self) -> _OverError:
        """Why nothing more comes."""
        error = self._protocol.parser_exc
        if isinstance(error, PayloadTooBig):
            return _OverError("full")
        if error is None or isinstance(error, EOFError):
            return _OverError("closed")
        return _OverError("broken", str(error))

    def _bid_farewell(self) -> None:
        """Close it, and wait a moment for the server to close it too; what else comes is of no account."""
        until = min(self._wire.deadline, time.monotonic() + _GOODBYE)
        with suppress(_OverError):
            if self._protocol.state is State.OPEN:
                self._protocol.send_close(1000)
                self._flush()
            while self._protocol.close_rcvd is None and self._protocol.state is not State.CLOSED:
                self._receive(until)
                self._protocol.events_received()

    # The wire.

    def _receive(self, until: float | None = None) -> None:
        """Take in what comes next, and answer what asks for it; at the wire's end the conversation is late."""
        left = self._wire.remaining() if until is None else until - time.monotonic()
        try:
            self._sock.settimeout(max(0.001, left))
            data = self._sock.recv(_PIECE)
        except TimeoutError:
            raise self._late() from None
        except OSError:
            if self._protocol.state is State.CONNECTING:
                raise
            data = b""
        if time.monotonic() >= (until or self._wire.deadline):
            raise self._late()
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        self._flush()

    def _late(self) -> Exception:
        return TimeoutError() if self._protocol.state is State.CONNECTING else _OverError("late")

    def _flush(self) -> None:
        """Send what is to be sent; a server that does not take it is told by what it sends, or by the wire's end."""
        try:
            self._sock.settimeout(self._wire.remaining())
            self._sock.sendall(b"".join(self._protocol.data_to_send()))
        except TimeoutError:
            raise self._late() from None
        except OSError:
            if self._protocol.state is State.CONNECTING:
                raise

    # What came of it.

    def _content(self, response: Response, over: _OverError) -> Json:
        content: dict[str, Any] = {
            "status": 101,
            "headers": _headers(response),
            "subprotocol": self._protocol.subprotocol or "",
            "messages": self._messages,
            "opened": self._seconds(self._opened),
            "latency": self._progress.last["at"] if self._progress.last else self._seconds(self._opened),
            "end": over.end,
        }
        if over.why:
            content["why"] = over.why
        closed: Close | None = self._protocol.close_rcvd
        if closed is not None:
            content["close"] = [closed.code, closed.reason]
        return content

    def _seconds(self, real: float) -> float:
        return round(real * self._speed, 6)


def _headers(response: Response) -> list[list[str]]:
    return [[name.lower(), value] for name, value in response.headers.raw_items()]


def _unlike_a_handshake(error: Exception) -> Exception:
    """Why what came is no answer to a handshake."""
    cause = error.__cause__
    if isinstance(cause, EOFError):
        return RemoteDisconnected(str(cause)) if "status line" in str(cause) else HeadCutError()
    return BadAnswerError(f"it is no answer to a WebSocket's handshake: {cause or error}")
