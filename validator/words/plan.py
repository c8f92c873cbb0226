"""The plan of a run: all that its spec alone tells of what will be asked, whom, when and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from validator.words.asked import Asked
from validator.words.check import Check, Spec, Target


@dataclass(frozen=True)
class TargetPlan:
    """What is asked of one target."""

    target: Target
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class LogPlan:
    """How one project's logs are read, for all its targets at once."""

    project: str
    filter: str
    narrow: str
    """The filter where a service logs too much to read all of it: what rules are about, and no more."""
    reads_a_minute: int
    busy: int
    """Entries a minute from which the narrow one may be used."""
    whole: tuple[str, ...]
    """The checks that need all entries: inconclusive where those cannot be read in time."""


@dataclass(frozen=True)
class Role:
    """A role that the gate's account needs, and where."""

    role: str
    on: str
    why: str


@dataclass(frozen=True)
class CheckPlan:
    """When a check starts and when its own time is up: seconds from the moment at which its target is ready."""

    check: Check[Any]
    starts: float
    due: float
    """A log is decided only once it is readable past this, which may take until the run's timeout."""


@dataclass(frozen=True)
class Plan:
    """All that is known of a run before it."""

    spec: Spec
    targets: tuple[TargetPlan, ...]
    logs: tuple[LogPlan, ...]
    roles: tuple[Role, ...]
    checks: tuple[CheckPlan, ...]
    """In the order in which they start."""

    @property
    def due(self) -> float:
        """When all checks are due, if the targets are ready at once and the logs are on time; seconds."""
        return max((each.due for each in self.checks), default=0.0)

    @property
    def worst_case(self) -> float:
        """The longest that the run can take: then it ends, and what is open is inconclusive; seconds."""
        return self.spec.timeout
