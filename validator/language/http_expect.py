"""What the answer to an http check has to be, and what it must not be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from validator.language.attached import FILE
from validator.language.json_schema import JsonSchema, json_schema
from validator.language.mistake import Mistake
from validator.language.values import ABSENT, DURATION, PATTERN, RATE, SIZE, Bound, bound, bound_of

PERCENTILES = {"p50": 2, "p95": 20, "p99": 100}
"""Percentiles of latency, and the fewest answers of which each is not just the slowest."""
PARSES = object()
"""Any JSON is wanted."""
_BODILESS = (204, 205, 304)
"""Answers of these statuses have no body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""
_OF_BODY = ("json", "json_schema", "text", "size")
_STATUS: Final = {"type": "integer", "minimum": 100, "maximum": 599}
_SET: Final = {"type": "array", "items": _STATUS, "minItems": 1}
_PATTERNS: Final = {"anyOf": [PATTERN, {"type": "array", "items": PATTERN, "minItems": 1}]}
_LATENCY: Final = {
    "anyOf": [
        DURATION,
        {
            "type": "object",
            "properties": {
                "min": DURATION,
                "max": DURATION,
                **{
                    name: {**bound_of(DURATION), "description": f"What {name[1:]} % of the answers do not exceed."}
                    for name in PERCENTILES
                },
            },
            "additionalProperties": False,
            "minProperties": 1,
            "x-bound": True,
        },
    ],
    "description": "From sending to the last byte, of each answer; of many (`samples`, `load`) percentiles too.",
}
EXPECT: Final = {
    "type": "object",
    "properties": {
        "status": {
            "anyOf": [*bound_of(_STATUS)["anyOf"], _SET, {"const": "any"}],
            "description": "The status, or several of which it is one, or `any` (default: any 2xx).",
        },
        "headers": {
            "type": "object",
            "additionalProperties": PATTERN,
            "description": "RE2 patterns that response headers have to match: each value of a repeated one, or one of a list such as Set-Cookie.",
        },
        "json": {
            "description": "What the body has to contain: objects match partially, arrays whole, each value by its type; `any` JSON."
        },
        "json_schema": {
            "anyOf": [FILE, {"type": "object"}],
            "description": "A JSON Schema that the body has to fit, or `{file: order.schema.json}`; its `format` is not judged.",
        },
        "text": {**_PATTERNS, "description": "RE2 patterns that the body has to match, each of them."},
        "size": {**bound_of(SIZE), "description": "The body's size as it was received, compressed if it was."},
        "redirect": {
            **PATTERN,
            "description": "An RE2 pattern of the whole URL to which it redirects; the status has to be a redirect's.",
        },
        "url": {
            **PATTERN,
            "description": "An RE2 pattern of the whole URL at which it ended, of redirects that are followed.",
        },
        "certificate": {
            "type": "object",
            "properties": {
                "days": {
                    **bound_of({"type": "integer", "minimum": 0}),
                    "description": "Days for which it is valid yet.",
                }
            },
            "required": ["days"],
            "additionalProperties": False,
            "description": "The TLS certificate that it was answered with.",
        },
        "latency": _LATENCY,
        "error_rate": {
            **bound_of(RATE),
            "description": "Of many answers the share that is none in time, or a status of 500 or more (default: none).",
        },
    },
    "additionalProperties": False,
    "minProperties": 1,
    "description": "What the response has to be.",
}
FORBID: Final = {
    "type": "object",
    "properties": {
        "status": {
            "anyOf": [*bound_of(_STATUS)["anyOf"], _SET],
            "description": "A status that `expect.status` allows and that it must not be, or several.",
        },
        "headers": {
            "anyOf": [
                {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
                {"type": "object", "additionalProperties": PATTERN, "minProperties": 1},
            ],
            "description": "Names of headers that must not be there, or RE2 patterns that no value of one may match.",
        },
        "text": {**_PATTERNS, "description": "RE2 patterns that the body must not match."},
    },
    "additionalProperties": False,
    "minProperties": 1,
    "description": "What the response must not be.",
}


@dataclass(frozen=True)
class Statuses:
    """A set of statuses."""

    bounds: tuple[Bound, ...]
    """One of these holds."""
    text: str
    """`a 2xx status`, `status 200 or 302`."""

    def holds(self, status: int) -> bool:
        """Whether a status is one of them."""
        return any(each.holds(status) for each in self.bounds)


SUCCESS = Statuses((Bound(200, 299),), "a 2xx status")
REDIRECT = Statuses(tuple(Bound(each, each) for each in (301, 302, 303, 307, 308)), "the status of a redirect")
_NONE = Bound(max=0.0)
ANY = Statuses((Bound(100, 599),), "any status")


@dataclass(frozen=True)
class Expected:
    """What an answer has to be."""

    status: Statuses = SUCCESS
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = ABSENT
    schema: JsonSchema | None = None
    texts: tuple[str, ...] = ()
    size: Bound | None = None
    """Bytes."""
    redirect: str = ""
    url: str = ""
    days: Bound | None = None
    """Of the certificate."""
    latency: Bound | None = None
    """Seconds."""
    percentiles: tuple[tuple[str, Bound], ...] = ()
    """Of many answers: `p95` and seconds."""
    error_rate: Bound = _NONE
    """Of many answers: percent."""


@dataclass(frozen=True)
class Forbidden:
    """What an answer must not be."""

    status: Statuses | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Names, and patterns that no value may match; empty: no value at all."""
    texts: tuple[str, ...] = ()


def expected(value: Mapping[str, Any], status: Statuses) -> Expected:
    """Read `expect`; `status` is wanted where it does not say.

    Raises:
        Mistake: its JSON Schema is none.
    """
    told, length, json = value.get("status"), value.get("latency"), value.get("json", ABSENT)
    parts = length if isinstance(length, dict) else {}
    ends = {key: parts[key] for key in ("min", "max") if key in parts} if parts else length
    redirect = value.get("redirect", "")
    return Expected(
        statuses(told) if told is not None else REDIRECT if redirect else status,
        tuple((name.lower(), pattern) for name, pattern in value.get("headers", {}).items()),
        PARSES if json == "any" else json,
        json_schema(value["json_schema"]) if "json_schema" in value else None,
        _several(value.get("text", ())),
        bound(value["size"]) if "size" in value else None,
        redirect,
        value.get("url", ""),
        bound(value["certificate"]["days"]) if "certificate" in value else None,
        bound(ends) if ends else None,
        tuple((name, bound(parts[name])) for name in PERCENTILES if name in parts),
        bound(value["error_rate"]) if "error_rate" in value else _NONE,
    )


def forbidden(value: Mapping[str, Any]) -> Forbidden:
    """Read `forbid`."""
    headers = value.get("headers", {})
    named = headers.items() if isinstance(headers, dict) else [(name, "") for name in headers]
    return Forbidden(
        statuses(value["status"]) if "status" in value else None,
        tuple((name.lower(), pattern) for name, pattern in named),
        _several(value.get("text", ())),
    )


def statuses(value: Any) -> Statuses:
    """Read a set of statuses."""
    if value == "any":
        return ANY
    if isinstance(value, list):
        told = ", ".join(map(str, value[:-1]))
        return Statuses(tuple(bound(each) for each in value), f"status {told}{' or ' if told else ''}{value[-1]}")
    single = bound(value)
    return Statuses((single,), f"status {single.text().removeprefix('exactly ')}")


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def mistakes(value: Mapping[str, Any], made: Expected, banned: Forbidden) -> Iterator[Mistake]:
    """What no answer can be; `value` is the whole http check."""
    expect, forbid = value.get("expect", {}), value.get("forbid", {})
    wanted = [("expect", key) for key in _OF_BODY if key in expect]
    wanted += [("forbid", "text")] if "text" in forbid else []
    for place in wanted:
        if value.get("method") == "HEAD":
            yield Mistake("an answer to HEAD has no body; write `method: GET`", *place)
        elif expect.get("status") in _BODILESS:
            yield Mistake(f"an answer of status {expect['status']} has no body", *place)
    if banned.status and not any(made.status.holds(each) and banned.status.holds(each) for each in range(100, 600)):
        told = f"{made.status.text} is wanted, so this forbids nothing; write `status: any` in `expect` beside it"
        yield Mistake(told, "forbid", "status")
    follows = value.get("follow_redirects", False)
    if "redirect" in expect and follows:
        yield Mistake("redirects are followed; judge where that ended with `url`", "expect", "redirect")
    if "url" in expect and not follows:
        yield Mistake("no redirect is followed; write `follow_redirects: true`, or `redirect`", "expect", "url")
    if "redirect" in expect and not any(made.status.holds(each) for each in range(300, 400)):
        yield Mistake(f"{made.status.text} redirects nowhere; leave `status` out", "expect", "redirect")
    if "certificate" in expect and value.get("url", "").startswith("http://"):
        yield Mistake("there is no certificate over plain http; write an https URL", "expect", "certificate")
