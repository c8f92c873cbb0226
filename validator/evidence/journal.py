"""The journal: all that a run saw and when, append-only; every verdict is a function of it and the spec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from validator.words.call import Call, Result
from validator.words.ending import Ending

if TYPE_CHECKING:
    from validator.evidence.sort import Query


@dataclass(frozen=True)
class Started:
    """The run began."""

    at: float
    run_id: str
    """16 hex digits that begin the mark of every probe of this run."""


@dataclass(frozen=True)
class Observation:
    """What a source saw and when."""

    at: float
    """When it entered the journal, Unix seconds."""
    seq: int
    query: Query[Any]
    call: Call
    sent: float
    received: float
    result: Result


@dataclass(frozen=True)
class Sent:
    """A probe is under way: an attempt that may yet be decided."""

    at: float
    query: Query[Any]
    call: Call


@dataclass(frozen=True)
class Unobtainable:
    """A query that cannot be asked, for a reason the journal already shows."""

    at: float
    query: Query[Any]
    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class Deadline:
    """A moment at which some verdict changes by time alone."""

    at: float


@dataclass(frozen=True)
class Ended:
    """The run is over: what is not final stays as it is."""

    at: float
    ending: Ending


Record = Started | Sent | Observation | Unobtainable | Deadline | Ended
