"""Each target's implicit first check: its revision is resolved, of this deploy, and ready.

Of a further target whose service alone is judged it is that the service is there: none of its revisions is asked for.
Has the shape of a kind (`validator.judging.kind.Kind`), but stands in no spec.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from validator.evidence.build import BuildOf, OriginOf
from validator.evidence.echo import Echo
from validator.evidence.known import Evidence
from validator.evidence.log_of import LogOf
from validator.evidence.logs import LogsOf
from validator.evidence.readiness import readiness
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging.deploy import Identified, Whose, whose
from validator.logs.last_words import last_words
from validator.resources.origin import BUILD_LABEL, COMMIT_LABEL
from validator.resources.revision import Revision
from validator.resources.service import Service
from validator.words.call import Answer
from validator.words.check import Check, Target
from validator.words.finding import State
from validator.words.instant import span
from validator.words.verdict import Excerpt, Outcome, Verdict, passed

KIND = "target"
_GRACE = 15.0
"""Seconds to wait for the last log lines of a revision that failed."""

lasting = False
within: float | None = None
present = False
variables: dict[str, str] = {}
schema: dict[str, Any] = {"type": "object"}


@dataclass(frozen=True)
class Options:
    """What is judged of a target."""

    alone: bool = False
    """Its service and none of its revisions."""


def check_of(target: Target, *, alone: bool, named: bool) -> Check[Options]:
    """The implicit check of a target, at the target's place in the spec; `named` if its service is another's too."""
    title = f"{target.service} ({target.name})" if named else target.service
    wanted = "is there" if alone else "is resolved and ready"
    return Check(f"{title} {wanted}", KIND, target, Options(alone), target.position)


def options(value: Any) -> Options:  # noqa: ARG001 - the shape of a kind
    """It stands in no spec."""
    return Options()


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The service, the revision, and what may show whose it is and that its container was started.

    The logs are asked for the last lines of a failed one too; the build and the echo only where nothing else tells.
    """
    name = check.target.name
    if check.options.alone:
        return frozenset({ServiceOf(name)})
    shown: set[Query[Any]] = {LogsOf(check.target.project), OriginOf(name), Echo(name)}
    return frozenset(shown | {ServiceOf(name), RevisionOf(name)})


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Pass once the revision is ready; fail with the platform's own reason when it cannot become so."""
    target = check.target
    for asked in (ServiceOf(target.name), RevisionOf(target.name)):
        refusal = evidence.refusal(asked)
        if refusal:
            return Verdict(Outcome.INCONCLUSIVE, refusal.reason, remedy=refusal.remedy, rests_on=refusal.rests_on)
    service = evidence.of(ServiceOf(target.name)).newest
    if service is not None and service.regions:
        return _in_several_regions(target, service)
    if check.options.alone:
        return _alone(target, service)
    revision = evidence.of(RevisionOf(target.name)).newest
    if revision is None:
        return _unresolved(target, evidence)
    found = whose(target, evidence)
    foreign = _foreign(target, revision, found, evidence)
    if foreign:
        return foreign
    ready = readiness(target, revision, evidence)
    if ready.state is State.VIOLATED:
        return _failed(check, evidence, revision, ready.evidence[0], now)
    if found.whose is Whose.PENDING or _mixed(target, revision, evidence):
        return Verdict(Outcome.INCONCLUSIVE, f"the build that made {revision.name} was not read yet", False)
    if ready.state is State.UNKNOWN:
        return Verdict(
            Outcome.INCONCLUSIVE, ready.reason, False, ready.expected, ready.actual, ready.remedy, ready.evidence
        )
    age = span(max(0.0, now - revision.created))
    facts = f"{revision.name} is ready, created {age} ago"
    return passed(facts, expected="the revision of this deploy, ready", actual=facts, evidence=ready.evidence)


def _in_several_regions(target: Target, service: Service) -> Verdict:
    """Each region has revisions, traffic and logs of its own: what one of them shows proves nothing of the others."""
    where = ", ".join(service.regions)
    return Verdict(
        Outcome.INCONCLUSIVE,
        f"{target.service} is a multi-region service ({where}), which is not supported: each region has revisions,"
        " traffic and logs of its own, and what one shows proves nothing of the others",
        expected="a service of one region",
        actual=f"regions {where}",
        remedy="deploy a service to each region by its own name or region, and run the gate for each of them",
    )


def _alone(target: Target, service: Service | None) -> Verdict:
    if service is None:
        return Verdict(Outcome.INCONCLUSIVE, f"service {target.service} was not read yet", False)
    facts = f"{target.service} is there"
    shown = (Excerpt(f"service {target.service}, last change", service.updated, "Cloud Run"),)
    return passed(facts, expected="the service", actual=facts, evidence=shown)


def _mixed(target: Target, revision: Revision, evidence: Evidence) -> bool:
    """Whether it has several containers, and which of them the build made is still to be told."""
    told = evidence.of(BuildOf(target.name)).newest or evidence.refusal(OriginOf(target.name))
    return len(revision.containers) > 1 and told is None


