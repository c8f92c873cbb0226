"""One link of the chain of custody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from validator.words.verdict import Excerpt


class Proof(StrEnum):
    """What is known of a link."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    BROKEN = "broken"


@dataclass(frozen=True)
class Link:
    """One step of the chain."""

    name: str
    """`commit`, `build`, `digest`, `revision`, `traffic`, `response` or `logs`."""
    proof: Proof
    reason: str
    remedy: str = ""
    evidence: tuple[Excerpt, ...] = ()
    conclusive: bool = False
    """Whether waiting cannot change it."""
