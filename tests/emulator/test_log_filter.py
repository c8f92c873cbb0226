from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.emulator.log_filter import MAX_LENGTH, FilterError, parse

REQUEST: dict[str, Any] = {
    "insertId": "r1",
    "logName": "projects/p/logs/run.googleapis.com%2Frequests",
    "timestamp": "2026-01-01T00:00:10.5Z",
    "receiveTimestamp": "2026-01-01T00:00:12Z",
    "severity": "WARNING",
    "trace": "projects/p/traces/0123456789abcdef0123456789abcdef",
    "httpRequest": {
        "requestMethod": "GET",
        "requestUrl": "https://x/health?a=b",
        "status": 404,
        "userAgent": "Validator/1 (Mark)",
        "latency": "0.080s",
        "requestSize": "130",
    },
    "resource": {"type": "cloud_run_revision", "labels": {"service_name": "shop", "revision_name": "shop-2"}},
    "labels": {"instanceId": "00ff", "run.googleapis.com/x": "dotted"},
}
DATA: dict[str, Any] = {
    "insertId": "d1",
    "logName": "projects/p/logs/run.googleapis.com%2Fstdout",
    "timestamp": "2026-01-01T00:00:11.000000001Z",
    "jsonPayload": {
        "message": 'Straße says "hi"\tand c:\\d',
        "level": 40,
        "done": True,
        "nothing": None,
        "sizes": [8.5, 9, 6],
        "items": [{"name": "One"}, {"name": "Two"}],
        "a.b": {"c": "x"},
    },
    "resource": {"type": "cloud_run_revision", "labels": {"service_name": "shop", "revision_name": "shop-1"}},
}
TEXT: dict[str, Any] = {"logName": "projects/p/logs/syslog", "textPayload": "The cat in the hat", "severity": "ERROR"}
ENTRIES = {"request": REQUEST, "data": DATA, "text": TEXT}
ALL = "request data text"


