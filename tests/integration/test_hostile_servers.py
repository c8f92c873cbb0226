"""The whole gate against servers that send too much, too slowly or for ever: its memory, its time, and no green."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.sources.tcp_server import Talk, tcp_server
from tests.sources.test_hostile_servers import HOSTILE, OK, endless

pytestmark = pytest.mark.slow
TIMEOUT = 4.0
"""Seconds of a run."""
MEGABYTES = 100
LAUNCHER = (
    "import os, subprocess, sys; gate = subprocess.Popen(sys.argv[1:]); _, status, used = os.wait4(gate.pid, 0);"
    "print(used.ru_maxrss // 1024, os.waitstatus_to_exitcode(status), file=sys.stderr)"
)
"""A small process between the tests' and the gate's: what was in memory before `exec` counts as the gate's."""
SPEC = """\
version: 1
timeout: {timeout:g}s
target: {{url: "{url}"}}
checks:
  - name: Answered
    http: {{path: /, timeout: 3s, expect: {{json: {{state: up}}}}}}
    assert: &asserts ["!text.contains('FATAL')", "json.a.all(x, x != 5)"]
  - name: Followed
    http: {{path: /, timeout: 3s, follow_redirects: true, expect: {{json: {{state: up}}}}}}
    assert: *asserts
"""


def sent(body: bytes, headers: str = "") -> Callable[[Talk], None]:
    length = f"Content-Length: {len(body)}\r\n".encode()
    return lambda talk: talk.send(OK + headers.encode() + length + b"\r\n" + body)


def dripping(first: str, drip: str) -> Callable[[Talk], None]:
    def play(talk: Talk) -> None:
        talk.send(first)
        talk.drip(drip)

    return play


def silent(talk: Talk) -> None:
    talk.closing.wait()


SERVERS: dict[str, tuple[Callable[[Talk], None], int]] = {
    **{name: (play, 3 if expected in ("cut", "undecoded") else 1) for name, (play, expected) in HOSTILE.items()},
    "no answer": (silent, 1),
    "a dripping body": (dripping("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", "{}"), 1),
    "a dripping head": (dripping("HTTP/1.1 200 OK\r\n", "X-A: 1\r\n"), 1),
    "a charset that takes the square of its length": (
        sent(b"xn--" + b"a" * 400_000, "Content-Type: text/plain; charset=punycode\r\n"),
        3,
    ),
    "JSON 3,000 deep": (sent(b"[" * 3000 + b"]" * 3000), 3),
    "JSON of a third of a million lists": (sent(b"[" + b"[]," * 349_000 + b"[]]"), 3),
    "JSON of a fifth of a million objects": (sent(b'{"a": [' + b'{"":0},' * 149_000 + b'{}], "state": "up"}'), 3),
    "JSON of as many members": (sent(b'{"state": "up"' + b"".join(b',"%x":[]' % n for n in range(95_000)) + b"}"), 3),
    "JSON of as many values as are read": (
        sent(b'{"state": "up", "a": [' + b'{"":0},' * 16_000 + b"{}]}"),
        3,
    ),
    "a number of a million digits": (sent(b"9" * 1_000_000), 1),
    "JSON that is cut": (endless(OK + b"\r\n" + b'{"state": "up"}' + b" " * (1 << 20), b"FATAL"), 3),
    "redirects without an end": (
        endless(b"HTTP/1.1 307 Go\r\nLocation: /again\r\nContent-Length: 999999999\r\n\r\n", b"x" * 500_000),
        1,
    ),
}
"""What it does -> the exit code of a gate that wants JSON without a word in it."""


@pytest.mark.parametrize("name", SERVERS)
def test_the_gate_ends_in_its_time_and_in_little_memory(name: str, tmp_path: Path) -> None:
    play, code = SERVERS[name]
    out, spec = tmp_path / "out", tmp_path / "checks.yaml"
    with tcp_server(play) as server:
        spec.write_text(SPEC.format(timeout=TIMEOUT, url=server.url.rstrip("/")), encoding="utf-8")
        gate = [sys.executable, "-I", "-m", "validator", "run", str(spec), "--out", str(out)]
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", LAUNCHER, *gate], capture_output=True, text=True, check=False, timeout=60
        )
    megabytes, ended = map(int, done.stderr.splitlines()[-1].split())
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    lasted = (datetime.fromisoformat(summary["ended"]) - datetime.fromisoformat(summary["started"])).total_seconds()
    assert (ended, summary["exit_code"]) == (code, code), done.stdout
    assert all(check["verdict"] != "passed" for check in summary["checks"]), done.stdout
    assert megabytes < MEGABYTES
    assert lasted < TIMEOUT + 1
    assert len(server.heads) >= 2
