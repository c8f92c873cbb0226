from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.emulator.api.log_filter import MAX_LENGTH, FilterError, Predicate, compiled, parse
from validator.emulator.api.log_grammar import planted
from validator.emulator.api.log_tree import (
    Comparison,
    Everything,
    Function,
    Joined,
    Literal,
    Negation,
    NotValue,
    Search,
    Star,
    Tree,
    Value,
    Values,
    printed,
)

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

# Each row of the table cites the section of this page, or the thread, whose rule it shows.
_PAGE = "https://cloud.google.com/logging/docs/view/logging-query-language, section "
SYNTAX = _PAGE + "Syntax summary"
BOOLEAN = _PAGE + "Boolean operators"
FIELDS = _PAGE + "Field path identifiers"
SPECIAL = _PAGE + "Special characters"
MISSING = _PAGE + "Missing fields"
OBJECTS = _PAGE + "Object and array types"
VALUES = _PAGE + "Values and conversions"
COMMENTS = _PAGE + "Comments"
OPERATORS = _PAGE + "Comparison operators"
GLOBAL = _PAGE + "Global restrictions"
FUNCTIONS = _PAGE + "Functions"
TIME = _PAGE + "Searching by time"
REGEX = _PAGE + "Using regular expressions"
SEVERITY = "https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity"


