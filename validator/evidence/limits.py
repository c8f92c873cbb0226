"""Limits on what the gate asks of others: log reads a minute, requests to one service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class Limit(Protocol):
    """What holds calls back."""

    @property
    def name(self) -> str:
        """Calls of the same name count under the same limit."""
        ...

    def take(self, now: float, *, slow: bool = False) -> bool:
        """Whether a call may be made now; counts it if so. `slow`: it is expected to take long."""
        ...

    def done(self, *, slow: bool = False) -> None:
        """A call came to its end."""
        ...

    def next_at(self, now: float) -> float:
        """When to try again what was not allowed, Unix seconds."""
        ...


_ROUNDING = 1e-4
"""Of a token: seconds since 1970 are exact to a quarter of a microsecond."""


@dataclass
class Bucket:
    """A token bucket."""

    name: str
    rate: float
    """Tokens a second."""
    size: float
    filled: float | None = None
    at: float = 0.0
    """Unix seconds of the last look."""

    def _fill(self, now: float) -> float:
        if self.filled is None:
            self.filled = self.size
        else:
            self.filled = min(self.size, self.filled + max(0.0, now - self.at) * self.rate)
        self.at = now
        return self.filled

    def take(self, now: float, *, slow: bool = False) -> bool:
        """Take a token if there is one."""
        if self._fill(now) < 1 - _ROUNDING:
            return False
        self.filled = (self.filled or 0.0) - 1
        return True

    def done(self, *, slow: bool = False) -> None:
        """A token is spent, whatever comes of it."""

    def next_at(self, now: float) -> float:
        """When the next token is there, Unix seconds."""
        return now + max(0.0, 1 - self._fill(now)) / self.rate


LIST_CALLS_A_MINUTE = 20
"""Of the 60 that Cloud Logging gives a project, for all its users together."""
_AT_A_TIME = 4
_A_SECOND = 5
_RETRY = 0.2
"""Seconds after which is tried again what politeness did not allow; a completion comes first as a rule."""


@dataclass
class Politeness:
    """At most 4 requests at a time and 5 a second to one host."""

    name: str
    """The host."""
    bucket: Bucket = field(default_factory=lambda: Bucket("", _A_SECOND, 1))
    under_way: int = 0
    slow: int = 0
    """Those under way that are expected to take long; one place is kept free of them."""

    def take(self, now: float, *, slow: bool = False) -> bool:
        """Whether a request may be sent now; counts it if so."""
        full = self.under_way >= _AT_A_TIME or (slow and self.slow >= _AT_A_TIME - 1)
        if full or not self.bucket.take(now):
            return False
        self.under_way += 1
        self.slow += slow
        return True

    def done(self, *, slow: bool = False) -> None:
        """A request came to its end."""
        self.under_way -= 1
        self.slow -= slow

    def next_at(self, now: float) -> float:
        """Soon."""
        return now + _RETRY


def reads(project: str, a_minute: int = LIST_CALLS_A_MINUTE) -> Bucket:
    """The bucket of one project's log reads; a third of a minute's worth may come at once (pages, the first reads)."""
    return Bucket(f"log reads of {project}", a_minute / 60, a_minute / 3)
