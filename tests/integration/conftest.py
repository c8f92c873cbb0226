"""The command line as users run it, against an emulated deployment behind real gRPC and HTTP servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., "Ended"]


@dataclass(frozen=True)
class Ended:
    """A command that ended."""

    code: int
    stdout: str
    stderr: str
    out: Path

    @property
    def summary(self) -> dict[str, Any]:
        """Its `summary.json`."""
        found: dict[str, Any] = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))
        return found

    def check(self, name: str) -> dict[str, Any]:
        """One check of the summary."""
        found: dict[str, Any] = next(check for check in self.summary["checks"] if check["name"] == name)
        return found


@pytest.fixture
def validator(tmp_path: Path) -> Run:
    """Run `validator WORDS...` in the project's folder; `{out}` stands for a fresh folder."""

    def run(*words: str, environment: Mapping[str, str] | None = None, timeout: float = 120, given: str = "") -> Ended:
        out = tmp_path / "out"
        done = subprocess.run(
            [sys.executable, "-m", "validator", *(word.replace("{out}", str(out)) for word in words)],
            cwd=ROOT,
            env={**os.environ, "NO_COLOR": "1", **(environment or {})},
            input=given,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr, out)

    return run