@pytest.mark.parametrize(
    ("text", "matching", "source"),
    [
        ("", ALL, SYNTAX),
        ("  -- nothing but a comment\n", ALL, COMMENTS),
        # fields, quoting, case
        ('resource.type="cloud_run_revision"', "request data", FIELDS),
        ("resource.type=cloud_run_revision", "request data", FIELDS),
        ('resource.type="CLOUD_RUN_REVISION"', "request data", OPERATORS),
        ('RESOURCE.Type="cloud_run_revision"', "request data", FIELDS),
        ("resource.labels.service_name = shop", "request data", FIELDS),
        ("resource.labels.Service_Name = shop", "", FIELDS),
        ('labels."run.googleapis.com/x"="dotted"', "request", SPECIAL),
        ('jsonPayload."a.b".c=x', "data", SPECIAL),
        ('jsonPayload."a.b"."c"="x"', "data", SPECIAL),
        ('jsonPayload.message:"says \\"HI\\"\\tand c:\\\\d"', "data", SPECIAL),
        ('jsonPayload.message:"STRASSE"', "data", OPERATORS),
        ('textPayload="the CAT in the hat"', "text", OPERATORS),
        ('textPayload="the cat"', "", OPERATORS),
        # values in parentheses
        ('resource.labels.revision_name=("shop-1" OR "shop-2")', "request data", SYNTAX),
        ('textPayload:("cat" AND "hat")', "text", SYNTAX),
        ('textPayload:("cat" "hat")', "text", SYNTAX),
        ('textPayload:("cat" AND NOT "hat")', "", SYNTAX),
        ('textPayload:("dog" OR ("cat" AND -"dog"))', "text", SYNTAX),
        # AND, OR, NOT, juxtaposition
        ("severity=WARNING OR severity=ERROR", "request text", BOOLEAN),
        ("severity=WARNING OR severity=ERROR AND textPayload:cat", "text", BOOLEAN),
        ("textPayload:cat AND severity=WARNING OR severity=ERROR", "text", BOOLEAN),
        ("(severity=WARNING) OR (severity=ERROR AND textPayload:cat)", "request text", BOOLEAN),
        ("severity=ERROR\ntextPayload:cat -- a comment\n-textPayload:dog", "text", COMMENTS),
        ("severity=ERROR textPayload:dog", "", BOOLEAN),
        ("NOT severity=ERROR", "request data", BOOLEAN),
        ("-severity=ERROR", "request data", BOOLEAN),
        ("NOT (severity=ERROR OR severity=WARNING)", "data", BOOLEAN),
        ("NOT NOT severity=ERROR", "text", BOOLEAN),
        # severities, times, durations, numbers, booleans
        ("severity>=WARNING", "request text", SEVERITY),
        ("severity>warning", "text", SEVERITY),
        ("severity<WARNING", "data", SEVERITY),
        ("severity=DEFAULT", "data", SEVERITY),
        ('timestamp>="2026-01-01T00:00:11Z"', "data", TIME),
        ('timestamp>"2026-01-01T00:00:11.000000001Z"', "", TIME),
        ('timestamp>="2026-01-01T01:00:10.5+01:00"', "request data", TIME),
        ('timestamp="2026-01-01T00:00:10.500Z"', "request", TIME),
        ('timestamp<"2026-01-02"', "request data", TIME),
        ('receiveTimestamp>="2026-01-01T00:00:11Z"', "request", TIME),
        ("httpRequest.status>=400", "request", VALUES),
        ('httpRequest.status="404"', "request", VALUES),
        ("httpRequest.status<500", ALL, VALUES),
        ("httpRequest.status:404", "request", VALUES),
        ("httpRequest.requestSize>99", "request", VALUES),
        ('httpRequest.latency>"79ms"', "request", VALUES),
        ('httpRequest.latency<="0.08s"', ALL, VALUES),
        ("jsonPayload.level>=40", "data", VALUES),
        ("jsonPayload.level>-5", "data", VALUES),
        ("jsonPayload.level=4e1", "data", VALUES),
        ("jsonPayload.done=TRUE", "data", VALUES),
        ("jsonPayload.done=1", "", VALUES),
        ("jsonPayload.nothing=NULL_VALUE", "data", VALUES),
        # missing, defaulted, there at all
        ("jsonPayload.missing=x", "", MISSING),
        ("jsonPayload.missing!=x", "", MISSING),
        ("NOT jsonPayload.missing=x", ALL, MISSING),
        ("labels.missing!=x", "", MISSING),
        ('trace=""', "data text", MISSING),
        ('textPayload!="x"', ALL, MISSING),
        ("trace:*", "request", OPERATORS),
        ("jsonPayload.level:*", "data", OPERATORS),
        ("httpRequest:*", "request", OPERATORS),
        # lists and whole objects
        ("jsonPayload.sizes<7", "data", OBJECTS),
        ("jsonPayload.sizes<6", "", OBJECTS),
        ("jsonPayload.items.name=two", "data", OBJECTS),
        ('jsonPayload:"two"', "data", OBJECTS),
        ("labels:dotted", "request", OBJECTS),
        ("httpRequest:validator", "request", OBJECTS),
        # substrings, regular expressions, whole entries
        ('trace:"0123456789ABCDEF"', "request", OPERATORS),
        ('httpRequest.userAgent:"mark"', "request", OPERATORS),
        ('httpRequest.userAgent=~"mark"', "", REGEX),
        ('httpRequest.userAgent=~"^Val.*\\(Mark\\)$"', "request", REGEX),
        ('textPayload=~"c\\w+t|dog"', "text", REGEX),
        ('textPayload=~"c\\\\w+t"', "text", REGEX),
        ('textPayload!~"cat"', "request data", REGEX),
        ('severity=~"ERR"', "text", REGEX),
        ('jsonPayload.items.name=~"^T"', "data", REGEX),
        ('"cat"', "text", GLOBAL),
        ("cat hat", "text", GLOBAL),
        ("cat dog", "", GLOBAL),
        ("validator", "request", GLOBAL),
        ('cat OR "two"', "data text", GLOBAL),
        ('("cat" AND ("hat" OR "bat"))', "text", GLOBAL),
        ("severity=and OR and", "data", OPERATORS),
        ('log_id("run.googleapis.com/stdout")', "data", FUNCTIONS),
        ('-LOG_ID("run.googleapis.com/stdout")', "request text", FUNCTIONS),
        ('log_id("stdout")', "", FUNCTIONS),
        ('(log_id("syslog") OR log_id("run.googleapis.com/requests")) severity>=ERROR', "text", FUNCTIONS),
        # what cannot be converted fails
        ('timestamp>"yesterday"', "", TIME),
        ("severity>=BAD", "", SEVERITY),
        ("httpRequest.status=many", "", VALUES),
    ],
)
def test_a_filter_matches(text: str, matching: str, source: str) -> None:
    matches = parse(text)
    assert source.startswith(("https://", "googleapis/"))
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
        ('textPayload=log_id("x")', "a function cannot be a value here", 12),
        ("log_id()", "log_id takes one text", 0),
        ('textPayload=~"("', "not a regular expression of RE2: missing ): (", 0),
        ('textPayload=~"(?=x)"', "not a regular expression of RE2: invalid perl operator: (?=", 0),
        ("textPayload=~x", "a regular expression must be in double quotes", 13),
        ("textPayload=*", "* is a value of the operator : alone", 0),
        ('"' + "x" * MAX_LENGTH + '"', "the filter has more than 20000 characters", MAX_LENGTH),
        ("severity=ERROR\n" * 2000, "the filter has more than 20000 characters", MAX_LENGTH),
        ("severity=ERROR\nOR\nOR", "syntax error at 'OR'", 18),
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


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_literal = st.builds(Literal, _text) | st.sampled_from(
    [Literal("ERROR", False), Literal("404", False), Literal("NULL_VALUE", False)]
)


