"""`python -m benchmarks.soundness.explain "SEED REGIME NUMBER"`: one story, its truth and what the gate said of it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pprint import pformat

from benchmarks.soundness import gate, regime
from benchmarks.soundness.claims import SUITES
from benchmarks.soundness.figures import grade, naming
from benchmarks.soundness.generator import story
from benchmarks.soundness.lacking import judge


def main(arguments: Sequence[str] | None = None) -> None:
    """Print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.explain", description=__doc__)
    parser.add_argument("key", help="as under `not_right` in the figures")
    seed, name, number = parser.parse_args(arguments).key.split()
    drawn = regime.named(name)
    told = story(int(seed), drawn, int(number))
    said = gate.judge(told, drawn)
    truth = judge(told, SUITES[told.suite], said.windows)
    print(pformat(told))
    print(pformat(said))
    print(pformat(truth))
    evidence = f"; the missing evidence is {naming(said, truth)}" if said.outcome == "inconclusive" else ""
    print(grade(said.outcome, truth, strict=True) + evidence)


if __name__ == "__main__":
    main()
