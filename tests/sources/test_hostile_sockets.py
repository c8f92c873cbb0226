"""WebSocket servers that break the rules or never end: each conversation ends in its time, in little memory, with its reason."""

from __future__ import annotations

import os
import time
import tracemalloc

import pytest

from tests.sources.hostile_sockets import HOSTILE, accepted
from tests.sources.tcp_server import Talk, tcp_server
from validator.sources import Direct, connect
from validator.words.call import Answer, Problem, Result
from validator.words.conversation import Converse, Step

SECONDS = 1.0
PATIENCE = 10.0
"""Seconds for those who end it themselves: how busy the machine is decides nothing."""
ENDLESS = ("no end", "late", "TIMEOUT")
MEMORY = 24 << 20
"""Bytes at most at one time, of Python's own."""
STEPS = (Step(sends=True, text="ping"), Step(sends=False, json='{"type": "pong"}'))


def outcome(result: Result) -> str:
    if isinstance(result, Problem):
        return result.code
    return str(result.content["status"] if result.content["status"] != 101 else result.content["end"])


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_in_its_time_and_in_little_memory(name: str) -> None:
    play, expected = HOSTILE[name]
    with tcp_server(play) as server:
        call = Converse(f"ws://127.0.0.1:{server.port}/", steps=STEPS)
        seconds = SECONDS if expected in ENDLESS else PATIENCE
        tracemalloc.start()
        began = time.monotonic()
        result = connect(Direct())(call, seconds)
        took = time.monotonic() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert outcome(result) in (("full", "late", "TIMEOUT") if expected == "no end" else (expected,)), result
    assert took < seconds + 1
    assert peak < MEMORY
    if isinstance(result, Problem):
        assert f"127.0.0.1:{server.port}" in result.message
    elif expected == "broken":
        assert len(result.content["why"]) > 10


def test_a_server_that_reads_nothing_is_not_waited_for() -> None:
    with tcp_server(HOSTILE["half-open"][0]) as server:
        steps = (Step(sends=True, text="x" * (32 << 20)), Step(sends=False, text="pong"))
        began = time.monotonic()
        result = connect(Direct())(Converse(f"ws://127.0.0.1:{server.port}/", steps=steps), SECONDS)
        assert (outcome(result), time.monotonic() - began < SECONDS + 1) == ("late", True), result


def test_random_bytes_never_raise() -> None:
    for seed in range(40):

        def play(talk: Talk, seed: int = seed) -> None:
            talk.send((accepted(talk) if seed % 2 else b"") + os.urandom(300))

        with tcp_server(play) as server:
            result = connect(Direct())(Converse(f"ws://127.0.0.1:{server.port}/", steps=STEPS), SECONDS)
            assert isinstance(result, (Answer, Problem))
