"""A recording is a scenario: the deployment that a run saw, served again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recorded import record
from tests.simulated import HEAD, NETRA, START, simulate
from validator.emulator.scenario.files import ScenarioError
from validator.emulator.scenario.loading import load

CHECKS = HEAD + (
    "  - {name: Built, build: {}}\n"
    "  - {name: Traffic, traffic: {percent: 100}}\n"
    "  - {name: Wired, revision: {secrets: 24}}\n"
    "  - {name: Connects, logs: {expect: ['ClickHouse. REAL connection established']}}\n"
    "  - {name: Quiet, for: 20s, logs: {forbid: [ModuleNotFoundError]}}\n"
    "  - {name: Healthy, http: {path: /health, expect: {json: {status: healthy}}}}\n"
    "  - {name: Proven, custody: {}}\n"
)


def verdicts(scenario: Path) -> dict[str, str]:
    run = simulate(CHECKS, scenario)
    return {name: standing.verdict.outcome.value for name, standing in run.engine.standings.items()}


@pytest.mark.parametrize("name", ["scenario", "traffic-pinned", "import-error", "never-ready", "superseded"])
def test_a_run_against_it_comes_to_what_the_recorded_run_came_to(name: str, tmp_path: Path) -> None:
    run = simulate(CHECKS, NETRA / f"{name}.yaml")
    recorded = record(tmp_path / "run.gz", run.engine.spec, CHECKS, {"PROJECT_ID": "netra-staging"}, run.engine.journal)
    assert verdicts(recorded.path) == {name: each.verdict.outcome.value for name, each in run.engine.standings.items()}


def test_its_times_are_told_from_its_start_and_its_speed_is_its_own(tmp_path: Path) -> None:
    run = simulate(CHECKS, NETRA / "scenario.yaml")
    recorded = record(tmp_path / "run.gz", run.engine.spec, CHECKS, {}, run.engine.journal)
    later = load(recorded.path, START + 86_400)
    assert later.speed == 1
    fast = load(recorded.path, START, speed=20)
    assert fast.again is not None
    assert fast.again(START + 1).speed == 20
    made = {str(each["createTime"])[:10] for each in later.deployment.sections["revisions"].values()}
    assert max(made) == "2026-09-22"


def test_a_damaged_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "run.gz"
    path.write_bytes(b"\x1f\x8bno recording")
    with pytest.raises(ScenarioError, match="is damaged, or no recording"):
        load(path)
