"""The revision is ready and configured as it should be: start-up time, image, environment, secrets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.readiness import readiness, settled, startup, unchecked
from validator.evidence.revision import RevisionOf
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, looks, timing
from validator.judging.variables import holds_and_asserts, unchanging
from validator.judging.variables import queries as asked
from validator.language.values import DURATION, PATTERN, Bound, bound, bound_of
from validator.logs.selector import compiled
from validator.resources.container import Container
from validator.resources.revision import Revision
from validator.words.call import Json
from validator.words.check import Check
from validator.words.counting import counted
from validator.words.finding import Attempt, Finding, State, worst
from validator.words.instant import span
from validator.words.verdict import Excerpt, Verdict

lasting = True
within: float | None = None
present = False
variables: dict[str, str] = {}
_COUNT = {"type": "integer", "minimum": 0}
schema = {
    "type": "object",
    "properties": {
        "startup": {
            **bound_of(DURATION),
            "description": "How long its containers took to become healthy; the image's import is no part of it.",
        },
        "container": {
            "type": "string",
            "minLength": 1,
            "description": "The container that `image`, `env` and `secrets` are about, in CEL too, by its name"
            " (default: the one whose image the build pushed, else the one with the port).",
        },
        "image": {**PATTERN, "description": "An RE2 pattern that the image's reference has to match."},
        "env": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "minProperties": 1,
            "description": "Environment variables with exactly these plain values.",
        },
        "secrets": {
            "anyOf": [
                *bound_of(_COUNT)["anyOf"],
                {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
            ],
            "description": "How many variables and volumes come from Secret Manager, or the names of some that must.",
        },
    },
    "additionalProperties": False,
    "examples": [
        {},
        {"startup": {"max": "30s"}, "secrets": 24, "env": {"CLICKHOUSE_SECURE": "true"}},
        {"image": "backend@sha256:", "secrets": ["DATABASE_PASSWORD"]},
        {"container": "proxy", "image": "nginx@sha256:"},
    ],
    "x-failures": [
        "... is not ready: ...",
        "... has no container ...; it has ...",
        "it started in ...",
        "the image of ... is ...",
        "env ... is not set in ...",
        "env ... has another value in ...",
        "not from Secret Manager in ...: ...",
        "... has ...",
    ],
    "x-unknown": [
        "the platform does not say how long its containers took to start: ...",
    ],
    "x-commands": [
        "gcloud run revisions describe REVISION --region=REGION --project=PROJECT",
    ],
}


@dataclass(frozen=True)
class Options:
    """How the revision must be."""

    startup: Bound | None = None
    """Seconds."""
    container: str = ""
    """Empty for the service's own."""
    image: str = ""
    env: tuple[tuple[str, str], ...] = ()
    secrets: Bound | tuple[str, ...] | None = None


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    secrets = value.get("secrets")
    return Options(
        bound(value["startup"]) if "startup" in value else None,
        value.get("container", ""),
        value.get("image", ""),
        tuple(value.get("env", {}).items()),
        tuple(secrets) if isinstance(secrets, list) else None if secrets is None else bound(secrets),
    )


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The revision."""
    return frozenset({RevisionOf(check.target.name)}) | asked(check)


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge each reading; its configuration never changes, so a violation of that is final."""
    when = timing(check, evidence)

    def look(observation: Observation, content: Json) -> Attempt:
        revision = Revision.read(content)
        container = _container(check, revision, evidence)
        own = _find(check, revision, container, evidence)
        known = evidence.as_of(observation)
        values = {"revision": content, "env": container.env, "secrets": container.secrets} if container else {}
        finding = holds_and_asserts(check, known, own, values) if container else own
        final = own.state is State.VIOLATED or (revision.settled and unchanging(check, known))
        conclusive = final and finding.state is State.VIOLATED
        silent = own.state is State.UNKNOWN and settled(check.target, revision, evidence)
        return Attempt(max(observation.at, when.start), finding, (observation.seq,), conclusive or silent)

    return eventually(looks(check, RevisionOf(check.target.name), evidence, look), when, now)


def _container(check: Check[Options], revision: Revision, evidence: Evidence) -> Container | None:
    """The container that the check is about; None if there is none of the name that it gives."""
    wanted = check.options
    if not wanted.container:
        return revision.made_by(evidence.build(check.target.name))
    return next((each for each in revision.containers if each.name == wanted.container), None)


