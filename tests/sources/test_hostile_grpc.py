"""gRPC servers that break the rules or never end: each call ends in its time, in little memory, with its reason."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from tests.sources.hostile_grpc import HOSTILE
from tests.sources.tcp_server import tcp_server
from validator.sources import Direct, connect
from validator.words.call import Problem, Result
from validator.words.grpc_call import HEALTH, Invoke

SECONDS = 1.5
PATIENCE = 10.0
"""Seconds for those who end it themselves: how busy the machine is decides nothing."""
MEMORY = 24 << 20
"""Bytes at most at one time, of Python's own."""


def outcome(result: Result) -> str:
    if isinstance(result, Problem):
        return result.code
    content = result.content
    lacks = next((key for key in ("cut", "unread", "untold") if content.get(key)), "")
    return lacks or str(content["code"] or content["status"])


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_in_its_time_and_in_little_memory(name: str) -> None:
    play, expected = HOSTILE[name]
    with tcp_server(play, wait=False) as server:
        call = Invoke(f"http://127.0.0.1:{server.port}/{HEALTH}")
        seconds = PATIENCE if expected in ("BROKEN", "OK", "unread") else SECONDS
        tracemalloc.start()
        began = time.monotonic()
        result = connect(Direct())(call, seconds)
        took = time.monotonic() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    if expected == "not OK":
        assert outcome(result) not in ("OK", "unread", "untold"), result
    else:
        assert outcome(result) == expected, result
    assert took < seconds + 1
    assert peak < MEMORY
    if isinstance(result, Problem):
        assert f"127.0.0.1:{server.port}" in result.message
