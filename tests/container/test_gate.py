"""The gate in one container against a deployment emulated in another: verdicts, exit codes and reports get out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.container.engine import ROOT, docker, emulated, gate


def judged(scenario: str, workspace: Path, *words: str, code: int) -> Any:
    """The summary of a run of the example's spec against a scenario."""
    shutil.copy(ROOT / "checks.yaml", workspace)
    with emulated(scenario) as emulator:
        done = docker(*gate(emulator, "run", *words, options=("--volume", f"{workspace}:/workspace")))
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads((workspace / "out/summary.json").read_text("utf-8"))


def test_a_sound_deployment_passes(tmp_path: Path) -> None:
    summary = judged("netra/scenario.yaml", tmp_path, code=0)
    assert summary["verdict"] == "passed"
    assert [link["proof"] for link in summary["targets"][0]["chain"]] == ["proven"] * 7
    assert (tmp_path / "out/report.md").read_text("utf-8").startswith("# ✅ Passed")


@pytest.mark.parametrize(
    ("scenario", "code", "check"),
    [("netra/traffic-pinned.yaml", 1, "All traffic"), ("netra/logging-denied.yaml", 3, "Nothing critical")],
)
def test_a_broken_one_does_not(scenario: str, code: int, check: str, tmp_path: Path) -> None:
    summary = judged(scenario, tmp_path, "--only", check, code=code)
    assert summary["exit_code"] == code
    assert check in {one["name"] for one in summary["checks"] if one["verdict"] == summary["verdict"]}


def test_variables_of_the_container_stand_for_flags(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "checks.yaml", tmp_path / "deploy")
    given = {
        "SPEC": "deploy/checks.yaml",
        "OUT": "reports",
        "SKIP": "Healthy\nauth\nclickhouse",
        "SET": "PROJECT_ID=netra-staging",
    }
    options = [word for name, value in given.items() for word in ("--env", f"VALIDATOR_{name}={value}")]
    with emulated("netra/scenario.yaml") as emulator:
        del emulator.environment["PROJECT_ID"]
        done = docker(*gate(emulator, "run", options=("--volume", f"{tmp_path}:/workspace", *options)))
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((tmp_path / "reports/summary.json").read_text("utf-8"))
    assert summary["spec"]["file"] == "deploy/checks.yaml"
    assert summary["targets"][0]["project"] == "netra-staging"
    assert summary["not_selected"] == ["Healthy", "ClickHouse connects", "Auth untouched", "Auth reachable"]
