"""The plot: well-formed, and it says where each gate breaks."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from benchmarks.soundness.figures import GATES
from benchmarks.soundness.plot import DISPERSIONS, Point, breaks, svg


def curve(since: float) -> list[Point]:
    return [Point(at, 20 if at >= since else 0, 200) for at in DISPERSIONS]


CURVES = {"gate": curve(30), "naive": curve(0), "careful": curve(1000)}


def test_it_is_well_formed_and_says_where_a_gate_breaks() -> None:
    drawn = svg(CURVES)
    texts = [element.text for element in ET.fromstring(drawn).iter() if element.text]
    assert "gate breaks at 30 s" in texts
    assert not any(text.startswith("careful breaks") for text in texts)
    assert all(name in texts for name in GATES)
    assert "prefers-color-scheme:dark" in drawn


def test_a_gate_breaks_at_its_first_false_pass() -> None:
    assert breaks(CURVES["gate"]) == 30
    assert breaks(CURVES["careful"]) is None


def test_the_bounds_of_a_point_hold_its_rate() -> None:
    low, high = Point(30, 20, 200).bounds
    assert low == pytest.approx(0.0622, abs=1e-3)  # R: binom.test(20, 200)
    assert high == pytest.approx(0.1502, abs=1e-3)
    assert Point(30, 0, 200).bounds[0] == 0
