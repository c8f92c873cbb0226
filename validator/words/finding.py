"""What one attempt says of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from validator.words.verdict import Excerpt


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


def together(findings: Sequence[Finding]) -> Finding:
    """Several rules over one attempt as one: what decides, or, where all hold, what each of them saw."""
    decisive = worst(findings)
    if decisive.state is not State.HOLDS:
        return decisive
    return replace(
        findings[0],
        reason="; ".join(dict.fromkeys(each.reason for each in findings if each.reason)),
        expected="; ".join(dict.fromkeys(each.expected for each in findings if each.expected)),
        actual="; ".join(dict.fromkeys(each.actual or each.reason for each in findings if each.actual or each.reason)),
    )


def worst(findings: Iterable[Finding]) -> Finding:
    """The finding that decides over several rules at once: violated before unknown before holds."""
    order = {State.VIOLATED: 0, State.UNKNOWN: 1, State.HOLDS: 2}
    return min(findings, key=lambda finding: order[finding.state])
