"""The truth, claim by claim, on stories written by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.soundness.claims import STARTED, SUITES, TIMEOUT, TRACEBACK
from benchmarks.soundness.lacking import Judgement, judge
from benchmarks.soundness.story import FOREVER, PREVIOUS, Health, Line, Outage, Span, Story, Traffic
from benchmarks.soundness.truth import Windows

WINDOWS = Windows({}, 100.0, TIMEOUT)


def line(at: float, text: str, **more: Any) -> Line:
    return Line(at, "stdout", text, at + 3, at + 2, **more)


BEGUN = line(-41, STARTED)
PLAIN = Story("1 test 0", "test", "serving", ("healthy",), lines=(BEGUN,))


def told(windows: Windows = WINDOWS, **changes: Any) -> Judgement:
    story = replace(PLAIN, **changes)
    return judge(story, SUITES[story.suite], windows)


def test_all_claims_of_a_plain_story_hold() -> None:
    truth = told()
    assert truth.good
    assert not truth.bad
    assert truth.missing == ()


@pytest.mark.parametrize(
    ("wrong", "holds"),
    [
        (line(59, TRACEBACK), False),
        (line(61, TRACEBACK), True),
        (line(60.1, TRACEBACK), None),
        (line(59, "boom", severity="CRITICAL"), False),
        (line(59, "careful", severity="WARNING"), True),
        (line(59, TRACEBACK, revision=PREVIOUS), True),
        (line(-90, TRACEBACK), True),
    ],
    ids=[
        "in the window",
        "after it",
        "at its edge",
        "by severity",
        "a warning",
        "another revision's",
        "before creation",
    ],
)
def test_a_line_counts_by_its_own_time(wrong: Line, holds: bool | None) -> None:
    assert told(lines=(BEGUN, wrong)).claims["Quiet"] is holds


def test_a_lines_delay_does_not_matter() -> None:
    late = replace(line(59, TRACEBACK), readable=5000.0)
    assert told(lines=(BEGUN, late)).claims["Quiet"] is False


@pytest.mark.parametrize(
    ("health", "holds"),
    [
        ((Health(-FOREVER, 503),), False),
        ((Health(-FOREVER, 503), Health(80, 200)), True),
        ((Health(-FOREVER, 503), Health(88, 200)), None),
        ((Health(-FOREVER, 503), Health(95, 200)), False),
        ((Health(-FOREVER, 200), Health(10, 503)), False),
        ((Health(-FOREVER, 200), Health(10, 503), Health(12, 200), Health(23, 503)), None),
        ((Health(-FOREVER, 200), Health(30, 503)), True),
    ],
    ids=["never", "in time", "at the edge", "too late", "too short", "a blip nobody must see", "long enough"],
)
def test_health_begins_in_time_and_lasts(health: tuple[Health, ...], holds: bool | None) -> None:
    assert told(health=health).claims["Healthy"] is holds


def test_another_revisions_health_does_not_count() -> None:
    assert told(astray=(Span(-600, FOREVER),)).claims["Healthy"] is False
    assert told(astray=(Span(-600, 50),)).claims["Healthy"] is True


def test_traffic_counts_at_the_end() -> None:
    away = (Traffic(-FOREVER, 100), Traffic(50, 0, pinned=True))
    assert told(traffic=away).claims["Traffic"] is False
    assert told(replace(WINDOWS, ended=40.0), traffic=away).claims["Traffic"] is True
    late = (Traffic(-FOREVER, 50, pinned=True), Traffic(50, 100))
    assert told(traffic=late).claims["Traffic"] is True
    assert told(traffic=(Traffic(-FOREVER, 100, pinned=True),)).claims["Traffic"] is False


@pytest.mark.parametrize(
    ("changes", "missing", "bad"),
    [
        ({"foreign": True, "created": -9000.0}, "deploy", True),
        ({"superseded": 50.0}, "newer revision", True),
        ({"run_denied": True}, "run permission", False),
        ({"logs_denied": 30.0}, "log permission", False),
        ({"lost": 1.0}, "request log", False),
        ({"lost": 1.0}, "readable log", False),
        ({"ready": None}, "readiness", True),
        ({"lines": (replace(BEGUN, readable=FOREVER),)}, "log lines", False),
        ({"suite": "proven", "chain": "unproven"}, "digest", False),
    ],
)
def test_evidence_that_cannot_be_had_is_named(changes: dict[str, Any], missing: str, bad: bool) -> None:
    truth = told(**changes)
    assert missing in truth.missing
    assert truth.bad is bad


@pytest.mark.parametrize(
    ("changes", "scarce"),
    [
        ({"lost": 0.3}, "request log"),
        ({"superseded": 100.1}, "newer revision"),
        ({"superseded": 99.9}, "newer revision"),
        ({"outages": (Outage("GetService", "UNAVAILABLE", 70, 98),)}, "last reading"),
        ({"suite": "canary", "traffic": (Traffic(-FOREVER, 20),)}, "answers"),
    ],
)
def test_evidence_that_comes_late_or_in_part_is_named(changes: dict[str, Any], scarce: str) -> None:
    truth = told(**changes)
    assert truth.scarce == (scarce,)
    assert truth.missing == ()


def test_an_outage_that_was_over_before_the_end_excuses_nobody() -> None:
    assert told(outages=(Outage("GetService", "UNAVAILABLE", 60, 90),)).scarce == ()
    assert told(outages=(Outage("ListEntries", "UNAVAILABLE", 60, 99),)).scarce == ()


def test_a_log_that_nobody_could_read_in_time_excuses_who_waited_to_the_deadline() -> None:
    quota = tuple(Outage("ListEntries", "RESOURCE_EXHAUSTED", at, at + 40) for at in (40.0, 100.0, 160.0))
    late = replace(WINDOWS, ended=TIMEOUT)
    assert told(late, outages=quota, stall=Span(5, 75)).scarce == ("readable log",)
    assert told(outages=quota, stall=Span(5, 75)).scarce == ()
    assert told(late, outages=quota[:1]).scarce == ()


def test_what_comes_after_the_gate_is_done_does_not_count() -> None:
    truth = told(superseded=110.0)
    assert truth.good
    assert truth.missing == ()
