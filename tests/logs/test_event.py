"""Events: a stack trace is one, however it was logged, and how bad an event is."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

from validator.logs.entry import Entry
from validator.logs.event import Event, event_of, events, excerpt

TRACE = """\
Traceback (most recent call last):
  File "/app/orders.py", line 12, in place
    raise ValueError(order)
ValueError: order 17 is empty"""
LINES = TRACE.split("\n")
NODE = """\
TypeError: Cannot read properties of undefined (reading 'id')
    at load (/app/x.js:1:50)
    at main (/app/x.js:3:55)"""
START = 1_790_000_000 * 10**9


def entry(payload: Any, nanos: int = 0, number: int = 0, **more: Any) -> Entry:
    """An entry of a text or a JSON payload, so long after the start."""
    seconds, rest = divmod(nanos, 10**9)
    own = {"textPayload": payload} if isinstance(payload, str) else {"jsonPayload": payload}
    stream, instance = more.pop("stream", "stderr"), more.pop("instance", "a")
    stamp = f"2026-09-21T14:{13 + seconds // 60:02d}:{seconds % 60:02d}.{rest:09d}Z"
    log = f"projects/p/logs/run.googleapis.com%2F{stream}"
    return Entry.read(
        {
            "logName": log,
            "timestamp": stamp,
            "insertId": f"{number:04d}",
            "labels": {"instanceId": instance},
            **own,
            **more,
        }
    )


def one_a_line(text: str, nanos: int = 0, step: int = 1000, **more: Any) -> list[Entry]:
    return [entry(line, nanos + step * number, number, **more) for number, line in enumerate(text.split("\n"))]


def told(found: list[Event]) -> list[str]:
    return [event.trace.error for event in found if event.trace]


ARRIVALS = {
    "one entry a line": one_a_line(TRACE),
    "one entry a line, newest first": one_a_line(TRACE)[::-1],
    "one entry a line, all of one time": one_a_line(TRACE, step=0),
    "one entry a line, all of one time, newest first": [
        entry(line, 0, 9 - number) for number, line in enumerate(LINES)
    ],
    "one entry of many lines": [entry(TRACE)],
    "one entry of many lines, words before it": [entry(f"it failed\n{TRACE}")],
    "in jsonPayload.message": [entry({"message": TRACE, "severity": "ERROR"})],
    "in a field of jsonPayload": [entry({"message": "it failed", "exc_info": TRACE})],
    "deep in jsonPayload": [entry({"msg": "it failed", "err": {"type": "Error", "stack": TRACE}})],
    "as a list of lines in jsonPayload": [entry({"message": "it failed", "trace": LINES})],
    "in JSON as a text": [entry(json.dumps({"level": "error", "stack": TRACE}))],
}


@pytest.mark.parametrize("how", ARRIVALS)
def test_a_trace_is_one_event_however_it_arrives(how: str) -> None:
    around = [entry("before", -0, 0, stream="stdout"), *ARRIVALS[how], entry("after", 5 * 10**9)]
    found = events(around)
    assert told(found) == ["ValueError: order 17 is empty"]
    (event,) = (event for event in found if event.trace)
    assert event.severity == "ERROR"
    assert event.headline == "ValueError: order 17 is empty"
    assert "\n".join(LINES) in event.text
    assert len(found) == 3


@pytest.mark.parametrize("seed", range(20))
def test_streams_and_instances_are_told_apart(seed: int) -> None:
    """Two instances fail at once, line by line at random, while a third goes on printing to the same stream."""
    draw = random.Random(seed)
    one = one_a_line(TRACE, draw.randrange(5000), instance="a")
    two = one_a_line(NODE, draw.randrange(5000), instance="b")
    other = one_a_line("GET / 200\nGET / 200\nGET / 200\nGET / 200", draw.randrange(5000), instance="c")
    mixed = [*one, *two, *other]
    draw.shuffle(mixed)
    assert sorted(told(events(mixed))) == sorted(["ValueError: order 17 is empty", NODE.split("\n", maxsplit=1)[0]])
    assert sum(len(event.entries) for event in events(mixed)) == len(mixed)


def test_no_entry_is_lost_or_told_twice() -> None:
    many = [*one_a_line(TRACE), *one_a_line(TRACE, 10**6), entry("done", 2 * 10**6)]
    found = events(many)
    assert told(found) == ["ValueError: order 17 is empty"] * 2
    assert [e for event in found for e in event.entries] == sorted(many, key=lambda e: e.order)


def test_lines_far_apart_in_time_are_no_trace() -> None:
    assert told(events(one_a_line(TRACE, step=2 * 10**9))) == []


def test_each_of_its_lines_leads_to_the_whole_trace() -> None:
    many = [entry("x", -0), *one_a_line(TRACE, 10**9), entry("done", 3 * 10**9)]
    for line in many[1:-1]:
        assert event_of(line, many).text == TRACE
    assert event_of(many[0], many).text == "x"


@pytest.mark.parametrize(
    ("payload", "severity"),
    [
        ("all is well", "DEFAULT"),
        ("2026-09-21 13:00:01 ERROR app.orders: it failed", "ERROR"),
        ("ERROR:root:it failed", "ERROR"),
        ("[FATAL] it failed", "CRITICAL"),
        ("SSOT WARNING: no ERROR here, for the first word counts", "WARNING"),
        ("no error here", "DEFAULT"),
        ("ImportError: cannot import name 'A' from 'b'", "ERROR"),
        ("sqlalchemy.exc.OperationalError: no connection", "ERROR"),
        ("Error: it failed", "ERROR"),
        ("ErrorHandler: installed", "DEFAULT"),
        ({"message": "it failed", "level": "error"}, "ERROR"),
        ({"message": "it failed", "level": "warn"}, "WARNING"),
        ({"message": "it failed", "level": 50}, "ERROR"),
        ({"message": "it failed", "level": 60}, "CRITICAL"),
        ({"message": "it goes on", "level": 30}, "INFO"),
        ({"message": "it failed", "severity": "CRITICAL"}, "CRITICAL"),
        ({"message": "it failed", "levelname": "Warning"}, "WARNING"),
    ],
)
def test_how_bad_it_is_without_a_severity(payload: Any, severity: str) -> None:
    (event,) = events([entry(payload)])
    assert event.severity == severity


def test_the_platforms_severity_counts_before_all_else() -> None:
    assert events([entry(TRACE, severity="WARNING")])[0].severity == "WARNING"


def test_a_trace_that_is_cut_off_is_no_error_by_itself() -> None:
    assert events([entry("\n".join(LINES[1:3]))])[0].severity == "DEFAULT"


def test_a_very_long_event_is_shown_by_its_ends() -> None:
    lines = ["java.lang.Error: deep", *(f"\tat a.B.c{number}(B.java:1)" for number in range(500))]
    shown = excerpt(events([entry("\n".join(lines))])[0])
    assert shown.text.split("\n")[0] == "java.lang.Error: deep"
    assert shown.text.endswith("c499(B.java:1)")
    assert "… (441 lines left out)" in shown.text
    assert shown.source == "stderr"


SETTINGS = """\
Traceback (most recent call last):
  File "/app/settings.py", line 12, in load
    return Settings()