def _unresolved(target: Target, evidence: Evidence) -> Verdict:
    service = evidence.of(ServiceOf(target.name)).newest
    if service is None:
        return Verdict(Outcome.INCONCLUSIVE, f"service {target.service} was not read yet", False)
    frozen = evidence.of(ServiceOf(target.name)).frozen
    if frozen:
        return Verdict(Outcome.INCONCLUSIVE, f"revision {frozen} was not read yet", False)
    if not target.tag:
        return Verdict(Outcome.INCONCLUSIVE, f"{target.service} has no revision", False)
    others = ", ".join(service.tags()) or "none"
    return Verdict(
        Outcome.INCONCLUSIVE,
        f"no revision of {target.service} carries the tag {target.tag}; its tags: {others}",
        service.settled,
        f"a revision with the tag {target.tag}",
        f"tags: {others}",
        _tagging(target, service.latest_created),
    )


def _tagging(target: Target, revision: str) -> str:
    tags = f"--update-tags={target.tag}={revision}"
    return f"gcloud run services update-traffic {target.service} {tags} {target.flags}"


def _foreign(target: Target, revision: Revision, found: Identified, evidence: Evidence) -> Verdict | None:
    """A revision of another deploy proves nothing of this one: a deploy that silently did nothing leaves it newest."""
    age = evidence.started - revision.created
    newest = _newest_then(target, evidence)
    why = found.how if found.whose is Whose.ANOTHER else ""
    doubted = found.whose is not Whose.OURS or target.dated
    if not why and doubted and target.created_within is not None and age > target.created_within:
        why = f"it was created {span(age)} before this run, more than {span(target.created_within)}"
    left = target.tag and revision.name != newest and (why or (doubted and target.created_within is not None))
    if left:
        return _left_behind(target, revision, newest, why)
    return _stale(target, revision, why, found) if why else None


def _newest_then(target: Target, evidence: Evidence) -> str:
    """The newest revision at the moment at which the target was resolved."""
    seen = (service for _, service in evidence.of(ServiceOf(target.name)).history)
    return next(service.latest_created for service in seen if not target.tag or target.tag in service.tags())


def _left_behind(target: Target, revision: Revision, newest: str, why: str) -> Verdict:
    """The tag still is where an earlier deploy put it."""
    reason = f"tag {target.tag} is on {revision.name}, not on the newest revision {newest}"
    return Verdict(
        Outcome.INCONCLUSIVE,
        f"{reason}: {why}" if why else reason,
        expected=f"tag {target.tag} on the revision of this deploy",
        actual=revision.name,
        remedy=(
            f"move the tag: {_tagging(target, newest)}; if {revision.name} is meant,"
            " write `commit`, `build` or `revision` in the target"
        ),
        evidence=(Excerpt(f"{revision.name} was created", revision.created, "Cloud Run"),),
    )


def _stale(target: Target, revision: Revision, why: str, found: Identified) -> Verdict:
    which = f"revision {revision.name} (tag {target.tag})" if target.tag else f"the newest revision {revision.name}"
    asked = "; did the deploy step make no revision?" if found.whose is Whose.ANOTHER else ""
    return Verdict(
        Outcome.INCONCLUSIVE,
        f"{which} is not of this deploy: {why}{asked}",
        expected="a revision of this deploy",
        actual=revision.name,
        remedy=(
            "see whether the deploy step made a revision: gcloud run revisions list"
            f" --service={target.service} {target.flags};"
            f" {_otherwise(target, found)}"
        ),
        evidence=(Excerpt(f"{revision.name} was created", revision.created, "Cloud Run"),),
    )


def _otherwise(target: Target, found: Identified) -> str:
    """What to write in the target if its revision is the one that is meant after all."""
    if target.commit or target.build:
        labels = (
            f"--labels={COMMIT_LABEL}={target.commit}" if target.commit else f"--labels={BUILD_LABEL}={target.build}"
        )
        return f"label what is deployed: gcloud run deploy {target.service} --image=IMAGE {labels} {target.flags}"
    if found.whose is Whose.ANOTHER:
        named = target.pipeline.commit_from or target.pipeline.build_from
        return (
            f"if this one is meant, write `commit` or `revision` in the target, or set {named} to what it was made from"
        )
    return "if this one is meant, write `created_within`, `build`, `commit` or `revision` in the target"


def _failed(check: Check[Options], evidence: Evidence, revision: Revision, seen: Excerpt, now: float) -> Verdict:
    target = check.target
    first = next(
        seen.at
        for seen in evidence.answers(RevisionOf(target.name))
        if isinstance(seen.result, Answer) and Revision.read(seen.result.content).ready.failed
    )
    words = last_words(evidence.of(LogOf(target.name)).entries, evidence.of(LogOf(target.name)).platform)
    read = evidence.of(LogOf(target.name)).read_at
    logs_told = (read is not None and read >= first) or evidence.refusal(LogsOf(target.project)) is not None
    reason = _camel(revision.ready.reason)
    final = logs_told or now >= first + _GRACE
    platform = f"{reason}: {revision.ready.message}"
    told = f"{platform}; it last logged {words.last[:200]!r}" if words.last else platform
    if words.cause:
        told = f"it logged {words.cause}; the platform says {platform}"
    return Verdict(
        Outcome.FAILED,
        f"{revision.name} cannot become ready: {told}",
        final,
        "a ready revision",
        reason,
        f"gcloud run revisions describe {revision.name} {target.flags}",
        (*words.own[:1], seen, *words.own[1:], *words.of_platform),
        until=None if final else first + _GRACE,
    )


def _camel(reason: str) -> str:
    """The platform's reason as its console and gcloud write it: HEALTH_CHECK_CONTAINER_ERROR -> HealthCheckContainerError."""
    return "".join(word.capitalize() for word in reason.split("_"))
