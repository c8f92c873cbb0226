"""The deployed service answers an HTTP request as it should, and it is the target's revision that answers.

A response counts only for the revision that the platform's request log names for it. It is polled every 2 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from validator.evidence.identity import Identity, Who, identify
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence, Resources
from validator.evidence.logs import LogsOf
from validator.evidence.probe import Probe, probed_enough
from validator.evidence.reachability import whole_traffic
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, timing
from validator.judging.response import Response, grpc_found, header_found, json_found, text_found
from validator.judging.variables import holds_and_asserts
from validator.judging.variables import queries as asked
from validator.language.http_check import ABSENT, Options, options, schema
from validator.language.values import Bound
from validator.words.call import Exchange, Json, Problem
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State, together
from validator.words.instant import span
from validator.words.verdict import Excerpt, Verdict

__all__ = ["judge", "lasting", "options", "present", "queries", "schema", "variables", "within"]

_GRANT = 20.0
"""Seconds in which a grant that was made with the deploy takes effect; after them a refusal of the caller stays."""
_CUT = 0.05
"""Seconds by which a time-out may come early by rounding."""

lasting = True
within: float | None = 60.0
present = False
variables = {
    "status": "int",
    "headers": "map(string, string)",
    "json": "dyn",
    "text": "string",
    "latency": "duration",
}


def _probe(check: Check[Any]) -> Probe:
    wanted = check.options
    assert isinstance(wanted, Options)
    repeat = wanted.safe or check.within is not None
    return Probe(
        check.target.name,
        wanted.method,
        wanted.location,
        wanted.headers,
        wanted.body,
        wanted.timeout,
        wanted.redirects,
        repeat,
        "" if repeat else check.name,
    )


def queries(check: Check[Any]) -> frozenset[Query[Any]]:
    """The probe, and the request log that tells who answered it."""
    identified: set[Query[Any]] = set() if check.target.url else {LogsOf(check.target.project)}
    return asked(check) | {_probe(check)} | identified


def judge(check: Check[Any], evidence: Evidence, now: float) -> Verdict:
    """Judge every exchange; one that another revision answered is held against the target or not counted."""
    probe = _probe(check)
    made = [_attempt(check, probe, evidence, each) for each in evidence.answers(probe)]
    attempts = [attempt for attempt in made if attempt]
    under_way = evidence.under_way(probe)
    if under_way is not None:
        attempts.append(Attempt(under_way, Finding(State.UNKNOWN, "no answer yet"), pending=True))
    enough = probed_enough(probe, check.target, evidence)
    if enough:
        remedy = "give the target a tag, so that its own URL is used"
        attempts.append(Attempt(now, Finding(State.UNKNOWN, enough, remedy=remedy)))
    refusal = evidence.refusal(probe)
    if refusal:
        finding = Finding(State.UNKNOWN, refusal.reason, remedy=refusal.remedy)
        attempts.append(Attempt(now, finding, refusal.rests_on, conclusive=True))
    return eventually(attempts, timing(check, evidence, within), now)


def _attempt(check: Check[Any], probe: Probe, evidence: Evidence, observation: Observation) -> Attempt | None:
    """What an exchange says once it is known who answered; None if that says nothing of the target."""
    key = (check.name, check.part, observation.seq)

    def settled(attempt: Attempt | None) -> bool:
        """Of redirects each hop has an entry, and the last one tells."""
        return not probe.redirects and (attempt is None or attempt.finding.state is not State.UNKNOWN)

    return evidence.derive(
        (*key, "settled"), partial(_as_known, key, check, probe, evidence, observation), lasting=settled
    )


def _as_known(
    key: tuple[str, int, int], check: Check[Any], probe: Probe, evidence: Evidence, observation: Observation
) -> Attempt | None:
    """The same as of now."""
    said = evidence.derive(key, partial(_said, check, evidence, observation), lasting=_decided)
    if isinstance(observation.result, Problem):
        whole = check.target.url or whole_traffic(check.target, evidence, observation.sent)
        if whole or not _decided(said):
            return replace(said, conclusive=not probe.repeat)
    identity = identify(observation, check.target, evidence)
    if not _decided(said):
        return _told(check, probe, evidence, said, identity)
    by = (*key, identity.revision or identity.reason)
    return evidence.derive(by, partial(_told, check, probe, evidence, said, identity))


def _decided(said: Attempt) -> bool:
    return said.finding.state is not State.UNKNOWN


def _told(check: Check[Any], probe: Probe, evidence: Evidence, said: Attempt, identity: Identity) -> Attempt | None:
    """What an exchange says by who answered it."""
    if identity.who is Who.TARGET:
        conclusive = said.finding.state is not State.HOLDS and not probe.repeat
        return replace(said, finding=_by(said.finding, identity), conclusive=conclusive)
    if identity.who is Who.OTHER:
        whole = whole_traffic(check.target, evidence, said.at)
        return _by_another(check, probe, evidence, said, identity, whole=whole)
    pending = identity.who is Who.PENDING
    finding = Finding(State.UNKNOWN, identity.reason, remedy=identity.remedy, evidence=said.finding.evidence)
    if identity.who is not Who.FRONT_END and not _decided(said):
        finding = said.finding  # whoever answered
    refused = evidence.refusal(LogsOf(check.target.project)) is not None
    began = evidence.start_of(check.name)
    told = identity.who is Who.FRONT_END and identity.lasting
    hopeless = told and began is not None and said.at - began >= _GRANT
    conclusive = refused or hopeless or not (pending or probe.repeat)
    return replace(said, finding=finding, conclusive=conclusive, pending=pending)


def _by(finding: Finding, identity: Identity) -> Finding:
    """The same finding, its evidence saying who answered."""
    if not identity.revision:
        return finding
    shown = tuple(replace(excerpt, text=f"{identity.revision} answered {excerpt.text}") for excerpt in finding.evidence)
    return replace(finding, evidence=shown)


def _by_another(
    check: Check[Any], probe: Probe, evidence: Evidence, said: Attempt, identity: Identity, *, whole: bool
) -> Attempt | None:
    """Another revision's answer: a violation where none but the target should answer, else of no account."""
    frozen = evidence.frozen(check.target.name)
    shown = _by(said.finding, identity).evidence
    if whole:
        reason = f"{identity.revision} answered, not {frozen}"
        finding = Finding(State.VIOLATED, reason, f"an answer of {frozen}", identity.revision, evidence=shown)
        return replace(said, finding=finding, conclusive=not probe.repeat)
    if probe.repeat:
        return None
    reason = f"{identity.revision} answered and not {frozen}; the request may not be sent again"
    remedy = "give the target a tag, so that its own URL is used"
    return replace(said, finding=Finding(State.UNKNOWN, reason, remedy=remedy, evidence=shown), conclusive=True)


