"""What judges see: the journal, folded."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from validator.evidence.journal import Observation
from validator.logs.entry import Entry
from validator.resources.revision import Revision
from validator.words.check import Target

if TYPE_CHECKING:  # a query and what is known of it name each other
    from validator.evidence.sort import Query

Derived = TypeVar("Derived")
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class OlderEntries:
    """What an older revision logged in the first part of its life."""

    revision: Revision
    up_to: float
    """Unix seconds, platform time: the end of the part that was read."""
    entries: Sequence[Entry]
    """By time; this run's marked ones apart."""


@dataclass(frozen=True)
class Refusal:
    """Why a query will never be answered."""

    reason: str
    remedy: str
    rests_on: tuple[int, ...] = ()


class Resources(Protocol):
    """What is known of the platform's resources at one moment of the run."""

    def of(self, query: Query[Seen]) -> Seen:
        """What is known of a query, as its sort keeps it."""
        ...

    def refusal(self, query: Query[Any]) -> Refusal | None:
        """Why the query will never be answered; None while it may be."""
        ...

    @property
    def variables(self) -> Mapping[str, str]:
        """What `vars` holds. May contain secrets: never shown."""
        ...

    @property
    def captured(self) -> Mapping[str, Any]:
        """What checks captured when they passed, by name. May contain secrets: never shown."""
        ...


class Evidence(Resources, Protocol):
    """An incremental fold of the journal. All of it is as of the newest record."""

    @property
    def targets(self) -> Mapping[str, Target]:
        """The spec's targets by name."""
        ...

    @property
    def started(self) -> float:
        """When the run began."""
        ...

    @property
    def deadline(self) -> float:
        """When the run must end."""
        ...

    def answers(self, query: Query[Any]) -> Sequence[Observation]:
        """All observations of a query, oldest first, refusals and problems among them."""
        ...

    def under_way(self, query: Query[Any]) -> float | None:
        """When the probe that is under way for a query was sent; None if none is."""
        ...

    def as_of(self, observation: Observation) -> Resources:
        """The resources as each was read last before an observation came, or first after it.

        So what an answer is judged on does not change with what is read later: a service that becomes right later does
        not mend earlier answers.
        """
        ...

    def derive(
        self, key: Hashable, judge: Callable[[], Derived], *, lasting: Callable[[Derived], bool] = lambda _: True
    ) -> Derived:
        """What follows from the journal, kept as long as `lasting` says that no later record changes it.

        A cache and nothing more: the same comes out whenever it is asked for (held by tests/engine/test_laws.py).
        """
        ...

    def margin(self) -> float:
        """Seconds by which one stream may lag behind another."""
        ...

    def platform_time(self, at: float) -> float:
        """A moment of the gate's clock in the platform's time, as the echoes bound the skew."""
        ...

    def start_of(self, check: str) -> float | None:
        """When a check started: its needs passed and its target ready; None before."""
        ...
