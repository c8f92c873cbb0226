"""The action in a real workflow runner: what a step is given, what it gives, and what a person sees of a red one."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.container.engine import PYTHON_IMAGE, ROOT, TOOLS, TREE, emulated, run

PINNED, REVISION = "netra-backend-staging-00644-q2c", "netra-backend-staging-00645-l8x"


@dataclass(frozen=True)
class Job:
    """What is left of a workflow's run."""

    code: int
    log: str
    seen: list[str]
    """The step's outcome and outputs, as the next step saw them."""
    summary: Any

    @property
    def commands(self) -> list[str]:
        """The workflow commands that the runner took."""
        return re.findall(r"::(?:error|warning) .*", self.log)


def act(workflow: str, scenario: str, workspace: Path) -> Job:
    """Run a workflow of workflows/ in a copy of the tree, beside an emulator on the machine's loopback."""
    ignored = shutil.ignore_patterns(".venv", ".*_cache", "out", "__pycache__")
    shutil.copytree(TREE, workspace, ignore=ignored, symlinks=True, dirs_exist_ok=True)
    with emulated(scenario, host=True) as emulator:
        # act gives the action's container the network of the job's, and that the machine's
        reach = [f"VALIDATOR_EMULATOR={emulator.environment['VALIDATOR_EMULATOR']}", "NO_PROXY=127.0.0.1"]
        done = run(
            TOOLS / "act", "workflow_dispatch", "--directory", workspace,
            "--workflows", ROOT / "tests/container/workflows" / workflow,
            "--platform", f"ubuntu-latest={PYTHON_IMAGE}", "--network", "host", "--bind",
            "--pull=false", "--action-offline-mode", "--rm",
            *(word for variable in reach for word in ("--env", variable)),
        )  # fmt: skip
    seen, summary = workspace / "seen.txt", workspace / "seen.json"
    return Job(
        done.returncode,
        done.stdout + done.stderr,
        seen.read_text("utf-8").splitlines() if seen.exists() else [],
        json.loads(summary.read_text("utf-8")) if summary.exists() else None,
    )


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A workflow that uses every input, on a sound deployment."""
    return act("passing.yml", "netra/scenario.yaml", tmp_path_factory.mktemp("passing"))


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A workflow on a deployment whose traffic is pinned to the revision before."""
    return act("failing.yml", "netra/traffic-pinned.yaml", tmp_path_factory.mktemp("failing"))


def test_a_green_step_lets_the_workflow_go_on(passing: Job) -> None:
    assert passing.code == 0, passing.log
    assert passing.seen[0] == "success"
    assert passing.commands == []


def test_its_outputs_are_set(passing: Job) -> None:
    assert passing.seen[1:] == ["passed", "reports/summary.json", REVISION, "3", "0"], passing.log


def test_every_input_arrives(passing: Job) -> None:
    summary = passing.summary
    assert summary is not None, passing.log
    assert summary["spec"]["file"] == "deploy/staging.yaml"
    assert summary["targets"][0]["project"] == "netra-staging"
    assert [check["name"] for check in summary["checks"] if not check["implicit"]] == ["Build succeeded", "All traffic"]
    assert "Healthy" in summary["not_selected"]


def test_a_red_step_fails_the_workflow(failing: Job) -> None:
    assert failing.code != 0
    assert "exit with `FAILURE`: 1" in failing.log, failing.log


def test_a_red_step_sets_its_outputs_too(failing: Job) -> None:
    assert failing.seen == ["failure", "failed", "out/summary.json", REVISION, "1", "1"], failing.log


def test_the_annotation_stands_on_the_line_of_the_spec(failing: Job) -> None:
    lines = (TREE / "checks.yaml").read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, 1) if "name: All traffic" in line)
    assert len(failing.commands) == 1, failing.log
    assert failing.commands[0].startswith(f"::error file=checks.yaml,line={place},col=")
    assert "title=All traffic%3A failed::" in failing.commands[0]
    assert PINNED in failing.commands[0]


def test_the_step_summary_leads_with_the_cause(failing: Job) -> None:
    _, _, summary = failing.log.partition("Summary - ")
    assert summary.startswith("# ❌ Failed: Issue 1069, staging\n"), failing.log
    assert PINNED in "\n".join(summary.splitlines()[:5])
    assert "**Remedy**" in summary


def test_the_action_is_of_the_published_form() -> None:
    done = run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.github-actions", TREE / "action.yml")
    assert done.returncode == 0, done.stdout


def test_the_inputs_that_are_declared_are_used_and_named_as_workflows_do() -> None:
    """The runner only warns of an input that is not declared, and passes it on."""
    action = yaml.safe_load((TREE / "action.yml").read_text("utf-8"))
    workflow = yaml.safe_load((ROOT / "tests/container/workflows/passing.yml").read_text("utf-8"))
    (given,) = (step["with"] for step in workflow["jobs"]["gate"]["steps"] if step.get("uses") == "./")
    used = re.findall(r"\$\{\{ inputs\.(\w+) \}\}", json.dumps(action["runs"]["env"]))
    assert set(action["inputs"]) == set(used) == set(given)


def test_no_input_is_written_into_a_command() -> None:
    assert "${{" not in json.dumps(yaml.safe_load((TREE / "action.yml").read_text("utf-8"))["runs"]["args"])
