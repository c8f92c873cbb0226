"""Nothing of a further service changed since this deploy began, and nothing changes to the run's end.

This deploy began when the main target's revision was created. A service's time of its last change is the platform's own: any
deploy, any change of traffic, settings, labels or scaling moves it. Who may call it (IAM) is no part of it. The main target is what
a deploy changes: name a further one (`target: auth`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from validator.evidence.journal import Observation
from validator.evidence.known import Evidence, Resources
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, timing
from validator.judging.service_looks import service_looks
from validator.judging.variables import holds_and_asserts
from validator.judging.variables import queries as asked
from validator.resources.service import Service
from validator.words.call import Json
from validator.words.check import MAIN, Check
from validator.words.finding import Attempt, Finding, State
from validator.words.instant import rfc3339, span
from validator.words.verdict import Excerpt, Verdict

lasting = True
within: float | None = None
present = True
variables: dict[str, str] = {}
schema = {
    "type": "object",
    "properties": {},
    "additionalProperties": False,
    "examples": [{}],
    "x-target": "auth",
    "x-failures": ["... was changed at ..., ... after this deploy began ...", "... changed during the run: ..."],
    "x-unknown": ["when this deploy began is not known: ...", "the platform does not say when ... was changed last"],
    "x-commands": [
        "gcloud run services describe SERVICE --region=REGION --project=PROJECT --format='value(metadata.generation, status.conditions)'",
        "gcloud run revisions list --service=SERVICE --region=REGION --project=PROJECT",
    ],
}


@dataclass(frozen=True)
class Options:
    """There is nothing to choose."""

    of_change: ClassVar[bool] = True
    """A change of its target is what it looks for: it is about a further one, and a newer revision is an answer."""


def options(value: Any) -> Options:  # noqa: ARG001 - the shape of a kind
    """It has none."""
    return Options()


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The service, and the main target's revision, by which the deploy is dated."""
    own: set[Query[Any]] = {ServiceOf(check.target.name), RevisionOf(MAIN)}
    return asked(check) | own


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge each reading of the service; a change is final."""
    first = next((service for _, service in evidence.of(ServiceOf(check.target.name)).history), None)

    def look(observation: Observation, content: Json) -> Attempt:
        known = evidence.as_of(observation)
        own = _find(check, Service.read(content), first, known)
        finding = holds_and_asserts(check, known, own, {"service": content})
        return Attempt(observation.sent, finding, (observation.seq,), own.state is State.VIOLATED)

    when = timing(check, evidence)
    return eventually(service_looks(check, evidence, when, look), when, now)


def _find(check: Check[Options], service: Service, first: Service | None, known: Resources) -> Finding:
    deployed, target = known.of(RevisionOf(MAIN)).newest, check.target
    if deployed is None:
        refused = known.refusal(RevisionOf(MAIN))
        reason = (
            f"when this deploy began is not known: {refused.reason if refused else 'its revision was not read yet'}"
        )
        return Finding(State.UNKNOWN, reason, remedy=refused.remedy if refused else "")
    if service.updated is None:
        reason = f"the platform does not say when {target.service} was changed last"
        return Finding(
            State.UNKNOWN, reason, remedy=f"see it: gcloud run services describe {target.service} {target.flags}"
        )
    began = f"{rfc3339(deployed.created)}, when {deployed.name} was created"
    at, newest = rfc3339(service.updated), f"its newest revision is {service.latest_created}"
    expected, actual = f"no change of {target.service} since {began}", f"last changed at {at}; {newest}"
    shown = (Excerpt(f"last change; {newest}", service.updated, "Cloud Run"),)
    by = service.raw.get("lastModifier", "")
    remedy = f"see what changed{f' ({by} did it)' if by else ''}: gcloud run revisions list --service={target.service} {target.flags}"
    if service.updated >= deployed.created:
        after = span(service.updated - deployed.created)
        reason = f"{target.service} was changed at {at}, {after} after this deploy began ({began}); {newest}"
        return Finding(State.VIOLATED, reason, expected, actual, remedy, shown)
    if first is not None and _state(first) != _state(service):
        reason = (
            f"{target.service} changed during the run: {newest}, generation {service.raw.get('generation', 'unknown')}"
        )
        return Finding(State.VIOLATED, reason, expected, actual, remedy, shown)
    before = span(deployed.created - service.updated)
    reason = f"{target.service} was changed last at {at}, {before} before this deploy began"
    return Finding(State.HOLDS, reason, expected, actual, evidence=shown)


def _state(service: Service) -> tuple[object, ...]:
    """What any change of it changes."""
    return service.raw.get("generation"), service.latest_created, service.updated
