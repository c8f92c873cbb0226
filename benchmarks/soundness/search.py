"""`python -m benchmarks.soundness.search`: a guided search for a wrong verdict, in place of many blind runs.

Hypothesis chooses what chance chooses elsewhere: fault, moments, delays, skew, outages, all within the model's limits. It
climbs towards runs in which the fault was found late, or was hardly one (`slacks`), and makes each find as plain as it can.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pprint import pformat
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings, target
from hypothesis import strategies as st

from benchmarks.soundness import circumstances, gate, regime
from benchmarks.soundness.claims import ERRORS, STARTED, SUITES, TRACEBACK
from benchmarks.soundness.draft import Draft
from benchmarks.soundness.faults import FAULTS, befall
from benchmarks.soundness.figures import grade
from benchmarks.soundness.gate import Said
from benchmarks.soundness.generator import plain
from benchmarks.soundness.lacking import Judgement, judge
from benchmarks.soundness.plants import PLANTS, planted
from benchmarks.soundness.regime import Delays, Regime
from benchmarks.soundness.story import FOREVER, OURS, Health, Line, Story, Traffic
from benchmarks.soundness.truth import sound

_STEP = 0.05
"""Seconds by which moments and delays are moved."""
_FIRST = 1.0
"""Seconds after which outages begin: a newer revision that came before the first reading is taken for this deploy's own."""
_METHODS = ("GetService", "GetRevision", "ListEntries")
_CODES = ("UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED")
FAULTY = (
    "last-moment", "old-answers", "superseded", "logs-denied-later", "tag-reuse", "traceback", "rolled-back", "errors-after",
    "error-line", "flapping", "quota", "api-faults", "some-requests-lost", "never-started", "slow-ready", "traffic-lags",
)  # fmt: skip
"""The faults that are searched, one a round: those that are found, or not, by when their evidence comes."""


