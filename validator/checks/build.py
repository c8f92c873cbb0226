"""The Cloud Build that made the revision succeeded, in the time and with the steps it should have.

While the build is still running (the gate may be one of its steps) its finished steps are judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from validator.evidence.build import BuildOf
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, looks, timing
from validator.judging.variables import holds_and_asserts
from validator.language.values import DURATION, Bound, bound, bound_of
from validator.resources.build import Build, Step, listed
from validator.resources.origin import likeliest
from validator.words.call import Json
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State, worst
from validator.words.instant import span
from validator.words.verdict import Excerpt, Verdict

lasting = False
within: float | None = None
present = False
variables: dict[str, str] = {}
schema = {
    "type": "object",
    "properties": {
        "duration": {**bound_of(DURATION), "description": "How long it took (so far, while it is running)."},
        "steps": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "minItems": 1,
            "description": "Ids of steps that must be in it and must have succeeded.",
        },
    },
    "additionalProperties": False,
    "examples": [{}, {"duration": {"max": "10m"}}, {"steps": ["unit-tests"]}],
    "x-failures": [
        "build ... is ...",
        "step ... is ...",
        "it took ...",
    ],
    "x-unknown": [
        "no build of this image is listed yet",
        "build ... has ...",
        "build ... is SUCCESS and yet in error: ...",
        "the build does not say when it started",
    ],
    "x-commands": [
        "gcloud builds describe BUILD --region=REGION --project=PROJECT",
    ],
}


@dataclass(frozen=True)
class Options:
    """What a build must be like besides successful."""

    duration: Bound | None = None
    """Seconds."""
    steps: tuple[str, ...] = ()


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    length = bound(value["duration"]) if "duration" in value else None
    return Options(length, tuple(value.get("steps", ())))


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The build."""
    return frozenset({BuildOf(check.target.name)})


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge the newest reading; without `within` its first violation is final."""
    when = timing(check, evidence)

    def look(observation: Observation, content: Json) -> Attempt:
        builds = [Build.read(each) for each in listed(observation.call, content)]
        if not builds:  # a page of a listing, or one place of two: the refusal says when there are no more
            return Attempt(observation.at, Finding(State.UNKNOWN, "no build of this image is listed yet"))
        build = likeliest(check.target, builds)
        own = _find(check, build, observation.received)
        finding = holds_and_asserts(check, evidence.as_of(observation), own, {"build": build.raw})
        conclusive = finding.state is State.VIOLATED and (check.within is None or not build.running)
        lost = bool(build.unknown) and build.finished is not None and finding.state is State.UNKNOWN
        return Attempt(max(observation.at, when.start), finding, (observation.seq,), conclusive or lost)

    return eventually(looks(check, BuildOf(check.target.name), evidence, look), when, now)


def _find(check: Check[Options], build: Build, now: float) -> Finding:
    wanted = check.options
    findings = [_status(build)]
    took = (build.finished or now) - build.started if build.started else None
    if wanted.duration:
        findings.append(_duration(wanted.duration, took))
    steps = {step.name: step for step in build.steps}
    findings.extend(_step(name, steps.get(name), build) for name in wanted.steps)
    return worst(findings)


def _step(name: str, step: Step | None, build: Build) -> Finding:
    status = step.status if step else "missing"
    missing = step is None or step.failed
    state = State.VIOLATED if missing else State.HOLDS if step and step.succeeded else State.UNKNOWN
    remedy = "" if state is State.HOLDS else build.describe
    return Finding(state, f"step {name} is {status}", f"step {name}: SUCCESS", status, remedy)


def _status(build: Build) -> Finding:
    took = f" in {span(build.finished - build.started)}" if build.finished and build.started else ""
    bad = [step for step in build.steps if step.failed and not step.may_fail]
    shown = (Excerpt(f"build {build.id}: {build.status}{took}", build.finished or build.started, "Cloud Build"),)
    if build.failed or bad:
        step = f", step {bad[0].name} is {bad[0].status}" if bad else ""
        reason = f"build {build.id} is {build.status}{step}" + (f": {build.detail}" if build.detail else "")
        remedy = f"read its log: {build.log_url}" if build.log_url else build.describe
        return Finding(State.VIOLATED, reason, "SUCCESS", build.status, remedy, shown)
    if build.unknown:
        return Finding(State.UNKNOWN, build.unknown, "SUCCESS", build.status, build.describe, shown)
    if build.running:
        done = sum(step.succeeded for step in build.steps)
        reason = f"build {build.id} is {build.status}: {done} of {len(build.steps)} steps succeeded, none failed"
        return Finding(State.HOLDS, reason, "no failed step", build.status, evidence=shown)
    return Finding(State.HOLDS, f"build {build.id} succeeded{took}", "SUCCESS", build.status, evidence=shown)


def _duration(wanted: Bound, took: float | None) -> Finding:
    expected = f"a duration of {wanted.text('s')}"
    if took is None:
        return Finding(State.UNKNOWN, "the build does not say when it started", expected)
    state = State.HOLDS if wanted.holds(took) else State.VIOLATED
    return Finding(state, f"it took {span(took)}", expected, span(took))
