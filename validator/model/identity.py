"""Which revision answered a probe: told by the platform's request log, by nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from validator.model.call import Exchange
from validator.model.check import Target
from validator.model.evidence import Evidence, Known
from validator.model.journal import Observation
from validator.model.platform import REQUESTS, Entry
from validator.model.query import Logs


class Who(StrEnum):
    """Who answered."""

    TARGET = "target"
    OTHER = "other"
    PENDING = "pending"
    """Its entry may still become readable."""
    UNTOLD = "untold"
    """Its entry will not be had."""


@dataclass(frozen=True)
class Identity:
    """Who answered one probe, and how that is known."""

    who: Who
    revision: str = ""
    entry: Entry | None = None
    reason: str = ""
    remedy: str = ""


def identify(observation: Observation, target: Target, evidence: Evidence) -> Identity:
    """Find a probe's entry in the request log and read off who answered."""
    call = observation.call
    assert isinstance(call, Exchange)
    entry = evidence.request_entry(call.mark)
    if entry is not None:
        who = Who.TARGET if entry.revision == evidence.frozen(target.name) else Who.OTHER
        return Identity(who, entry.revision, entry)
    refusal = evidence.refusal(Logs(target.project))
    if refusal:
        return Identity(
            Who.UNTOLD, reason=f"which revision answered is not known: {refusal.reason}", remedy=refusal.remedy
        )
    mark = evidence.watermark(target.name, REQUESTS)
    if mark.how is Known.ECHOED and mark.up_to >= evidence.platform_time(observation.received) + evidence.margin():
        return Identity(
            Who.UNTOLD,
            reason="the request log is readable past this response and does not have it",
            remedy="see that no exclusion filter drops run.googleapis.com/requests of this service",
        )
    return Identity(
        Who.PENDING, reason="which revision answered is not known yet: its request log entry is not readable"
    )


def whole_traffic(target: Target, evidence: Evidence) -> bool:
    """Whether every probe to the target must be answered by its revision: all traffic is its, or a tag's URL is used."""
    service = evidence.service(target.name)
    return bool(service) and (
        bool(tag_url(target, evidence)) or service.serving().get(evidence.frozen(target.name), 0) == 100  # type: ignore[union-attr]
    )


def tag_url(target: Target, evidence: Evidence) -> str:
    """The tag's URL that probes go to: when the target was named by tag, or has no traffic and carries one."""
    service, frozen = evidence.service(target.name), evidence.frozen(target.name)
    if service is None:
        return ""
    tags = service.tags()
    if target.tag in tags:
        return tags[target.tag][1]
    if service.serving().get(frozen, 0):
        return ""
    return next((url for revision, url in tags.values() if revision == frozen), "")


def share(target: Target, evidence: Evidence) -> int:
    """Percent of the service's traffic that is the target's."""
    service = evidence.service(target.name)
    return service.serving().get(evidence.frozen(target.name), 0) if service else 0