ValidationError: 2 validation errors for Settings
mail_url
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.5/v/missing
queue -> 0 -> name
  field required (type=value_error.missing)"""
DATABASE = """\
Traceback (most recent call last):
  File "/app/db.py", line 3, in query
    cursor.execute(sql)
sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) no such host
[SQL: SELECT 1]
(Background on this error at: https://sqlalche.me/e/20/e3q8)"""


@pytest.mark.parametrize("text", [SETTINGS, DATABASE])
@pytest.mark.parametrize("after", ["INFO: stopped", "stopped", "  stopped"])
def test_lines_below_an_error_that_say_what_is_wrong_belong_to_it(text: str, after: str) -> None:
    lines = [*one_a_line(text), entry("mail", 10**6, 90), entry(after, 10**6 + 1, 91)]
    assert events(lines)[0].text == text + ("\nmail\n  stopped" if after[0] == " " and text == SETTINGS else "")
    assert events([entry(text)])[0].text == text


def test_the_headline_of_a_validation_error_names_its_fields() -> None:
    (event,) = events(one_a_line(SETTINGS))
    told = "ValidationError: 2 validation errors for Settings"
    assert event.headline == f"{told}; mail_url: Field required; queue -> 0 -> name: field required"


JAVA_LINES = ["a.CartError: no cart", *(f"\tat a.B.c{number}(B.java:1)" for number in range(29))]


@pytest.mark.parametrize("step", [1000, 0])
@pytest.mark.parametrize(
    "lines",
    [
        [f"2026-09-21 13:00:01,123 INFO app: GET /orders/{number} 200 in 12 ms" for number in range(30)],
        LINES,
        JAVA_LINES,
        ["x.FooError: z", "  at x (y:1)"],
        ["goroutine 1 [running]:", ""],
    ],
    ids=lambda lines: lines[0][:20],
)
def test_time_grows_with_the_lines_and_no_faster(lines: list[str], step: int) -> None:
    many = [entry(lines[number % len(lines)], number * step, number) for number in range(10_000)]
    began = time.process_time()
    found = events(many)
    assert sum(len(event.entries) for event in found) == len(many)
    assert all(event.severity for event in found)
    assert event_of(many[4_999], many).entries
    assert time.process_time() - began < 2


def test_a_line_of_ten_megabytes_takes_no_long_time() -> None:
    began = time.process_time()
    for text in ("x" * 10**7, "Traceback (most recent call last):\n" + "  x\n" * 10**6, '{"a":"' + "x" * 10**7 + '"}'):
        assert events([entry(text)])[0].severity in ("DEFAULT", "ERROR")
    assert time.process_time() - began < 3


def test_a_payload_too_deep_is_searched_as_deep_as_traces_lie() -> None:
    deep: Any = TRACE
    for _ in range(3000):
        deep = {"a": deep}
    (event,) = events(
        [
            Entry.read(
                {"logName": "projects/p/logs/run.googleapis.com%2Fstderr", "jsonPayload": {"message": "x", **deep}}
            )
        ]
    )
    assert event.text == "x"
    assert event.severity == "DEFAULT"


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ({"msg": "cannot store", "error": "pq: no such table"}, "cannot store: pq: no such table"),
        ({"msg": "cannot store", "err": {"type": "DbError", "message": "gone"}}, "cannot store: DbError: gone"),
        ({"message": "cannot store", "error": {"name": "Refused", "code": "E7"}}, "cannot store: Refused"),
        ({"event": "cannot store", "exception": [{"exc_type": "KeyError", "exc_value": "'a'"}]}, "cannot store: KeyError: 'a'"),
        ({"message": "cannot store: gone", "error": "gone"}, "cannot store: gone"),
        ({"message": "stored", "error": None, "err": {}}, "stored"),
        ({"message": "stored", "error": 7}, "stored"),
    ],
)  # fmt: skip
def test_the_error_in_a_field_of_its_own_is_part_of_what_is_said(payload: Any, told: str) -> None:
    for one in (entry(payload), entry(json.dumps(payload))):
        (event,) = events([one])
        assert event.text == told
        assert event.headline == told


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("\x1b[31mERROR\x1b[0m: gone", "ERROR: gone"),
        (
            "\n****\nFAILED TO START\n****\n\nDescription:\n\nNo mailer.\n\nAction:\n\nDefine one.\n",
            "Description: No mailer.",
        ),
        ("fail: Shop.Cart[0]\n      cart is broken\n      more", "fail: Shop.Cart[0] cart is broken"),
        ("it failed\nfor a reason", "it failed"),
        ("****", "****"),
        ("", ""),
    ],
)
def test_the_headline_is_the_first_line_that_says_something(text: str, headline: str) -> None:
    assert events([entry(text)])[0].headline == headline
