"""Mutated answers: a fixed part of what `python -m tests.fuzz.answers` tries by the ten thousand, and what broke once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.answers import BAD, mutation, survive

ONCE = [(2, 742), (2, 282), (2, 134), (2, 627), (1, 11), (1, 42), (1, 462)]
"""(seed, number) of mutations that broke the gate once."""


def test_no_answer_breaks_a_run_or_turns_it_green(tmp_path: Path) -> None:
    assert not [find for number in range(30) if (find := survive(number, 3, tmp_path))]


@pytest.mark.slow
def test_the_same_of_more(tmp_path: Path) -> None:
    assert not [find for number in range(600) if (find := survive(number, 4, tmp_path))]


@pytest.mark.parametrize(("seed", "number"), ONCE)
def test_what_broke_once_does_not_break_again(seed: int, number: int, tmp_path: Path) -> None:
    assert not survive(number, seed, tmp_path)


def test_every_world_and_every_call_has_its_turn() -> None:
    made = [mutation(number, 3) for number in range(60)]
    assert {each.world for each in made} == {"good", *BAD}
    assert len({each.call for each in made}) == 5