@pytest.mark.parametrize(
    ("text", "matching"),
    [
        ("", ALL),
        ("  -- nothing but a comment\n", ALL),
        # fields, quoting, case
        ('resource.type="cloud_run_revision"', "request data"),
        ("resource.type=cloud_run_revision", "request data"),
        ('resource.type="CLOUD_RUN_REVISION"', "request data"),
        ('RESOURCE.Type="cloud_run_revision"', "request data"),
        ("resource.labels.service_name = shop", "request data"),
        ("resource.labels.Service_Name = shop", ""),
        ('labels."run.googleapis.com/x"="dotted"', "request"),
        ('jsonPayload."a.b".c=x', "data"),
        ('jsonPayload."a.b"."c"="x"', "data"),
        ('jsonPayload.message:"says \\"HI\\"\\tand c:\\\\d"', "data"),
        ('jsonPayload.message:"STRASSE"', "data"),
        ('textPayload="the CAT in the hat"', "text"),
        ('textPayload="the cat"', ""),
        # values in parentheses
        ('resource.labels.revision_name=("shop-1" OR "shop-2")', "request data"),
        ('textPayload:("cat" AND "hat")', "text"),
        ('textPayload:("cat" "hat")', "text"),
        ('textPayload:("cat" AND NOT "hat")', ""),
        ('textPayload:("dog" OR ("cat" AND -"dog"))', "text"),
        # AND, OR, NOT, juxtaposition
        ("severity=WARNING OR severity=ERROR", "request text"),
        ("severity=WARNING OR severity=ERROR AND textPayload:cat", "text"),
        ("textPayload:cat AND severity=WARNING OR severity=ERROR", "text"),
        ("(severity=WARNING) OR (severity=ERROR AND textPayload:cat)", "request text"),
        ("severity=ERROR\ntextPayload:cat -- a comment\n-textPayload:dog", "text"),
        ("severity=ERROR textPayload:dog", ""),
        ("NOT severity=ERROR", "request data"),
        ("-severity=ERROR", "request data"),
        ("NOT (severity=ERROR OR severity=WARNING)", "data"),
        ("NOT NOT severity=ERROR", "text"),
        # severities, times, durations, numbers, booleans
        ("severity>=WARNING", "request text"),
        ("severity>warning", "text"),
        ("severity<WARNING", "data"),
        ("severity=DEFAULT", "data"),
        ('timestamp>="2026-01-01T00:00:11Z"', "data"),
        ('timestamp>"2026-01-01T00:00:11.000000001Z"', ""),
        ('timestamp>="2026-01-01T01:00:10.5+01:00"', "request data"),
        ('timestamp="2026-01-01T00:00:10.500Z"', "request"),
        ('timestamp<"2026-01-02"', "request data"),
        ('receiveTimestamp>="2026-01-01T00:00:11Z"', "request"),
        ("httpRequest.status>=400", "request"),
        ('httpRequest.status="404"', "request"),
        ("httpRequest.status<500", ALL),
        ("httpRequest.status:404", "request"),
        ("httpRequest.requestSize>99", "request"),
        ('httpRequest.latency>"79ms"', "request"),
        ('httpRequest.latency<="0.08s"', ALL),
        ("jsonPayload.level>=40", "data"),
        ("jsonPayload.level>-5", "data"),
        ("jsonPayload.level=4e1", "data"),
        ("jsonPayload.done=TRUE", "data"),
        ("jsonPayload.done=1", ""),
        ("jsonPayload.nothing=NULL_VALUE", "data"),
        # missing, defaulted, there at all
        ("jsonPayload.missing=x", ""),
        ("jsonPayload.missing!=x", ""),
        ("NOT jsonPayload.missing=x", ALL),
        ("labels.missing!=x", ""),
        ('trace=""', "data text"),
        ('textPayload!="x"', ALL),
        ("trace:*", "request"),
        ("jsonPayload.level:*", "data"),
        ("httpRequest:*", "request"),
        # lists and whole objects
        ("jsonPayload.sizes<7", "data"),
        ("jsonPayload.sizes<6", ""),
        ("jsonPayload.items.name=two", "data"),
        ('jsonPayload:"two"', "data"),
        ("labels:dotted", "request"),
        ("httpRequest:validator", "request"),
        # substrings, regular expressions, whole entries
        ('trace:"0123456789ABCDEF"', "request"),
        ('httpRequest.userAgent:"mark"', "request"),
        ('httpRequest.userAgent=~"mark"', ""),
        ('httpRequest.userAgent=~"^Val.*\\(Mark\\)$"', "request"),
        ('textPayload=~"c\\w+t|dog"', "text"),
        ('textPayload=~"c\\\\w+t"', "text"),
        ('textPayload!~"cat"', "request data"),
        ('severity=~"ERR"', "text"),
        ('jsonPayload.items.name=~"^T"', "data"),
        ('"cat"', "text"),
        ("cat hat", "text"),
        ("cat dog", ""),
        ("validator", "request"),
        ('cat OR "two"', "data text"),
        ('("cat" AND ("hat" OR "bat"))', "text"),
        ("severity=and OR and", "data"),
        ('log_id("run.googleapis.com/stdout")', "data"),
        ('-LOG_ID("run.googleapis.com/stdout")', "request text"),
        ('log_id("stdout")', ""),
        ('(log_id("syslog") OR log_id("run.googleapis.com/requests")) severity>=ERROR', "text"),
        # what cannot be converted fails
        ('timestamp>"yesterday"', ""),
        ("severity>=BAD", ""),
        ("httpRequest.status=many", ""),
    ],
)
def test_a_filter_matches(text: str, matching: str) -> None:
    matches = parse(text)
    assert " ".join(name for name, entry in ENTRIES.items() if matches(entry)) == matching


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("thud=1", "field not found: thud", 0),
        ("severity=ERROR operation.thud=1", "field not found: operation.thud", 15),
        ("textPayload.thud=1", "field not found: textPayload.thud", 0),
        ("labels.a.b=1", "field not found: labels.a.b", 0),
        ("insertId = abc:def", "syntax error at ':def'", 14),
        ("severity=", "the filter ends too early", 9),
        ("(severity=ERROR", "the filter ends too early", 15),
        ("severity=ERROR)", "syntax error at ')'", 14),
        ("severity==ERROR", "syntax error at '=ERROR'", 9),
        ("OR severity=ERROR", "syntax error at 'OR severity=ERROR'", 0),
        ("severity=ERROR AND", "the filter ends too early", 18),
        ('textPayload="open', "syntax error at '\"open'", 12),
        ('sample(insertId, "0.1")', "unknown function sample", 0),
        ('severity=ERROR ip_in_net(httpRequest.remoteIp, "10.0.0.0/8")', "unknown function ip_in_net", 15),
        ('textPayload=cast("x", STRING)', "unknown function cast", 12),
        ('textPayload=log_id("x")', "a function cannot be a value here", 0),
        ("log_id()", "log_id takes one text", 0),
        ('textPayload=~"("', "not a regular expression of RE2: missing ): (", 0),
        ('textPayload=~"(?=x)"', "not a regular expression of RE2: invalid perl operator: (?=", 0),
        ("textPayload=~x", "a regular expression must be in double quotes", 13),
        ("textPayload=*", "* is a value of the operator : alone", 0),
        ('"' + "x" * MAX_LENGTH + '"', "the filter has more than 20000 characters", MAX_LENGTH),
    ],
)
def test_a_filter_is_refused_with_a_position(text: str, message: str, position: int) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert caught.value.message.startswith(message)
    assert caught.value.position == position


