"""A resource as it was read over time."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Generic, Self, TypeVar

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

    def as_of(self, seq: int) -> Self:
        """With no more than the last reading before an observation, or the first after it."""
        before = max(1, bisect_right(self.history, seq, key=lambda reading: reading[0].seq))
        return replace(self, history=self.history[before - 1 : before])
