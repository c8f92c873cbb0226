"""Selectors asked of the server: its filter lets through all that they select. The filter language is the emulator's."""

from __future__ import annotations

from typing import Any

import pytest
import re2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.logs.test_severity import LOGGERS
from validator.emulator.api.log_filter import parse
from validator.logs.entry import Entry
from validator.logs.push_down import MOST_CHARACTERS, PushDown
from validator.logs.selector import ALL, APPLICATION, PLATFORM, REQUESTED, Selector, compiled
from validator.logs.severity import SEVERITIES

_PIECES = [
    "ImportError", "Traceback", "error", "status", "GET", "200", "true", "latency", "/orders", " of ", "a", "B", "é", "\n",
    '"', "\\", "{", "}", ":", ",", "\t", "--", "OR ", "(", ")", "'", "K", "\u212a", "\u0301", "0.355s", "nfoo",
]  # fmt: skip
_REGEX = [
    ".", ".*", r"\d+", r"\w", r"\s", r"\.", r"\\", r"\"", r"\n", r"\[", "^", "$", "|", "(?i)", "(?:a|b)", "(?P<x>foo)?", "[^a]",
    r"[\]x]", "[[:alpha:]]", "b?", "x{0,2}", "r+", "o*", r"\x41", r"\pL", r"\Qa.b\E", r"\{", "(?s).", "]", "{2",
]  # fmt: skip


def _fits(pattern: str) -> bool:
    try:
        compiled(pattern)
    except re2.error:
        return False
    return bool(pattern)


texts = st.lists(st.sampled_from(_PIECES), max_size=4).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=8
)
patterns = st.lists(st.sampled_from(_PIECES + _REGEX), min_size=1, max_size=4).map("".join).filter(_fits)
scalars = texts | st.integers(-5, 500) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()
objects = st.dictionaries(st.sampled_from(["message", "msg", "error", "Traceback", "a"]), scalars, max_size=3)
payloads = st.dictionaries(
    st.sampled_from(["message", "msg", "event", "ImportError", "level"]),
    scalars | objects | st.lists(st.integers(), max_size=2),
    max_size=3,
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "requestMethod": st.sampled_from(["GET", "POST"]),
        "requestUrl": texts.map("https://x/".__add__),
        "userAgent": texts,
        "referer": texts,
        "status": st.sampled_from([200, 404, 500]),
        "requestSize": st.sampled_from(["12", "200"]),
        "latency": st.just("0.355s"),
        "cacheHit": st.booleans(),
        "protocol": st.just("HTTP/1.1"),
    },
)
bodies = st.one_of(
    st.just({}),
    st.builds(dict, textPayload=texts),
    st.builds(dict, jsonPayload=payloads),
    st.builds(dict, protoPayload=payloads),
    st.builds(dict, httpRequest=requests),
    st.builds(dict, jsonPayload=payloads, httpRequest=requests),
    st.builds(dict, textPayload=texts, httpRequest=requests),
)


_LOGS = [
    *(f"run.googleapis.com/{name}" for name in ("stdout", "stderr", "requests", "varlog/system")),
    *(f"cloudaudit.googleapis.com/{name}" for name in ("activity", "system_event")),
    "python",
]


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    log = draw(st.sampled_from([*_LOGS]))
    severity = draw(st.sampled_from(["", *SEVERITIES]))
    return {
        "logName": f"projects/p/logs/{log.replace('/', '%2F')}",
        "insertId": "a",
        "timestamp": "2026-09-21T13:00:00Z",
        **({"severity": severity} if severity else {}),
        **draw(bodies),
    }


selectors = st.builds(
    Selector,
    patterns | st.just(""),
    st.sampled_from(["", "WARNING", "ERROR"]),
    st.sampled_from([each.sorts for each in (ALL, APPLICATION, PLATFORM, REQUESTED)]),
).filter(lambda selector: selector != ALL)


