"""One query as a plan prints it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """One query of a target, and what it needs to be known first."""

    text: str
    call: str
    """The API method, or the HTTP request."""
    every: float | None
    """Seconds between two askings while a check waits for it; None if once is enough."""
    rests_on: tuple[str, ...]
    """What has to be known before it can be asked."""
    checks: tuple[str, ...]
    """Who wants to know."""
