"""A resource as it was read over time."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from validator.evidence.journal import Observation

Resource = TypeVar("Resource")


@dataclass
class Readings(Generic[Resource]):
    """Each reading with the observation that it is of, oldest first."""

    history: list[tuple[Observation, Resource]] = field(default_factory=list)

    @property
    def newest(self) -> Resource | None:
        """As it was read last."""
        return self.history[-1][1] if self.history else None

    def at(self, seq: int) -> Resource | None:
        """As it was read last before an observation, or first after it."""
        before = bisect_right(self.history, seq, key=lambda reading: reading[0].seq)
        return self.history[max(0, before - 1)][1] if self.history else None
