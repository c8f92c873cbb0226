"""Google's front end and the deployed service: which revision answers a request, and what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from validator.emulator.world.answers import Request, answer
from validator.emulator.world.chance import fraction
from validator.emulator.world.deployment import Deployment, Reply
from validator.emulator.world.entries import Stored
from validator.emulator.world.gatekeeper import CLOSED, EVERYONE, NOT_FOUND, refused, unserved
from validator.emulator.world.mishaps import befallen
from validator.emulator.world.plot import Scenario
from validator.emulator.world.request_log import Log, Visit
from validator.words.call import Exchange, Json
from validator.words.grpc_call import CODES

IDLE = 15 * 60.0
"""Seconds without a request after which an instance that is not kept warm is gone (run/docs/about-instance-autoscaling)."""
_RESERVED = re.compile(r"/healthz|/eventlog|/_ah/.*")
_UNKNOWN_PATH = Reply(404, (), None, "Not Found", 0.01, ())
"""What a revision says to a path that the scenario does not tell of."""
_HEALTH = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")
"""By the numbers of grpc.health.v1.HealthCheckResponse.ServingStatus."""
_NEEDS_UPGRADE = Reply(426, (("upgrade", "websocket"),), None, "Upgrade Required", 0.01, ())
"""What a path for WebSockets says to a plain request."""


@dataclass(frozen=True)
class Visits:
    """What the services remember of their visitors."""

    turns: Mapping[str, int] = field(default_factory=dict)
    """Behaviour -> how often it replied."""
    last: Mapping[str, float] = field(default_factory=dict)
    """Revision (full name) -> when it last answered."""


@dataclass(frozen=True)
class Arrival:
    """A request that reached a revision, or was answered before."""

    revision: str
    """Full name; empty: there is none for it."""
    reply: Reply
    behaviour: str
    """The behaviour that replies, for replies in turn; empty: the front end does."""
    refusal: str
    """What the front end logs of its refusal."""
    waiting: float
    """Seconds until an instance is there to answer."""


@dataclass(frozen=True)
class Served:
    """What came of a request."""

    content: Json
    """As `Answer.content` of an Exchange."""
    entries: tuple[Stored, ...]
    """What was written to the logs."""
    visits: Visits


def service_at(deployment: Deployment, url: str) -> str:
    """The short name of the service that a URL is of; empty if it is of none."""
    return deployment.hosts.get(urlsplit(url).netloc.lower(), ("", ""))[0].rsplit("/", 1)[-1]


def arrival(
    request: Request, at: float, *, deployment: Deployment, scenario: Scenario, visits: Visits, number: int
) -> Arrival:
    """Where the `number`-th request of the world ends up."""
    parts = urlsplit(request.url)
    draw = fraction(scenario.seed, "split", number)
    revision = _revision(deployment, scenario, parts.netloc.lower(), draw, at)
    if not revision or _RESERVED.fullmatch(parts.path):
        return Arrival("", NOT_FOUND if revision else CLOSED, "", "", 0.0)
    service = revision.rpartition("/revisions/")[0]
    invokers = scenario.invokers.get(service.rsplit("/", 1)[-1], (EVERYONE,))
    no = refused(deployment.services[service], invokers, request.path, request.headers, at, seed=scenario.seed)
    if no is not None:
        return Arrival(revision, no.reply, "", no.logged, 0.0)
    names = revision.split("/")
    own = answer(deployment.behaviour, (names[-1], names[-3]), request, visits.turns)
    behaviour, reply = own or (f"{names[-1]} ?", _UNKNOWN_PATH)
    if not reply.instance:
        no = unserved(reply.status)
        return Arrival(revision, no.reply, behaviour, no.logged, 0.0)
    return Arrival(revision, reply, behaviour, "", _waiting(deployment, scenario, revision, visits, at))


def visited(visits: Visits, arrived: Arrival, at: float) -> Visits:
    """The visits after one more."""
    if not arrived.behaviour:
        return visits
    turns = {**visits.turns, arrived.behaviour: visits.turns.get(arrived.behaviour, 0) + 1}
    return Visits(turns, {**visits.last, arrived.revision: at})


def serve(
    call: Exchange, at: float, *, deployment: Deployment, scenario: Scenario, visits: Visits, number: int, status: int
) -> Served:
    """Answer one request that arrives at `at`, the `number`-th of the world; redirects are not followed here.

    `status` stands in for the reply's where it is not 0: the platform answers then, and no instance is asked.
    """
    headers = {name.lower(): value for name, value in call.headers}
    request = Request(call.method, call.url, headers, (call.body or b"").decode("utf-8", "replace"))
    arrived = arrival(request, at, deployment=deployment, scenario=scenario, visits=visits, number=number)
    if status and arrived.behaviour:
        no = unserved(status)
        arrived = replace(arrived, reply=no.reply, behaviour="", refusal=no.logged, waiting=0.0)
    reply = _plainly(arrived.reply, headers)
    reply = replace(reply, status=status or reply.status, latency=reply.latency + arrived.waiting)
    content = content_of(reply, call.method)
    if not arrived.revision or not (arrived.behaviour or arrived.refusal):
        return Served(content, (), visits)
    size = sum(len(name) + len(value) + 4 for name, value in content["headers"]) + len(content["text"].encode())
    visit = Visit(call.method, call.url, headers, reply.status, len(call.body or b""), size, at, reply.latency)
    log = Log.of(deployment, arrived.revision, number, scenario.seed, scenario.streams)
    started = [log.cold_start(at)] if arrived.waiting else []
    entries = [*started, log.request(visit, arrived.refusal), *log.lines(reply.lines, headers, at + reply.latency)]
    after = visited(visits, arrived, at + reply.latency)
    return Served(content, befallen(entries, scenario.mishaps, scenario.seed), after)


def _plainly(reply: Reply, headers: Mapping[str, str]) -> Reply:
    """What a request over plain HTTP gets on a path for WebSockets or for gRPC, as a gRPC server answers it."""
    if reply.socket is not None:
        return _NEEDS_UPGRADE
    if not reply.health and reply.spoken is None:
        return reply
    if not headers.get("content-type", "").startswith("application/grpc"):
        return replace(reply, status=415, text="invalid gRPC request content-type")
    if reply.spoken is not None:
        code = str(CODES.index(reply.spoken.code))
        return replace(reply, headers=(("content-type", "application/grpc"), ("grpc-status", code)), text="")
    message = "\x00\x00\x00\x00\x02\x08" + chr(_HEALTH.index(reply.health))
    return replace(reply, headers=(("content-type", "application/grpc"), ("grpc-status", "0")), text=message)


def content_of(reply: Reply, method: str) -> Json:
    """A reply as `Answer.content` of an Exchange."""
    text = reply.text if reply.json is None else json.dumps(reply.json, ensure_ascii=False)
    kind = "text/plain; charset=utf-8" if reply.json is None else "application/json"
    headers = {"content-type": kind, **dict(reply.headers), "server": "Google Frontend"}
    body = "" if method == "HEAD" or reply.status in (204, 304) else text
    return {
        "status": reply.status,
        "headers": [[name, value] for name, value in headers.items()],
        "text": body,
        "latency": reply.latency,
        **({"certificate": {"not_after": reply.certificate}} if reply.certificate else {}),
    }


def _waiting(deployment: Deployment, scenario: Scenario, revision: str, visits: Visits, at: float) -> float:
    """Seconds of a cold start, if the request meets one."""
    parts = revision.split("/")
    start = scenario.cold_starts.get(parts[-1], scenario.cold_starts.get(parts[-3], 0.0))
    kept = (deployment.revisions.get(revision, {}).get("scaling") or {}).get("minInstanceCount", 0)
    return 0.0 if kept or at - visits.last.get(revision, float("-inf")) < IDLE else start


def _revision(deployment: Deployment, scenario: Scenario, host: str, draw: float, at: float) -> str:
    """The full name of the revision that gets a request; empty if none does."""
    service, tag = deployment.hosts.get(host, ("", ""))
    if not service:
        return ""
    shares, tags = _status(deployment.services[service])
    for detour in scenario.detours:
        if detour.service == service.rsplit("/", 1)[-1] and detour.start <= at < detour.until:
            shares, tags = dict(detour.split) or shares, {**tags, **detour.tags}
    name = tags.get(tag, "") if tag else _drawn(shares, draw)
    return f"{service}/revisions/{name}" if name else ""


def _status(service: Json) -> tuple[dict[str, float], dict[str, str]]:
    """What the service's traffic status says: revision -> percent, tag -> revision."""
    latest = str(service.get("latestReadyRevision", "")).rsplit("/", 1)[-1]
    shares: dict[str, float] = {}
    tags: dict[str, str] = {}
    for status in service.get("trafficStatuses", ()):
        name = str(status.get("revision", "")).rsplit("/", 1)[-1] or latest
        shares[name] = shares.get(name, 0) + status.get("percent", 0)
        if status.get("tag"):
            tags[status["tag"]] = name
    return shares, tags


def _drawn(shares: Mapping[str, float], draw: float) -> str:
    left = draw * sum(shares.values())
    for name, percent in shares.items():
        if left < percent:
            return name
        left -= percent
    return ""
