"""The revision is ready and set up as it should be: environment, secrets, CPU, memory, scaling, network, probes, labels, start-up.

What is written is judged, what is not is free. `of: serving` judges every revision that has traffic, and each has to be so. What the
keys do not say, CEL does: `assert: revision.session_affinity`. Settings of the service alone are the kind `service`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from validator.evidence.build import BuildOf
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence, Resources
from validator.evidence.readiness import readiness, settled, startup, unchecked
from validator.evidence.revision import RevisionOf
from validator.evidence.revisions import RevisionsOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, looks, timing
from validator.judging.container_rules import image, secrets
from validator.judging.service_looks import service_looks
from validator.judging.setting_rules import find
from validator.judging.variables import holds_and_asserts, unchanging
from validator.judging.variables import queries as asked
from validator.language import revision_schema
from validator.language.expectation import Scope
from validator.language.revision_check import Options, options
from validator.language.values import Bound
from validator.resources import settings
from validator.resources.container import Container
from validator.resources.revision import Revision
from validator.resources.service import Service
from validator.words.call import Json
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State, worst
from validator.words.instant import span
from validator.words.verdict import Excerpt, Verdict

__all__ = ["judge", "lasting", "options", "present", "queries", "schema", "variables", "within"]

lasting = True
within: float | None = None
present = False
variables: dict[str, str] = {}
schema = {
    **revision_schema.schema,
    "examples": [
        {},
        {"startup": {"max": "30s"}, "secrets": 24, "env": {"CLICKHOUSE_SECURE": "true"}},
        {"image": "backend@sha256:", "secrets": ["DATABASE_PASSWORD"], "memory": {"min": "512Mi"}},
        {"of": "serving", "env": {"DEBUG": "absent"}, "secrets": {"pinned": True}},
        {"container": "proxy", "image": "nginx@sha256:", "probes": {"liveness": {"http": "/live"}}},
    ],
    "x-failures": [
        "... is not ready: ...",
        "... has no container ...; it has ...",
        "it started in ...",
        "the image of ... is ...",
        "... is not set in ...",
        "... has another value in ...",
        "not from Secret Manager in ...: ...",
        "not pinned to a version in ...: ...",
        "the ... of ... is ...",
    ],
    "x-unknown": [
        "the platform does not say how long its containers took to start: ...",
        "no revision has any traffic",
        "the service is not settled yet",
    ],
    "x-commands": [
        "gcloud run revisions describe REVISION --region=REGION --project=PROJECT",
    ],
}


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The revision; of all that serve, the service and its revisions; the service too where its own settings count."""
    target, wanted = check.target.name, check.options
    own: set[Query[Any]] = {RevisionOf(target)}
    own |= {ServiceOf(target)} if wanted.serving or wanted.of_service else set()
    own |= {RevisionsOf(target)} if wanted.serving else set()
    return asked(check) | own


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge each reading; its configuration never changes, so a violation of that is final."""
    when = timing(check, evidence)
    target, wanted = check.target.name, check.options
    of_service = wanted.serving or wanted.of_service

    def look(observation: Observation, _: Json) -> Attempt:
        known = evidence.as_of(observation)
        at = observation.sent if of_service else max(observation.at, when.start)
        service, revision = known.of(ServiceOf(target)).newest, known.of(RevisionOf(target)).newest
        if service is None or revision is None:
            return Attempt(at, Finding(State.UNKNOWN, "the revision was not read yet"), (observation.seq,))
        one = _One(check, revision, known, evidence)
        finding, conclusive = _serving(one, service) if wanted.serving else (one.finding, one.conclusive)
        return Attempt(at, finding, (observation.seq,), conclusive)

    if of_service:
        return eventually(service_looks(check, evidence, when, look), when, now)
    return eventually(looks(check, RevisionOf(target), evidence, look), when, now)


def _serving(target: _One, service: Service) -> tuple[Finding, bool]:
    """What all revisions with traffic come to, and whether waiting cannot mend that; the target's own is one of several."""
    if not service.settled:
        return Finding(
            State.UNKNOWN, "the service is not settled yet", "settings of every revision with traffic"
        ), False
    asked, known = RevisionsOf(target.check.target.name), target.known
    listed, refused = known.of(RevisionsOf(asked.target)).whole, known.refusal(asked)
    there = {**{each.name: each for each in listed or ()}, target.revision.name: target.revision}
    names = list(service.serving())
    unknown = [name for name in names if name not in there]
    if unknown and refused:
        reason = f"{', '.join(unknown)} is not known: {refused.reason}"
        return Finding(State.UNKNOWN, reason, remedy=refused.remedy), True
    if unknown or not names:
        reason = f"{', '.join(unknown)} is not listed yet" if unknown else "no revision has any traffic"
        return Finding(State.UNKNOWN, reason, "settings of every revision with traffic"), False
    judged = [replace(target, revision=there[name]) for name in names]
    found = [replace(one.finding, reason=f"{one.revision.name}: {one.finding.reason}") for one in judged]
    decisive = worst(found)
    same = [each for each in found if each.state is decisive.state]
    whole = replace(
        decisive,
        reason="; ".join(each.reason for each in same),
        actual="; ".join(each.actual for each in same if each.actual),
        evidence=tuple(shown for each in same for shown in each.evidence),
    )
    return whole, any(one.conclusive for one in judged if one.finding.state is decisive.state)


