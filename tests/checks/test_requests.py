"""Kind requests: which requests count, what they come to, and when they say too little."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.simulated import BACKEND, HEAD, NETRA, PREVIOUS, Finished, overlaid, simulate
from validator.words.verdict import Outcome

INVALID = (
    ("{}", "may not be empty"),
    ("{error_rate: {max: 1}}", "found the number 1, but this takes text"),
    ("{error_rate: {max: 1 percent}}", "'1 percent' is not a share; write 1% or 0.5%"),
    ("{p95: {max: fast}}", "'fast' is not a duration"),
    ("{count: {max: 3}}", "unknown key 'max'; known here: min"),
    ("{p97: {max: 1s}}", "unknown key 'p97'"),
    ("{p95: {max: 1s}, slower: {max: 10%}}", "`slower` compares with a `baseline`"),
    ("{p95: {min: 2s, max: 1s}}", "min 2s is more than max 1s"),
    ("{path: '(', p95: {max: 1s}}", "RE2 refuses the pattern '('"),
)


def check(options: str, more: str = "for: 20s, ") -> str:
    return f"{HEAD}  - {{name: Requests, {more}requests: {options}}}\n"


def request(
    at: float, latency: float = 0.1, status: int = 200, path: str = "/orders", agent: str = "Mozilla/5.0"
) -> Any:
    """A request-log entry; `at` in seconds after the start."""
    told = {
        "requestMethod": "GET",
        "requestUrl": f"https://example.com{path}",
        "userAgent": agent,
        "latency": f"{latency}s",
    }
    sign = "-" if at < 0 else "+"
    return {"timestamp": f"@{sign}{abs(at):.3f}s", "httpRequest": {**told, "status": status}}


def users(count: int, *, first: float = -200, seed: int = 1, median: float = 0.1) -> list[Any]:
    """Requests of users, one a second, whose latencies scatter by a factor of two or so."""
    chance = random.Random(seed)
    return [request(first + number, round(median * chance.lognormvariate(0, 0.5), 4)) for number in range(count)]


def judged(folder: Path, options: str, own: list[Any], older: list[Any] | None = None) -> Finished:
    groups = {"own": (BACKEND, own), "older": (PREVIOUS, older or [])}
    told = {
        name: {"revision": revision, "stream": "requests", "lines": lines} for name, (revision, lines) in groups.items()
    }
    return simulate(check(options), overlaid(folder, f"logs: {json.dumps({'groups': told})}\n"))


def aborted(at: float, status: int = 500) -> Any:
    """A request that the platform gave up: no instance, and the reason as the entry's text."""
    told = "The request was aborted because there was no available instance."
    return {**request(at, 0.0, status), "textPayload": told, "labels": {"instanceId": ""}, "severity": "ERROR"}


@pytest.mark.parametrize(
    ("options", "others", "outcome", "reason"),
    [
        ("{error_rate: {max: 10%}}", [aborted(-90), aborted(-89, 429)], Outcome.PASSED, "2 that the platform aborted"),
        ("{error_rate: {max: 4%}}", [aborted(-90), aborted(-89, 429)], Outcome.INCONCLUSIVE, "with 2 more that the platform aborted"),
        ("{error_rate: {max: 4%}}", [aborted(-90), aborted(-89, 503)], Outcome.INCONCLUSIVE, ", 4.88 %"),
        ("{error_rate: {max: 1%}}", [aborted(-90), request(-89, status=500)], Outcome.FAILED, "1 of 40 requests failed"),
        ("{p95: {max: 1s}}", [aborted(-90 + n) for n in range(30)], Outcome.PASSED, "30 that the platform aborted"),
        ("{count: {min: 40}}", [aborted(-90)], Outcome.INCONCLUSIVE, "39 requests are too few"),
        ("{p50: {max: 1s}}", [{**aborted(-90, 403), "textPayload": "The request was not authorized to invoke this service."}], Outcome.PASSED, "1 that the front end refused"),
        ("{error_rate: {max: 1%}}", [{**aborted(-90, 503), "textPayload": "The request failed because either the HTTP response was malformed or connection to the instance had an error."}], Outcome.FAILED, "1 of 40 requests failed"),
    ],
)  # fmt: skip
def test_what_no_instance_took_is_no_failure_of_the_revision_and_no_plain_green(
    tmp_path: Path, options: str, others: list[Any], outcome: Outcome, reason: str
) -> None:
    verdict = judged(tmp_path, options, [*(request(-200 + n) for n in range(39)), *others]).verdict("Requests")
    assert verdict.outcome is outcome, verdict.reason
    assert reason in verdict.reason, verdict.reason


@pytest.mark.parametrize(
    ("options", "outcome", "reason"),
    [
        ("{error_rate: {max: 5%}}", Outcome.PASSED, "40 requests; 2 of 40 requests failed, 5 %"),
        ("{error_rate: {max: 4.9%}}", Outcome.FAILED, "2 of 40 requests failed, 5 %"),
        ("{p50: {max: 100ms}}", Outcome.PASSED, "p50 is 100 ms"),
        ("{p95: {max: 1s}}", Outcome.PASSED, "p95 is 100 ms"),
        ("{p99: {max: 1s}}", Outcome.FAILED, "p99 is 3 s"),
        ("{count: {min: 40}}", Outcome.PASSED, "40 requests"),
        ("{count: {min: 41}}", Outcome.INCONCLUSIVE, "40 requests are too few to judge by"),
        ("{path: ^/users, p50: {max: 1s}}", Outcome.INCONCLUSIVE, "0 requests are too few to judge by"),
        ("{path: ^/orders, p50: {max: 1s}, error_rate: 5%}", Outcome.PASSED, "0 to other paths"),
    ],
)
def test_it_comes_to(tmp_path: Path, options: str, outcome: Outcome, reason: str) -> None:
    own = [request(-200 + n) for n in range(36)]
    own += [request(-100, status=500), request(-99, status=503), request(-98, status=404), request(-97, latency=3.0)]
    verdict = judged(tmp_path, options, own).verdict("Requests")
    assert verdict.outcome is outcome, verdict.reason
    assert reason in verdict.reason