def _find(check: Check[Options], revision: Revision, container: Container | None, evidence: Evidence) -> Finding:
    wanted = check.options
    if container is None:
        there = ", ".join(each.name or "one without a name" for each in revision.containers)
        reason = f"{revision.name} has no container {wanted.container}; it has {there}"
        return Finding(State.VIOLATED, reason, f"a container {wanted.container}", there)
    findings = [_ready(check, revision, evidence)]
    if wanted.startup:
        findings.append(_startup(wanted.startup, check, revision, evidence))
    if wanted.image:
        findings.append(_image(wanted.image, container))
    findings.extend(_env(container, name, value) for name, value in wanted.env)
    if wanted.secrets is not None:
        findings.append(_secrets(wanted.secrets, container))
    decisive = worst(findings)
    if decisive.state is State.VIOLATED and not decisive.remedy:
        describe = f"gcloud run revisions describe {revision.name} {check.target.flags}"
        return replace(decisive, remedy=f"deploy what the spec wants, or mend the spec; what is deployed: {describe}")
    if decisive.state is not State.HOLDS:
        return decisive
    facts = "; ".join(finding.reason for finding in findings)
    expected = "; ".join(finding.expected for finding in findings if finding.expected)
    ready = Excerpt(f"Ready: {revision.ready.state}", revision.ready.since, "Cloud Run")
    shown = (ready, *(Excerpt(f.reason, revision.created, "Cloud Run") for f in findings[1:]))
    return Finding(State.HOLDS, facts, expected, facts, evidence=shown)


def _ready(check: Check[Options], revision: Revision, evidence: Evidence) -> Finding:
    found = readiness(check.target, revision, evidence)
    if found.state is not State.HOLDS or revision.ready.since is None:
        return found
    since = f" since {span(revision.ready.since - revision.created)} after its creation"
    return Finding(State.HOLDS, found.reason + since)


def _startup(wanted: Bound, check: Check[Options], revision: Revision, evidence: Evidence) -> Finding:
    expected, took = f"a start-up of {wanted.text('s')}", startup(check.target, revision, evidence)
    if took is None:
        off = unchecked(check.target, revision, evidence)
        why = "the deploy health check is off" if off else "there is no condition ContainerHealthy"
        remedy = (
            "deploy with the health check, which `gcloud run deploy` makes unless --no-deploy-health-check is given"
        )
        return Finding(
            State.UNKNOWN,
            f"the platform does not say how long its containers took to start: {why}",
            expected,
            remedy=remedy,
        )
    state = State.HOLDS if wanted.holds(took) else State.VIOLATED
    return Finding(state, f"it started in {span(took)}", expected, span(took))


def _image(wanted: str, container: Container) -> Finding:
    state = State.HOLDS if compiled(wanted).search(container.image) else State.VIOLATED
    reason = f"the image of {container.title} is {container.image}"
    return Finding(state, reason, f"an image like {wanted}", container.image)


def _env(container: Container, name: str, value: str) -> Finding:
    """Compare one variable; its actual value is never shown, for it may be a secret."""
    expected = f"env {name} as written in the spec"
    if name in container.secrets:
        reason = f"env {name} comes from Secret Manager in {container.title}, not from a plain value"
        return Finding(State.VIOLATED, reason, expected, "from Secret Manager")
    if name not in container.env:
        return Finding(State.VIOLATED, f"env {name} is not set in {container.title}", expected, "not set")
    if container.env[name] != value:
        reason = f"env {name} has another value in {container.title} than the spec wants (values are not shown)"
        return Finding(State.VIOLATED, reason, expected, "another value")
    return Finding(State.HOLDS, f"env {name} has the value wanted")


def _secrets(wanted: Bound | tuple[str, ...], container: Container) -> Finding:
    if isinstance(wanted, Bound):
        count = len(container.secrets)
        state = State.HOLDS if wanted.holds(count) else State.VIOLATED
        return Finding(
            state, f"{container.title} has {counted(count, 'secret')}", f"{wanted.text()} secrets", str(count)
        )
    missing = [name for name in wanted if name not in container.secrets]
    if missing:
        reason = f"not from Secret Manager in {container.title}: {', '.join(missing)}"
        return Finding(State.VIOLATED, reason, f"secrets {', '.join(wanted)}", ", ".join(sorted(container.secrets)))
    return Finding(State.HOLDS, f"{counted(len(wanted), 'named secret')} found", f"secrets {', '.join(wanted)}")
