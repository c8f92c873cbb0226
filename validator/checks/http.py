"""The deployed service answers an HTTP request as it should, and it is the target's revision that answers.

A response counts only for the revision that the platform's request log names for it. It is polled every 2 s.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from validator.model import query
from validator.model.call import Exchange, Json, Problem
from validator.model.check import Check
from validator.model.evidence import Evidence, Resources
from validator.model.finding import Attempt, Finding, State, worst
from validator.model.identity import Identity, Who, identify, probed_enough, whole_traffic
from validator.model.instant import span
from validator.model.journal import Observation
from validator.model.judging import eventually, timing
from validator.model.reach import never_probed_url
from validator.model.response import Response, grpc_found, header_found, json_found, text_found
from validator.model.variables import holds_and_asserts
from validator.model.variables import queries as asked
from validator.model.verdict import Excerpt, Verdict
from validator.spec.mistake import Mistake, sound
from validator.spec.values import DURATION, LENGTH, LOCATION, PATTERN, Bound, bound, bound_of, duration

_TIMEOUT = "10s"
_BODILESS = (204, 205, 304)
"""Answers of these statuses have no body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""
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
_HEADERS = {"type": "object", "additionalProperties": {"type": "string"}}
schema = {
    "type": "object",
    "properties": {
        "path": {
            **LOCATION,
            "pattern": "^/",
            "x-form": "must begin with /",
            "description": "The path on the service, with its query.",
        },
        "url": {
            **LOCATION,
            "pattern": "^https?://",
            "x-form": "is no URL; write https://host/path",
            "description": "A whole URL, in place of `path`.",
        },
        "method": {
            "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            "default": "GET",
            "description": "The method; a request that may change something is sent once, unless `within` is written.",
        },
        "headers": {**_HEADERS, "description": "Request headers."},
        "body": {"type": "string", "description": "The request's body."},
        "json": {"description": "The request's body as JSON, in place of `body`."},
        "timeout": {**LENGTH, "default": _TIMEOUT, "description": "For one whole attempt."},
        "follow_redirects": {
            "type": "boolean",
            "default": False,
            "description": "A redirect is not health. To another origin go Accept, User-Agent and traceparent alone.",
        },
        "expect": {
            "type": "object",
            "properties": {
                "status": {
                    **bound_of({"type": "integer", "minimum": 100, "maximum": 599}),
                    "description": "The status (default: any 2xx).",
                },
                "json": {
                    "description": "What the body has to contain: objects match partially, arrays whole, each value by its type."
                },
                "text": {**PATTERN, "description": "An RE2 pattern that the body has to match."},
                "headers": {
                    "type": "object",
                    "additionalProperties": PATTERN,
                    "description": "RE2 patterns that response headers have to match: each value of a repeated one, or one of a list such as Set-Cookie.",
                },
                "latency": {**bound_of(DURATION), "description": "From sending to the last byte."},
            },
            "additionalProperties": False,
            "minProperties": 1,
            "description": "What the response has to be.",
        },
    },
    "additionalProperties": False,
    "examples": [
        {"path": "/health"},
        {"path": "/health", "expect": {"status": 200, "json": {"status": "healthy"}, "latency": {"max": "2s"}}},
        {"path": "/orders", "method": "POST", "json": {"id": 1}, "expect": {"status": {"min": 200, "max": 409}}},
    ],
    "x-failures": [
        "status ...",
        "the JSON differs at ...",
        "... answered, not ...",
        "no answer: ...",
        "it took ...",
        "Google's front end answered 403, not the service: ...",
        "the text is not known: ...",
    ],
    "x-commands": [
        'curl --include --header "Authorization: Bearer $(gcloud auth print-identity-token)" URL/health',
    ],
}
_ABSENT = object()


@dataclass(frozen=True)
class Options:
    """A request and what its response has to be."""

    location: str
    method: str
    headers: tuple[tuple[str, str], ...]
    body: str | None
    timeout: float
    redirects: bool
    status: Bound
    json: Any
    text: str
    response_headers: tuple[tuple[str, str], ...]
    latency: Bound | None

    @property
    def title(self) -> str:
        """The check's name when it has none."""
        return f"{self.method} {self.location}"

    @property
    def safe(self) -> bool:
        """Whether sending it again changes nothing."""
        return self.method in ("GET", "HEAD", "OPTIONS")


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    headers = dict(value.get("headers", {}))
    body = value.get("body")
    if "json" in value:
        body = json.dumps(value["json"], ensure_ascii=False)
        headers.setdefault("Content-Type", "application/json")
    expect = value.get("expect", {})
    patterns = expect.get("headers", {})
    made = Options(
        value.get("path") or value.get("url", ""),
        value.get("method", "GET"),
        tuple(headers.items()),
        body,
        duration(value.get("timeout", _TIMEOUT)),
        value.get("follow_redirects", False),
        bound(expect.get("status", {"min": 200, "max": 299})),
        expect.get("json", _ABSENT),
        expect.get("text", ""),
        tuple((name.lower(), pattern) for name, pattern in patterns.items()),
        bound(expect["latency"]) if "latency" in expect else None,
    )
    return sound(made, _mistakes(value))


