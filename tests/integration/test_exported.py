"""Saved output of gcloud is judged without any API; what it does not tell is not judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulated import BACKEND, HEAD, NETRA, PREVIOUS, START
from validator.cli import main
from validator.emulator.knative.conversion import revision_v1, service_v1
from validator.emulator.scenario.loading import load
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World
from validator.words.call import Answer, Call, GetBuild, GetRevision, GetService, ListEntries

SERVICE = "projects/netra-staging/locations/us-central1/services/netra-backend-staging"
BUILD = "projects/netra-staging/locations/us-central1/builds/3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42"
CHECKS = HEAD + (
    "  - {name: Built, build: {}}\n"
    "  - {name: Traffic, traffic: {percent: 100}}\n"
    "  - {name: Wired, revision: {secrets: 24}, assert: revision.vpc_access.connector != ''}\n"
    "  - {name: Connects, logs: {expect: ['ClickHouse. REAL connection established']}}\n"
    "  - {name: Quiet, for: 10s, logs: {forbid: [panic], watermark: assumed}}\n"
    "  - {name: Loud, logs: {forbid: [SSOT]}}\n"
    "  - {name: Healthy, http: {path: /health}}\n"
    "  - {name: Proven, custody: {}}\n"
    "  - {name: Nothing new, regression: {}}\n"
)
Run = Callable[..., dict[str, tuple[str, str]]]


def content(call: Call, scenario: str) -> Any:
    _, result = Simulation(World.of(load(NETRA / scenario, START)))(call, START + 60)
    assert isinstance(result, Answer)
    return result.content


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Writes exports and judges them; each check's verdict and reason."""
    monkeypatch.chdir(tmp_path)

    def judged(*files: str, scenario: str = "scenario.yaml", revision: str = BACKEND, v1: bool = True) -> Any:
        exports: dict[str, Any] = {
            "from": content(GetService(SERVICE), scenario),
            "revision": content(GetRevision(f"{SERVICE}/revisions/{revision}"), scenario),
            "build": content(GetBuild(BUILD), scenario),
            "logs": content(ListEntries(("projects/netra-staging",), 'resource.type="cloud_run_revision"'), scenario)[
                "entries"
            ],
        }
        if v1:
            exports["from"], exports["revision"] = service_v1(exports["from"]), revision_v1(exports["revision"])
        Path("checks.yaml").write_text(CHECKS, encoding="utf-8")
        arguments = ["run", "checks.yaml"]
        for name in files:
            Path(f"{name}.json").write_text(json.dumps(exports[name]), encoding="utf-8")
            arguments += [f"--{name}", f"{name}.json"]
        code = main(arguments)
        summary = json.loads(Path("out/summary.json").read_text(encoding="utf-8"))
        assert code == summary["exit_code"]
        return {check["name"]: (check["verdict"], check["reason"]) for check in summary["checks"]}

    return judged


@pytest.mark.parametrize("v1", [True, False])
def test_what_the_files_tell_is_judged(run: Run, v1: bool) -> None:
    found = run("from", "revision", "build", "logs", v1=v1)
    for name in ("Built", "Traffic", "Wired", "Connects"):
        assert found[name][0] == "passed", found[name]
    assert found["Loud"][0] == "failed"


def test_what_they_do_not_tell_is_not_judged(run: Run) -> None:
    found = run("from", "revision", "build", "logs")
    for name in ("Quiet", "Healthy", "Proven", "Nothing new"):
        assert found[name][0] == "inconclusive", found[name]
        assert found[name][1].startswith("not judged: what is here does not tell it: ")


def test_without_the_build_and_the_logs_neither_is_judged(run: Run) -> None:
    found = run("from", "revision")
    assert [found[name][0] for name in ("Built", "Connects", "Loud")] == ["inconclusive"] * 3
    assert found["Traffic"][0] == "passed"


def test_another_revision_than_the_target_is_not_taken_for_it(run: Run) -> None:
    found = run("from", "revision", "logs", revision=PREVIOUS)
    assert "passed" not in {verdict for verdict, _ in found.values()}


def test_traffic_that_stayed_on_another_revision_is_a_failure(run: Run) -> None:
    assert run("from", "revision", scenario="traffic-pinned.yaml")["Traffic"][0] == "failed"


@pytest.mark.parametrize(
    ("text", "says"), [("no", "is no JSON"), ("[7]", "cannot be judged"), ('{"kind": "Service"}', "cannot be judged")]
)
def test_a_file_that_is_something_else_is_told(
    text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("checks.yaml").write_text(CHECKS, encoding="utf-8")
    Path("service.json").write_text(text, encoding="utf-8")
    assert main(["run", "checks.yaml", "--from", "service.json"]) == 2
    assert says in capsys.readouterr().err


def test_a_file_alone_is_told_what_it_goes_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("checks.yaml").write_text(CHECKS, encoding="utf-8")
    assert main(["run", "checks.yaml", "--logs", "logs.json"]) == 2
    assert "go with --from" in capsys.readouterr().err


def test_no_statement_of_an_image_is_made_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("checks.yaml").write_text(CHECKS, encoding="utf-8")
    Path("from.json").write_text(json.dumps(content(GetService(SERVICE), "scenario.yaml")), encoding="utf-8")
    assert main(["run", "checks.yaml", "--from", "from.json", "--format", "in-toto"]) == 2
    assert "no in-toto statement is made of saved output" in capsys.readouterr().err
    assert not Path("out").exists()
