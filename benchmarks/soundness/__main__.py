"""`python -m benchmarks.soundness`: judge generated deployments, and write how often the verdicts were right."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.soundness import regime as regimes
from benchmarks.soundness.figures import GATES, report
from benchmarks.soundness.plants import PLANTS
from benchmarks.soundness.runs import PROCESSES, jobs, run

_ON_TOP = 2
"""Each covered regime has 1/2 of the runs; those reported on top have as many each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit code is 0 whatever the figures are, 2 for bad usage."""
    asked = _parser().parse_args(arguments)
    try:
        own = [regimes.load(asked.regime)] if asked.regime else [regimes.named(name) for name in regimes.COVERED]
    except regimes.RegimeError as error:
        print(error, file=sys.stderr)
        return 2
    top = [] if asked.regime else [regimes.named(name) for name in regimes.REPORTED]
    all_jobs = jobs(asked.seed, own, asked.runs) + jobs(asked.seed, top, asked.runs // _ON_TOP if top else 0)
    cases = run(all_jobs, asked.plant, asked.processes)
    found = report(asked.seed, cases[: asked.runs], cases[asked.runs :], asked.plant)
    text = json.dumps(found, indent=2) + "\n"
    if asked.json:
        asked.json.write_text(text, encoding="utf-8")
    _show(found)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness", description=__doc__)
    parser.add_argument(
        "--runs", type=_count, default=500, help="in all regimes that the top-level figures cover (500)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--regime", type=Path, metavar="FILE", help="run this regime alone; see regime.py for its form")
    parser.add_argument("--plant", choices=sorted(PLANTS), default="", help="plant a defect that must be found")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument("--processes", type=_count, default=PROCESSES)
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a number above 0")
    return number


def _show(found: dict[str, Any]) -> None:
    regimes_shown = {"all": found, **found["regimes"]} if len(found["regimes"]) > 1 else {"all": found}
    for name, part in regimes_shown.items():
        print(f"{name}: {part['runs']} runs, {part['bad']} of them bad")
        for gate in GATES:
            own = part[gate]
            print(
                f"  {gate:8} false passes {own['false_pass']:4} (95 %: < {own['false_pass_bound']:.2%} of the bad),"
                f" false fails {own['false_fail']:4} (< {own['false_fail_bound']:.2%} of the good),"
                f" inconclusive {own['inconclusive']:4}, right {own['right']:5}"
            )

    checks = found["checks"]
    print(
        f"checks of the gate: {checks['judged']}, wrongly passed {checks['wrongly_passed']}, wrongly failed {checks['wrongly_failed']}"
    )


if __name__ == "__main__":
    sys.exit(main())
