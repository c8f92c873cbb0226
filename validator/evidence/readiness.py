"""Whether a revision is ready: the platform says so, and its container was started.

Ready turns True once the image is imported, before any container ran. That one was started is told by the condition
ContainerHealthy, by an answer of the revision's own, or by a line of its own once the service is no longer being changed:
a container that prints its first line may still never listen. Without the deploy health check
(`--no-deploy-health-check`) the conditions say nothing of the container.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from validator.evidence.identity import Who, identify
from validator.evidence.known import Evidence
from validator.evidence.log_of import LogOf
from validator.evidence.marked import CallsOf
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.logs.entry import STDERR, STDOUT, Entry
from validator.logs.selector import REQUESTED
from validator.resources.condition import Condition
from validator.resources.revision import Revision
from validator.words.check import Target
from validator.words.finding import Finding, State
from validator.words.resource_name import short
from validator.words.verdict import Excerpt

_UNCHECKED = "run.googleapis.com/health-check-disabled"
_TOOK = re.compile(r"became healthy in (?:(\d+)m)?(\d+(?:\.\d+)?)s", re.ASCII)


def readiness(target: Target, revision: Revision, evidence: Evidence) -> Finding:
    """Whether a reading of the target's revision shows it ready, with what the container's start is told by."""
    ready = revision.ready
    seen = Excerpt(f"Ready: {ready.state} {ready.reason}".strip(), ready.since, "Cloud Run")
    if ready.failed:
        reason = f"{revision.name} is not ready: {ready.reason} {ready.message}".strip()
        return Finding(State.VIOLATED, reason, "a ready revision", ready.reason, evidence=(seen,))
    if not ready.succeeded:
        reason = f"{revision.name} is not ready yet: {ready.reason} {ready.message}".strip(" :")
        return Finding(State.UNKNOWN, reason, "a ready revision", evidence=(seen,))
    started = started_by(target, revision, evidence)
    if started:
        return Finding(State.HOLDS, f"{revision.name} is ready", evidence=(seen, started))
    return _unstarted(target, revision, evidence, seen)


def _unstarted(target: Target, revision: Revision, evidence: Evidence, seen: Excerpt) -> Finding:
    healthy = revision.condition("ContainerHealthy")
    told = f"ContainerHealthy is {healthy.state if healthy else 'absent'}"
    if unchecked(target, revision, evidence):
        told = "the deploy health check is off"
    lines = (
        "its first line may be of a start that fails yet"
        if _line(evidence.of(LogOf(target.name)).entries)
        else "it logged no line"
    )
    reason = (
        f"{revision.name} is Ready, but nothing shows that its container was started:"
        f" {told}, it answered no probe, and {lines}"
    )
    remedy = (
        f"read its conditions: gcloud run revisions describe {revision.name} {target.flags}; if all is well, let it"
        " log a line at its start, or let the gate call it (traffic or a tag, and roles/run.invoker)"
    )
    return Finding(State.UNKNOWN, reason, "a started container", told, remedy, (seen,))


def started_by(target: Target, revision: Revision, evidence: Evidence) -> Excerpt | None:
    """What shows that the revision's container was started; None while nothing does."""
    healthy = revision.condition("ContainerHealthy")
    if not unchecked(target, revision, evidence):
        if healthy and healthy.succeeded:
            return Excerpt(f"ContainerHealthy: {healthy.state} {healthy.message}".strip(), healthy.since, "Cloud Run")
        if healthy or not _read_settled(target, revision, evidence):
            # A line may be of a container that is starting still, and is given up later.
            return _answer(target, evidence)
    return _line(evidence.of(LogOf(target.name)).entries) or _answer(target, evidence)


def _read_settled(target: Target, revision: Revision, evidence: Evidence) -> bool:
    """Whether the service had settled when this was read of the revision: what the reading lacks does not come any more."""
    for seen, read in reversed(evidence.of(RevisionOf(target.name)).history):
        if read.raw is revision.raw:
            service = evidence.as_of(seen).of(ServiceOf(target.name)).newest
            return service is not None and service.settled
    return False


def _line(entries: Iterable[Entry]) -> Excerpt | None:
    return next((Excerpt(e.text, e.at, short(e.log)) for e in entries if e.log in (STDOUT, STDERR)), None)


def _answer(target: Target, evidence: Evidence) -> Excerpt | None:
    """A request that an instance of the revision answered: a probe, or anybody's."""
    for entry in evidence.of(LogOf(target.name)).select(REQUESTED):
        if entry.instance:
            return Excerpt(f"a request was answered: {entry.url}", entry.at, "request log")
    for probe in evidence.of(CallsOf(target.name)).calls:
        found = identify(probe, target, evidence)
        if found.who is Who.TARGET and found.entry and found.entry.instance:
            return Excerpt(f"a probe was answered: {found.entry.url}", found.entry.at, "request log")
    return None


def unchecked(target: Target, revision: Revision, evidence: Evidence) -> bool:
    """Whether the revision was deployed without a health check."""
    if revision.raw.get("healthCheckDisabled") or revision.annotations.get(_UNCHECKED) == "true":
        return True
    service = evidence.of(ServiceOf(target.name)).newest
    template = (service.raw.get("template") or {}) if service else {}
    return bool(template.get("healthCheckDisabled")) and service is not None and service.latest_created == revision.name


def settled(target: Target, revision: Revision, evidence: Evidence) -> bool:
    """Whether no later reading of the revision can tell more of its start."""
    if revision.ready.failed:
        return True
    if not (revision.ready.succeeded and started_by(target, revision, evidence)):
        return False
    healthy = revision.condition("ContainerHealthy")
    told = (healthy and healthy.succeeded) or unchecked(target, revision, evidence)
    return bool(told) or _read_settled(target, revision, evidence)


def startup(target: Target, revision: Revision, evidence: Evidence) -> float | None:
    """Seconds that its container took to start; None where the platform does not tell: the image's import is no start."""
    healthy = revision.condition("ContainerHealthy")
    if healthy is None or not healthy.succeeded or unchecked(target, revision, evidence):
        return None
    found = _TOOK.search(healthy.message)
    if found:
        return 60 * int(found[1] or 0) + float(found[2])
    return healthy.since - _placed(revision, healthy.since) if healthy.since is not None else None


def _placed(revision: Revision, healthy: float) -> float:
    """When the container had its place: since its resources were there, else since the revision was made."""
    resources: Condition | None = revision.condition("ResourcesAvailable")
    before = resources and resources.since is not None and resources.since < healthy
    return resources.since if before else revision.created  # type: ignore[union-attr,return-value]
