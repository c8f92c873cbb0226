"""What a log entry says, who speaks in it, and where a pattern matches."""

from __future__ import annotations

from typing import Any

import pytest

from validator.judging.log_matches import place
from validator.logs.entry import Entry, Sort
from validator.logs.selector import ALL, APPLICATION, PLATFORM, REQUESTED, Selector


def entry(log: str = "run.googleapis.com/stdout", **raw: Any) -> Entry:
    return Entry.read({"logName": f"projects/p/logs/{log.replace('/', '%2F')}", **raw})


@pytest.mark.parametrize(
    ("log", "sort"),
    [
        ("run.googleapis.com/stdout", Sort.APPLICATION),
        ("run.googleapis.com/stderr", Sort.APPLICATION),
        ("python", Sort.APPLICATION),
        ("winston_log", Sort.APPLICATION),
        ("run.googleapis.com/varlog/system", Sort.PLATFORM),
        ("clouderrorreporting.googleapis.com/insights", Sort.PLATFORM),
        ("run.googleapis.com/requests", Sort.REQUEST),
        ("cloudaudit.googleapis.com/system_event", Sort.AUDIT),
        ("cloudaudit.googleapis.com/activity", Sort.AUDIT),
        ("cloudaudit.googleapis.com/data_access", Sort.AUDIT),
        ("cloudaudit.googleapis.com/policy", Sort.AUDIT),
    ],
)
def test_who_speaks(log: str, sort: Sort) -> None:
    assert entry(log, textPayload="x").sort is sort
    assert [s.selects(entry(log, textPayload="x")) for s in (ALL, APPLICATION, PLATFORM, REQUESTED)] == [
        sort in (Sort.APPLICATION, Sort.PLATFORM),
        sort is Sort.APPLICATION,
        sort is Sort.PLATFORM,
        sort is Sort.REQUEST,
    ]


def test_what_carries_an_api_call_is_an_audit_entry_whatever_its_log_is_called() -> None:
    assert entry("run.googleapis.com/stdout", protoPayload={"methodName": "x"}).sort is Sort.AUDIT


STACK = "Error: no stock\n    at take (/app/stock.js:7:9)"


@pytest.mark.parametrize(
    ("raw", "text", "whole"),
    [
        ({"textPayload": "plain\nlines"}, "plain\nlines", "plain\nlines"),
        ({"jsonPayload": {"message": "a", "n": 1}}, "a", 'a\n{"message":"a","n":1}'),
        ({"jsonPayload": {"msg": "a", "message": " "}}, "a", 'a\n{"message":" ","msg":"a"}'),
        (
            {"jsonPayload": {"code": 17.0, "share": [0.5, -0.0]}},
            '{"code":17,"share":[0.5,0]}',
            '{"code":17,"share":[0.5,0]}',
        ),
        ({"jsonPayload": {"msg": "a", "message": 3}}, "a", 'a\n{"message":3,"msg":"a"}'),
        ({"jsonPayload": {"n": [1, {"ä": None}]}}, '{"n":[1,{"ä":null}]}', '{"n":[1,{"ä":null}]}'),
        (
            {"jsonPayload": {"msg": "a", "err": {"stack": STACK}}},
            "a",
            f'a\n{{"err":{{"stack":"{STACK}"}},"msg":"a"}}'.replace("stock\n ", "stock\\n ") + f"\n{STACK}",
        ),
        ({"textPayload": '{"said": "a \\"b\\""}'}, '{"said": "a \\"b\\""}', '{"said": "a \\"b\\""}\na "b"'),
        ({"textPayload": "{not JSON"}, "{not JSON", "{not JSON"),
        ({}, "{}", "{}"),
    ],
)
def test_what_it_says(raw: dict[str, Any], text: str, whole: str) -> None:
    assert (entry(**raw).text, entry(**raw).whole) == (text, whole)


def test_json_however_deep_is_text() -> None:
    deep: Any = "the bottom"
    for _ in range(5000):
        deep = {"in": [deep]}
    said = entry(jsonPayload={"message": "deep", "payload": deep})
    assert Selector("the bottom").selects(said)
    assert place(Selector("the bottom"), said)[1] == "the bottom"


@pytest.mark.parametrize(
    ("pattern", "where"),
    [
        ("^done$", ""),
        ("no stock", "err.stack"),
        (r"no stock\n\s+at take", "err.stack"),
        ("second", "steps[1].name"),
        ('"code":17', "its payload"),
        ("steps", "its payload"),
    ],
)
def test_where_a_pattern_matches(pattern: str, where: str) -> None:
    said = entry(jsonPayload={"msg": "done", "err": {"stack": STACK, "code": 17}, "steps": [{}, {"name": "second"}]})
    assert Selector(pattern).selects(said)
    assert place(Selector(pattern), said)[0] == where


def test_of_a_long_text_that_is_shown_which_is_about_the_match() -> None:
    said = entry(jsonPayload={"msg": "done", "page": "a" * 9000 + " broken " + "b" * 9000})
    where, shown = place(Selector("broken"), said)
    assert (where, " broken " in shown, len(shown) < 2100) == ("page", True, True)


@pytest.mark.parametrize(
    ("raw", "severity", "selected"),
    [
        ({"severity": "ERROR", "textPayload": "x"}, "ERROR", True),
        ({"severity": "INFO", "jsonPayload": {"level": "error", "msg": "x"}}, "ERROR", False),
        ({"jsonPayload": {"level": 50, "msg": "x"}}, "ERROR", True),
        ({"jsonPayload": {"level": 40, "msg": "x"}}, "ERROR", False),
        ({"jsonPayload": {"level": 40, "msg": "x"}}, "WARNING", True),
        ({"textPayload": "2026-03-04 05:06:07,891 CRITICAL shop: gone"}, "CRITICAL", True),
        ({"textPayload": "no error"}, "ERROR", False),
        ({"textPayload": STACK}, "ERROR", True),
        ({"jsonPayload": {"msg": "x", "err": {"stack": STACK}}}, "ERROR", True),
        ({"jsonPayload": {"msg": "x", "level": 30, "err": {"stack": STACK}}}, "ERROR", False),
    ],
)
def test_a_severity_is_the_platforms_or_the_payloads_or_the_texts(
    raw: dict[str, Any], severity: str, selected: bool
) -> None:
    assert Selector(severity=severity).selects(entry(**raw)) is selected
