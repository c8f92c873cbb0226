"""The driver over real sources: a deadline holds whatever a call does."""

from __future__ import annotations

import threading
import time

import pytest

from tests.simulated import HEAD, NETRA
from validator.checks import kinds
from validator.emulator.scenario.loading import load as load_scenario
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World
from validator.engine.run import Engine
from validator.engine.threads import drive
from validator.language.load import load
from validator.words.call import Call, Exchange, Result
from validator.words.verdict import Outcome

pytestmark = pytest.mark.slow
CHECKS = (
    HEAD.replace("6m", "4s") + "  - {name: Stuck, http: {path: /health, timeout: 1s}}\n  - {name: Ok, traffic: {}}\n"
)


def test_the_runs_deadline_holds_against_calls_that_never_end() -> None:
    started = time.time()
    simulation, lock, never = (
        Simulation(World.of(load_scenario(NETRA / "scenario.yaml", started))),
        threading.Lock(),
        threading.Event(),
    )

    def sources(call: Call, timeout: float) -> Result:  # noqa: ARG001 - a source that ignores its timeout
        if isinstance(call, Exchange):
            never.wait()
        with lock:
            return simulation(call, time.time())[1]

    engine = Engine(load(CHECKS, "checks.yaml", kinds(), {}), kinds(), "0123456789abcdef")
    drive(engine, sources, time.time, 1, lambda _: None)
    never.set()
    assert time.time() - started < 6
    assert engine.standings["Ok"].verdict.outcome is Outcome.PASSED
    assert engine.standings["Stuck"].verdict.outcome is Outcome.FAILED
    assert "no answer within 1 s" in engine.standings["Stuck"].verdict.reason


def test_a_source_that_raises_is_a_problem_and_not_the_end() -> None:
    def sources(call: Call, timeout: float) -> Result:
        raise RuntimeError(f"a defect: {call} {timeout}")

    engine = Engine(load(CHECKS.replace("4s", "1s"), "checks.yaml", kinds(), {}), kinds(), "0123456789abcdef")
    drive(engine, sources, time.time, 1, lambda _: None)
    assert all(s.verdict.outcome is not Outcome.PASSED for s in engine.standings.values())