def _joins(parts: st.SearchStrategy[Any], kind: type[Joined | Values]) -> st.SearchStrategy[Any]:
    return st.builds(kind, st.sampled_from(["AND", "OR"]), st.lists(parts, min_size=2, max_size=3).map(tuple))


_operand: st.SearchStrategy[Value] = st.recursive(
    _literal, lambda inner: _joins(inner, Values) | st.builds(NotValue, inner), max_leaves=4
)
_path = st.sampled_from(
    [
        ("severity",),
        ("httpRequest", "status"),
        ("jsonPayload", "a.b", 'say "x"'),
        ("labels", "AND"),
        ("jsonPayload", ""),
    ]
)
_leaf: st.SearchStrategy[Tree] = (
    st.builds(Comparison, _path, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", ":"]), _operand)
    | st.builds(Comparison, _path, st.sampled_from(["=~", "!~"]), st.builds(Literal, _text))
    | st.builds(Comparison, _path, st.just(":"), st.just(Star()))
    | st.builds(Search, _text)
    | st.builds(Function, st.just("log_id"), st.tuples(_text))
)
_tree: st.SearchStrategy[Tree] = st.just(Everything()) | st.recursive(
    _leaf, lambda inner: _joins(inner, Joined) | st.builds(Negation, inner), max_leaves=6
)


@settings(deadline=None)
@given(_tree)
def test_a_printed_filter_is_parsed_to_the_same_tree(tree: Tree) -> None:
    assert planted(printed(tree)) == tree


@settings(deadline=None)
@given(_filter, _entry)
def test_a_filter_and_what_is_printed_of_it_match_the_same(text: str, entry: dict[str, Any]) -> None:
    assert compiled(planted(printed(planted(text))))(entry) is parse(text)(entry)


@settings(deadline=None)
@given(
    st.lists(_filter, min_size=2, max_size=3).map("\n".join) | st.text(alphabet='a"=-(\n) ORN.T:', max_size=30), _entry
)
def test_a_filter_of_several_lines_means_what_its_whole_text_means(text: str, entry: dict[str, Any]) -> None:
    def meaning(read: Callable[[str], Predicate]) -> tuple[bool, str, int]:
        try:
            return read(text)(entry), "", 0
        except FilterError as error:
            return False, error.message, error.position

    assert meaning(parse) == meaning(lambda whole: compiled(planted(whole)))


@pytest.mark.parametrize(
    "form",
    [
        'timestamp>="{0}"',
        '(timestamp>="{0}" OR receiveTimestamp>="{1}")',
        'NOT (timestamp<"{0}" AND textPayload="{1}")',
        'timestamp>=("{0}" OR "{1}")',
        '"{0}" AND timestamp>="{1}"',
        'jsonPayload."{0}"="{1}"',
    ],
)
def test_filters_that_differ_in_their_times_alone_are_not_taken_for_one_another(form: str) -> None:
    days = [f"2026-09-{day:02d}T00:00:00Z" for day in (1, 10, 20)]
    entry = {
        "timestamp": days[1],
        "receiveTimestamp": days[1],
        "textPayload": days[2],
        "jsonPayload": {days[0]: days[1]},
    }
    for one in days:
        for other in days:
            text = form.format(one, other)
            assert parse(text)(entry) is compiled(planted(text))(entry)
