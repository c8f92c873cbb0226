"""The gate in one container against a deployment emulated in another: verdicts, exit codes and reports get out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.container.engine import TREE, docker, emulated, gate, lay_example


def judged(scenario: str, workspace: Path, *words: str, code: int) -> Any:
    """The summary of a run of the example's spec against a scenario."""
    lay_example(workspace)
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
    lay_example(tmp_path / "deploy")
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


def test_on_github_it_sets_the_outputs_that_the_action_declares(tmp_path: Path) -> None:
    lay_example(tmp_path)
    given = {
        "ACTIONS": "true",
        "WORKSPACE": "/workspace",
        "OUTPUT": "/workspace/output",
        "STEP_SUMMARY": "/workspace/summary.md",
    }
    options = [word for name, value in given.items() for word in ("--env", f"GITHUB_{name}={value}")]
    with emulated("netra/scenario.yaml") as emulator:
        words = gate(emulator, "run", "--only", "All traffic", options=("--volume", f"{tmp_path}:/workspace", *options))
        done = docker(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    names = re.findall(r"^(\w+)<<", (tmp_path / "output").read_text("utf-8"), re.MULTILINE)
    assert names == list(yaml.safe_load((TREE / "action.yml").read_text("utf-8"))["outputs"])
    assert (tmp_path / "summary.md").read_text("utf-8").startswith("# ✅ Passed")
