"""The link to a response: the revision's own container gave one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from validator.evidence.identity import Identity, Who, identify
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.logs import LogsOf
from validator.evidence.marked import CallsOf
from validator.evidence.reachability import whole_traffic
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.words.call import Answer, MarkedCall, Problem
from validator.words.check import Target
from validator.words.grpc_call import Invoke
from validator.words.id_token import UNOBTAINED
from validator.words.link import Link, Proof
from validator.words.verdict import Excerpt

_FAILURES = frozenset(["UNKNOWN", "INTERNAL", "DATA_LOSS", "UNAVAILABLE", "DEADLINE_EXCEEDED"])
"""Codes of gRPC that stand for 500, 503 and 504 (google/rpc/code.proto); UNIMPLEMENTED is a server's that is well."""


@dataclass(frozen=True)
class Answers:
    """What the newest answers came from; each with who gave it."""

    of_revision: tuple[Observation, Identity] | None = None
    """The revision's own; of several requests' newest ones, the best."""
    astray: tuple[Observation, Identity] | None = None
    """Another revision's, where this one had to answer; if it is the newest."""
    refused: tuple[Observation, Identity] | None = None
    """The platform's, in the revision's place."""
    open: tuple[Observation, Identity] | None = None
    """Of somebody not known yet."""


def newest_answers(target: Target, evidence: Evidence) -> Answers:
    """Of each request the newest answer of which it is known who gave it.

    One answer that no broken server gives is enough: a path that fails is for the check that asks for it to judge.
    """
    told: dict[Query[Any], tuple[Observation, Identity]] = {}
    refused = open_ = None
    for seen in reversed(evidence.of(CallsOf(target.name)).calls):
        if seen.query in told or not isinstance(seen.result, Answer):
            continue
        identity = identify(seen, target, evidence)
        if identity.who is Who.FRONT_END:
            refused = refused or (seen, identity)
        elif identity.entry is None:
            open_ = open_ or (seen, identity)
        elif identity.who is Who.OTHER and not whole_traffic(target, evidence, seen.sent):
            continue  # under a split another's answer says nothing
        else:
            told[seen.query] = seen, identity
    newest = next(iter(told.values()), None)
    own = [each for each in told.values() if each[1].who is Who.TARGET]
    best = min(own, key=lambda each: _broken(each[0]), default=None)
    return Answers(best, newest if newest and newest[1].who is Who.OTHER else None, refused, open_)


def _status(seen: Observation) -> int:
    assert isinstance(seen.result, Answer)
    return int(seen.result.content["status"])


def _broken(seen: Observation) -> bool:
    """Whether an answer is one of a broken server: of gRPC the code tells, for its status is 200 all the same."""
    assert isinstance(seen.result, Answer)
    failed = isinstance(seen.call, Invoke) and seen.result.content["code"] in _FAILURES
    return failed or _status(seen) >= 500


def _said(seen: Observation) -> str:
    """The status of an answer, of gRPC with its code."""
    assert isinstance(seen.result, Answer)
    code = f" {seen.result.content['code']}" if isinstance(seen.call, Invoke) else ""
    return f"{_status(seen)}{code}".rstrip()


def response(target: Target, evidence: Evidence) -> Link:
    """The revision's container gave a response, and it is none of a broken server."""
    answers = newest_answers(target, evidence)
    if answers.astray:
        reason = f"{answers.astray[1].revision} answered, not {evidence.of(ServiceOf(target.name)).frozen}: the service's status is ahead of its requests"
        return Link("response", Proof.BROKEN, reason, evidence=(_exchanged(*answers.astray),))
    if answers.of_revision:
        said, revision = _said(answers.of_revision[0]), answers.of_revision[1].revision
        shown = (_exchanged(*answers.of_revision),)
        if _broken(answers.of_revision[0]):
            remedy = f"read its logs: gcloud run services logs read {target.service} {target.flags}"
            return Link("response", Proof.BROKEN, f"{revision} answered {said}", remedy, shown)
        return Link("response", Proof.PROVEN, f"{revision} answered {said}", evidence=shown)
    if answers.refused:
        seen, identity = answers.refused
        return Link("response", Proof.UNPROVEN, identity.reason, identity.remedy, (_exchanged(seen, identity),))
    refusal = evidence.refusal(LogsOf(target.project))
    if refusal:
        reason = f"who answered is not known: {refusal.reason}"
        return Link("response", Proof.UNPROVEN, reason, refusal.remedy, conclusive=True)
    if answers.open:
        return Link("response", Proof.UNPROVEN, answers.open[1].reason, answers.open[1].remedy)
    return _unsent(target, evidence) or Link("response", Proof.UNPROVEN, "no response yet")


def _unsent(target: Target, evidence: Evidence) -> Link | None:
    """Why nothing was sent, if that is all there is to tell."""
    problems = (
        seen.result for seen in reversed(evidence.of(CallsOf(target.name)).calls) if isinstance(seen.result, Problem)
    )
    missing = next((each for each in problems if each.code == UNOBTAINED), None)
    if missing is None:
        return None
    return Link("response", Proof.UNPROVEN, f"no ID token could be had: {missing.message}", missing.remedy)


def _exchanged(seen: Observation, identity: Identity) -> Excerpt:
    assert isinstance(seen.call, MarkedCall)
    by = identity.revision or "Google's front end"
    at = identity.entry.at if identity.entry else seen.received
    source = "request log" if identity.entry else "http"
    return Excerpt(f"{seen.call.shown} -> {_said(seen)} from {by}", at, source)