def test_the_failed_requests_are_shown(tmp_path: Path) -> None:
    own = [*users(30), request(-50, 0.25, 502, "/cart")]
    verdict = judged(tmp_path, "{error_rate: {max: 1%}}", own).verdict("Requests")
    assert [(piece.text, piece.source) for piece in verdict.evidence] == [("GET /cart: 502 in 250 ms", "requests")]


def test_probes_health_checks_and_monitors_are_counted_apart(tmp_path: Path) -> None:
    others = [
        request(-60, status=500, path="/healthz"),
        request(-59, status=500, path="/api/health"),
        request(-58, status=500, agent="GoogleHC/1.0"),
        request(-57, status=500, agent="GoogleStackdriverMonitoring-UptimeChecks(https://cloud.google.com/monitoring)"),
        request(-56, status=500, agent="validator/1.0 (of another run)"),
    ]
    verdict = judged(tmp_path, "{error_rate: {max: 0%}}", [*users(30), *others]).verdict("Requests")
    assert verdict.outcome is Outcome.PASSED
    assert "of 30 requests" in verdict.reason
    assert "4 health checks" in verdict.reason
    own = int(verdict.reason.split("apart from ")[1].split(" ")[0])
    assert own > 1  # the echoes of this run, and the one of another


def test_a_websocket_is_open_long_and_is_not_slow(tmp_path: Path) -> None:
    own = [*users(30), *(request(-100 + n, latency=90.0, status=101, path="/ws") for n in range(10))]
    assert judged(tmp_path, "{p95: {max: 1s}}", own).verdict("Requests").outcome is Outcome.PASSED


def test_a_request_without_a_status_leaves_the_rate_open_if_it_could_decide_it(tmp_path: Path) -> None:
    own = [*users(39), request(-100, status=0)]
    assert judged(tmp_path, "{error_rate: {max: 1%}}", own).verdict("Requests").outcome is Outcome.INCONCLUSIVE
    assert judged(tmp_path, "{error_rate: {max: 3%}}", own).verdict("Requests").outcome is Outcome.PASSED


def test_it_is_decided_only_once_the_request_log_is_readable_past_the_window(tmp_path: Path) -> None:
    run = judged(tmp_path, "{error_rate: {max: 1%}}", [*users(30), request(19, status=500)])
    assert run.verdict("Requests").outcome is Outcome.FAILED
    assert run.decided("Requests") > 20
    run = judged(tmp_path, "{error_rate: {max: 1%}}", [*users(30), request(19, latency=5.0, status=500)])
    assert run.verdict("Requests").outcome is Outcome.PASSED  # it ended after the window


def test_no_requests_are_inconclusive() -> None:
    verdict = simulate(check("{error_rate: {max: 1%}, count: {min: 1}}"), NETRA / "scenario.yaml").verdict("Requests")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "0 requests are too few" in verdict.reason
    assert "count: {min}" in verdict.remedy


def test_a_denied_log_is_inconclusive() -> None:
    verdict = simulate(check("{error_rate: {max: 1%}}"), NETRA / "logging-denied.yaml").verdict("Requests")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "roles/logging.viewer" in verdict.remedy


LIFE = -26 * 3600.0
"""The older revision's creation, seconds after the start."""


@pytest.mark.parametrize(
    ("median", "options", "outcome"),
    [
        (0.1, "{baseline: previous}", Outcome.PASSED),
        (0.11, "{baseline: previous}", Outcome.PASSED),
        (0.2, "{baseline: previous}", Outcome.FAILED),
        (0.2, "{baseline: previous, slower: {max: 150%}}", Outcome.PASSED),
        (0.2, f"{{baseline: {PREVIOUS}}}", Outcome.FAILED),
        (0.05, "{baseline: previous, slower: {max: 0%}}", Outcome.PASSED),
    ],
)
def test_it_is_compared_with_the_baseline(tmp_path: Path, median: float, options: str, outcome: Outcome) -> None:
    older = users(100, first=LIFE + 20, seed=2)
    verdict = judged(tmp_path, options, users(100, median=median), older).verdict("Requests")
    assert verdict.outcome is outcome, verdict.reason
    assert f"in {PREVIOUS}" in verdict.actual + verdict.reason


def test_a_baseline_with_too_few_requests_is_inconclusive(tmp_path: Path) -> None:
    later = users(100, first=LIFE + 3600)
    verdict = judged(tmp_path, "{baseline: previous}", users(100), [*users(9, first=LIFE + 20), *later]).verdict(
        "Requests"
    )
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert f"9 answers in the first 4 min 21 s of {PREVIOUS} are too few" in verdict.reason


def test_an_assert_sees_the_requests_that_count(tmp_path: Path) -> None:
    more = "for: 20s, assert: 'entries.all(e, e.http_request.status == 200)', "
    told = {
        "own": {
            "revision": BACKEND,
            "stream": "requests",
            "lines": [*users(30), request(-9, status=500, path="/health")],
        }
    }
    changes = f"logs: {json.dumps({'groups': told})}\n"
    run = simulate(check("{count: {min: 30}}", more), overlaid(tmp_path, changes))
    assert run.verdict("Requests").outcome is Outcome.PASSED, run.verdict("Requests").reason
