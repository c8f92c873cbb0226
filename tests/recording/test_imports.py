"""A replay needs no client: none of Google's packages is imported for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RECORDING = Path(__file__).parent / "golden" / "v1-scenario.ndjson.gz"
FOREIGN = ("google.cloud", "google.api_core", "google.auth", "grpc", "requests", "aiohttp")


def test_a_replay_imports_no_client() -> None:
    told = "import sys; from validator.cli import main; main(['replay', sys.argv[1]]); print(*sys.modules, file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", told, str(RECORDING)], capture_output=True, text=True, check=True)
    imported = ended.stderr.splitlines()[-1].split()
    assert "validator.replaying.replayed" in imported
    assert not [name for name in imported if name.startswith(FOREIGN)]
