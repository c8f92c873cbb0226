"""`python -m benchmarks.soundness.plot`: false passes against the dispersion of delays, up to the break point and past it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

from benchmarks.soundness import baselines, gate, generator
from benchmarks.soundness.claims import SUITES
from benchmarks.soundness.figures import GATES, grade
from benchmarks.soundness.regime import Regime, Spread
from benchmarks.soundness.truth import judge

DISPERSIONS = (2.0, 5.0, 8.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0)
"""Seconds by which one stream's delay may differ from another's."""
_FAULTS = ("traceback", "last-moment", "error-line")
_COLOURS = {"gate": "#1a7f37", "careful": "#9a6700", "naive": "#cf222e"}
_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 760, 380, 60, 30, 110, 50
Curve = Sequence[tuple[float, float]]
"""Points of dispersion in seconds and rate from 0 to 1."""
_Job = tuple[int, float, int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Sweep, and write the plot and its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.plot", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="for each point (200)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--svg", type=Path, default=Path("docs/soundness.svg"))
    asked = parser.parse_args(arguments)
    with get_context("spawn").Pool(2) as pool:
        all_jobs = [(asked.seed, dispersion, n) for dispersion in DISPERSIONS for n in range(asked.runs)]
        graded = list(zip(all_jobs, pool.imap(grades, all_jobs, 10), strict=True))
    curves = {name: _curve(name, graded) for name in GATES}
    print(json.dumps(curves))
    asked.svg.write_text(svg(curves, asked.runs), encoding="utf-8")
    return 0


def grades(job: _Job) -> Mapping[str, str]:
    """How each gate did on a story in which a line of the log is wrong."""
    seed, dispersion, number = job
    regime = Regime(f"dispersion {dispersion:g}", stream=Spread(0.3, 0.3 + dispersion), entry=Spread(0.0, 0.5))
    story = generator.story(seed, regime, number, faults=_FAULTS, suites=("serving",))
    found = {}
    for name, said in (("gate", gate.judge), ("naive", baselines.naive), ("careful", baselines.careful)):
        verdict = said(story, regime)
        truth = judge(story, SUITES[story.suite], verdict.windows)
        found[name] = grade(verdict.outcome, truth, strict=True) if truth.bad else "good"
    return found


def _curve(name: str, graded: Sequence[tuple[_Job, Mapping[str, str]]]) -> Curve:
    points = []
    for dispersion in DISPERSIONS:
        own = [found[name] for job, found in graded if job[1] == dispersion and found[name] != "good"]
        points.append((dispersion, round(own.count("false_pass") / max(1, len(own)), 4)))
    return points


def svg(curves: Mapping[str, Curve], runs: int) -> str:
    """The plot; the horizontal axis is logarithmic by its points."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="18">False passes in {runs} deployments a point with an error in the log</text>',
    ]
    for percent in (0, 25, 50, 75, 100):
        y = _y(percent / 100)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#d0d7de"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>')
    for place, dispersion in enumerate(DISPERSIONS):
        x = _x(place)
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{dispersion:g}</text>')
    axis = "seconds by which the delays of stdout, stderr and requests may differ"
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle:.1f}" y="{_HEIGHT - 10}" text-anchor="middle">{axis}</text>')
    for name, curve in curves.items():
        points = " ".join(f"{_x(place):.1f},{_y(rate):.1f}" for place, (_, rate) in enumerate(curve))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{_COLOURS[name]}" stroke-width="2"/>')
        y = _y(curve[-1][1]) + 4
        parts.append(f'<text x="{_WIDTH - _RIGHT + 8}" y="{y:.1f}" fill="{_COLOURS[name]}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(place: int) -> float:
    return _LEFT + place * (_WIDTH - _LEFT - _RIGHT) / (len(DISPERSIONS) - 1)


def _y(rate: float) -> float:
    return _TOP + (1 - rate) * (_HEIGHT - _TOP - _BOTTOM)


if __name__ == "__main__":
    sys.exit(main())
