"""From (seed, regime, number) to a story: the same always gives the same."""

from __future__ import annotations

import random
from collections.abc import Collection
from functools import cache
from itertools import accumulate

from benchmarks.soundness import circumstances
from benchmarks.soundness.draft import Draft
from benchmarks.soundness.faults import FAULTS, befall
from benchmarks.soundness.regime import Delays, Regime
from benchmarks.soundness.story import FOREVER, Story, Traffic

SHARES = {"serving": 45, "proven": 14, "wired": 12, "candidate": 13, "canary": 6, "internal": 10}
"""Suite -> percent of the stories."""
_GOLDEN = (5**0.5 - 1) / 2
_Cells = tuple[tuple[float, str, str], ...]
"""(weight of it and all before, suite, fault)."""


def story(
    seed: int, regime: Regime, number: int, *, faults: Collection[str] = FAULTS, suites: Collection[str] = tuple(SHARES)
) -> Story:
    """The number-th story of a seed under a regime; of these faults and suites alone, if they are given.

    Suites and faults come in turn by their weights (multiples of the golden ratio), so that even a few hundred stories
    have each as often as it should be; all else is chance.
    """
    cells = _cells(tuple(faults), tuple(suites))
    place = (random.Random(f"{seed} {regime.name}").random() + number * _GOLDEN) % 1 * cells[-1][0]
    _, suite, fault = next(cell for cell in cells if place < cell[0])
    key = f"{seed} {regime.name} {number}"
    return written(key, regime.delays(key), suite, fault, random.Random(key))


def written(key: str, delays: Delays, suite: str, fault: str, chance: random.Random) -> Story:
    """A story in which a fault befalls a deployment that is judged by a suite."""
    draft = Draft(plain(key, delays.regime, suite, fault, chance), chance)
    befall(draft, fault)
    circumstances.lay(draft)
    return draft.told(delays)


@cache
def _cells(faults: tuple[str, ...], suites: tuple[str, ...]) -> _Cells:
    """Each suite with each fault that fits it."""
    found = []
    for suite in (suite for suite in SHARES if suite in suites):
        fitting = {name: FAULTS[name].weight for name in FAULTS if name in faults and suite in FAULTS[name].suites}
        every = sum(fitting.values())
        found += [(SHARES[suite] * weight / every, suite, name) for name, weight in fitting.items()]
    return tuple(
        (up_to, suite, name)
        for up_to, (_, suite, name) in zip(accumulate(weight for weight, _, _ in found), found, strict=True)
    )


def plain(key: str, regime: Regime, suite: str, fault: str, chance: random.Random) -> Story:
    """A deployment that has just come to a good end."""
    age = chance.uniform(20, 300)
    skew = chance.uniform(-3, 3) if chance.random() < 0.3 else chance.uniform(-0.05, 0.05)
    traffic = {"candidate": Traffic(-FOREVER, 0), "canary": Traffic(-FOREVER, 20, pinned=True)}
    return Story(
        key,
        regime.name,
        suite,
        (fault,),
        skew=skew,
        created=-age,
        ready=-age + chance.uniform(3, 15),
        traffic=(traffic.get(suite, Traffic(-FOREVER, 100)),),
    )
