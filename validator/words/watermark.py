"""How far a log stream is known to be readable, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Known(StrEnum):
    """How a watermark is known, best first."""

    ECHOED = "echoed"
    INFERRED = "inferred"
    ASSUMED = "assumed"

    def satisfies(self, demanded: Known) -> bool:
        """Whether this is as good as what is demanded."""
        return _RANK[self] <= _RANK[demanded]


_RANK = {known: place for place, known in enumerate(Known)}


@dataclass(frozen=True)
class Watermark:
    """The time up to which a log stream is known to be readable."""

    stream: str
    up_to: float
    """Unix seconds, platform time."""
    how: Known
