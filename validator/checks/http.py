"""The deployed service answers an HTTP request as it should, and it is the target's revision that answers.

A response counts only for the revision that the platform's request log names for it. It is polled every 2 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from validator.evidence.http import Http
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence, Resources
from validator.evidence.sort import Query
from validator.judging import probed
from validator.judging.response import (
    Response,
    grpc_found,
    header_found,
    json_found,
    latency_found,
    status_found,
    text_found,
)
from validator.judging.variables import holds_and_asserts
from validator.language.http_check import ABSENT, Options, options, schema
from validator.words.call import Json
from validator.words.check import Check
from validator.words.finding import Finding, together
from validator.words.instant import span
from validator.words.verdict import Excerpt, Verdict

__all__ = ["judge", "lasting", "options", "present", "queries", "schema", "variables", "within"]

lasting = True
within: float | None = probed.WITHIN
present = False
variables = {
    "status": "int",
    "headers": "map(string, string)",
    "json": "dyn",
    "text": "string",
    "latency": "duration",
}


def _probe(check: Check[Options]) -> Http:
    wanted = check.options
    repeat = wanted.safe or check.within is not None
    return Http(
        check.target.name,
        wanted.location,
        wanted.headers,
        wanted.timeout,
        repeat,
        "" if repeat else check.name,
        wanted.method,
        wanted.body,
        wanted.redirects,
        auth=wanted.auth,
    )


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The probe, and the request log that tells who answered it."""
    return probed.queries(check, _probe(check))


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge every exchange by who answered it."""
    return probed.judge(check, _probe(check), _says, evidence, now)


def _says(check: Check[Options], known: Resources, observation: Observation, content: Json) -> Finding:
    """What an answer says."""
    response = Response.read(content)
    findings = list(_findings(check.options, response, content))
    own = {
        "status": response.status,
        "headers": response.headers,
        "json": response.json,
        "text": response.whole_text,
        "latency": timedelta(seconds=response.latency),
    }
    finding = holds_and_asserts(check, known, together(findings), own)
    return replace(finding, evidence=(_shown(observation, response, content),))


def _shown(observation: Observation, response: Response, content: Json) -> Excerpt:
    landed = f" at {content['url']}" if "url" in content else ""
    line = f"{probed.asked_of(observation).shown} -> {response.status}{landed} in {span(response.latency)}"
    return Excerpt(f"{line}: {response.excerpt}" if response.text else line, observation.received, "http")


def _findings(wanted: Options, response: Response, content: Json) -> Iterator[Finding]:
    """One finding for each thing that the response has to be."""
    yield status_found(wanted.status, response)
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
        yield latency_found(wanted.latency, response.latency)