def _said(check: Check[Any], evidence: Evidence, observation: Observation) -> Attempt:
    """What an exchange says, whoever answered."""
    result = observation.result
    if isinstance(result, Problem):
        finding = _problem(check, evidence, observation, result)
    else:
        finding = _find(check, evidence.as_of(observation), observation, result.content)
    return Attempt(observation.sent, finding, (observation.seq,), took=observation.received - observation.sent)


def _problem(check: Check[Any], evidence: Evidence, observation: Observation, problem: Problem) -> Finding:
    """No answer: held against the service once the connection stood, or if its host was ever reached."""
    wanted = check.options
    assert isinstance(wanted, Options)
    assert isinstance(observation.call, Exchange)
    host = urlsplit(observation.call.url).hostname
    reached = any(
        not (isinstance(other.result, Problem) and other.result.code == "CONNECT")
        and isinstance(other.call, Exchange)
        and urlsplit(other.call.url).hostname == host
        for other in evidence.probes(check.target.name)
    )
    took = observation.received - observation.sent
    refused = problem.code == "REFUSED"
    cut = problem.code == "TIMEOUT" and took < wanted.timeout - _CUT  # by the end of the run, not by its own time-out
    unknown = cut or refused or (problem.code == "CONNECT" and not reached)
    state = State.UNKNOWN if unknown else State.VIOLATED
    shown = Excerpt(
        f"{observation.call.method} {observation.call.url} -> {problem.code} after {span(took)}: {problem.message}",
        observation.received,
        "http",
    )
    remedy = (
        "" if state is State.VIOLATED else f"see that {host} can be reached from where the gate runs (ingress, DNS)"
    )
    if cut:
        remedy = "give the run a longer `timeout`"
    if refused:
        remedy = "see what the service redirects to; to judge the redirect itself, leave `follow_redirects` out"
    return Finding(state, f"no answer: {problem.message}", "an answer", problem.code, remedy, (shown,))


def _shown(observation: Observation, response: Response, content: Json) -> Excerpt:
    call = observation.call
    assert isinstance(call, Exchange)
    landed = f" at {content['url']}" if "url" in content else ""
    line = f"{call.method} {call.url} -> {response.status}{landed} in {span(response.latency)}"
    return Excerpt(f"{line}: {response.excerpt}" if response.text else line, observation.received, "http")


def _find(check: Check[Any], known: Resources, observation: Observation, content: Json) -> Finding:
    """What an answer says."""
    wanted = check.options
    assert isinstance(wanted, Options)
    response = Response.read(content)
    shown = (_shown(observation, response, content),)
    findings = list(_findings(wanted, response, content))
    own = {
        "status": response.status,
        "headers": response.headers,
        "json": response.json,
        "text": response.whole_text,
        "latency": timedelta(seconds=response.latency),
    }
    finding = holds_and_asserts(check, known, together(findings), own)
    return replace(finding, evidence=shown)


def _findings(wanted: Options, response: Response, content: Json) -> Iterator[Finding]:
    """One finding for each thing that the response has to be."""
    yield _status(wanted.status, response.status)
    grpc = grpc_found(wanted.location, response.fields, content.get("trailers", ()))
    if grpc:
        yield grpc
    if wanted.json is not ABSENT:
        yield json_found(wanted.json, response)
    if wanted.text:
        yield text_found(wanted.text, response)
    for name, pattern in wanted.response_headers:
        yield header_found(name, pattern, response)
    if wanted.latency:
        took = span(response.latency)
        state = State.HOLDS if wanted.latency.holds(response.latency) else State.VIOLATED
        yield Finding(state, f"it took {took}", f"a latency of {wanted.latency.text('s')}", took)


def _status(wanted: Bound, status: int) -> Finding:
    expected = "a 2xx status" if wanted == Bound(200, 299) else f"status {wanted.text().removeprefix('exactly ')}"
    state = State.HOLDS if wanted.holds(status) else State.VIOLATED
    return Finding(state, f"status {status}", expected, f"status {status}")
