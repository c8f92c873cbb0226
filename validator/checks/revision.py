"""The revision is ready and configured as it should be: start-up time, image, environment, secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from validator.model import query
from validator.model.call import Json
from validator.model.check import Check
from validator.model.evidence import Evidence
from validator.model.finding import Attempt, Finding, State, worst
from validator.model.instant import span
from validator.model.journal import Observation
from validator.model.judging import eventually, looks, timing
from validator.model.platform import Revision
from validator.model.selector import compiled
from validator.model.variables import holds_and_asserts, unchanging
from validator.model.variables import queries as asked
from validator.model.verdict import Excerpt, Verdict
from validator.spec.values import DURATION, PATTERN, Bound, bound, bound_of

lasting = True
within: float | None = None
present = False
variables: dict[str, str] = {}
_COUNT = {"type": "integer", "minimum": 0}
schema = {
    "type": "object",
    "properties": {
        "startup": {**bound_of(DURATION), "description": "From the revision's creation to its being ready."},
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
    ],
    "x-failures": [
        "it started in ...",
        "its image is ...",
        "the environment has no ...",
        "... has another value",
        "not from Secret Manager: ...",
        "it has ... secrets",
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
    image: str = ""
    env: tuple[tuple[str, str], ...] = ()
    secrets: Bound | tuple[str, ...] | None = None


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    secrets = value.get("secrets")
    return Options(
        bound(value["startup"]) if "startup" in value else None,
        value.get("image", ""),
        tuple(value.get("env", {}).items()),
        tuple(secrets) if isinstance(secrets, list) else None if secrets is None else bound(secrets),
    )


def queries(check: Check) -> frozenset[query.Query]:
    """The revision."""
    return frozenset({query.Revision(check.target.name)}) | asked(check)


def judge(check: Check, evidence: Evidence, now: float) -> Verdict:
    """Judge each reading; its configuration never changes, so a violation of that is final."""
    when = timing(check, evidence)

    def look(observation: Observation, content: Json) -> Attempt:
        revision = Revision.read(content)
        own = _find(check, revision)
        known = evidence.as_of(observation)
        finding = holds_and_asserts(check, known, own, {"revision": content})
        final = own.state is State.VIOLATED or (revision.settled and unchanging(check, known))
        conclusive = final and finding.state is State.VIOLATED
        return Attempt(max(observation.at, when.start), finding, (observation.seq,), conclusive)

    return eventually(looks(check, query.Revision(check.target.name), evidence, look), when, now)


def _find(check: Check, revision: Revision) -> Finding:
    wanted = check.options
    assert isinstance(wanted, Options)
    since = f" since {span(revision.ready.since - revision.created)} after its creation" if revision.ready.since else ""
    ready = Excerpt(f"Ready: {revision.ready.state}", revision.ready.since, "Cloud Run")
    state = State.HOLDS if revision.ready.succeeded else State.VIOLATED if revision.ready.failed else State.UNKNOWN
    findings = [Finding(state, f"{revision.name} is {'' if revision.ready.succeeded else 'not '}ready{since}")]
    if wanted.startup:
        findings.append(_startup(wanted.startup, revision))
    if wanted.image:
        state = State.HOLDS if compiled(wanted.image).search(revision.image) else State.VIOLATED
        findings.append(
            Finding(state, f"its image is {revision.image}", f"an image like {wanted.image}", revision.image)
        )
    findings.extend(_env(revision, name, value) for name, value in wanted.env)
    if wanted.secrets is not None:
        findings.append(_secrets(wanted.secrets, revision))
    decisive = worst(findings)
    if decisive.state is not State.HOLDS:
        return decisive
    facts = "; ".join(finding.reason for finding in findings)
    expected = "; ".join(finding.expected for finding in findings if finding.expected)
    shown = (ready, *(Excerpt(f.reason, revision.created, "Cloud Run") for f in findings[1:]))
    return Finding(State.HOLDS, facts, expected, facts, evidence=shown)


def _startup(wanted: Bound, revision: Revision) -> Finding:
    expected = f"a start-up of {wanted.text('s')}"
    if revision.ready.since is None:
        return Finding(State.UNKNOWN, "the platform does not say when it became ready", expected)
    took = revision.ready.since - revision.created
    state = State.HOLDS if wanted.holds(took) else State.VIOLATED
    return Finding(state, f"it started in {span(took)}", expected, span(took))


def _env(revision: Revision, name: str, value: str) -> Finding:
    """Compare one variable; its actual value is never shown, for it may be a secret."""
    if name in revision.secrets:
        return Finding(State.VIOLATED, f"{name} comes from Secret Manager, not from a plain value", f"env {name}")
    if name not in revision.env:
        return Finding(
            State.VIOLATED, f"the environment has no {name}", f"env {name} as written in the spec", "not set"
        )
    if revision.env[name] != value:
        return Finding(
            State.VIOLATED, f"{name} has another value", f"env {name} as written in the spec", "another value"
        )
    return Finding(State.HOLDS, f"{name} has the value wanted")


def _secrets(wanted: Bound | tuple[str, ...], revision: Revision) -> Finding:
    if isinstance(wanted, Bound):
        count = len(revision.secrets)
        state = State.HOLDS if wanted.holds(count) else State.VIOLATED
        return Finding(state, f"it has {count} secrets", f"{wanted.text()} secrets", str(count))
    missing = [name for name in wanted if name not in revision.secrets]
    state = State.VIOLATED if missing else State.HOLDS
    reason = f"not from Secret Manager: {', '.join(missing)}" if missing else f"{len(wanted)} named secrets are there"
    return Finding(state, reason, f"secrets {', '.join(wanted)}", ", ".join(sorted(revision.secrets)))
