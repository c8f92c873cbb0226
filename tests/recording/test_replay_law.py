"""A run that is replayed from its recording comes to the same summary, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from benchmarks.soundness import gate, generator, regime
from benchmarks.soundness.claims import SUITES
from tests.recorded import record
from tests.simulated import NETRA, ROOT, START, case, simulate
from validator.emulator.scenario.loading import load as load_scenario

CHECKS = (ROOT / "checks.yaml").read_text(encoding="utf-8")
CASES = sorted(path.parent for path in (ROOT / "tests" / "cases").glob("*/spec.yaml"))
SCENARIOS = sorted(NETRA.glob("*.yaml"))
PROJECT = {"PROJECT_ID": "netra-staging"}
SHARED = regime.named("shared")


def test_the_example(tmp_path: Path) -> None:
    run = simulate(CHECKS, NETRA / "scenario.yaml")
    recorded = record(tmp_path / "run.gz", run.engine.spec, CHECKS, PROJECT, run.engine.journal)
    assert recorded.replayed == recorded.live


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario(scenario: Path, tmp_path: Path) -> None:
    run = simulate(CHECKS, scenario)
    recorded = record(tmp_path / "run.gz", run.engine.spec, CHECKS, PROJECT, run.engine.journal, batch=5)
    assert recorded.replayed == recorded.live


@pytest.mark.slow
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_every_case(folder: Path, tmp_path: Path) -> None:
    expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    environment = {str(name): str(value) for name, value in expected.get("environment", {}).items()}
    run = case(folder, environment)
    variables = {**load_scenario(folder / "scenario.yaml", START).env, **environment}
    text = (folder / "spec.yaml").read_text(encoding="utf-8")
    recorded = record(tmp_path / "run.gz", run.engine.spec, text, variables, run.engine.journal, batch=5)
    assert recorded.replayed == recorded.live


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 200, 25))
def test_two_hundred_generated_deployments(first: int, tmp_path: Path) -> None:
    for number in range(first, first + 25):
        story = generator.story(40_961, SHARED, number)
        engine, _ = gate.run(story, SHARED)
        suite = SUITES[story.suite]
        recorded = record(tmp_path / "run.gz", engine.spec, suite.text, suite.environment, engine.journal, batch=7)
        assert recorded.replayed == recorded.live, story.key
