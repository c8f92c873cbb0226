"""Defects of the gate itself: never a green, never taken for a failed check, and no summary is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from validator import offline
from validator.cli import main
from validator.emulator.scenario.loading import load
from validator.emulator.servers.emulator import Emulator
from validator.engine.run import Engine

ROOT = Path(__file__).parents[1]


def _broken(*_: object, **__: object) -> None:
    raise RuntimeError("broken on purpose")


def test_a_defect_before_the_run_is_inconclusive(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(offline, "load_to_run", _broken)
    assert main(["run", "checks.yaml"]) == 3
    assert "a defect of the gate: RuntimeError: broken on purpose; please report it" in capsys.readouterr().err


@pytest.mark.slow
def test_a_defect_in_the_run_leaves_the_summary_and_is_inconclusive(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Engine, "_ask", _broken)
    with Emulator(load(ROOT / "examples" / "netra" / "scenario.yaml")) as emulator:
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        code = main(["run", str(ROOT / "checks.yaml"), "--out", str(tmp_path)])
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert (code, summary["verdict"], summary["ending"]) == (3, "inconclusive", "interrupted")
