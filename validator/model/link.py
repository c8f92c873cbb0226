"""One link of the chain of custody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from validator.model import query
from validator.model.check import Target
from validator.model.evidence import Evidence
from validator.model.verdict import Excerpt


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


def no_revision(name: str, target: Target, evidence: Evidence) -> Link:
    """A link of which nothing can be told, as the revision is not known."""
    refusal = evidence.refusal(query.Service(target.name)) or evidence.refusal(query.Revision(target.name))
    if refusal:
        return Link(name, Proof.UNPROVEN, refusal.reason, refusal.remedy, conclusive=True)
    return Link(name, Proof.UNPROVEN, "the revision is not known yet")
