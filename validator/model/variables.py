"""The names that every assert sees, what they cost, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from validator.model import query
from validator.model.check import MAIN, Check
from validator.model.evidence import Evidence
from validator.model.judging import Finding, State, worst

_REVISION = "google.cloud.run.v2.Revision"

TYPES: Mapping[str, str] = {
    "revision": _REVISION,
    "previous": _REVISION,
    "serving": f"list({_REVISION})",
    "service": "google.cloud.run.v2.Service",
    "build": "google.devtools.cloudbuild.v1.Build",
    "deployed": "timestamp",
    "env": "map(string, string)",
    "secrets": "map(string, string)",
    "vars": "map(string, string)",
}
"""Name -> CEL type."""


def queries(check: Check) -> frozenset[query.Query]:
    """The evidence that a check's asserts ask for."""
    target = check.target.name
    needed: dict[str, tuple[query.Query, ...]] = {
        "build": (query.Build(target),),
        "previous": (query.Revisions(target),),
        "serving": (query.Revisions(target),),
        "deployed": (query.Revision(MAIN),),
    }
    used = {name for assertion in check.asserts for name in assertion.names}
    return frozenset(q for name in used for q in needed.get(name, ()))


def judge_asserts(check: Check, evidence: Evidence, own: Mapping[str, Any]) -> Iterable[Finding]:
    """One finding for each assert, on the common values and the kind's own."""
    for assertion in check.asserts:
        values = dict(own)
        missing = None
        for name in assertion.names - own.keys():
            value = _VALUES[name](check.target.name, evidence)
            if value is None:
                missing = name
            values[name] = value
        yield _missing(check, evidence, missing) if missing else assertion.evaluate(values)


def holds_and_asserts(check: Check, evidence: Evidence, finding: Finding, own: Mapping[str, Any]) -> Finding:
    """A kind's own finding and those of the asserts, as one."""
    return worst([finding, *judge_asserts(check, evidence, own)])


def _missing(check: Check, evidence: Evidence, name: str) -> Finding:
    for wanted in queries(check):
        refusal = evidence.refusal(wanted)
        if refusal:
            return Finding(State.UNKNOWN, f"`{name}` is not known: {refusal.reason}", remedy=refusal.remedy)
    return Finding(State.UNKNOWN, f"`{name}` is not known")


def _raw(resource: Any) -> Any:
    return resource.raw if resource else None


def _deployed(_: str, evidence: Evidence) -> datetime | None:
    revision = evidence.revision(MAIN)
    return datetime.fromtimestamp(revision.created, UTC) if revision else None


def _serving(target: str, evidence: Evidence) -> list[Any] | None:
    service, revisions = evidence.service(target), evidence.revisions(target)
    if service is None or revisions is None:
        return None
    return [revision.raw for revision in revisions if revision.name in service.serving()]


def _of_revision(part: str) -> Callable[[str, Evidence], Any]:
    def value(target: str, evidence: Evidence) -> Any:
        revision = evidence.revision(target)
        return dict(getattr(revision, part)) if revision else None

    return value


_VALUES: Mapping[str, Callable[[str, Evidence], Any]] = {
    "revision": lambda target, evidence: _raw(evidence.revision(target)),
    "previous": lambda target, evidence: _raw(evidence.previous(target)),
    "serving": _serving,
    "service": lambda target, evidence: _raw(evidence.service(target)),
    "build": lambda target, evidence: _raw(evidence.build(target)),
    "deployed": _deployed,
    "env": _of_revision("env"),
    "secrets": _of_revision("secrets"),
    "vars": lambda _, evidence: dict(evidence.variables),
}
