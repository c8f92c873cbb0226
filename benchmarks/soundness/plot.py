"""`python -m benchmarks.soundness.plot`: false passes against the dispersion of delays, up to the break point and past it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log, sqrt
from multiprocessing import get_context
from pathlib import Path

from benchmarks.soundness import baselines, gate, generator
from benchmarks.soundness.claims import SUITES
from benchmarks.soundness.figures import GATES, grade, upper_bound
from benchmarks.soundness.lacking import judge
from benchmarks.soundness.regime import Regime, Spread

DISPERSIONS = (2.0, 5.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 150.0, 180.0, 240.0, 300.0)
"""Seconds by which one stream's delay may differ from another's."""
ASSUMED = 10.0
"""The dispersion up to which the gate claims to be right: its least margin."""
_FAULTS = ("traceback", "last-moment", "error-line")
_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 820, 460, 64, 64, 96, 64
_TICKS = (2, 5, 10, 20, 30, 60, 120, 180, 300)
_STYLE = """\
text{font:13px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2328}
.title{font-size:15px;font-weight:600}.small{font-size:12px;fill:#59636e}
.page{fill:#ffffff}.grid{stroke:#d1d9e0}.axis{stroke:#59636e}.assumed{fill:#1a7f37;opacity:.09}
.line{fill:none;stroke-width:2.25}.band{opacity:.16}.break{stroke-width:1.5;stroke-dasharray:4 4}
.gate{--c:#1a7f37}.careful{--c:#9a6700}.naive{--c:#cf222e}
.line,.break{stroke:var(--c)}.band,.dot,text.name{fill:var(--c)}text.name{font-weight:600}
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.small{fill:#9198a1}.page{fill:#0d1117}.grid{stroke:#30363d}
.axis{stroke:#9198a1}.gate{--c:#3fb950}.careful{--c:#d29922}.naive{--c:#ff7b72}.assumed{fill:#3fb950;opacity:.13}.band{opacity:.24}}
"""
_Job = tuple[int, float, int]


@dataclass(frozen=True)
class Point:
    """One gate at one dispersion."""

    dispersion: float
    false_passes: int
    bad: int

    @property
    def rate(self) -> float:
        """From 0 to 1."""
        return self.false_passes / max(1, self.bad)

    @property
    def bounds(self) -> tuple[float, float]:
        """Of the rate, two-sided, 95 %."""
        low = 1 - upper_bound(self.bad - self.false_passes, self.bad, 0.975)
        return low, upper_bound(self.false_passes, self.bad, 0.975)


Curves = Mapping[str, Sequence[Point]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Sweep, or take the points of an earlier sweep, and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.plot", description=__doc__)
    parser.add_argument("--runs", type=int, default=250, help="for each point (250)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--svg", type=Path, default=Path("docs/soundness.svg"))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the points here")
    parser.add_argument("--points", type=Path, metavar="FILE", help="draw these points, and run nothing")
    asked = parser.parse_args(arguments)
    if asked.points:
        read = json.loads(asked.points.read_text(encoding="utf-8"))
        curves: Curves = {name: [Point(**point) for point in read[name]] for name in GATES}
    else:
        curves = sweep(asked.seed, asked.runs)
    if asked.json:
        told = {name: [asdict(point) for point in curve] for name, curve in curves.items()}
        asked.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    for name, curve in curves.items():
        print(f"{name:8} " + "  ".join(f"{p.dispersion:g} s: {p.false_passes}/{p.bad}" for p in curve))
    asked.svg.write_text(svg(curves), encoding="utf-8")
    return 0


def sweep(seed: int, runs: int) -> Curves:
    """Judge that many stories for each dispersion."""
    all_jobs = [(seed, dispersion, number) for dispersion in DISPERSIONS for number in range(runs)]
    with get_context("spawn").Pool(2) as pool:
        graded = list(zip(all_jobs, pool.imap(grades, all_jobs, 10), strict=True))
    curves: dict[str, list[Point]] = {name: [] for name in GATES}
    for name in GATES:
        for dispersion in DISPERSIONS:
            own = [found[name] for job, found in graded if job[1] == dispersion and found[name] != "good"]
            curves[name].append(Point(dispersion, own.count("false_pass"), len(own)))
    return curves


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


def breaks(curve: Sequence[Point]) -> float | None:
    """The least dispersion at which there was a false pass."""
    return next((point.dispersion for point in curve if point.false_passes), None)


def svg(curves: Curves) -> str:
    """The plot, for light and dark pages; both axes are told in words."""
    most = max(point.bad for curve in curves.values() for point in curve)
    told = f"up to {most} deployments a point, each with an error in its log; bands: 95 % confidence"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        "<title>False passes against the dispersion of log delays</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>',
        f'<text class="title" x="{_LEFT}" y="26">Bad deployments that were passed, by how much log delays differ</text>',
        f'<text class="small" x="{_LEFT}" y="45">{told}</text>',
        *_axes(),
        *(part for name in reversed(GATES) for part in _curve(name, curves[name])),
        *_names(curves),
        *_breaks(curves),
    ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _axes() -> Iterator[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    least, assumed = _x(DISPERSIONS[0]), _x(ASSUMED)
    yield f'<rect class="assumed" x="{least:.1f}" y="{_TOP}" width="{assumed - least:.1f}" height="{bottom - _TOP}"/>'
    yield f'<text class="small" x="{least + 8:.1f}" y="{_y(0.36):.1f}">the gate claims to be right here</text>'
    for percent in (0, 1, 5, 10, 25, 50, 75, 100):
        y = _y(percent / 100)
        yield f'<path class="{"grid" if percent else "axis"}" d="M{_LEFT} {y:.1f}H{right}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>'
    for tick in _TICKS:
        yield f'<path class="axis" d="M{_x(tick):.1f} {bottom}v5"/>'
        yield f'<text x="{_x(tick):.1f}" y="{bottom + 20}" text-anchor="middle">{tick} s</text>'
    told = "how much longer one log stream may take than another, up to (logarithmic)"
    yield f'<text x="{(_LEFT + right) / 2:.1f}" y="{_HEIGHT - 16}" text-anchor="middle">{told}</text>'


def _curve(name: str, curve: Sequence[Point]) -> Iterator[str]:
    high = [f"{_x(point.dispersion):.1f},{_y(point.bounds[1]):.1f}" for point in curve]
    low = [f"{_x(point.dispersion):.1f},{_y(point.bounds[0]):.1f}" for point in reversed(curve)]
    yield f'<g class="{name}"><polygon class="band" points="{" ".join([*high, *low])}"/>'
    middle = " ".join(f"{_x(point.dispersion):.1f},{_y(point.rate):.1f}" for point in curve)
    yield f'<polyline class="line" points="{middle}"/>'
    for point in curve:
        told = f"{name}, {point.dispersion:g} s: {point.false_passes} of {point.bad}"
        place = f'cx="{_x(point.dispersion):.1f}" cy="{_y(point.rate):.1f}"'
        yield f'<circle class="dot" {place} r="3"><title>{told}</title></circle>'
    yield "</g>"


def _names(curves: Curves) -> Iterator[str]:
    """At the right end of each curve, one line apart at least."""
    last = _HEIGHT
    for name, curve in sorted(curves.items(), key=lambda each: each[1][-1].rate):
        last = min(last - 16, round(_y(curve[-1].rate) + 4))
        yield f'<text class="{name} name" x="{_WIDTH - _RIGHT + 8}" y="{last}">{name}</text>'


def _breaks(curves: Curves) -> Iterator[str]:
    """Where the gate and the careful one break: the first point with a false pass; the later one's name stands above."""
    broken = {name: at for name in ("careful", "gate") if (at := breaks(curves[name])) is not None}
    for row, (name, at) in enumerate(sorted(broken.items(), key=lambda each: -each[1])):
        x, top = _x(at), _TOP + 44 + 22 * row
        yield f'<g class="{name}"><path class="break" d="M{x:.1f} {_HEIGHT - _BOTTOM}V{top}"/>'
        yield f'<text class="name" x="{x - 6:.1f}" y="{top + 8}" text-anchor="end">{name} breaks at {at:g} s</text></g>'


def _x(dispersion: float) -> float:
    share = log(dispersion / DISPERSIONS[0]) / log(DISPERSIONS[-1] / DISPERSIONS[0])
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(rate: float) -> float:
    """By the root, so that few false passes can be told from none."""
    return _TOP + (1 - sqrt(rate)) * (_HEIGHT - _TOP - _BOTTOM)


if __name__ == "__main__":
    sys.exit(main())
