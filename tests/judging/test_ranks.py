"""The rank test, against the exact chance of small samples."""

from __future__ import annotations

import itertools
import random

import pytest

from validator.judging.ranks import chance


def exact(larger: list[float], smaller: list[float]) -> float:
    """The share of all ways to deal the ranks in which `larger` gets a rank sum of at least its own."""
    together = sorted([*larger, *smaller])
    own = sum(together.index(value) + 1 for value in larger)
    sums = [sum(dealt) for dealt in itertools.combinations(range(1, len(together) + 1), len(larger))]
    return sum(each >= own for each in sums) / len(sums)


@pytest.mark.parametrize("seed", range(10))
def test_it_is_close_to_the_exact_chance(seed: int) -> None:
    draw = random.Random(seed)
    larger, smaller = [draw.random() + 0.2 for _ in range(8)], [draw.random() for _ in range(8)]
    assert chance(larger, smaller) == pytest.approx(exact(larger, smaller), abs=0.01)


def test_equal_samples_tell_nothing() -> None:
    assert chance([1.0] * 20, [1.0] * 20) == 1.0
    assert chance([1.0, 2.0] * 20, [1.0, 2.0] * 20) == pytest.approx(0.5, abs=0.01)


def test_it_has_a_side() -> None:
    low, high = [float(number) for number in range(20)], [float(number) + 15 for number in range(20)]
    assert chance(high, low) < 1e-6
    assert chance(low, high) > 1 - 1e-6
