"""How an http check is written: the request, and what its response has to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from validator.language import http_body, http_expect, http_series, preflight
from validator.language.auth import AUTH, HEADERS, auth_mistakes
from validator.language.http_body import Body
from validator.language.http_expect import EXPECT, FORBID, SUCCESS, Expected, Forbidden
from validator.language.http_series import Series
from validator.language.mistake import Mistake, sound
from validator.language.place import PATH, misplaced
from validator.language.preflight import Preflight
from validator.language.values import LENGTH, LOCATION, Bound, duration

__all__ = ["Options", "options", "schema"]

_TIMEOUT = "10s"
_SAFE = ("GET", "HEAD", "OPTIONS")
_NOT_GRANTED = http_expect.Statuses((Bound(100, 499),), "a status below 500")
schema = {
    "type": "object",
    "properties": {
        "path": PATH,
        "url": {
            **LOCATION,
            "pattern": "^https?://",
            "x-form": "is not a URL; write https://host/path",
            "description": "A whole URL, in place of `path`.",
        },
        "method": {
            "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            "default": "GET",
            "description": "The method; a request that may change something is sent once, unless `within` is written.",
        },
        "headers": {**HEADERS, "description": "Request headers."},
        "auth": AUTH,
        **http_body.SCHEMA,
        "timeout": {**LENGTH, "default": _TIMEOUT, "description": "For one whole attempt."},
        "follow_redirects": {
            "type": "boolean",
            "default": False,
            "description": "A redirect is not health. Only Accept, User-Agent and traceparent go to another origin.",
        },
        **preflight.SCHEMA,
        **http_series.SCHEMA,
        "expect": EXPECT,
        "forbid": FORBID,
    },
    "additionalProperties": False,
    "examples": [
        {"path": "/health"},
        {"path": "/health", "expect": {"status": 200, "json": {"status": "healthy"}, "latency": {"max": "2s"}}},
        {"path": "/orders", "method": "POST", "json": {"id": 1}, "expect": {"status": [200, 409]}},
        {"path": "/", "samples": 40, "expect": {"latency": {"p95": {"max": "300ms"}}, "error_rate": {"max": "2.5%"}}},
    ],
    "x-failures": [
        "status ...",
        "the JSON differs at ...",
        "the JSON is not as its schema wants it: ...",
        "... answered, not ...",
        "no answer: ...",
        "it took ...",
        "it redirects to...",
        "... of ... requests failed, ...",
        "the certificate is valid until ..., ... more",
    ],
    "x-unknown": [
        "... answered and not ...; the request may not be sent again",
        "Google's front end answered ..., not the service: ...",
        "... is not known: ...",
        "no answer: ...",
        "the request was not sent: no ID token for it could be had: ...",
        "of ... answers ... are known to be the target's",
    ],
    "x-commands": [
        'curl --include --header "Authorization: Bearer $(gcloud auth print-identity-token)" URL/health',
    ],
}


@dataclass(frozen=True)
class Options:
    """A request and what its response has to be."""

    location: str
    method: str
    headers: tuple[tuple[str, str], ...]
    body: Body | None
    timeout: float
    redirects: bool
    expect: Expected
    forbid: Forbidden
    auth: str = ""
    """`id_token`, `none` or a token; empty for what the target says."""
    preflight: Preflight | None = None
    series: Series | None = None

    @property
    def title(self) -> str:
        """The check's name when it has none."""
        return f"{self.method} {self.location}"

    @property
    def safe(self) -> bool:
        """Whether sending it again changes nothing."""
        return self.method in _SAFE

    @property
    def meaningless(self) -> Mapping[str, str]:
        """Keys of the check that mean nothing beside these, and why."""
        if not self.series:
            return {}
        told = "`samples` and `load` are judged together, and once"
        return dict.fromkeys(("for", "times", "attempts", "until"), told) | {
            "capture": "of many answers none is the one to capture from; make that a check of its own"
        }

    @property
    def within_wanted(self) -> str:
        """Why the check has to say `within`; empty if it need not."""
        if self.series and not self.safe:
            return f"this sends {self.method} again and again; write `within` in the check if it may be repeated"
        return ""


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    found: list[Mistake] = []
    asked, body = preflight.preflight(value), http_body.body(value)
    headers = dict(value.get("headers", {})) | (asked.headers if asked else {})
    if body and body.type and "content-type" not in map(str.lower, headers):
        headers["Content-Type"] = body.type
    status = SUCCESS if asked is None or asked.allowed else _NOT_GRANTED
    try:
        expect = http_expect.expected(value.get("expect", {}), status)
    except Mistake as error:
        found.append(error.below("expect", "json_schema"))
        rest = {key: told for key, told in value["expect"].items() if key != "json_schema"}
        expect = http_expect.expected(rest, status)
    made = Options(
        value.get("path") or value.get("url", ""),
        "OPTIONS" if asked else value.get("method", "GET"),
        tuple(headers.items()),
        body,
        duration(value.get("timeout", _TIMEOUT)),
        value.get("follow_redirects", False),
        expect,
        http_expect.forbidden(value.get("forbid", {})),
        value.get("auth", ""),
        asked,
        http_series.series(value),
    )
    return sound(made, [*found, *_mistakes(value, made)])


def _mistakes(value: Any, made: Options) -> Iterator[Mistake]:
    """What cannot be sent, and what no answer can have."""
    yield from misplaced(value)
    yield from auth_mistakes(value)

    for name, content in value.get("headers", {}).items():
        if name.lower() == "content-type" and content.lower().startswith("application/grpc"):
            told = "the HTTP status of a gRPC answer does not say how the call ended; write `grpc` in place of `http`"
            yield Mistake(told, "headers", name)
    yield from http_body.mistakes(value)
    yield from preflight.mistakes(value)
    yield from http_expect.mistakes(value, made.expect, made.forbid)
    yield from http_series.mistakes(value, made.series)
