"""Google's front end and the deployed service: which revision answers a request, what it says, what is logged of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from validator.emulator.chance import digits, fraction
from validator.emulator.deployment import Deployment, Line, Reply
from validator.emulator.entries import LOGS, Stored, Streams, instance, log_name, nanos, resource, stamp, store
from validator.emulator.scenario import Detour
from validator.model.call import Exchange, Json

_RESERVED = re.compile(r"/healthz|/eventlog|/_ah/.*")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")
_CLOUD_TRACE = re.compile(r"([0-9a-f]{32})(?:/\d+)?(?:;o=[01])?", re.IGNORECASE)
_CLIENT = "203.0.113.7"
_NOT_FOUND = Reply(
    404,
    (("content-type", "text/html; charset=UTF-8"),),
    None,
    "<html><title>Error 404 (Not Found)!!1</title><p>The requested URL was not found on this server.</html>",
    0.01,
    (),
)
"""What Google's front end says where no service is, and on the paths that it keeps for itself."""
_UNKNOWN_PATH = Reply(404, (), None, "Not Found", 0.01, ())
"""What a revision says to a path that the scenario does not tell of."""


@dataclass(frozen=True)
class Served:
    """What came of a request."""

    content: Json
    """As `Answer.content` of an Exchange."""
    entries: tuple[Stored, ...] = ()
    """What was written to the logs."""
    turn: str = ""
    """The behaviour that gave the reply, for replies in turn; empty if none did."""


def serve(
    call: Exchange,
    at: float,
    *,
    deployment: Deployment,
    detours: Iterable[Detour],
    streams: Streams,
    turns: Mapping[str, int],
    seed: int,
    number: int,
) -> Served:
    """Answer one request that arrives at `at`, the `number`-th of the world; redirects are not followed here."""
    url = urlsplit(call.url)
    revision = _revision(deployment, detours, url.netloc.lower(), fraction(seed, "split", number), at)
    if not revision or _RESERVED.fullmatch(url.path):
        return Served(_content(_NOT_FOUND, call.method))
    turn, replies = _replies(deployment, revision, url.path or "/")
    reply = replies[turns.get(turn, 0) % len(replies)]
    content = _content(reply, call.method)
    headers = {name.lower(): value for name, value in call.headers}
    trace = _trace(headers) or digits(seed, "trace", number)
    span = digits(seed, "span", number, size=16)
    common = {
        "resource": resource(revision),
        "labels": {"instanceId": instance(seed, revision.rsplit("/", 1)[-1])},
    }
    project = revision.split("/")[1]
    traced = {"trace": f"projects/{project}/traces/{trace}", "spanId": span, "traceSampled": True}
    request = {
        **common,
        **traced,
        "logName": log_name(project, LOGS["requests"]),
        "insertId": digits(seed, "request", number, size=12),
        "timestamp": stamp(nanos(at)),
        "severity": "ERROR" if reply.status >= 500 else "WARNING" if reply.status >= 400 else "INFO",
        "httpRequest": _http_request(call, headers, reply, content),
    }
    end = at + reply.latency
    entries = [store(request, end + streams.delay(LOGS["requests"]))]
    for place, line in enumerate(reply.lines):
        entry = {
            **common,
            **(traced if line.traced else {}),
            **_payload(line),
            "logName": log_name(project, LOGS[line.stream]),
            "insertId": digits(seed, "line", number, size=12) + f"{place:04d}",
            "timestamp": stamp(nanos(end)),
        }
        entries.append(store(entry, end + streams.delay(LOGS[line.stream])))
    return Served(content, tuple(entries), turn)


def _revision(deployment: Deployment, detours: Iterable[Detour], host: str, draw: float, at: float) -> str:
    """The full name of the revision that gets a request; empty if none does."""
    service, tag = deployment.hosts.get(host, ("", ""))
    if not service:
        return ""
    shares, tags = _status(deployment.services[service])
    for detour in detours:
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


def _replies(deployment: Deployment, revision: str, path: str) -> tuple[str, tuple[Reply, ...]]:
    parts = revision.split("/")
    for owner in (parts[-1], parts[-3]):
        paths = deployment.behaviour.get(owner, {})
        for key in (path, "*"):
            if key in paths:
                return f"{owner} {key}", paths[key]
    return f"{parts[-1]} ?", (_UNKNOWN_PATH,)


def _content(reply: Reply, method: str) -> Json:
    text = reply.text if reply.json is None else json.dumps(reply.json, ensure_ascii=False)
    kind = "text/plain; charset=utf-8" if reply.json is None else "application/json"
    headers = {"content-type": kind, **dict(reply.headers), "server": "Google Frontend"}
    body = "" if method == "HEAD" or reply.status in (204, 304) else text
    return {
        "status": reply.status,
        "headers": [[name, value] for name, value in headers.items()],
        "text": body,
        "latency": reply.latency,
    }


def _trace(headers: Mapping[str, str]) -> str:
    for name, pattern in (("traceparent", _TRACEPARENT), ("x-cloud-trace-context", _CLOUD_TRACE)):
        found = pattern.fullmatch(headers.get(name, ""))
        if found:
            return found[1].lower()
    return ""


def _http_request(call: Exchange, headers: Mapping[str, str], reply: Reply, content: Json) -> Json:
    size = sum(len(name) + len(value) + 4 for name, value in headers.items()) + len((call.body or "").encode())
    answer = sum(len(name) + len(value) + 4 for name, value in content["headers"]) + len(content["text"].encode())
    return {
        "requestMethod": call.method,
        "requestUrl": call.url,
        "requestSize": str(size + len(call.url)),
        "status": reply.status,
        "responseSize": str(answer),
        "userAgent": headers.get("user-agent", ""),
        "remoteIp": _CLIENT,
        "latency": f"{reply.latency:.3f}s",
        "protocol": "HTTP/1.1",
    }


def _payload(line: Line) -> Json:
    severity = {"severity": line.severity} if line.severity else {}
    return {**severity, "textPayload": line.text} if line.data is None else {**severity, "jsonPayload": line.data}
