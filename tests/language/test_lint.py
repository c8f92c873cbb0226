"""`validator lint`, `plan` and `schema` as commands: forms, exit codes, what is imported, how long it takes."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from validator.cli import main

ROOT = Path(__file__).parent.parent.parent
CHECKS = str(ROOT / "checks.yaml")
BAD = """\
version: 1
target: {project: p, region: r, service: s}
checks:
  - {name: A, revision: {}, assert: revision.scalling.min_instance_count > 0}
  - {name: B, traffic: {}, known_issue: {reason: x, expires: 2020-01-01}}
"""


@pytest.fixture
def bad(tmp_path: Path) -> str:
    path = tmp_path / "checks.yaml"
    path.write_text(BAD, encoding="utf-8")
    return str(path)


def test_for_people_each_mistake_is_one_line_with_a_caret_below(bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", bad]) == 2
    told = capsys.readouterr()
    lines = told.err.splitlines()
    assert lines[0].startswith(f"{bad}:4:45: CEL: undefined field 'scalling'")
    assert lines[0].endswith("did you mean scaling?")
    assert lines[1].index(".scalling") == lines[2].index("^")
    assert lines[3].startswith(f"{bad}:5:62: warning: the known issue expired on 2020-01-01")
    assert lines[-1] == f"{bad}: 1 mistake, 1 warning; nothing was run"
    assert told.out == ""


def test_several_files_of_a_commit_are_linted_at_once(bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", CHECKS, bad]) == 2
    assert "no mistakes" in capsys.readouterr().out


def test_as_json(bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", bad, "--format", "json"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["version"] == 1
    assert [(each["line"], each["column"], each["severity"]) for each in said["mistakes"]] == [
        (4, 45, "error"),
        (5, 62, "warning"),
    ]


def test_as_sarif(bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", bad, "--format", "sarif"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["version"] == "2.1.0"
    region = said["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 4, "startColumn": 45}


def test_as_workflow_commands(bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", bad, "--format", "github"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"::error file={bad},line=4,col=45,")
    assert lines[1].startswith(f"::warning file={bad},line=5,col=62,")


def test_plan_says_what_would_be_asked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROJECT_ID", "netra-staging")
    assert main(["plan", CHECKS, "--format", "json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["worst_case"] == 360
    assert [target["name"] for target in plan["targets"]] == ["main", "auth"]
    assert [logs["reads_a_minute"] for logs in plan["logs"]] == [20]
    assert '"netra-backend-staging" OR "netra-auth-staging"' in plan["logs"][0]["filter"]
    assert {role["role"] for role in plan["roles"]} == {
        "roles/run.viewer",
        "roles/logging.viewer",
        "roles/cloudbuild.builds.viewer",
        "roles/run.invoker",
        "roles/artifactregistry.reader",
    }
    assert {check["name"]: check["due"] for check in plan["checks"]}["Healthy"] == 130
    assert main(["plan", CHECKS]) == 0
    told = capsys.readouterr().out
    assert main(["run", CHECKS, "--dry-run"]) == 0
    assert capsys.readouterr().out == told
    assert "GET /auth/health" in told


def test_a_plan_orders_checks_by_their_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "checks.yaml"
    path.write_text(
        "version: 1\ntarget: {project: p, region: r, service: s}\nchecks:\n"
        "  - {name: B, needs: [A], within: 30s, http: {path: /b}}\n  - {name: A, within: 1m, http: {path: /a}}\n",
        encoding="utf-8",
    )
    assert main(["plan", str(path), "--format", "json"]) == 0
    found = [(each["name"], each["starts"], each["due"]) for each in json.loads(capsys.readouterr().out)["checks"]]
    assert found == [("A", 0, 60), ("B", 60, 90)]


def test_lint_imports_no_client_and_nothing_of_google_cloud() -> None:
    program = (
        "import sys; from validator.cli import main; code = main(['lint', 'checks.yaml']);"
        "print(sorted(m for m in sys.modules if m.startswith(('google.cloud', 'google.api_core', 'grpc'))), code)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"


@pytest.mark.slow
def test_lint_takes_little_more_than_twice_the_time_of_importing_yaml_and_jsonschema() -> None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}  # as installed: bytecode is there

    def took(*arguments: str) -> float:
        """Seconds of processor time, which other work on the machine does not move."""
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, check=True)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime

    spec = "benchmarks/against_gcloud/questions.yaml"  # of a size that stays as it is
    took("-m", "validator", "lint", spec)

    pairs = [(took("-c", "import yaml, jsonschema"), took("-m", "validator", "lint", spec)) for _ in range(15)]
    floor, lint = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert lint <= 2.35 * floor, f"{lint:.3f} s against {floor:.3f} s"


def test_the_pre_commit_hook_runs_lint() -> None:
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]
    assert hook["entry"] == "validator lint"
    assert hook["language"] == "python"