def _mistakes(value: Any) -> Iterator[Mistake]:
    """What cannot be sent, and what no answer can have."""
    if ("path" in value) == ("url" in value):
        yield Mistake("write either `path` or `url`", *(["url"] if "url" in value else []))
    if "body" in value and "json" in value:
        yield Mistake("write either `body` or `json`", "body")
    if reason := never_probed_url(value.get("url", "")):
        yield Mistake(reason, "url")
    for name, content in value.get("headers", {}).items():
        if name.lower() == "content-type" and content.lower().startswith("application/grpc"):
            told = "the status of a gRPC answer does not say how the call ended; probe the service's HTTP gateway"
            yield Mistake(told, "headers", name)
    expect = value.get("expect", {})
    wanted = [key for key in ("json", "text") if key in expect]
    if value.get("method") == "HEAD":
        for key in ("body", "json"):
            if key in value:
                yield Mistake("a HEAD request has no body; write another `method`", key)
        for key in wanted:
            yield Mistake("an answer to HEAD has no body; write `method: GET`", "expect", key)
    elif expect.get("status") in _BODILESS:
        for key in wanted:
            yield Mistake(f"an answer of status {expect['status']} has no body", "expect", key)


def _probe(check: Check) -> query.Probe:
    wanted = check.options
    assert isinstance(wanted, Options)
    repeat = wanted.safe or check.within is not None
    return query.Probe(
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


def queries(check: Check) -> frozenset[query.Query]:
    """The probe, and the request log that tells who answered it."""
    identified: set[query.Query] = set() if check.target.url else {query.Logs(check.target.project)}
    return asked(check) | {_probe(check)} | identified


def judge(check: Check, evidence: Evidence, now: float) -> Verdict:
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


def _attempt(check: Check, probe: query.Probe, evidence: Evidence, observation: Observation) -> Attempt | None:
    """What an exchange says once it is known who answered; None if that says nothing of the target."""
    key = (check.name, check.part, observation.seq)

    def settled(attempt: Attempt | None) -> bool:
        """Of redirects each hop has an entry, and the last one tells."""
        return not probe.redirects and (attempt is None or attempt.finding.state is not State.UNKNOWN)

    return evidence.derive(
        (*key, "settled"), partial(_as_known, key, check, probe, evidence, observation), lasting=settled
    )


def _as_known(
    key: tuple[str, int, int], check: Check, probe: query.Probe, evidence: Evidence, observation: Observation
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


def _told(check: Check, probe: query.Probe, evidence: Evidence, said: Attempt, identity: Identity) -> Attempt | None:
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
    refused = evidence.refusal(query.Logs(check.target.project)) is not None
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
    check: Check, probe: query.Probe, evidence: Evidence, said: Attempt, identity: Identity, *, whole: bool
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


def _said(check: Check, evidence: Evidence, observation: Observation) -> Attempt:
    """What an exchange says, whoever answered."""
    result = observation.result
    if isinstance(result, Problem):
        finding = _problem(check, evidence, observation, result)
    else:
        finding = _find(check, evidence.as_of(observation), observation, result.content)
    return Attempt(observation.sent, finding, (observation.seq,), took=observation.received - observation.sent)


def _problem(check: Check, evidence: Evidence, observation: Observation, problem: Problem) -> Finding:
    """No answer: held against the service once the connection stood, or if its host was ever reached."""
    wanted = check.options
    assert isinstance(wanted, Options)
    assert isinstance(observation.call, Exchange)
    host = urlsplit(observation.call.url).hostname
    reached = any(
        not (isinstance(other.result, Problem) and other.result.code == "CONNECT")
        and urlsplit(other.call.url).hostname == host  # type: ignore[union-attr]
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


def _find(check: Check, known: Resources, observation: Observation, content: Json) -> Finding:
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
    finding = holds_and_asserts(check, known, worst(findings), own)
    if finding.state is not State.HOLDS:
        return replace(finding, evidence=shown)
    expected = ", ".join(f.expected for f in findings if f.expected)
    facts = "; ".join(f.reason for f in findings)
    return replace(finding, reason=facts, expected=expected, actual=facts, evidence=shown)


def _findings(wanted: Options, response: Response, content: Json) -> Iterator[Finding]:
    """One finding for each thing that the response has to be."""
    yield _status(wanted.status, response.status)
    grpc = grpc_found(wanted.location, response.fields, content.get("trailers", ()))
    if grpc:
        yield grpc
    if wanted.json is not _ABSENT:
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
