"""What a sort of evidence says of itself, in one module of this package: all that the engine, the plan and judges need of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from validator.words.asked import Asked
from validator.words.call import Call, Json, Problem
from validator.words.check import Target
from validator.words.pace import WATCH

if TYPE_CHECKING:  # a query and what is known of it name each other
    from validator.evidence.fold import Folded
    from validator.evidence.journal import Observation, Sent
    from validator.evidence.known import Refusal
    from validator.evidence.limits import Limit

Seen = TypeVar("Seen")
"""What is known of a query: a mutable dataclass that takes in its observations, one after the other."""


@dataclass(frozen=True)
class Impossible:
    """The query cannot be asked, whatever is waited for."""

    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class Api:
    """The API that answers a query, and the least role that lets the gate ask it."""

    name: str
    role: str


class Query(ABC, Generic[Seen]):
    """What evidence a check asks for: frozen, hashable, symbolic; equal ones are asked once for all checks.

    A sort of evidence is a subclass, and a frozen dataclass if it has fields of its own. What it does not say itself is as
    most have it.
    """

    api: ClassVar[Api | None] = None
    """None if it is no API of Google's that answers it."""
    place: ClassVar[int] = 99
    """Where it stands in a plan."""
    watched: ClassVar[bool] = False
    """Whether it is read through the whole run, and once more when all is decided."""
    polled: ClassVar[bool] = False
    """Whether it is asked only while a check polls it."""
    private: ClassVar[bool] = False
    """Whether its answers concern those checks alone that ask for it."""
    marked: ClassVar[bool] = False
    """Whether each of its calls is sent with a mark of its own."""
    listens: ClassVar[bool] = False
    """Whether it is asked to tell how far the target's own log is readable, and so all of that is read."""
    askable: ClassVar[bool] = True
    """Whether it is asked itself; else another query's answers tell it."""

    # Who it is about.

    @abstractmethod
    def concerns(self, target: Target) -> bool:
        """Whether it is about a target."""

    # What is known of it.

    @property
    def key(self) -> Query[Seen]:
        """The query under which what is known is kept; another one's if both are answered alike."""
        return self

    @abstractmethod
    def fresh(self, known: Folded) -> Seen:
        """What is known of it before the first answer."""

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """What the journal keeps of an answer, once it is read as the fold and the judges will read it.

        Raises:
            LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError: it cannot be read.
        """
        return content

    def sent(self, record: Sent, known: Folded) -> None:
        """Note that one of its calls is under way."""

    @abstractmethod
    def take(self, seen: Observation, known: Folded) -> None:
        """Fold an answer, or a problem, into what is known."""

    def final(self, problem: Problem, target: Target, seen: Observation) -> Refusal | None:
        """Why it will never be answered after this problem; None if it is worth another try."""
        return None

    def refused(self, known: Folded) -> Refusal | None:
        """Why it will never be answered; None while it may be."""
        return known.refusals.get(self)

    # How it is asked.

    @abstractmethod
    def stage(self, known: Folded) -> Call | Impossible | None:
        """The call that answers it now; None while what it rests on is not known."""

    def mark(self, call: Call, mark: str, run_id: str) -> Call:
        """The call with the mark by which it is found again."""
        return call

    @property
    def call_timeout(self) -> float:
        """Seconds for one call."""
        return 15.0

    def attempt(self) -> tuple[str, float] | None:
        """Of what no API of the platform tells: where it is asked, and seconds for one attempt; else None."""
        return None

    @property
    def margin(self) -> float | None:
        """Seconds after the end of its window at which a check is decided at the earliest that judges one; else None."""
        return None

    @property
    def retried(self) -> bool:
        """Whether it is asked again later, and each time later still, after a problem; else at its usual pace."""
        return True

    def pause(self, known: Folded, *, waited: bool) -> float:
        """Seconds between two askings; `waited`: an open check of its own target waits for it."""
        return WATCH

    def needed(self, others: Collection[Query[Any]], known: Folded) -> bool:
        """Whether it is of use beside the other queries that are wanted."""
        return True

    def goes_on(self, known: Folded) -> bool:
        """Whether the next page of its newest answer is still wanted."""
        return True

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Whether what is known will not change; `held`: an open check wants it to hold on for a time."""
        return False

    def at_rest(self, known: Folded) -> bool:
        """Of a watched one: whether another reading at the end would tell no more."""
        return True

    def limit(self, call: Call) -> Limit | None:
        """A new limit that its calls count under, told from others by its name; None for none."""
        return None

    # What is said of it.

    @abstractmethod
    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """What a plan prints."""

    def roles(self, target: Target) -> Iterator[tuple[str, str, str]]:
        """The roles that the gate's account needs for it: the role, on what, and why."""
        if self.api:
            yield self.api.role, f"project {target.project}", f"reads {self.api.name}"

    def sensitive(self) -> Iterable[tuple[str, Any]]:
        """What it sends and no report may show if its name or its shape tells a secret: name and value."""
        return ()


@dataclass(frozen=True)
class OfTarget(Query[Seen]):
    """A query about one target."""

    target: str
    """The target's name in the spec."""

    def concerns(self, target: Target) -> bool:
        """Whether it is this one."""
        return target.name == self.target


class Told(OfTarget[Seen]):
    """A query about one target that is never asked itself: another one's answers tell it."""

    askable = False

    def take(self, seen: Observation, known: Folded) -> None:
        """It has no answers of its own."""

    def stage(self, known: Folded) -> None:
        """There is nothing to ask."""

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """No plan prints it."""
        raise NotImplementedError(f"{self} is never asked")
