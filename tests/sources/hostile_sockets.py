"""WebSocket servers that break every rule: what they do after the head of the handshake came."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Callable

from tests.sources.tcp_server import Talk

Play = Callable[[Talk], None]
TEXT, BINARY, CLOSE, PING = 0x81, 0x82, 0x88, 0x89


def accepted(talk: Talk, key: str = "") -> bytes:
    """The answer to the handshake, with the right key or another one."""
    asked = re.search(r"(?im)^sec-websocket-key: (\S+)", talk.head)
    assert asked
    digest = hashlib.sha1((asked[1] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    told = key or base64.b64encode(digest).decode()
    head = f"HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {told}\r\n\r\n"
    return head.encode()


def frame(kind: int, payload: bytes, *, mask: int = 0) -> bytes:
    """A frame of a server; `mask` is the bit that only a client may set."""
    size = len(payload)
    if size < 126:
        return bytes([kind, size | mask]) + payload
    return (
        bytes([kind, (126 if size < 1 << 16 else 127) | mask])
        + struct.pack(">H" if size < 1 << 16 else ">Q", size)
        + payload
    )


def then(*pieces: bytes, endless: bytes = b"", hold: bool = True) -> Play:
    """Accept the handshake, send these, then this for ever; without it hold the connection, or close it."""

    def play(talk: Talk) -> None:
        talk.send(accepted(talk) + b"".join(pieces))
        while endless and not talk.closing.is_set():
            talk.send(endless)
        if hold:
            talk.closing.wait()

    return play


def plainly(text: str, *, endless: str = "") -> Play:
    """Answer the handshake with this, and then with that for ever."""

    def play(talk: Talk) -> None:
        talk.send(text)
        while endless and not talk.closing.is_set():
            talk.send(endless)

    return play


def silent(talk: Talk) -> None:
    """Say nothing."""
    talk.closing.wait()


def _dripping(talk: Talk) -> None:
    talk.send(accepted(talk))
    while not talk.closing.is_set():
        for byte in frame(TEXT, b"x" * 100):
            talk.send(bytes([byte]))
            if talk.closing.wait(0.02):
                return


HOSTILE: dict[str, tuple[Play, str]] = {
    "no answer": (silent, "TIMEOUT"),
    "closed before the answer": (lambda _: None, "BROKEN"),
    "half a head": (plainly("HTTP/1.1 101 Go\r\nUpgrade: websocket\r\n"), "BROKEN"),
    "a head that drips": (lambda talk: talk.drip("X"), "TIMEOUT"),
    "headers without an end": (plainly("HTTP/1.1 101 Go\r\n", endless="X-A: 1\r\n" * 1000), "BROKEN"),
    "a status line without an end": (plainly("HTTP/1.1 101 " + "x" * 500_000), "BROKEN"),
    "no HTTP at all": (plainly("SSH-2.0-OpenSSH_9.6\r\n\r\n"), "BROKEN"),
    "a wrong accept key": (lambda talk: talk.send(accepted(talk, "d3JvbmcgIGtleSBvZiBpdHM=")), "BROKEN"),
    "a subprotocol that was not offered": (
        lambda talk: talk.send(accepted(talk).replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Protocol: x\r\n\r\n")),
        "BROKEN",
    ),
    "compression that was not offered": (
        lambda talk: talk.send(
            accepted(talk).replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
        ),
        "BROKEN",
    ),
    "refused with a page": (plainly("HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nno\r\n"), "404"),
    "refused with an endless page": (plainly("HTTP/1.1 403 No\r\n\r\n", endless="x" * 100_000), "BROKEN"),
    "half-open": (then(), "late"),
    "closed without a word": (then(hold=False), "closed"),
    "closed within a frame": (then(frame(TEXT, b"abcdef")[:4], hold=False), "closed"),
    "a masked frame": (then(frame(TEXT, b"\0\0\0\0pong", mask=0x80)), "broken"),
    "a reserved opcode": (then(frame(0x83, b"")), "broken"),
    "reserved bits": (then(frame(TEXT | 0x40, b"a")), "broken"),
    "a continuation of nothing": (then(frame(0x80, b"a")), "broken"),
    "a long ping": (then(frame(PING, b"x" * 200)), "broken"),
    "a ping in parts": (then(frame(PING & 0x7F, b"a")), "broken"),
    "text that is not UTF-8": (then(frame(TEXT, b"\xff\xfe")), "broken"),
    "a close code that may not be sent": (then(frame(CLOSE, struct.pack(">H", 1005))), "broken"),
    "a close of one byte": (then(frame(CLOSE, b"\x03")), "broken"),
    "a frame of an exabyte": (then(bytes([TEXT, 127]) + struct.pack(">Q", 1 << 60), endless=b"x" * 65536), "full"),
    "a frame with the highest bit": (then(bytes([TEXT, 127]) + struct.pack(">Q", 1 << 63)), "full"),
    "a message of two megabytes": (then(frame(TEXT, b"x" * (2 << 20))), "full"),
    "a message in parts without an end": (
        then(frame(TEXT & 0x7F, b"x"), endless=frame(0x00, b"x" * 1000) * 50),
        "full",
    ),
    "empty parts without an end": (then(frame(TEXT & 0x7F, b"x"), endless=frame(0x00, b"") * 5000), "no end"),
    "messages without an end": (then(endless=frame(TEXT, b"tick") * 500), "no end"),
    "empty messages without an end": (then(endless=frame(BINARY, b"") * 5000), "no end"),
    "pings without an end": (then(endless=frame(PING, b"") * 5000), "no end"),
    "messages that drip": (_dripping, "late"),
}
"""What it does -> the problem's code, the status or the end of a conversation that waits for a pong; of a flood it is as far as one gets."""
