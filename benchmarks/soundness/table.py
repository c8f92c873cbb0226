"""`python -m benchmarks.soundness.table FIGURES`: write the figures of a run into docs/soundness.md, between its marks."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.soundness.figures import GATES
from benchmarks.soundness.regime import REPORTED

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
_Figures = Mapping[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Replace what stands between the marks; the exit code is 2 where they are missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.table", description=__doc__)
    parser.add_argument("figures", type=Path, help="what `python -m benchmarks.soundness --json` wrote")
    parser.add_argument("--page", type=Path, default=Path("docs/soundness.md"))
    asked = parser.parse_args(arguments)
    page = asked.page.read_text(encoding="utf-8")
    before, mark, rest = page.partition(BEGIN + "\n")
    _, other, after = rest.partition(END)
    if not (mark and other):
        print(f"{asked.page}: {BEGIN} and {END} have to stand on lines of their own", file=sys.stderr)
        return 2
    found = json.loads(asked.figures.read_text(encoding="utf-8"))
    asked.page.write_text(before + mark + "\n".join(told(found)) + "\n" + other + after, encoding="utf-8")
    return 0


def told(found: _Figures) -> Iterator[str]:
    """The figures as Markdown."""
    on_top = [name for name in REPORTED if name in found["regimes"]]
    covered = " and ".join(name for name in found["regimes"] if name not in on_top)
    yield f"{found['runs']:,} runs in the regimes {covered} with the seed {found['seed']}; {found['bad']:,} are bad,"
    yield f"{found['good']:,} good. The 95 % bounds are one-sided."
    yield ""
    yield from _gates(found)
    for name in on_top:
        part = found["regimes"][name]
        yield from ("", f"The regime {name}, {part['runs']:,} runs, {part['bad']:,} bad:", "")
        yield from _gates(part)
    evidence, reads, checks = found["missing_evidence"], found["reads"], found["checks"]
    every, unnamed = sum(evidence.values()), evidence["not_named"] + evidence["not_missing"]
    rightly = every - found["gate"]["inconclusive"]
    yield ""
    yield f"Of the {checks['judged']:,} single checks of the gate {checks['wrongly_passed']} passed and {checks['wrongly_failed']} failed wrongly."
    yield ""
    yield f"The gate said inconclusive in {every:,} of the {found['runs']:,} runs; in {rightly:,} of them nobody could have had the evidence, which is"
    yield f"right. In {evidence['named']:,} its report names the evidence that the truth calls missing, in {unnamed} it does not. In the busiest"
    yield f"minute of any run it read the log {reads['most_in_a_minute']} times (its budget is 20, and 6 may be saved up), {reads['mean']:g} times in a run on average."
    yield ""
    yield "| fault | runs | bad | gate: false passes | false fails | inconclusive | careful: false passes | naive: false passes |"
    yield "|---|---|---|---|---|---|---|---|"
    for fault, part in found["by_fault"].items():
        own = part["gate"]
        yield (
            f"| {fault} | {part['runs']} | {part['bad']} | {own['false_pass']} | {own['false_fail']} | {own['inconclusive']} |"
            f" {part['careful']['false_pass']} | {part['naive']['false_pass']} |"
        )


def _gates(part: _Figures) -> Iterator[str]:
    yield "| | false passes | of the bad | 95 % bound | false fails | of the good | 95 % bound | inconclusive | right |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for gate in GATES:
        own = part[gate]
        rates = [
            f"{own[kind]:,} | {own[f'{kind}_rate']:.2%} | {own[f'{kind}_bound']:.2%}"
            for kind in ("false_pass", "false_fail")
        ]
        share = own["inconclusive"] / part["runs"]
        yield f"| {gate} | {' | '.join(rates)} | {own['inconclusive']:,} ({share:.1%}) | {own['right']:,} |"


if __name__ == "__main__":
    sys.exit(main())
