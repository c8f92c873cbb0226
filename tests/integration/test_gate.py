"""The gate in this process: one run against real servers, whatever becomes of it."""

from __future__ import annotations

import io
import json
import signal
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from tests.simulated import HEAD, NETRA
from validator import gate
from validator.checks import kinds
from validator.emulator.servers.emulator import Emulator
from validator.engine.run import Engine
from validator.language.load import load
from validator.recording.header import Written
from validator.recording.recorder import Recorder
from validator.replaying.replayed import replayed
from validator.report.summary import dumps
from validator.signals import Signals
from validator.surroundings import Surroundings
from validator.usage import UsageError

TRAFFIC = HEAD + "  - {name: Traffic, traffic: {}}\n"
NEVER = HEAD + "  - {name: Never, within: 5m, http: {path: /health, expect: {status: 418}}}\n"


@dataclass(frozen=True)
class Run:
    """One run of the gate."""

    out: Path
    signals: Signals
    stdout: io.StringIO
    stderr: io.StringIO

    def __call__(self, checks: str, scenario: str = "scenario.yaml", **environment: str) -> int:
        """Judge a scenario of the example deployment; the exit code."""
        with Emulator(NETRA / scenario) as emulator:
            variables = {**emulator.environment(), **environment}
            around = Surroundings.of(variables, self.stdout, self.stderr, self.signals)
            spec = load(checks, "checks.yaml", kinds(), variables)
            written = Written.of("checks.yaml", {"checks.yaml": checks}, variables, ["PROJECT_ID"], date(2026, 11, 25))
            return gate.run(spec, (), self.out, around, written=written, records=[self.out / gate.RECORDING])

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))
        return found


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "out", Signals(), io.StringIO(), io.StringIO())


def test_a_pass_is_on_the_console_and_in_all_reports(run: Run) -> None:
    assert run(TRAFFIC) == 0
    assert run.summary["verdict"] == "passed"
    assert "Traffic" in (run.out / "report.md").read_text(encoding="utf-8")
    assert "Traffic" in run.stdout.getvalue()
    assert not run.stderr.getvalue()


def test_a_run_is_recorded_and_its_replay_comes_to_the_same_summary(run: Run) -> None:
    assert run(TRAFFIC) == 0
    again = replayed(run.out / gate.RECORDING, None).summary()
    assert dumps(again) == (run.out / "summary.json").read_text(encoding="utf-8")


def test_a_recording_that_cannot_be_written_ends_no_run(run: Run) -> None:
    (run.out / gate.RECORDING).mkdir(parents=True)
    assert run(TRAFFIC) == 0
    assert "the recording cannot be written: Is a directory" in run.stderr.getvalue()


def test_a_failure_is_told_to_the_runner_of_github_too(run: Run, tmp_path: Path) -> None:
    outputs, page = tmp_path / "outputs", tmp_path / "page.md"
    outputs.touch()
    page.touch()
    runner = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(page)}
    assert run(TRAFFIC, "traffic-pinned.yaml", **runner) == 1
    assert "::error" in run.stdout.getvalue()
    assert "failed" in outputs.read_text(encoding="utf-8")
    assert "Traffic" in page.read_text(encoding="utf-8")


def test_a_report_that_is_lost_leaves_no_green(run: Run, tmp_path: Path) -> None:
    runner = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(tmp_path / "nowhere" / "outputs")}
    assert run(TRAFFIC, **runner) == 3
    assert run.summary["exit_code"] == 3
    assert "cannot be written" in run.stderr.getvalue()


def test_a_signal_ends_it_with_what_is_known(run: Run) -> None:
    interrupt = Timer(1.5, lambda: run.signals._receive(signal.SIGINT, None))
    interrupt.start()
    assert run(NEVER) == 130
    interrupt.join()
    assert run.summary["verdict"] == "inconclusive"
    assert "interrupted" in run.summary["checks"][1]["reason"]


def test_a_defect_while_it_runs_costs_the_verdict_and_not_the_summary(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Engine, "step", broken)
    assert run(TRAFFIC) == 3
    assert run.summary["verdict"] == "inconclusive"
    assert "ZeroDivisionError" in run.stderr.getvalue()


def test_a_defect_in_making_the_summary_is_told_in_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(gate, "outcome", broken)
    assert run(TRAFFIC) == 3
    assert "ZeroDivisionError" in json.dumps(run.summary)


def test_a_defect_of_the_console_ends_no_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("validator.report.console.Console.progress", broken)
    monkeypatch.setattr("validator.report.console.Console.finish", broken)
    assert run(TRAFFIC) == 0
    assert run.summary["verdict"] == "passed"
    assert "ZeroDivisionError" in run.stderr.getvalue()


def test_an_address_that_is_none_runs_nothing(run: Run) -> None:
    with pytest.raises(UsageError, match="is not a plain http address"):
        run(TRAFFIC, VALIDATOR_EMULATOR="https://example.com:1?grpc=2")
    assert not (run.out / "summary.json").exists()


def test_a_folder_that_cannot_be_written_runs_nothing(run: Run) -> None:
    run.out.write_text("a file", encoding="utf-8")
    with pytest.raises(UsageError, match="the reports cannot be written"):
        run(TRAFFIC)


@pytest.mark.parametrize("broken", ["record", "learn"])
def test_a_defect_of_the_recorder_costs_the_recording_alone(
    run: Run, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    made: list[Recorder] = []

    def breaking(*arguments: Any) -> Any:
        made.append(Recorder(*arguments))
        monkeypatch.setattr(f"validator.recording.concealment.Concealment.{broken}", fails)
        return made[0]

    monkeypatch.setattr("validator.gate.Recorder", breaking)
    assert run(TRAFFIC) == 0
    assert run.summary["verdict"] == "passed"
    assert "the recording cannot be written: a defect of the gate: ZeroDivisionError" in run.stderr.getvalue()
