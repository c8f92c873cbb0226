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
from validator.evidence.series import Sampled
from validator.evidence.sort import Query
from validator.judging import probed, series
from validator.judging.answer_rules import expected_found, forbidden_found
from validator.judging.preflight import preflight_found
from validator.judging.response import Response, grpc_found
from validator.judging.variables import holds_and_asserts
from validator.language.http_check import Options, options, schema
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
    "url": "string",
}


def _probe(check: Check[Options]) -> Http:
    wanted = check.options
    repeat = wanted.safe or check.within is not None
    single = Http(
        check.target.name,
        wanted.location,
        wanted.headers,
        wanted.timeout,
        repeat,
        "" if repeat else check.name,
        wanted.method,
        wanted.body.content if wanted.body else None,
        wanted.redirects,
        auth=wanted.auth,
    )
    if wanted.series is None:
        return single
    own = f"{check.name} ({check.part})" if check.part else check.name
    return Sampled.of(replace(single, repeat=True, check=own), wanted.series.count, wanted.series.rate)


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The probe, of a load its lanes, and the request log that tells who answered it."""
    probe = _probe(check)
    lanes = frozenset(probe.lanes) if isinstance(probe, Sampled) else frozenset()
    return probed.queries(check, probe) | lanes


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge every answer by who gave it, of `samples` and a `load` all together."""
    probe = _probe(check)
    if isinstance(probe, Sampled):
        return series.judge(check, probe, _says, evidence, now)
    return probed.judge(check, probe, _says, evidence, now)


def _says(check: Check[Options], known: Resources, observation: Observation, content: Json) -> Finding:
    """What an answer says."""
    response = Response.read(content)
    findings = list(_findings(check.options, response, observation, content))
    own = {
        "status": response.status,
        "headers": response.headers,
        "json": response.json,
        "text": response.whole_text,
        "latency": timedelta(seconds=response.latency),
        "url": response.url or probed.asked_of(observation).url,
    }
    finding = holds_and_asserts(check, known, together(findings), own)
    return replace(finding, evidence=(_shown(check.options, observation, response),))


def _shown(wanted: Options, observation: Observation, response: Response) -> Excerpt:
    landed = f" at {response.url}" if response.url else ""
    files = wanted.body.files if wanted.body else ()
    sent = f" with {' and '.join(f'{name} ({digest[:19]})' for name, digest in files)}" if files else ""
    line = f"{probed.asked_of(observation).shown}{sent} -> {response.status}{landed} in {span(response.latency)}"
    return Excerpt(f"{line}: {response.excerpt}" if response.text else line, observation.received, "http")


def _findings(wanted: Options, response: Response, observation: Observation, content: Json) -> Iterator[Finding]:
    """One finding for each thing that the response has to be."""
    yield from expected_found(wanted.expect, response, probed.asked_of(observation).url, observation.received)
    grpc = grpc_found(wanted.location, response.fields, content.get("trailers", ()))
    if grpc:
        yield grpc
    yield from forbidden_found(wanted.forbid, response)
    if wanted.preflight:
        yield preflight_found(wanted.preflight, response)
