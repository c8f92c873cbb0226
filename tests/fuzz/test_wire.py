"""Answers mutated on the wire: a fixed part of what `python -m tests.fuzz.wire` tries by the hundred."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from google.cloud import run_v2

from tests.fuzz import wire
from tests.fuzz.answers import BAD, scenario
from tests.fuzz.wire import bent, mutation, refilled, survive


@pytest.mark.slow
def test_no_answer_on_the_wire_breaks_a_run_or_turns_it_green(tmp_path: Path) -> None:
    assert not [find for number in range(4) if (find := survive(number, 3, tmp_path))]


@pytest.mark.slow
def test_the_same_of_more(tmp_path: Path) -> None:
    assert not [find for number in range(40) if (find := survive(number, 4, tmp_path))]


@pytest.mark.slow
def test_a_green_of_a_bad_world_would_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A world that is called bad and is good, behind a proxy that changes nothing; slow enough for a busy machine."""
    monkeypatch.setattr(wire, "SPEED", 10)
    number = next(n for n in range(99) if (m := mutation(n, 3)).world in BAD and m.call is not BAD[m.world][0])
    monkeypatch.setattr(wire, "scenario", lambda _, folder: scenario("good", folder))
    monkeypatch.setattr(wire, "changing", lambda *_: lambda _, answer: answer)
    assert survive(number, 3, tmp_path).endswith(": passed")


def test_every_world_and_every_call_has_its_turn() -> None:
    made = [mutation(number, 3) for number in range(60)]
    assert {each.world for each in made} == {"good", *BAD}
    assert len({each.call for each in made}) == 4


def test_bytes_and_fields_are_changed() -> None:
    answer = run_v2.Service.serialize(run_v2.Service(name="projects/p/locations/l/services/s", generation=7))
    chance = random.Random(1)
    assert len({bent(answer, chance) for _ in range(50)}) > 40
    assert len({refilled(answer, run_v2.Service, chance) for _ in range(50)}) > 3
