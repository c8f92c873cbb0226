"""A kind with a sort of evidence and a source of its own touches no module that is there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.integration.conftest import ROOT


@pytest.mark.slow
def test_a_sort_of_evidence_is_one_module_and_everything_stays_green() -> None:
    script = [sys.executable, "scripts/add_sort.py"]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
