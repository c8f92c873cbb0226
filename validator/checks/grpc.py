"""The deployed service answers a call of gRPC as it should, and it is the target's revision that answers.

Without a `method` it is the standard health check. An answer counts only for the revision that the platform's request log
names for it. On Cloud Run gRPC needs HTTP/2 to the container.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from validator.evidence.grpc import Grpc
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence, Resources
from validator.evidence.sort import Query
from validator.judging import probed
from validator.judging.response import Response, header_found, json_found, latency_found
from validator.judging.variables import holds_and_asserts
from validator.language.grpc_check import ABSENT, Options, options, schema
from validator.logs.selector import compiled
from validator.words.call import Json
from validator.words.check import Check
from validator.words.finding import Finding, State, together
from validator.words.grpc_call import OK
from validator.words.instant import span
from validator.words.verdict import Excerpt, Verdict

__all__ = ["judge", "lasting", "options", "present", "queries", "schema", "variables", "within"]

lasting = True
within: float | None = probed.WITHIN
present = False
variables = {
    "status": "int",
    "code": "string",
    "text": "string",
    "json": "dyn",
    "headers": "map(string, string)",
    "latency": "duration",
}
_SHOWN = 500
"""Characters of an answer that are shown."""


def _probe(check: Check[Options]) -> Grpc:
    wanted = check.options
    repeat = wanted.safe or check.within is not None
    read = any("json" in expression.names for expression in check.expressions)
    return Grpc(
        check.target.name,
        wanted.location,
        wanted.metadata,
        wanted.timeout,
        repeat,
        "" if repeat else check.name,
        wanted.method,
        wanted.request,
        wanted.descriptors,
        wanted.safe or wanted.request != "{}" or wanted.json is not ABSENT or read,
        auth=wanted.auth,
    )


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The call, and the request log that tells who answered it."""
    return probed.queries(check, _probe(check))


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge every answer by who gave it."""
    return probed.judge(check, _probe(check), _says, evidence, now)


def _says(check: Check[Options], known: Resources, observation: Observation, content: Json) -> Finding:
    """What an answer says."""
    response = Response.read(content)
    answer = _json(content)
    own = {
        "status": response.status,
        "code": content["code"],
        "text": response.text,
        "json": answer,
        "headers": response.headers,
        "latency": timedelta(seconds=response.latency),
    }
    finding = together(list(_findings(check.options, response, content)))
    if finding.state is not State.UNKNOWN or content["code"]:
        finding = holds_and_asserts(check, known, finding, own)
    line = f"{probed.asked_of(observation).shown} -> {_told(content)} in {span(response.latency)}"
    shown = f"{line}: {_written(content['json'])[:_SHOWN]}" if "json" in content else line
    return replace(finding, evidence=(Excerpt(shown, observation.received, check.kind),))


def _told(content: Json) -> str:
    """Its status, for a person."""
    code = content["code"] or (f"HTTP {content['status']}" if content["status"] != 200 else "no status")
    return f"{code} ({content['text'][:_SHOWN]})" if content["code"] and content["text"] else code


def _json(content: Json) -> Any | Finding:
    """The answer as JSON, or the finding that says why there is none."""
    if "json" in content:
        return content["json"]
    if "unread" in content:
        remedy = "write `descriptors`, or let the server have reflection"
        return Finding(State.UNKNOWN, f"the answer cannot be read: {content['unread']}", remedy=remedy)
    return Finding(State.UNKNOWN, "there is no answer beside the status")


def _findings(wanted: Options, response: Response, content: Json) -> Iterator[Finding]:
    """One finding for each thing that the answer has to be."""
    expected = f"code {' or '.join(wanted.codes)}"
    if "untold" in content:
        remedy = "write `descriptors`, or let the server have reflection, and see that `json` is what the method takes"
        yield Finding(State.UNKNOWN, f"nothing was asked: {content['untold']}", expected, remedy=remedy)
        return
    if "cut" in content:
        remedy = "call a method that answers with less"
        yield Finding(State.UNKNOWN, "the answer is larger than the 1024 KiB that are kept", expected, remedy=remedy)
        return
    if not content["code"]:
        told = f"HTTP status {response.status}"
        remedy = "see that the service speaks gRPC: gcloud run deploy --use-http2"
        yield Finding(State.VIOLATED, f"{told}, and no gRPC", expected, told, remedy)
        return
    held = content["code"] in wanted.codes
    yield Finding(State.HOLDS if held else State.VIOLATED, f"code {_told(content)}", expected, f"code {_told(content)}")
    if content["code"] == OK:
        yield from _answered(wanted, response, _json(content))
    if wanted.text:
        found = compiled(wanted.text).search(response.text)
        reason = f"the message beside the status {'matches' if found else 'does not match'} {wanted.text}"
        yield Finding(State.HOLDS if found else State.VIOLATED, reason, f"a message like {wanted.text}", response.text)
    for name, pattern in wanted.answered:
        yield header_found(name, pattern, response)
    if wanted.latency:
        yield latency_found(wanted.latency, response.latency)


def _answered(wanted: Options, response: Response, answer: Any | Finding) -> Iterator[Finding]:
    """What the answer itself has to be."""
    if wanted.json is ABSENT and not wanted.health:
        return
    if isinstance(answer, Finding):
        yield answer
        return
    if wanted.health:
        health = answer.get("status", "")
        state = State.HOLDS if health == wanted.health else State.VIOLATED
        yield Finding(state, f"health {health}", f"health {wanted.health}", health)
    if wanted.json is not ABSENT:
        yield json_found(wanted.json, replace(response, text=_written(answer)))


def _written(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False)
