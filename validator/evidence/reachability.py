"""Where a target's revision is reached, and what share of the traffic it has."""

from __future__ import annotations

from bisect import bisect_right

from validator.evidence.known import Evidence
from validator.evidence.service import ServiceOf
from validator.resources.service import Service
from validator.words.check import Target


def whole_traffic(target: Target, evidence: Evidence, at: float) -> bool:
    """Whether a probe sent at a moment had to be answered by the target's revision.

    All traffic was its, or a tag's URL was used, as the service was last seen before (or first seen after).
    """
    seen = evidence.of(ServiceOf(target.name)).history
    if not seen:
        return False
    before = bisect_right(seen, at, key=lambda each: each[0].received)
    _, service = seen[max(0, before - 1)]
    frozen = evidence.of(ServiceOf(target.name)).frozen
    return bool(_tag_url(target, service, frozen)) or service.serving().get(frozen, 0) == 100


def tag_url(target: Target, evidence: Evidence) -> str:
    """The tag's URL that probes go to: when the target was named by tag, or has no traffic and carries one."""
    service = evidence.of(ServiceOf(target.name)).newest
    return _tag_url(target, service, evidence.of(ServiceOf(target.name)).frozen) if service else ""


def base_url(target: Target, service: Service, evidence: Evidence) -> str:
    """The URL that paths of a service's target are below; empty if it has none."""
    return target.domain or tag_url(target, evidence) or service.uri


def _tag_url(target: Target, service: Service, frozen: str) -> str:
    if target.domain:
        return ""  # what a domain leads to knows no tag
    tags = service.tags()
    if target.tag in tags:
        return tags[target.tag][1]
    if service.serving().get(frozen, 0):
        return ""
    return next((url for revision, url in tags.values() if revision == frozen), "")


def share(target: Target, evidence: Evidence) -> int:
    """Percent of the service's traffic that is the target's."""
    service = evidence.of(ServiceOf(target.name)).newest
    return service.serving().get(evidence.of(ServiceOf(target.name)).frozen, 0) if service else 0


def unreachable(target: Target, evidence: Evidence) -> bool:
    """Whether no probe of the service can get to the target's revision, as the service was last seen."""
    return not share(target, evidence) and not tag_url(target, evidence)
