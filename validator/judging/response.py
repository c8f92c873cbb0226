"""A response as it is judged: its status, its headers with all their values, and as much of its body as is known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from validator.judging.json_match import difference
from validator.language.cel_shown import NOT_SHOWN
from validator.language.http_expect import PARSES, Statuses
from validator.language.values import Bound
from validator.logs.selector import compiled
from validator.words import secret
from validator.words.call import Json
from validator.words.finding import Finding, State
from validator.words.instant import seconds, span
from validator.words.strict_json import NotJsonError, TooLargeError, parse

MORE = (1 << 20) + 1
"""The size of a body that is longer than what is kept."""
_JSON = 160
"""Characters of the wanted JSON that a pass shows."""
_EXCERPT = 500
"""Characters of a body that are shown."""
_LISTS = frozenset(
    [
        "accept-ch",
        "accept-ranges",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-expose-headers",
        "allow",
        "alt-svc",
        "cache-control",
        "cache-status",
        "cdn-cache-control",
        "clear-site-data",
        "connection",
        "content-encoding",
        "content-language",
        "content-security-policy",
        "content-security-policy-report-only",
        "link",
        "permissions-policy",
        "pragma",
        "proxy-authenticate",
        "server-timing",
        "set-cookie",
        "timing-allow-origin",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "vary",
        "via",
        "warning",
        "www-authenticate",
    ]
)
"""Headers that are lists by their own definition (RFC 9110, section 5.3; Set-Cookie by RFC 6265): each value counts."""


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    fields: tuple[tuple[str, str], ...]
    """(name in lower case, value), in order; a header that was sent twice is there twice."""
    text: str
    """The body as far as it was kept and could be decoded."""
    lacks: str
    """Why that is not the whole body; empty if it is."""
    remedy: str
    """What would let the whole body be read."""
    latency: float
    """Seconds."""
    size: int | None = None
    """Bytes of the body as it was sent; None if it was not read. MORE of one of which more came than is kept."""
    url: str = ""
    """Where redirects led."""
    not_after: float | None = None
    """When its TLS certificate ends, Unix seconds; None if none was seen."""

    @classmethod
    def read(cls, content: Json) -> Response:
        """From `Answer.content` of an Exchange."""
        fields = tuple((str(name), str(value)) for name, value in content.get("headers", ()))
        text = str(content.get("text", ""))
        lacks, remedy = _lack(content)
        if "undecoded" in content:
            text = text.partition("\ufffd")[0]
        told = content.get("certificate")
        return cls(
            int(content["status"]),
            fields,
            text,
            lacks,
            remedy,
            float(content["latency"]),
            content.get("size"),
            str(content.get("url", "")),
            seconds(told["not_after"]) if told else None,
        )

    def values(self, name: str) -> list[str]:
        """All values of a header, its name in lower case."""
        return [value for field, value in self.fields if field == name]

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers as CEL sees them: the values of a repeated one joined (RFC 9110, section 5.3)."""
        return {name: ", ".join(self.values(name)) for name, _ in self.fields}

    @property
    def excerpt(self) -> str:
        """The beginning of the body."""
        return self.text[:_EXCERPT]

    @cached_property
    def json(self) -> Any | Finding:
        """The body as JSON, or the finding that says why it is none."""
        if self.lacks:
            return self._unknown("the JSON")
        try:
            return parse(self.text)
        except NotJsonError as error:
            return Finding(State.VIOLATED, f"the body is not JSON: {error}", actual=self.excerpt)
        except TooLargeError as error:
            remedy = "let the path answer with less or flatter JSON, or judge its `text`"
            return Finding(State.UNKNOWN, f"the JSON cannot be read: {error}", actual=self.excerpt, remedy=remedy)

    @property
    def whole_text(self) -> str | Finding:
        """The body as text, or the finding that says why that is not known."""
        return self._unknown("the text") if self.lacks else self.text

    def _unknown(self, what: str) -> Finding:
        return Finding(State.UNKNOWN, f"{what} is not known: {self.lacks}", actual=self.excerpt, remedy=self.remedy)


def _lack(content: Json) -> tuple[str, str]:
    """(why the body is not known as a whole, what would mend that)."""
    if content.get("unread"):
        return (
            "the body of a redirect is not read",
            "write `follow_redirects: true`, or judge only its status and headers",
        )
    if "undecoded" in content:
        return str(
            content["undecoded"]
        ), "let the path answer in UTF-8 and uncompressed, or judge its status and headers"
    if content.get("cut"):
        kept = len(str(content.get("text", "")).encode()) >> 10
        return f"it is longer than the {kept} KiB that are kept", "judge a path that answers with less"
    return "", ""


