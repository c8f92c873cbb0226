"""Each target's implicit first check: its revision is resolved, of this deploy, and ready.

Has the shape of a kind (`validator.model.kind.Kind`), but stands in no spec.
"""

from __future__ import annotations

from typing import Any

from validator.model import query
from validator.model.call import Answer
from validator.model.check import Check, Position, Target
from validator.model.custody import BUILD_LABEL, COMMIT_LABEL
from validator.model.evidence import Evidence
from validator.model.instant import span
from validator.model.log_event import Event, events, excerpt
from validator.model.platform import STDERR, Entry, Revision
from validator.model.severity import at_least
from validator.model.verdict import Excerpt, Outcome, Verdict, passed

KIND = "target"
_LAST_LINES = 12
_GRACE = 15.0
"""Seconds to wait for the last log lines of a revision that failed."""

lasting = False
within: float | None = None
present = False
variables: dict[str, str] = {}
schema: dict[str, Any] = {"type": "object"}


def check_of(target: Target, file: str) -> Check:
    """The implicit check of a target."""
    return Check(f"{target.service} is resolved and ready", KIND, target, None, Position(file, 1, 1))


def options(value: Any) -> None:
    """It has none."""


def queries(check: Check) -> frozenset[query.Query]:
    """The service, the revision, and the logs for the last lines of a failed one."""
    name = check.target.name
    return frozenset({query.Service(name), query.Revision(name), query.Logs(check.target.project)})


def judge(check: Check, evidence: Evidence, now: float) -> Verdict:
    """Pass once the revision is ready; fail with the platform's own reason when it cannot become so."""
    target = check.target
    for asked in (query.Service(target.name), query.Revision(target.name)):
        refusal = evidence.refusal(asked)
        if refusal:
            return Verdict(Outcome.INCONCLUSIVE, refusal.reason, remedy=refusal.remedy, rests_on=refusal.rests_on)
    revision = evidence.revision(target.name)
    if revision is None:
        return Verdict(Outcome.INCONCLUSIVE, _unresolved(target, evidence), False)
    foreign = _foreign(target, revision, evidence)
    if foreign:
        return foreign
    seen = Excerpt(f"Ready: {revision.ready.state} {revision.ready.reason}".strip(), revision.ready.since, "Cloud Run")
    if revision.ready.succeeded:
        age = span(max(0.0, now - revision.created))
        facts = f"{revision.name} is ready, created {age} ago"
        return passed(facts, expected="the revision of this deploy, ready", actual=facts, evidence=(seen,))
    if revision.ready.failed:
        return _failed(check, evidence, revision, seen, now)
    reason = f"{revision.name} is not ready yet: {revision.ready.reason} {revision.ready.message}".strip()
    return Verdict(Outcome.INCONCLUSIVE, reason, False, evidence=(seen,))


def _unresolved(target: Target, evidence: Evidence) -> str:
    if evidence.service(target.name) is None:
        return f"service {target.service} was not read yet"
    if not evidence.frozen(target.name):
        return f"no revision carries the tag {target.tag}" if target.tag else f"{target.service} has no revision"
    return f"revision {evidence.frozen(target.name)} was not read yet"


def _foreign(target: Target, revision: Revision, evidence: Evidence) -> Verdict | None:
    """A revision of another deploy proves nothing of this one: a deploy that silently did nothing leaves it newest."""
    for label, wanted in ((BUILD_LABEL, target.build), (COMMIT_LABEL, target.commit)):
        actual = revision.labels.get(label, "")
        if wanted and not (actual and (actual.startswith(wanted) or wanted.startswith(actual))):
            says = f"is {actual}" if actual else "is missing"
            return _stale(target, revision, f"its label {label} {says}, and not {wanted}")
    age = evidence.started - revision.created
    if target.created_within is not None and age > target.created_within:
        return _stale(
            target, revision, f"it was created {span(age)} before this run, more than {span(target.created_within)}"
        )
    return None


def _stale(target: Target, revision: Revision, why: str) -> Verdict:
    return Verdict(
        Outcome.INCONCLUSIVE,
        f"the newest revision {revision.name} is not of this deploy: {why}",
        expected="a revision of this deploy",
        actual=revision.name,
        remedy=(
            "see whether the deploy step made a revision: gcloud run revisions list"
            f" --service={target.service} {target.flags};"
            " if this one is meant, write `created_within`, `build`, `commit` or `revision` in the target"
        ),
        evidence=(Excerpt(f"{revision.name} was created", revision.created, "Cloud Run"),),
    )


def _failed(check: Check, evidence: Evidence, revision: Revision, seen: Excerpt, now: float) -> Verdict:
    target = check.target
    first = next(
        seen.at
        for seen in evidence.answers(query.Revision(target.name))
        if isinstance(seen.result, Answer) and Revision.read(seen.result.content).ready.failed
    )
    last = _last([*evidence.entries(target.name), *evidence.system_entries(target.name)])
    read = evidence.logs_read(target.name)
    logs_told = (read is not None and read >= first) or evidence.refusal(query.Logs(target.project)) is not None
    reason = _camel(revision.ready.reason)
    final = logs_told or now >= first + _GRACE
    decisive = next((event for event in reversed(last) if event.trace), last[-1] if last else None)
    logged = f"; it last logged {decisive.headline[:200]!r}" if decisive else ""
    return Verdict(
        Outcome.FAILED,
        f"{revision.name} cannot become ready: {reason}{logged}; the platform says: {revision.ready.message}",
        final,
        "a ready revision",
        reason,
        f"gcloud run revisions describe {revision.name} {target.flags}",
        (seen, *map(excerpt, last)),
        until=None if final else first + _GRACE,
    )


def _last(entries: list[Entry]) -> list[Event]:
    """The last errors, or where nothing has such a severity the last lines; a stack trace is one."""
    found = events(entries)
    told = [e for e in found if at_least(e.severity, "ERROR") or e.entries[0].log == STDERR]
    return (told or found)[-_LAST_LINES:]


def _camel(reason: str) -> str:
    """The platform's reason as its console and gcloud write it: HEALTH_CHECK_CONTAINER_ERROR -> HealthCheckContainerError."""
    return "".join(word.capitalize() for word in reason.split("_"))
