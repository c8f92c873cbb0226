"""Selectors asked of the server: its filter lets through all that they select. The filter language is the emulator's."""

from __future__ import annotations

from typing import Any

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from validator.emulator.log_filter import parse
from validator.model.platform import Entry
from validator.model.push_down import MOST_CHARACTERS, PushDown, words
from validator.model.selector import Selector, compiled
from validator.model.severity import SEVERITIES

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


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    log = draw(st.sampled_from(["stdout", "stderr", "requests"]))
    severity = draw(st.sampled_from(["", *SEVERITIES]))
    return {
        "logName": f"projects/p/logs/run.googleapis.com%2F{log}",
        "insertId": "a",
        "timestamp": "2026-09-21T13:00:00Z",
        **({"severity": severity} if severity else {}),
        **draw(bodies),
    }


selectors = st.builds(
    Selector, patterns | st.just(""), st.sampled_from(["", "WARNING", "ERROR"]), st.sampled_from(["", "requests", "others"])
).filter(lambda selector: selector != Selector())  # fmt: skip


@given(st.lists(selectors, min_size=1, max_size=3), st.lists(entries(), min_size=1, max_size=20))
@example([Selector("nfoo")], [{"logName": "x", "httpRequest": {"userAgent": "\nfoo"}}])
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


@given(patterns, st.lists(texts, min_size=1, max_size=5))
def test_a_text_without_the_words_of_a_pattern_is_not_matched_by_it(pattern: str, told: list[str]) -> None:
    found = words(pattern)
    for text in told:
        if found is not None and compiled(pattern).search(text):
            assert any(compiled(word).search(text) for word in found)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("ImportError|ModuleNotFoundError", ("ImportError", "ModuleNotFoundError")),
        (r"Traceback \(most recent call last\)", ("most recent call last",)),
        (r"\[ClickHouse\] REAL connection established", (" REAL connection established",)),
        (r"Step (?P<step>\d+): ClickHouse initialized", (" ClickHouse initialized",)),
        ("(?i)out of memory", ("(?i)out of memory",)),
        ("panics?", ("panic",)),
        ("ImportError|", None),
        (r"5\d\d", None),
        ("(OOM|killed)", None),
        (r"\x41bcdef", None),
        ("userAgent", None),
        ("latency", None),
    ],
)
def test_the_words_of_a_pattern(pattern: str, found: tuple[str, ...] | None) -> None:
    assert words(pattern) == found


def test_requests_and_common_lines_are_left_on_the_server() -> None:
    push_down = PushDown((Selector("ImportError|Traceback"), Selector(severity="CRITICAL")))
    request = {"requestMethod": "GET", "requestUrl": "https://x/orders/1", "status": 200, "userAgent": "Mozilla/5.0"}
    for raw in (
        {"httpRequest": request, "severity": "INFO"},
        {"textPayload": "order 1 placed"},
        {"jsonPayload": {"message": "order 1 placed", "items": 3}, "severity": "INFO"},
        {"jsonPayload": {"msg": "order 1 placed", "level": 30}},
    ):
        assert not parse(push_down.filter)(raw)


def test_forty_rules_fit_into_a_filter() -> None:
    rules = tuple(Selector(rf"module_{number}: connection to \S+ was refused \(code \d+\)") for number in range(40))
    assert len(PushDown(rules).filter) < MOST_CHARACTERS
