"""How an http check is written: the request, and what its response has to be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from validator.language.auth import AUTH, HEADERS, auth_mistakes
from validator.language.mistake import Mistake, sound
from validator.language.place import PATH, misplaced
from validator.language.values import DURATION, LENGTH, LOCATION, PATTERN, Bound, bound, bound_of, duration

__all__ = ["ABSENT", "Options", "options", "schema"]

_TIMEOUT = "10s"
_BODILESS = (204, 205, 304)
"""Answers of these statuses have no body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""
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
        "body": {"type": "string", "description": "The request's body."},
        "json": {"description": "The request's body as JSON, in place of `body`."},
        "timeout": {**LENGTH, "default": _TIMEOUT, "description": "For one whole attempt."},
        "follow_redirects": {
            "type": "boolean",
            "default": False,
            "description": "A redirect is not health. Only Accept, User-Agent and traceparent go to another origin.",
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
    ],
    "x-unknown": [
        "... answered and not ...; the request may not be sent again",
        "Google's front end answered ..., not the service: ...",
        "... is not known: ...",
        "no answer: ...",
        "the request was not sent: no ID token for it could be had: ...",
    ],
    "x-commands": [
        'curl --include --header "Authorization: Bearer $(gcloud auth print-identity-token)" URL/health',
    ],
}
ABSENT = object()


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
    auth: str
    """`id_token`, `none` or a token; empty for what the target says."""

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
        expect.get("json", ABSENT),
        expect.get("text", ""),
        tuple((name.lower(), pattern) for name, pattern in patterns.items()),
        bound(expect["latency"]) if "latency" in expect else None,
        value.get("auth", ""),
    )
    return sound(made, _mistakes(value))


def _mistakes(value: Any) -> Iterator[Mistake]:
    """What cannot be sent, and what no answer can have."""
    yield from misplaced(value)
    yield from auth_mistakes(value)
    if "body" in value and "json" in value:
        yield Mistake("write either `body` or `json`", "body")
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
