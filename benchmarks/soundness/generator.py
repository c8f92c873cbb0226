"""From (seed, regime, number) to a story: the same always gives the same."""

from __future__ import annotations

import random
from collections.abc import Collection

from benchmarks.soundness.draft import Draft
from benchmarks.soundness.faults import FAULTS
from benchmarks.soundness.regime import Delays, Regime
from benchmarks.soundness.story import FOREVER, Story, Traffic

SHARES = {"serving": 55, "proven": 14, "candidate": 13, "canary": 6, "internal": 12}
"""Suite -> percent of the stories."""


def story(
    seed: int, regime: Regime, number: int, *, faults: Collection[str] = FAULTS, suites: Collection[str] = tuple(SHARES)
) -> Story:
    """The number-th story of a seed under a regime; of these faults and suites alone, if they are given."""
    key = f"{seed} {regime.name} {number}"
    chance = random.Random(key)
    shares = {suite: share for suite, share in SHARES.items() if suite in suites}
    suite = chance.choices(list(shares), list(shares.values()))[0]
    fitting = {name: fault.weight for name, fault in FAULTS.items() if suite in fault.suites and name in faults}
    name = chance.choices(list(fitting), list(fitting.values()))[0]
    draft = Draft(_plain(key, regime, suite, name, chance), chance)
    FAULTS[name].write(draft)
    return draft.told(Delays(regime, key))


def _plain(key: str, regime: Regime, suite: str, fault: str, chance: random.Random) -> Story:
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
