"""Whether one sample tends to larger values than another: the rank test of Mann, Whitney and Wilcoxon."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

LEAST = 8
"""Values that each sample must have for the normal approximation."""


def chance(larger: Sequence[float], smaller: Sequence[float]) -> float:
    """How likely it is by chance alone that `larger` outranks `smaller` by as much as it does (one-sided p).

    The normal approximation with the correction for ties and for continuity (Lehmann, Nonparametrics, 1.5); both
    samples have LEAST values or more.
    """
    count, other = len(larger), len(smaller)
    ties = Counter([*larger, *smaller])
    rank_of: dict[float, float] = {}
    passed = 0
    for value in sorted(ties):
        rank_of[value] = passed + (ties[value] + 1) / 2
        passed += ties[value]
    outranked = sum(rank_of[value] for value in larger) - count * (count + 1) / 2
    total = count + other
    tied = sum(size**3 - size for size in ties.values()) / (total * (total - 1))
    deviation = math.sqrt(count * other / 12 * (total + 1 - tied))
    if deviation == 0:
        return 1.0
    return 0.5 * math.erfc((outranked - count * other / 2 - 0.5) / deviation / math.sqrt(2))