class Chosen(random.Random):
    """Chance whose every draw is an integer that somebody else chooses, so that it can be moved step by step."""

    def __init__(self, choose: Callable[[int, int], int]) -> None:
        super().__init__(0)
        self._choose = choose

    def random(self) -> float:
        """From 0 up to 1, in permille."""
        return self._choose(0, 999) / 1000

    def uniform(self, a: float, b: float) -> float:
        """From a to b, in steps."""
        steps = max(1, round((b - a) / _STEP))
        return a + (b - a) * self._choose(0, steps) / steps

    def choice(self, seq: Any) -> Any:
        """One of them."""
        return seq[self._choose(0, len(seq) - 1)]

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        """From 0 up to `start`, or from `start` up to `stop`."""
        low, high = (0, start) if stop is None else (start, stop)
        return low + step * self._choose(0, (high - low - 1) // step)

    def normalvariate(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        """Within three sigma, in tenths of one."""
        return mu + sigma * self._choose(-30, 30) / 10


@dataclass(frozen=True)
class Settled(Regime):
    """A regime whose delays were chosen."""

    chosen: Delays | None = None

    def delays(self, key: str) -> Delays:
        """Those that were chosen, whatever world it is."""
        assert self.chosen is not None, key
        return self.chosen


@dataclass(frozen=True)
class Find:
    """A wrong verdict."""

    grade: str
    story: Story
    regime: Settled
    said: Said
    truth: Judgement

    @property
    def sort(self) -> tuple[object, ...]:
        """Finds of one sort are told once."""
        wrong = tuple(claim for claim, holds in self.truth.claims.items() if holds is False)
        return self.grade, self.story.suite == "internal", self.story.faults, wrong, self.truth.missing


class _Found(Exception):
    """For Hypothesis, which looks for the plainest example that raises it."""


def composed(fault: str, choose: Callable[[int, int], int]) -> tuple[Story, Settled]:
    """A story with a fault of which everything is chosen."""
    chance = Chosen(choose)
    drawn = regime.named(chance.choice(regime.COVERED))
    suite = chance.choice(FAULTS[fault].suites)
    key = f"search {drawn.name} {choose(0, 99)}"
    draft = Draft(plain(key, drawn, suite, fault, chance), chance)
    befall(draft, fault)
    circumstances.lay(draft)
    for _ in range(choose(0, 2)):
        draft.outage(chance.choice(_METHODS), chance.choice(_CODES), chance.uniform(_FIRST, 110), chance.uniform(2, 45))
    delays = Delays.drawn(drawn, key, chance)
    return draft.told(delays), Settled(drawn.name, entry=drawn.entry, chosen=delays)


def mended(story: Story) -> Story:
    """The same without any fault of the service; outages and delays stay."""
    wanted = SUITES[story.suite].percent
    lines = [line for line in story.lines if line.revision != OURS or not _wrong(line)]
    if not any(STARTED in line.text and line.revision == OURS for line in lines):
        lines.append(Line(story.created + 1, "stdout", STARTED, story.created + 9, story.created + 9))
    return replace(
        story,
        ready=story.created + 1 if story.ready is None else story.ready,
        broken=None,
        superseded=None,
        traffic=(Traffic(-FOREVER, wanted, pinned=wanted not in (0, 100)),),
        astray=(),
        health=(Health(-FOREVER, 200),),
        pages=(),
        tag_moved=None,
        lines=tuple(lines),
        logs_denied=FOREVER,
        chain="proven",
        setting="info",
    )


def _wrong(line: Line) -> bool:
    return TRACEBACK in f"{line.text} {line.payload}" or line.severity in ERRORS or line.means in ERRORS


def slacks(story: Story, drawn: Settled, said: Said, truth: Judgement) -> Iterator[tuple[str, float]]:
    """How far a run was from a false pass, in seconds, by what would have to shrink."""
    probe = SUITES[story.suite].probe
    if probe is not None and truth.claims.get("Healthy") is False:
        longest = max((min(span.until, 600) - max(span.start, 0) for span in sound(story)), default=0.0)
        yield f"{story.suite}: health short of its length", probe.hold - longest
    found = [at for check, at in said.decided.items() if check in said.reasons]
    if found and truth.bad:
        without = gate.judge(mended(story), drawn)
        if without.outcome == "passed":
            yield f"{story.faults[0]}: found before it would have passed", without.windows.ended - min(found)


@dataclass
class Search:
    """Rounds, each from a seed of its own and for one fault."""

    plant: str = ""
    examples: int = 150
    """Stories a round, besides those that make a find plainer."""
    known: set[tuple[object, ...]] = field(default_factory=set)
    """Sorts of finds that were told."""
    tally: Counter[str] = field(default_factory=Counter)
    """Grade -> stories judged."""

    def explore(self, seconds: float, first: int = 0) -> Iterator[Find]:
        """Search for so long, from that seed on, and tell each sort of find once."""
        until = time.monotonic() + seconds
        number = first
        while time.monotonic() < until:
            found = self._round(number, until)
            if found:
                self.known.add(found.sort)
                yield found
            number += 1

    def _round(self, number: int, until: float) -> Find | None:
        newest: list[Find] = []
        fault = FAULTY[number % len(FAULTY)]

        @seed(number)
        @settings(
            max_examples=self.examples,
            phases=(Phase.generate, Phase.target, Phase.shrink),
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.data())
        def look(data: st.DataObject) -> None:
            story, drawn = composed(fault, lambda low, high: data.draw(st.integers(low, high)))
            if time.monotonic() > until and not newest:
                return
            find = verdict(story, drawn, self.plant)
            self.tally[find.grade] += 1
            if find.grade in ("false_pass", "false_fail") and find.sort not in self.known:
                newest.append(find)
                raise _Found
            with planted(self.plant):
                for label, slack in slacks(story, drawn, find.said, find.truth):
                    target(-slack, label=label)

        try:
            look()
        except _Found:
            return newest[-1]
        return None


def verdict(story: Story, drawn: Settled, plant: str = "") -> Find:
    """What the gate says of a story, and whether that is right."""
    with planted(plant):
        said = gate.judge(story, drawn)
    truth = judge(story, SUITES[story.suite], said.windows)
    return Find(grade(said.outcome, truth, strict=True), story, drawn, said, truth)


def main(arguments: Sequence[str] | None = None) -> int:
    """Search, and print each find; the exit code is 1 if there is one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.search", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0, help="of the first round; each further one takes the next")
    parser.add_argument("--plant", choices=sorted(PLANTS), default="", help="plant a defect that must be found")
    asked = parser.parse_args(arguments)
    search = Search(asked.plant)
    for find in search.explore(60 * asked.minutes, asked.seed):
        print(pformat([find.grade, find.story, find.regime.chosen, find.said, find.truth]), flush=True)
    print(f"{len(search.known)} sorts of wrong verdicts in {search.tally.total():,} stories: {dict(search.tally)}")
    return 1 if search.known else 0


if __name__ == "__main__":
    sys.exit(main())
