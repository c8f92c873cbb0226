"""What a check comes to, and what that rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """The four verdicts."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Change:
    """One setting that differs from what it was, its values as they may be shown."""

    path: str
    before: str
    """Empty of what was added."""
    after: str
    """Empty of what was removed."""
    allowed: bool


@dataclass(frozen=True)
class Excerpt:
    """One piece of evidence, short enough to show."""

    text: str
    at: float | None = None
    """When it happened, Unix seconds; None where the platform gives no time."""
    source: str = ""
    """Where it was seen: `stdout`, `GET /health`, `Cloud Build`."""
    matched: str = ""
    """The part of the text that a pattern of the check matches; empty if it has none."""
    change: Change | None = None
    """Of a setting that differs."""


@dataclass(frozen=True)
class Verdict:
    """What a judge says at one moment: the verdict if the run ended now.

    While `final` is false more evidence may change it; such a verdict is never `passed`.
    """

    outcome: Outcome
    reason: str
    final: bool = True
    expected: str = ""
    actual: str = ""
    remedy: str = ""
    """What to do about it: a command, a role, a key of the spec."""
    evidence: tuple[Excerpt, ...] = ()
    rests_on: tuple[int, ...] = ()
    """Sequence numbers of the observations it rests on."""
    until: float | None = None
    """Unix seconds at which it changes by time alone; None if only evidence can change it."""
    attempts: int = 0
    captured: tuple[tuple[str, Any], ...] = field(default=(), repr=False)
    """What a pass captured for later checks, by name. May be secret: never shown."""
    polling: bool = True
    """Whether further attempts could still count; of a verdict that is not final."""

    def __post_init__(self) -> None:
        if not self.final and self.outcome in (Outcome.PASSED, Outcome.SKIPPED):
            raise ValueError(f"a verdict that may yet change cannot be {self.outcome}")


def passed(reason: str, **more: object) -> Verdict:
    """A final green."""
    return Verdict(Outcome.PASSED, reason, **more)  # type: ignore[arg-type]


def failed(reason: str, **more: object) -> Verdict:
    """Evidence against the rule."""
    return Verdict(Outcome.FAILED, reason, **more)  # type: ignore[arg-type]


def inconclusive(reason: str, **more: object) -> Verdict:
    """Evidence that could not be had."""
    return Verdict(Outcome.INCONCLUSIVE, reason, **more)  # type: ignore[arg-type]