@settings(deadline=None)  # the filter language's grammar is compiled at the first
@given(st.lists(selectors, min_size=1, max_size=3), st.lists(entries(), min_size=1, max_size=20))
@example([Selector("nfoo")], [{"logName": "x", "httpRequest": {"userAgent": "\nfoo"}}])
@example([Selector(":")], [{"logName": "x", "textPayload": "foo", "httpRequest": {"requestUrl": ":\n"}}])
@example([Selector("^foo$")], [{"logName": "x", "jsonPayload": {"message": "foo", "level": 30}}])
@example([Selector("foo.bar")], [{"logName": "x", "jsonPayload": {"message": "a", "err": {"stack": 'foo"bar'}}}])
@example([Selector("Trace")], [{"logName": "x", "jsonPayload": {"message": {"Traceback": 1}}}])
@example([Selector('say "hi"\\\\ \n.')], [{"logName": "x", "textPayload": 'say "hi"\\ \n!'}])
@example([Selector("a\\\nb")], [{"logName": "x", "textPayload": "a\nb"}])
def test_selecting_from_what_the_server_lets_through_is_selecting_from_all(
    wanted: list[Selector], logged: list[dict[str, Any]]
) -> None:
    push_down = PushDown(tuple(wanted))
    lets = parse(push_down.filter)
    for raw in logged:
        entry = Entry.read(raw)
        if push_down.lets(entry):
            assert lets(raw)
        if any(selector.selects(entry) for selector in wanted):
            assert push_down.lets(entry)


def test_requests_audit_entries_and_common_lines_are_left_on_the_server() -> None:
    push_down = PushDown((Selector("ImportError|Traceback"), Selector(severity="CRITICAL")))
    request = {"requestMethod": "GET", "requestUrl": "https://x/orders/1", "status": 200, "userAgent": "Mozilla/5.0"}
    logs = "projects/p/logs/run.googleapis.com%2F"
    for raw in (
        {"logName": f"{logs}requests", "httpRequest": request, "severity": "ERROR"},
        {"logName": f"{logs}stdout", "textPayload": "order 1 placed"},
        {"logName": "projects/p/logs/cloudaudit.googleapis.com%2Fsystem_event", "protoPayload": {"a": "Traceback"}},
    ):
        assert not parse(push_down.filter)(raw)


@pytest.mark.parametrize("text", [text for loggers in LOGGERS.values() for text, _ in loggers])
def test_what_a_text_tells_of_its_severity_is_let_through(text: str) -> None:
    raw = {"logName": "projects/p/logs/run.googleapis.com%2Fstderr", "textPayload": text}
    for severity in SEVERITIES[1:]:
        selector = Selector(severity=severity)
        if selector.selects(Entry.read(raw)):
            assert parse(PushDown((selector,)).filter)(raw)


def test_a_text_that_names_no_severity_is_left_on_the_server() -> None:
    push_down = PushDown((Selector(severity="ERROR"),))
    for text in (
        "order 3f9e2c41-77aa placed in 12 ms",
        "GET /c/7 200",
        "2026-03-04 05:06:07 INFO started",
        "Cart OK",
    ):
        raw = {"logName": "projects/p/logs/run.googleapis.com%2Fstdout", "textPayload": text}
        assert not parse(push_down.filter)(raw), text


def test_a_severity_beside_a_pattern_leaves_json_on_the_server() -> None:
    push_down = PushDown((Selector("ImportError", "ERROR"),))
    placed = {"logName": "projects/p/logs/run.googleapis.com%2Fstdout", "jsonPayload": {"message": "placed", "n": 3}}
    assert not parse(push_down.filter)({**placed, "severity": "INFO"})
    assert parse(push_down.filter)({**placed, "severity": "ERROR"})
    assert parse(PushDown((Selector("ImportError"),)).filter)({**placed, "severity": "INFO"})


def test_forty_rules_fit_into_a_filter() -> None:
    told = ("", "ERROR")
    rules = tuple(Selector(rf"module_{n}: connection to \S+ was refused \(code \d+\)", told[n % 2]) for n in range(40))
    assert len(PushDown(rules).filter) < MOST_CHARACTERS
