"""The gate on a story: the real engine and judges on virtual time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b

from benchmarks.soundness.claims import SUITES, TIMEOUT
from benchmarks.soundness.regime import Regime
from benchmarks.soundness.stored import EPOCH
from benchmarks.soundness.story import Story
from benchmarks.soundness.truth import EDGE, Windows
from benchmarks.soundness.world import Told
from validator.checks import kinds
from validator.engine import resolution
from validator.engine.run import Engine
from validator.engine.verdicts import overall
from validator.engine.virtual import drive
from validator.evidence.journal import Observation
from validator.language.load import load
from validator.words.call import ListEntries
from validator.words.check import Spec

_CLAIM = {resolution.KIND: "Deploy"}
"""Kind -> the claim that its check stands for, where that is not its name."""


@dataclass(frozen=True)
class Said:
    """What a gate said of a story, and of which windows."""

    outcome: str
    """passed, failed, inconclusive."""
    windows: Windows
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Check -> its verdict and why, of those that did not pass."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Claim -> what the gate said of it alone."""
    decided: Mapping[str, float] = field(default_factory=dict)
    """Check -> when its verdict became final, platform time as in a story."""
    reads: int = 0
    """ListLogEntries calls."""
    most_reads: int = 0
    """The most of them in any minute."""


@cache
def spec(suite: str) -> Spec:
    """A suite's spec, parsed once."""
    return load(SUITES[suite].text, f"{suite}.yaml", kinds(), SUITES[suite].environment)


def run(story: Story, regime: Regime) -> tuple[Engine, float]:
    """The engine at its end, and when that was, Unix seconds of the gate's clock."""
    engine = Engine(spec(story.suite), kinds(), blake2b(story.key.encode(), digest_size=8).hexdigest())
    return engine, drive(engine, Told(story, regime), EPOCH - story.skew)


def judge(story: Story, regime: Regime) -> Said:
    """Run the gate, and keep what it said."""
    engine, ended = run(story, regime)
    shift = story.skew - EPOCH
    starts = {s.check.name: s.started + shift for s in engine.standings.values() if s.started is not None}
    told = {s.check.name: s.verdict for s in engine.standings.values() if s.verdict.outcome != "passed"}
    outcomes = {_CLAIM.get(s.check.kind, s.check.name): str(s.verdict.outcome) for s in engine.standings.values()}
    reads = [r.sent for r in engine.journal if isinstance(r, Observation) and isinstance(r.call, ListEntries)]
    return Said(
        str(overall(engine.verdicts)),
        Windows(starts, ended + shift, TIMEOUT, EDGE if SUITES[story.suite].probe else EDGE + abs(story.skew)),
        {name: f"{verdict.outcome}: {verdict.reason}" for name, verdict in told.items()},
        outcomes,
        {s.check.name: s.decided + shift for s in engine.standings.values() if s.decided is not None},
        len(reads),
        _most_in_a_minute(reads),
    )


def _most_in_a_minute(moments: Iterable[float]) -> int:
    recent: deque[float] = deque()
    most = 0
    for moment in moments:
        recent.append(moment)
        while recent[0] <= moment - 60:
            recent.popleft()
        most = max(most, len(recent))
    return most
