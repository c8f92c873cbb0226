"""A check of asserts alone: what CEL sees of the deployment is as they say, with no kind to judge more of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validator.evidence.known import Evidence
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging import variables as names
from validator.judging.attempts import eventually, timing
from validator.language.asserted import KIND, Options, lasting, options, schema, variables, within
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State
from validator.words.verdict import Verdict

__all__ = [
    "KIND",
    "Options",
    "judge",
    "lasting",
    "options",
    "present",
    "queries",
    "schema",
    "variables",
    "within",
]

_OF_REVISION = {"revision", "env", "secrets"}
_OF_SERVICE = {"service", "serving"}

present = True


def queries(check: Check[Any]) -> frozenset[Query[Any]]:
    """What its expressions see."""
    used = {name for expression in check.expressions for name in expression.names}
    own: set[Query[Any]] = {RevisionOf(check.target.name)} if used & _OF_REVISION else set()
    own |= {ServiceOf(check.target.name)} if used & _OF_SERVICE else set()
    return names.queries(check) | own


def judge(check: Check[Any], evidence: Evidence, now: float) -> Verdict:
    """Judge what is known now; a violation of what cannot change any more is final."""
    texts = "; ".join(each.text for each in check.asserts)
    finding = names.holds_and_asserts(check, evidence, Finding(State.HOLDS, f"it holds: {texts}", texts), {})
    refused = any(evidence.refusal(asked) for asked in queries(check))
    settled = finding.state is State.VIOLATED and names.unchanging(check, evidence)
    when = timing(check, evidence)
    conclusive = settled or (finding.state is State.UNKNOWN and refused)
    attempt = Attempt(min(now, when.deadline), finding, tuple(_seen(check, evidence)), conclusive)
    return eventually([attempt], when, now)


def _seen(check: Check[Any], evidence: Evidence) -> Iterator[int]:
    """The newest observation of each thing that its expressions see."""
    for asked in sorted(queries(check), key=repr):
        answers = evidence.answers(asked)
        if answers:
            yield answers[-1].seq