def test_the_filter_that_the_gate_sends() -> None:
    matches = parse(
        """resource.type="cloud_run_revision"
        resource.labels.service_name=("shop" OR "netra-auth-staging")
        (resource.labels.revision_name=("shop-1") OR trace:"0123456789abcdef" OR httpRequest.userAgent:"0123456789abcdef")
        timestamp>="2026-01-01T00:00:00Z"
        (timestamp>="2026-01-01T00:00:11Z" OR receiveTimestamp>="2026-01-01T00:00:10.5Z")"""
    )
    assert [name for name, entry in ENTRIES.items() if matches(entry)] == ["request", "data"]


def test_a_filter_is_parsed_once_and_scans_ten_thousand_entries_in_less_than_a_second() -> None:
    text = (
        'resource.labels.revision_name=("a" OR "shop-2") timestamp>="2026-01-01T00:00:00Z" httpRequest.userAgent:"mark"'
    )
    assert parse(text) is parse(text)
    started = time.process_time()
    assert sum(map(parse(text), [REQUEST, DATA] * 5000)) == 5000
    assert time.process_time() - started < 1


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_entry = st.dictionaries(
    st.sampled_from(["textPayload", "jsonPayload", "severity", "timestamp", "httpRequest", "resource", "labels", "logName"]),
    _json | st.dictionaries(st.sampled_from(["status", "latency", "labels", "type", "a"]), _json, max_size=3),
)  # fmt: skip
_field = st.sampled_from(
    [
        *("textPayload", "jsonPayload.a", "jsonPayload", "severity", "timestamp", "httpRequest.status", "httpRequest"),
        *("httpRequest.latency", "labels", 'labels."a"', "resource.labels.x", "resource.type", "resource", "logName"),
        *("traceSampled", "operation.first", "protoPayload.a.b", "errorGroups.id"),
    ]
)
_operator = st.sampled_from(["=", "!=", "<", "<=", ">", ">=", ":", "=~", "!~"])
_value = st.one_of(
    st.sampled_from(["ERROR", "2026-01-01T00:00:00Z", "1.5s", "true", "NULL_VALUE", "NaN", "-1", "", "[a-z]+"]),
    st.text(max_size=5).map(lambda text: "".join(c for c in text if c not in '"\\*+?()[]{}|^$.')),
).map(lambda text: f'"{text}"')
_comparison = st.builds(" ".join, st.tuples(_field, _operator, _value)) | _value
_filter = st.recursive(
    _comparison,
    lambda inner: (
        st.builds(lambda a, b: f"{a} OR {b}", inner, inner)
        | st.builds(lambda a, b: f"({a}) {b}", inner, inner)
        | st.builds(lambda a: f"NOT ({a})", inner)
    ),
    max_leaves=4,
)


@settings(deadline=None)
@given(_filter, _entry)
def test_a_filter_never_fails_on_an_entry_and_its_negation_is_the_opposite(text: str, entry: dict[str, Any]) -> None:
    found = parse(text)(entry)
    assert parse(f"NOT ({text})")(entry) is (not found)


def _position(text: str) -> int | None:
    try:
        parse(text)(REQUEST)
    except FilterError as error:
        return error.position
    return None


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_filter_or_an_error_with_a_position(text: str) -> None:
    assert _position(text) in {None, *range(len(text) + 1)}
