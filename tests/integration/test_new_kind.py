"""A new kind touches one file in checks/, one example, one test."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.integration.conftest import ROOT


@pytest.mark.slow
def test_a_kind_is_three_files_and_everything_stays_green() -> None:
    script = [sys.executable, "scripts/add_kind.py"]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
