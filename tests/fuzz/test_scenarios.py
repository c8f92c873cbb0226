"""Broken scenarios: a fixed part of what `python -m tests.fuzz.scenarios` tries by the ten thousand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.scenarios import inputs, survive


def test_a_broken_scenario_is_refused_or_read_without_a_traceback(tmp_path: Path) -> None:
    for data in inputs(150, seed=5):
        survive(data, tmp_path)


@pytest.mark.slow
def test_the_same_of_more(tmp_path: Path) -> None:
    for data in inputs(2_000, seed=6):
        survive(data, tmp_path)