def status_found(wanted: Statuses, response: Response) -> Finding:
    """Whether the status is one that is wanted."""
    state = State.HOLDS if wanted.holds(response.status) else State.VIOLATED
    return Finding(state, f"status {response.status}", wanted.text, f"status {response.status}")


def latency_found(wanted: Bound, seconds: float) -> Finding:
    """Whether it took as long as is wanted."""
    took = span(seconds)
    state = State.HOLDS if wanted.holds(seconds) else State.VIOLATED
    return Finding(state, f"it took {took}", f"a latency of {wanted.text('s')}", took)


def json_found(wanted: Any, response: Response) -> Finding:
    """Whether the body contains what is wanted."""
    expected = "JSON" if wanted is PARSES else "JSON with " + json.dumps(wanted, ensure_ascii=False)
    body = response.json
    if isinstance(body, Finding):
        return Finding(body.state, body.reason, expected, body.actual, body.remedy)
    if wanted is PARSES:
        return Finding(State.HOLDS, "the body is JSON", expected)
    where = difference(wanted, body)
    if where:
        return Finding(State.VIOLATED, f"the JSON differs at {where}", expected, response.excerpt)
    return Finding(State.HOLDS, expected if len(expected) <= _JSON else f"{expected[:_JSON]}…", expected)


def text_found(pattern: str, response: Response) -> Finding:
    """Whether the body matches; of a part of it, a match that ends within the part holds for the whole."""
    expected = f"a body like {pattern}"
    found = compiled(pattern).search(response.text)
    if found and (not response.lacks or found.end() < len(response.text)):
        return Finding(State.HOLDS, f"the body matches {pattern}", expected)
    if response.lacks:
        reason = f"no match of {pattern} in what is known of the body: {response.lacks}"
        return Finding(State.UNKNOWN, reason, expected, response.excerpt, response.remedy)
    return Finding(State.VIOLATED, f"the body does not match {pattern}", expected, response.excerpt)


def header_found(name: str, pattern: str, response: Response) -> Finding:
    """Whether a header matches.

    Of a header that is a list by its definition one value has to match, or all of them joined (Set-Cookie is never
    joined). Of any other each value has to: two values contradict each other.
    """
    values = response.values(name)
    expected = f"header {name} like {pattern}"
    search = compiled(pattern).search
    if not values:
        return Finding(State.VIOLATED, f"there is no header {name}", expected, "none")
    if name in _LISTS:
        joined = [] if name == "set-cookie" else [", ".join(values)]
        holds = any(search(value) for value in (*values, *joined))
    else:
        holds = all(search(value) for value in values)
    told = " and ".join(shown(name, value) for value in values)
    several = (
        "" if len(values) == 1 or name in _LISTS else f": it was sent {len(values)} times, and each value has to match"
    )
    reason = f"header {name} is {told}{'' if holds else several}"
    return Finding(State.HOLDS if holds else State.VIOLATED, reason, expected, told)


def shown(name: str, value: str) -> str:
    """A header's value as a report may show it: of a cookie its name and attributes, of what is secret by its name nothing."""
    if name == "set-cookie":
        pair, semicolon, attributes = value.partition(";")
        return repr(f"{pair.partition('=')[0]}={NOT_SHOWN}{semicolon}{attributes}")
    return NOT_SHOWN if secret.named(name) else repr(value)


def grpc_found(path: str, fields: Sequence[tuple[str, str]], trailers: Iterable[tuple[str, str]]) -> Finding | None:
    """What a gRPC answer says of its call, which its HTTP status does not; None of an answer that is no gRPC's."""
    headers = dict(fields)
    if not headers.get("content-type", "").startswith("application/grpc"):
        return None
    code = {**headers, **dict(trailers)}.get("grpc-status", "")
    expected = "grpc-status 0"
    remedy = "write `grpc` in place of `http`: it reads what is said over gRPC"
    if not code:
        return Finding(State.UNKNOWN, "the answer is gRPC's, and its grpc-status did not come", expected, remedy=remedy)
    if code != "0":
        return Finding(State.VIOLATED, f"grpc-status {code}", expected, f"grpc-status {code}")
    if path.startswith("/grpc.health."):
        return Finding(State.UNKNOWN, "the health in a gRPC message is not read", expected, remedy=remedy)
    return Finding(State.HOLDS, "grpc-status 0", expected)
