"""`samples` and `load` over real connections: they come to their end, and hostile servers get no green, no time and no memory."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_hostile_servers import LAUNCHER, MEGABYTES, SERVERS
from tests.sources.tcp_server import Play, Talk, tcp_server

pytestmark = pytest.mark.slow
SPEC = """\
version: 1
timeout: {timeout:g}s
target: {{url: "{url}"}}
checks:
  - {{name: Samples, http: {{path: /, timeout: 2s, samples: 12, expect: {{json: {{state: up}}, error_rate: {{max: 20%}}}}}}}}
  - {{name: Load, http: {{path: /, timeout: 2s, load: {{rate: 8/s, for: 2s}}, expect: {{json: {{state: up}}, error_rate: {{max: 20%}}}}}}}}
  - name: Parts
    within: 3s
    http:
      path: /
      method: POST
      timeout: 2s
      multipart: {{title: up, photo: {{file: photo.bin}}}}
      follow_redirects: true
      expect: {{json_schema: {{required: [state]}}, json: {{state: up}}}}
      forbid: {{text: FATAL}}
"""


def run(folder: Path, play: Play, timeout: float) -> tuple[dict[str, Any], int]:
    """The summary of a run against a server, and the megabytes that it took."""
    out, spec = folder / "out", folder / "checks.yaml"
    (folder / "photo.bin").write_bytes(bytes(range(256)) * 400)
    with tcp_server(play) as server:
        spec.write_text(SPEC.format(timeout=timeout, url=server.url.rstrip("/")), encoding="utf-8")
        gate = [sys.executable, "-I", "-m", "validator", "run", str(spec), "--out", str(out)]
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", LAUNCHER, *gate], capture_output=True, text=True, check=False, timeout=60
        )
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return summary, int(done.stderr.splitlines()[-1].split()[0])


def well(talk: Talk) -> None:
    read = b""
    while talk.head.startswith("POST") and not read.endswith(b"--\r\n"):
        read += talk.connection.recv(65536)
    talk.send('HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{"state": "up"}')


def test_what_is_well_passes(tmp_path: Path) -> None:
    summary, _ = run(tmp_path, well, 40)
    told = {check["name"]: (check["verdict"], check["reason"]) for check in summary["checks"]}
    assert {verdict for verdict, _ in told.values()} == {"passed"}, told
    assert "0 of 12 requests failed" in told["Samples"][1]
    assert "0 of 16 requests failed" in told["Load"][1]


@pytest.mark.parametrize(
    "name",
    [
        "endless body",
        "gzip bomb",
        "headers without an end",
        "closed half-way",
        "no answer",
        "a dripping body",
        "JSON of a third of a million lists",
        "redirects without an end",
    ],
)
def test_no_hostile_server_gets_a_green_or_holds_it(name: str, tmp_path: Path) -> None:
    summary, megabytes = run(tmp_path, SERVERS[name][0], 6)
    told = {check["name"]: (check["verdict"], check["reason"]) for check in summary["checks"]}
    assert all(verdict in ("failed", "inconclusive") and reason for verdict, reason in told.values()), told
    lasted = datetime.fromisoformat(summary["ended"]) - datetime.fromisoformat(summary["started"])
    assert lasted.total_seconds() < 7
    assert megabytes < MEGABYTES
