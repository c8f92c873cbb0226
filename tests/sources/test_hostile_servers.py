"""Servers that send too much, too slowly or for ever: each exchange ends in its time, in little memory, with its reason."""

from __future__ import annotations

import gzip
import os
import time
import tracemalloc
from collections.abc import Callable

import pytest

from tests.sources.tcp_server import Talk, tcp_server
from validator.sources import Direct, connect
from validator.words.call import Answer, Exchange, Problem, Result

OK = b"HTTP/1.1 200 OK\r\n"
LENGTHY = b"x" * 500_000
SECONDS = 2.0
MEMORY = 16 << 20
"""Bytes at most at one time, of Python's own."""


def endless(first: bytes, piece: bytes) -> Callable[[Talk], None]:
    def play(talk: Talk) -> None:
        talk.send(first)
        while not talk.closing.is_set():
            talk.send(piece)

    return play


def bomb() -> bytes:
    """Two gibibytes of zeros: gzip's members may follow one another."""
    return gzip.compress(b"0" * (8 << 20)) * 256


HOSTILE: dict[str, tuple[Callable[[Talk], None], str]] = {
    "endless body": (endless(OK + b"\r\n", LENGTHY), "cut"),
    "endless chunks": (endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"7a120\r\n" + LENGTHY + b"\r\n"), "cut"),
    "a chunk of an exbibyte": (
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n1000000000000000\r\n", LENGTHY),
        "cut",
    ),
    "a length of an exabyte": (endless(OK + b"Content-Length: 999999999999999999\r\n\r\n", LENGTHY), "cut"),
    "gzip bomb": (endless(OK + b"Content-Encoding: gzip\r\n\r\n" + bomb(), b""), "cut"),
    "empty gzip members": (endless(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 1000), "undecoded"),
    "size of a chunk without an end": (endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 500_000), "BROKEN"),
    "trailers without an end": (
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"grpc-message: " + b"x" * 1000 + b"\r\n"),
        "BROKEN",
    ),
    "headers without an end": (endless(OK, b"X-A: 1\r\n" * 1000), "BROKEN"),
    "a header without an end": (endless(OK + b"X-A: ", LENGTHY), "BROKEN"),
    "a status line without an end": (endless(b"HTTP/1.1 200 ", LENGTHY), "BROKEN"),
    "interim answers without an end": (endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000), "TIMEOUT"),
    "an interim head without an end": (endless(b"HTTP/1.1 103 Early Hints\r\n", b"Link: </a>\r\n" * 1000), "BROKEN"),
    "a redirect with an endless body": (endless(b"HTTP/1.1 302 Go\r\nLocation: /\r\n\r\n", LENGTHY), "unread"),
    "closed half-way": (lambda talk: talk.send(OK + b"Content-Length: 900000\r\n\r\n" + LENGTHY), "BROKEN"),
}


def outcome(result: Result) -> str:
    if isinstance(result, Problem):
        return result.code
    return next((key for key in ("cut", "unread", "undecoded") if result.content.get(key)), "whole")


@pytest.mark.parametrize("follow", [False, True], ids=["answered", "followed"])
@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_in_its_time_and_in_little_memory(name: str, follow: bool) -> None:
    play, expected = HOSTILE[name]
    if follow and expected == "unread":
        expected = "BROKEN"  # a loop
    with tcp_server(play) as server:
        connect(Direct())(Exchange("GET", f"{server.url}warm"), 0.2)
        tracemalloc.start()
        began = time.monotonic()
        result = connect(Direct())(Exchange("GET", server.url, redirects=follow), SECONDS)
        took = time.monotonic() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert outcome(result) == expected, result
    assert took < SECONDS + 1
    assert peak < MEMORY
    if isinstance(result, Answer):
        assert len(result.content["text"]) <= 1 << 20
    else:
        assert f"127.0.0.1:{server.port}" in result.message or "redirects" in result.message


def test_random_bytes_never_raise() -> None:
    for seed in range(40):
        noise = os.urandom(300)
        answer = (OK if seed % 2 else b"") + noise
        with tcp_server(lambda talk, answer=answer: talk.send(answer)) as server:  # type: ignore[misc]
            assert isinstance(connect(Direct())(Exchange("GET", server.url), SECONDS), (Answer, Problem))
