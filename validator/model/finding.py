"""What one attempt says of a rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from validator.model.verdict import Excerpt


class State(StrEnum):
    """What one attempt says of a rule."""

    HOLDS = "holds"
    VIOLATED = "violated"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """A state with its reason."""

    state: State
    reason: str
    expected: str = ""
    actual: str = ""
    remedy: str = ""
    evidence: tuple[Excerpt, ...] = ()
    stop: bool | None = None
    """Whether the check's `until` is true of this attempt; None if it has none."""
    captured: tuple[tuple[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Attempt:
    """One look at the platform, judged."""

    at: float
    """When the look was taken, Unix seconds."""
    finding: Finding
    rests_on: tuple[int, ...] = ()
    conclusive: bool = False
    """Whether waiting cannot mend it (or, when unknown, cannot make it known)."""
    pending: bool = False
    """Whether an unknown may yet be told by evidence that is on its way."""
    took: float = 0.0
    """Seconds from the question to its answer."""

    @property
    def decides(self) -> bool:
        """Whether it ends the polling: by the check's `until` if that has one, else by being conclusive."""
        return self.conclusive if self.finding.stop is None else self.finding.stop


def worst(findings: Iterable[Finding]) -> Finding:
    """The finding that decides over several rules at once: violated before unknown before holds."""
    order = {State.VIOLATED: 0, State.UNKNOWN: 1, State.HOLDS: 2}
    return min(findings, key=lambda finding: order[finding.state])
