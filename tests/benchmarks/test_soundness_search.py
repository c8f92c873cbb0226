"""The guided search: it finds planted defects, and what it finds can be judged again."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from benchmarks.soundness.claims import SUITES
from benchmarks.soundness.faults import FAULTS
from benchmarks.soundness.lacking import judge
from benchmarks.soundness.search import FAULTY, Chosen, Search, composed, mended, verdict
from benchmarks.soundness.truth import Windows

WINDOWS = Windows({}, 90.0, 480.0)
SECONDS = 240.0
"""It is done as soon as there is a find."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plant", "fault"), [("echo-ignored", "last-moment"), ("no-identity", "old-answers"), ("latest-re-resolved", "superseded")]
)  # fmt: skip
def test_a_planted_defect_is_found(plant: str, fault: str) -> None:
    find = next(Search(plant).explore(SECONDS, FAULTY.index(fault)))
    assert find.grade == "false_pass"
    assert find.story.faults[0] == fault
    assert verdict(find.story, find.regime, plant).grade == "false_pass"
    assert verdict(find.story, find.regime).grade == "right"


@pytest.mark.parametrize("fault", FAULTY)
def test_every_choice_makes_a_story_and_without_its_fault_it_is_good(fault: str) -> None:
    assert fault in FAULTS
    chance = random.Random(fault)
    for choose in (lambda low, _high: low, lambda _low, high: high, chance.randint, chance.randint):
        told, drawn = composed(fault, choose)
        assert drawn.delays("") == drawn.chosen
        better = replace(mended(told), lost=0.0, outages=())
        assert judge(better, SUITES[told.suite], WINDOWS).claims.get("Traffic") is True
        assert judge(better, SUITES[told.suite], WINDOWS).bad is False


def test_what_is_chosen_stays_within_its_limits() -> None:
    least, most = Chosen(lambda low, _high: low), Chosen(lambda _low, high: high)
    assert (least.uniform(2, 10), most.uniform(2, 10)) == (2, 10)
    assert 0 <= least.random() < most.random() < 1
    assert (least.choice("abc"), most.choice("abc")) == ("a", "c")
    assert {least.randrange(3), most.randrange(3)} == {0, 2}
    assert {least.randrange(2, 5), most.randrange(2, 5)} == {2, 4}
