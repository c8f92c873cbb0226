"""What the names stand for that every assert sees, and what they cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from validator.evidence.build import BuildOf
from validator.evidence.known import Resources
from validator.evidence.revision import RevisionOf
from validator.evidence.revisions import PreviousOf, RevisionsOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.words.check import MAIN, Assertion, Check
from validator.words.finding import Finding, State, together
from validator.words.instant import utc


def queries(check: Check[Any]) -> frozenset[Query[Any]]:
    """The evidence that a check's expressions ask for."""
    target = check.target.name
    needed: dict[str, tuple[Query[Any], ...]] = {
        "build": (BuildOf(target),),
        "previous": (RevisionsOf(target),),
        "serving": (RevisionsOf(target),),
        "deployed": (RevisionOf(MAIN),),
    }
    used = {name for expression in check.expressions for name in expression.names}
    return frozenset(q for name in used for q in needed.get(name, ()))


_MOST_WORK = 1 << 28
"""Characters that the asserts of a check read of one answer, about: a second or two."""
_TOO_MUCH = "the asserts read more text of this answer than can be judged in time"
_LESS = "match with `expect.text`, or write fewer asserts over `text`"
_STATUS = re.compile(r"\b(?:conditions|reconciling|scaling_status|observed_generation)\b")
"""Fields of a revision that go on changing after it is ready."""


def unchanging(check: Check[Any], evidence: Resources) -> bool:
    """Whether what a check's expressions see does not change any more, its revision being settled."""
    build = evidence.of(BuildOf(check.target.name)).newest
    fixed = {"revision", "previous", "env", "secrets", "deployed", "vars", "capture"}
    if build is not None and build.finished is not None:
        fixed.add("build")
    return all(each.names <= fixed and not _STATUS.search(each.text) for each in check.expressions)


def judge_asserts(check: Check[Any], evidence: Resources, own: Mapping[str, Any]) -> Iterable[Finding]:
    """One finding for each assert and each capture, on the common values and the kind's own."""
    work = 0
    for assertion in check.asserts:
        work += sum(assertion.uses(name) * len(value) for name, value in own.items() if isinstance(value, str))
        if work > _MOST_WORK:
            yield Finding(State.UNKNOWN, _TOO_MUCH, assertion.text, remedy=_LESS)
            return
        values, missing = values_of(check, assertion, evidence, own)
        yield missing or assertion.evaluate(values)
    for name, expression in check.captures:
        values, missing = values_of(check, expression, evidence, own)
        yield missing or _captured(name, expression, values)


def values_of(
    check: Check[Any], expression: Assertion, evidence: Resources, own: Mapping[str, Any]
) -> tuple[dict[str, Any], Finding | None]:
    """The values of an expression's names, and the finding that says which of them is not known.

    A kind gives the finding itself in place of an own value that could not be had.
    """
    values = dict(own)
    missing = None
    for name in sorted(expression.names & own.keys()):
        if isinstance(own[name], Finding):
            return values, replace(own[name], expected=expression.text)
    for name in expression.names - own.keys():
        value = _VALUES[name](check.target.name, evidence)
        if value is None:
            missing = name
        values[name] = {**value, **check.parameters} if name == "vars" else value
    return values, _missing(check, evidence, missing) if missing else None


def _captured(name: str, expression: Assertion, values: Mapping[str, Any]) -> Finding:
    """A capture without a value is a violation as a false assert is: later checks rest on it."""
    value, problem = expression.value(values)
    if problem:
        return Finding(State.VIOLATED, f"`{name}` cannot be captured: {problem}", expression.text)
    return Finding(State.HOLDS, "", captured=((name, value),))


def _until(check: Check[Any], evidence: Resources, own: Mapping[str, Any]) -> Finding | None:
    """Why this attempt is not the one to judge; None if it is."""
    if check.until is None:
        return None
    values, missing = values_of(check, check.until, evidence, own)
    finding = missing or check.until.evaluate(values)
    if finding.state is State.HOLDS:
        return None
    detail = finding.actual or finding.reason.replace("the assert", "it")
    state = State.UNKNOWN if missing else State.VIOLATED
    reason = f"`until` is not true yet: {detail}"
    return Finding(state, reason, f"until {check.until.text}", finding.actual, finding.remedy, stop=False)


def holds_and_asserts(check: Check[Any], evidence: Resources, finding: Finding, own: Mapping[str, Any]) -> Finding:
    """A kind's own finding and those of the asserts and captures, as one; with `until`, of the attempt it chooses."""
    waiting = _until(check, evidence, own)
    if waiting:
        return replace(waiting, evidence=finding.evidence)
    findings = [finding, *judge_asserts(check, evidence, own)]
    captured = tuple(pair for each in findings for pair in each.captured)
    decisive = together(findings)
    chosen = check.until is not None and decisive.state is not State.UNKNOWN
    return replace(decisive, captured=captured, stop=True if chosen else finding.stop)


def _missing(check: Check[Any], evidence: Resources, name: str) -> Finding:
    for wanted in queries(check):
        refusal = evidence.refusal(wanted)
        if refusal:
            return Finding(State.UNKNOWN, f"`{name}` is not known: {refusal.reason}", remedy=refusal.remedy)
    return Finding(State.UNKNOWN, f"`{name}` is not known")


def _raw(resource: Any) -> Any:
    return resource.raw if resource else None


def _deployed(_: str, evidence: Resources) -> datetime | None:
    revision = evidence.of(RevisionOf(MAIN)).newest
    return utc(revision.created) if revision else None


def _serving(target: str, evidence: Resources) -> list[Any] | None:
    service, revisions = evidence.of(ServiceOf(target)).newest, evidence.of(RevisionsOf(target)).whole
    if service is None or revisions is None:
        return None
    found = [revision.raw for revision in revisions if revision.name in service.serving()]
    return found if len(found) == len(service.serving()) else None


def _of_container(part: str) -> Callable[[str, Resources], Any]:
    def value(target: str, evidence: Resources) -> Any:
        revision = evidence.of(RevisionOf(target)).newest
        return dict(getattr(revision.made_by(evidence.of(BuildOf(target)).newest), part)) if revision else None

    return value


_VALUES: Mapping[str, Callable[[str, Resources], Any]] = {
    "revision": lambda target, evidence: _raw(evidence.of(RevisionOf(target)).newest),
    "previous": lambda target, evidence: _raw(evidence.of(PreviousOf(target))),
    "serving": _serving,
    "service": lambda target, evidence: _raw(evidence.of(ServiceOf(target)).newest),
    "build": lambda target, evidence: _raw(evidence.of(BuildOf(target)).newest),
    "deployed": _deployed,
    "env": _of_container("env"),
    "secrets": _of_container("secrets"),
    "vars": lambda _, evidence: dict(evidence.variables),
    "capture": lambda _, evidence: dict(evidence.captured),
}
