"""The first hour from a fresh clone: three services of one's own, green at first, and broken in five ways each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulator.test_short_form import BROKEN, SERVICES, first_screen, written

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody has who just cloned the repository."""
    folder = tmp_path_factory.mktemp("clone") / "validator"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


def judged(clone: Path, folder: Path, name: str, broken: str = "") -> tuple[int, str]:
    """Exit code and console of the gate, run as a person would: on an emulated deployment that is ten times as fast."""
    written(folder, name, f"speed: 10\n{broken}")
    gate = [sys.executable, "-m", "validator"]
    names = ("COMMIT_SHA", "CI_COMMIT_SHA", "GITHUB_SHA", "BUILD_ID", "GITHUB_ACTIONS", "FORCE_COLOR")
    surroundings = {key: value for key, value in os.environ.items() if key not in names}
    done = subprocess.run(
        [*gate, "emulate", "scenario.yaml", "--", *gate, "run", "spec.yaml"],
        cwd=folder,
        env={**surroundings, "PYTHONPATH": str(clone), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_it_is_green_at_the_first_run(name: str, clone: Path, tmp_path: Path) -> None:
    code, told = judged(clone, tmp_path, name)
    assert code == 0, told
    assert first_screen(told).startswith("✓ PASSED")


@pytest.mark.parametrize("wrong", BROKEN, ids=[f"{each[0]}-{each[3]}" for each in BROKEN])
def test_the_first_screen_names_cause_and_remedy(wrong: tuple[str, str, str, str], clone: Path, tmp_path: Path) -> None:
    name, broken, check, cause = wrong
    code, told = judged(clone, tmp_path, name, broken)
    assert code in (1, 3), told
    lead, _, rest = first_screen(told).partition(" remedy ")
    assert f" cause {check}" in lead, told
    assert cause in lead, told
    assert rest, told
