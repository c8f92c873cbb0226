"""What `expect` and `forbid` of an http check say of one answer: a finding for each thing."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin

from validator.judging.response import (
    MORE,
    Response,
    header_found,
    json_found,
    latency_found,
    shown,
    status_found,
    text_found,
)
from validator.language.http_expect import Expected, Forbidden
from validator.language.json_schema import JsonSchema
from validator.language.values import ABSENT, Bound
from validator.logs.selector import compiled
from validator.words.counting import volume
from validator.words.finding import Finding, State
from validator.words.instant import rfc3339, span

_DAY = 86400.0


def expected_found(wanted: Expected, response: Response, url: str, at: float) -> Iterator[Finding]:
    """One finding for each thing that an answer has to be.

    Args:
        wanted: what is expected.
        response: the answer.
        url: what was asked.
        at: when the answer came, Unix seconds.
    """
    yield status_found(wanted.status, response)
    if wanted.json is not ABSENT:
        yield json_found(wanted.json, response)
    if wanted.schema:
        yield schema_found(wanted.schema, response)
    for pattern in wanted.texts:
        yield text_found(pattern, response)
    for name, pattern in wanted.headers:
        yield header_found(name, pattern, response)
    if wanted.size:
        yield size_found(wanted.size, response)
    if wanted.redirect:
        yield redirect_found(wanted.redirect, response, url)
    if wanted.url:
        yield _url_found(wanted.url, "it ended at", response.url or url)
    if wanted.days:
        yield certificate_found(wanted.days, response, url, at)
    if wanted.latency:
        yield latency_found(wanted.latency, response.latency)


def forbidden_found(banned: Forbidden, response: Response) -> Iterator[Finding]:
    """One finding for each thing that an answer must not be."""
    if banned.status:
        state = State.VIOLATED if banned.status.holds(response.status) else State.HOLDS
        yield Finding(state, f"status {response.status}", f"not {banned.status.text}", f"status {response.status}")
    for pattern in banned.texts:
        yield text_missed(pattern, response)
    for name, pattern in banned.headers:
        yield header_missed(name, pattern, response)


def schema_found(schema: JsonSchema, response: Response) -> Finding:
    """Whether the body fits a JSON Schema."""
    expected, body = "JSON that fits the schema", response.json
    if isinstance(body, Finding):
        return Finding(body.state, body.reason, expected, body.actual, body.remedy)
    try:
        differences = schema.differences(body)
    except ValueError as error:
        return Finding(State.UNKNOWN, f"the JSON cannot be held against its schema: {error}", expected)
    if differences:
        reason = f"the JSON is not as its schema wants it: {'; '.join(differences)}"
        return Finding(State.VIOLATED, reason, expected, response.excerpt)
    return Finding(State.HOLDS, "the JSON fits its schema", expected)


def size_found(wanted: Bound, response: Response) -> Finding:
    """Whether the body is as large as is wanted; of one that was cut the least that it has is known."""
    expected = f"a body of {wanted.text('B')}"
    if response.size is None:
        told = "the body of a redirect is not read"
        return Finding(
            State.UNKNOWN, f"its size is not known: {told}", expected, remedy="write `follow_redirects: true`"
        )
    if response.size < MORE:
        state = State.HOLDS if wanted.holds(response.size) else State.VIOLATED
        return Finding(state, f"the body has {volume(response.size)}", expected, volume(response.size))
    told = "the body has more than 1 MiB"
    if wanted.max is not None and wanted.max < MORE:
        return Finding(State.VIOLATED, told, expected, "more than 1 MiB")
    if wanted.max is None and wanted.min is not None and wanted.min <= MORE:
        return Finding(State.HOLDS, told, expected, "more than 1 MiB")
    return Finding(State.UNKNOWN, f"{told}, of which no more is read", expected, "more than 1 MiB")


def redirect_found(pattern: str, response: Response, url: str) -> Finding:
    """Whether an answer redirects to where it is wanted to."""
    locations = response.values("location")
    if not 300 <= response.status < 400 or len(locations) != 1:
        actual = f"status {response.status} with {len(locations)} Location headers"
        return Finding(State.VIOLATED, "it redirects nowhere", f"a redirect to {pattern}", actual)
    return _url_found(pattern, "it redirects to", urljoin(url, locations[0]))


def _url_found(pattern: str, told: str, url: str) -> Finding:
    state = State.HOLDS if compiled(pattern).search(url) else State.VIOLATED
    return Finding(state, f"{told} {url}", f"a URL like {pattern}", url)


def certificate_found(wanted: Bound, response: Response, url: str, at: float) -> Finding:
    """Whether the certificate is valid for as many days yet."""
    expected = f"a certificate valid for {wanted.text()} days"
    if response.not_after is None:
        plain = (response.url or url).startswith("http://")
        state = State.VIOLATED if plain else State.UNKNOWN
        reason = "the answer came over plain http" if plain else "no certificate was seen: the connection was not TLS"
        remedy = (
            "" if plain else 'an emulator is connected in plain; let its scenario tell of one: `certificate: "@+30d"`'
        )
        return Finding(state, reason, expected, "no certificate", remedy)
    left = response.not_after - at
    state = State.HOLDS if wanted.holds(left // _DAY) else State.VIOLATED
    reason = f"the certificate is valid until {rfc3339(response.not_after)}, {span(left)} more"
    return Finding(state, reason, expected, f"{left // _DAY:g} days")


def text_missed(pattern: str, response: Response) -> Finding:
    """Whether the body has no match; of a part of it only that it has one is known."""
    expected = f"no body like {pattern}"
    found = compiled(pattern).search(response.text)
    if found and (not response.lacks or found.end() < len(response.text)):
        told = f"the body matches {pattern}, which it must not"
        return Finding(State.VIOLATED, told, expected, response.excerpt)
    if response.lacks:
        reason = f"whether the body matches {pattern} is not known: {response.lacks}"
        return Finding(State.UNKNOWN, reason, expected, response.excerpt, response.remedy)
    return Finding(State.HOLDS, f"the body does not match {pattern}", expected)


def header_missed(name: str, pattern: str, response: Response) -> Finding:
    """Whether no value of a header matches; without a pattern, whether there is none."""
    expected = f"no header {name} like {pattern}" if pattern else f"no header {name}"
    values = response.values(name)
    bad = [value for value in values if not pattern or compiled(pattern).search(value)]
    if bad:
        told = shown(name, bad[0])
        return Finding(State.VIOLATED, f"header {name} is {told}, which it must not be", expected, told)
    return Finding(State.HOLDS, f"no header {name}" + (f" like {pattern}" if values else ""), expected)
