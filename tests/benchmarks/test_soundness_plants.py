"""The benchmark can fail: each planted defect yields a false pass that the gate without it does not."""

from __future__ import annotations

import pytest

from benchmarks.soundness import gate, regime
from benchmarks.soundness.claims import SUITES
from benchmarks.soundness.figures import grade, wrongly
from benchmarks.soundness.generator import story
from benchmarks.soundness.lacking import judge
from benchmarks.soundness.plants import PLANTS, planted
from benchmarks.soundness.regime import Regime
from benchmarks.soundness.story import Story

_LOGGED = ("traceback", "last-moment", "error-line")
HARMED = {
    "no-margin": _LOGGED,
    "no-identity": ("old-answers", "tag-reuse"),
    "echo-ignored": _LOGGED,
    "no-overlap": _LOGGED,
    "latest-re-resolved": ("superseded",),
    "denied-as-empty": ("logs-denied", "logs-denied-later"),
    "page-is-answer": ("look-alike-page",),
    "audit-is-log": ("silent", "lines-lost"),
    "import-is-start": ("never-healthy", "never-ready"),
    "level-by-platform": ("level-in-text",),
    "any-deploy": ("no-op",),
}
"""Plant -> the faults under which it does harm; of 500 runs only these are made here, for the others take time and show nothing."""
REGIMES = [regime.named(name) for name in regime.COVERED]
SEED = 7


def harmed(told: Story, drawn: Regime, plant: str = "") -> bool:
    """Whether the run passes wrongly, or a check of it does that another one's failure hides."""
    with planted(plant):
        said = gate.judge(told, drawn)
    truth = judge(told, SUITES[told.suite], said.windows)
    passes = any(each.endswith(" passed") for each in wrongly(said, truth))
    return passes or grade(said.outcome, truth, strict=True) == "false_pass"


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_defect_yields_a_false_pass_within_500_runs(plant: str) -> None:
    for number in range(500):
        drawn = REGIMES[number % 2]
        told = story(SEED, drawn, number)
        if told.faults[0] not in HARMED[plant]:
            continue
        if harmed(told, drawn, plant) and not harmed(told, drawn):
            return
    pytest.fail(f"{plant} did no harm in 500 runs")


@pytest.mark.slow
def test_a_plant_is_gone_after_its_time() -> None:
    told = story(SEED, REGIMES[0], 0)
    before = gate.judge(told, REGIMES[0])
    for plant in PLANTS:
        with planted(plant):
            gate.judge(told, REGIMES[0])
    assert gate.judge(told, REGIMES[0]) == before