@dataclass(frozen=True)
class _One:
    """One revision, judged."""

    check: Check[Options]
    revision: Revision
    known: Resources
    evidence: Evidence

    @cached_property
    def container(self) -> Container | None:
        """The container that the check is about; None if there is none of the name that it gives."""
        wanted = self.check.options.container
        if not wanted:
            return self.revision.made_by(self.evidence.of(BuildOf(self.check.target.name)).newest)
        return next((each for each in self.revision.containers if each.name == wanted), None)

    @cached_property
    def finding(self) -> Finding:
        """Its own rules and its asserts together."""
        if self.container is None:
            return self.own
        values = {"revision": self.revision.raw, "env": self.container.env, "secrets": self.container.secrets}
        return holds_and_asserts(self.check, self.known, self.own, values)

    @property
    def conclusive(self) -> bool:
        """Whether waiting cannot mend it, or cannot make it known."""
        own, check = self.own, self.check
        fixed = own.state is State.VIOLATED or (self.revision.settled and unchanging(check, self.known))
        final = fixed and not check.options.of_service
        silent = own.state is State.UNKNOWN and settled(check.target, self.revision, self.evidence)
        return (final and self.finding.state is State.VIOLATED) or silent

    @cached_property
    def own(self) -> Finding:
        """What its settings come to."""
        check, revision, container = self.check, self.revision, self.container
        if container is None:
            there = ", ".join(each.name or "one without a name" for each in revision.containers)
            reason = f"{revision.name} has no container {check.options.container}; it has {there}"
            return Finding(State.VIOLATED, reason, f"a container {check.options.container}", there)
        findings = list(self._findings(container))
        decisive = worst(findings)
        if decisive.state is State.VIOLATED and not decisive.remedy:
            describe = f"gcloud run revisions describe {revision.name} {check.target.flags}"
            return replace(
                decisive, remedy=f"deploy what the spec wants, or mend the spec; what is deployed: {describe}"
            )
        if decisive.state is not State.HOLDS:
            return decisive
        facts = "; ".join(finding.reason for finding in findings)
        expected = "; ".join(finding.expected for finding in findings if finding.expected)
        ready = Excerpt(f"Ready: {revision.ready.state}", revision.ready.since, "Cloud Run")
        shown = (ready, *(Excerpt(f.reason, revision.created, "Cloud Run") for f in findings[1:]))
        return Finding(State.HOLDS, facts, expected, facts, evidence=shown)

    def _findings(self, container: Container) -> list[Finding]:
        wanted = self.check.options
        found = [self._ready()]
        if wanted.startup:
            found.append(self._startup(wanted.startup))
        if wanted.digest:
            found.append(image(wanted.digest, container))
        if wanted.secrets is not None:
            found.extend(secrets(wanted.secrets, container))
        service = self.known.of(ServiceOf(self.check.target.name)).newest
        owners: Mapping[Scope, tuple[settings.Settings, str]] = {
            Scope.CONTAINER: (container.settings, container.title),
            Scope.REVISION: (self._of_revision, self.revision.name),
            Scope.SERVICE: (settings.of_service(service.raw) if service else {}, self.check.target.service),
        }
        for rule in wanted.rules:
            source = container.secrets.get(rule.path.removeprefix("env.")) if rule.hidden else None
            found.append(find(rule, *owners[rule.scope], secret=source is not None))
        return found

    @property
    def _of_revision(self) -> settings.Settings:
        """Its settings, and all its labels: those that tell which deploy it is may be wanted too."""
        labels = {f"labels.{name}": value for name, value in self.revision.labels.items()}
        return {**self.revision.settings, **labels}

    def _ready(self) -> Finding:
        revision, target = self.revision, self.check.target
        if revision.name == self.evidence.of(ServiceOf(target.name)).frozen:
            found = readiness(target, revision, self.evidence)
        else:
            state = (
                State.VIOLATED if revision.ready.failed else State.HOLDS if revision.ready.succeeded else State.UNKNOWN
            )
            told = (
                "is ready"
                if state is State.HOLDS
                else f"is not ready: {revision.ready.reason} {revision.ready.message}"
            )
            found = Finding(state, f"{revision.name} {told}".strip(), "a ready revision")
        if found.state is not State.HOLDS or revision.ready.since is None:
            return found
        return replace(
            found, reason=f"{found.reason} since {span(revision.ready.since - revision.created)} after its creation"
        )

    def _startup(self, wanted: Bound) -> Finding:
        target, revision, evidence = self.check.target, self.revision, self.evidence
        expected, took = f"a start-up of {wanted.text('s')}", startup(target, revision, evidence)
        if took is None:
            off = unchecked(target, revision, evidence)
            why = "the deploy health check is off" if off else "there is no condition ContainerHealthy"
            reason = f"the platform does not say how long its containers took to start: {why}"
            remedy = (
                "deploy with the health check, which `gcloud run deploy` makes unless --no-deploy-health-check is given"
            )
            return Finding(State.UNKNOWN, reason, expected, remedy=remedy)
        state = State.HOLDS if wanted.holds(took) else State.VIOLATED
        return Finding(state, f"it started in {span(took)}", expected, span(took))
