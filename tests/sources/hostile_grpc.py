"""gRPC servers that break every rule: HTTP/2 written by hand, after the client's preface came."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable

from tests.sources.tcp_server import Talk

Play = Callable[[Talk], None]
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY, CONTINUATION = 0, 1, 3, 4, 7, 9
END_STREAM, END_HEADERS = 1, 4


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """A frame of HTTP/2 (RFC 9113, section 4.1)."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def fields(**named: str) -> bytes:
    """Header fields, literal and not indexed (RFC 7541, section 6.2.2); `_` stands for `-`, a leading one for `:`."""
    found = b""
    for name, value in named.items():
        key = (":" + name[1:] if name.startswith("_") else name).replace("_", "-").encode()
        found += b"\x00" + bytes([len(key)]) + key + bytes([len(value)]) + value.encode()
    return found


def head(*, end: bool = False, **named: str) -> bytes:
    """The head of an answer to the first call."""
    return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), 1, fields(**named))


GRPC = head(_status="200", content_type="application/grpc")
SERVING = frame(DATA, 0, 1, b"\0" + struct.pack(">I", 2) + b"\x08\x01")
STATUS_OK = head(end=True, grpc_status="0")


def then(*pieces: bytes, endless: bytes = b"", hold: bool = True) -> Play:
    """Be an HTTP/2 server, wait for the call, send these, then this for ever; without it hold the connection, or close it."""

    def play(talk: Talk) -> None:
        talk.send(frame(SETTINGS, 0, 0, b"") + frame(SETTINGS, 1, 0, b""))
        received = b""
        while b"\x00\x00\x00\x01" not in received[24:] or len(received) < 120:  # a frame of the first stream
            piece = talk.connection.recv(65536)
            if not piece:
                return
            received += piece
        talk.send(b"".join(pieces))
        while endless and not talk.closing.is_set():
            talk.send(endless)
        if hold:
            talk.closing.wait()

    return play


def plainly(text: bytes, *, hold: bool = False) -> Play:
    """Answer the connection with this."""

    def play(talk: Talk) -> None:
        talk.send(text)
        if hold:
            talk.closing.wait()

    return play


def silent(talk: Talk) -> None:
    """Say nothing."""
    talk.closing.wait()


def _dripping(talk: Talk) -> None:
    then(GRPC, hold=False)(talk)
    while not talk.closing.is_set():
        talk.send(frame(DATA, 0, 1, b""))
        if talk.closing.wait(0.01):
            return


_BOMB = gzip.compress(b"\0" * (64 << 20))
HOSTILE: dict[str, tuple[Play, str]] = {
    "well-behaved": (then(GRPC + SERVING + STATUS_OK), "OK"),
    "no answer to the connection": (silent, "CONNECT"),
    "no answer to the call": (then(), "TIMEOUT"),
    "closed at once": (lambda _: None, "CONNECT"),
    "HTTP/1": (plainly(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), "CONNECT"),
    "SSH": (plainly(b"SSH-2.0-OpenSSH_9.6\r\n"), "CONNECT"),
    "closed within the call": (then(GRPC, hold=False), "BROKEN"),
    "closed within a message": (then(GRPC + SERVING[:-1], hold=False), "BROKEN"),
    "GOAWAY": (then(frame(GOAWAY, 0, 0, struct.pack(">II", 1, 2) + b"bye"), hold=False), "BROKEN"),
    "RST_STREAM": (then(frame(RST_STREAM, 0, 1, struct.pack(">I", 2))), "BROKEN"),
    "RST_STREAM within the answer": (then(GRPC + frame(RST_STREAM, 0, 1, struct.pack(">I", 2))), "BROKEN"),
    "a frame that no stream has": (then(frame(CONTINUATION, 0, 0, b"x")), "BROKEN"),
    "a page of HTML": (then(head(_status="403", content_type="text/html") + frame(DATA, 1, 1, b"<html>")), "403"),
    "a status and nothing else": (then(head(end=True, _status="404", content_type="text/html")), "404"),
    "no status at the end": (then(GRPC + SERVING + frame(DATA, 1, 1, b"")), "BROKEN"),
    "no message": (then(GRPC + STATUS_OK), "unread"),
    "two messages": (then(GRPC + SERVING * 2 + STATUS_OK), "not OK"),
    "a message that is none": (
        then(GRPC + frame(DATA, 0, 1, b"\0" + struct.pack(">I", 3) + b"\xff\xff\xff") + STATUS_OK),
        "unread",
    ),
    "a message of a gigabyte": (
        then(GRPC + frame(DATA, 0, 1, b"\0" + struct.pack(">I", 1 << 30)), endless=frame(DATA, 0, 1, b"x" * 16000)),
        "cut",
    ),
    "a compressed message that was not asked for": (
        then(
            head(_status="200", content_type="application/grpc", grpc_encoding="gzip"),
            frame(DATA, 0, 1, b"\1" + struct.pack(">I", len(_BOMB)) + _BOMB[:16000]),
            *(frame(DATA, 0, 1, _BOMB[at : at + 16000]) for at in range(16000, len(_BOMB), 16000)),
            STATUS_OK,
        ),
        "not OK",
    ),
    "headers without an end": (
        then(frame(HEADERS, 0, 1, fields(_status="200")), endless=frame(CONTINUATION, 0, 1, fields(x="y" * 100) * 100)),
        "not OK",
    ),
    "messages without an end": (then(GRPC, endless=SERVING * 100), "not OK"),
    "frames that drip": (_dripping, "TIMEOUT"),
}
"""What it does -> the problem's code, the code or HTTP status of the answer, or what the answer lacks."""
