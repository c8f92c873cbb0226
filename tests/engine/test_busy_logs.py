"""A service that logs more than the budget of reads can carry: the server is asked for less, and no verdict changes."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import pytest

from tests.busy import CREATED, Busy, busy
from tests.simulated import BACKEND, HEAD, PREVIOUS, START, Finished, overlaid
from validator.evidence import narrowing
from validator.evidence.limits import LIST_CALLS_A_MINUTE
from validator.words.verdict import Outcome, Verdict

LINES = f"""\
logs:
  groups:
    rare:
      revision: {BACKEND}
      stream: stderr
      at: "@-200s"
      lines:
        - [0s, cache is warm]
        - [205s, Step 1 done]
        - [206s, Step 2 done]
        - [220s, "Traceback (most recent call last):"]
        - [220s, '  File "/app/orders.py", line 12, in place']
        - [220s, "ValueError: order 17 is empty"]
        - [225s, the queue is full, ERROR]
        - [258s, SegFault]
"""
DECIDABLE = """\
  - {name: Found, for: 60s, logs: {expect: [cache is warm, Step 2 done]}}
  - {name: Counted, within: 60s, logs: {expect: [{match: 'Step \\d done', count: 2}]}}
  - {name: Too many, within: 60s, logs: {expect: [{match: 'Step \\d done', count: 1}]}}
  - {name: In order, within: 20s, logs: {in_order: true, expect: [Step 1, Step 2]}}
  - {name: Never, within: 20s, logs: {expect: [Step 9 done]}}
  - {name: No trace, for: 60s, logs: {forbid: ['Traceback \\(most recent call last\\)']}}
  - {name: No late line, for: 60s, logs: {forbid: [SegFault]}}
  - {name: No error, for: 60s, logs: {forbid: [{severity: ERROR}]}}
  - {name: Quiet, for: 60s, logs: {forbid: ['(?i)out of memory', {severity: CRITICAL}]}}
"""
VERDICTS = {
    "Found": Outcome.PASSED,
    "Counted": Outcome.PASSED,
    "Too many": Outcome.FAILED,
    "In order": Outcome.PASSED,
    "Never": Outcome.FAILED,
    "No trace": Outcome.FAILED,
    "No late line": Outcome.FAILED,
    "No error": Outcome.FAILED,
    "Quiet": Outcome.PASSED,
}
NOT_DECIDABLE = """\
  - {name: All, for: 60s, logs: {forbid: [SegFold]}, assert: "entries.size() > 1000"}
  - {name: Nothing new, for: 60s, regression: {}}
"""


def outcomes(run: Finished) -> dict[str, Outcome]:
    return {name: run.verdict(name).outcome for name in VERDICTS}


def most_reads_a_minute(world: Busy) -> int:
    times = [at for at, _ in world.calls]
    return max(sum(begin <= at < begin + 60 for at in times) for begin in times)


@pytest.mark.parametrize(
    "a_minute", [100, *(pytest.param(busy, marks=pytest.mark.slow) for busy in (6_000, 60_000, 600_000))]
)
def test_verdicts_do_not_depend_on_how_much_else_is_logged(tmp_path: Path, a_minute: float) -> None:
    run, world = busy(HEAD + DECIDABLE, overlaid(tmp_path, LINES), a_minute)
    assert outcomes(run) == VERDICTS
    assert run.ended < 100
    assert most_reads_a_minute(world) <= LIST_CALLS_A_MINUTE * 4 / 3
    assert run.replayed().standings == run.engine.standings


@pytest.mark.slow
@pytest.mark.parametrize("a_minute", [12_000, 60_000])
def test_what_needs_all_entries_is_inconclusive_and_keeps_nothing_else_from_being_decided(
    tmp_path: Path, a_minute: float
) -> None:
    run, world = busy(HEAD + DECIDABLE + NOT_DECIDABLE, overlaid(tmp_path, LINES), a_minute)
    assert outcomes(run) == VERDICTS
    for name in ("All", "Nothing new"):
        verdict = run.verdict(name)
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert f"volume {a_minute // 1000:.0f}," in verdict.reason
        assert "/min exceeds the budget of 20 reads a minute" in verdict.reason
        assert verdict.remedy
    assert run.ended < 100
    assert most_reads_a_minute(world) <= LIST_CALLS_A_MINUTE * 4 / 3
    assert run.replayed().standings == run.engine.standings


@pytest.mark.slow
def test_all_entries_are_read_where_that_can_be_done_in_time(tmp_path: Path) -> None:
    run, _ = busy(HEAD + DECIDABLE + NOT_DECIDABLE, overlaid(tmp_path, LINES), 5_000)
    assert outcomes(run) == VERDICTS
    assert run.verdict("All").outcome is Outcome.PASSED
    assert run.verdict("Nothing new").outcome is Outcome.FAILED


def requests(run: Finished) -> Verdict:
    return run.verdict("Requests")


@pytest.mark.slow
def test_users_requests_do_not_keep_lines_from_being_judged(tmp_path: Path) -> None:
    request = {"requestMethod": "GET", "requestUrl": "https://x/orders/1", "status": 200, "userAgent": "Mozilla/5.0"}
    payload = {
        "logName": "projects/netra-staging/logs/run.googleapis.com%2Frequests",
        "httpRequest": {**request, "latency": "0.010s"},
        "severity": "INFO",
    }
    checks = "  - {name: Requests, for: 60s, requests: {error_rate: {max: 1%}}}\n"
    run, _ = busy(HEAD + DECIDABLE + checks, overlaid(tmp_path, LINES), 60_000, payload=payload)
    assert outcomes(run) == VERDICTS
    assert requests(run).outcome is Outcome.INCONCLUSIVE
    assert "the request log cannot be read in time" in requests(run).reason
    assert "less traffic" in requests(run).remedy


@pytest.mark.slow
def test_a_pattern_over_a_busy_log_of_json_wants_a_severity(tmp_path: Path) -> None:
    placed = {"jsonPayload": {"message": "order placed", "items": 3}, "severity": "INFO"}
    checks = (
        "  - {name: Severe, for: 60s, logs: {forbid: [{match: queue is full, severity: ERROR}]}}\n"
        "  - {name: Never severe, for: 60s, logs: {forbid: [{match: SegFold, severity: ERROR}]}}\n"
        "  - {name: Anywhere, for: 60s, logs: {forbid: [SegFold]}}\n"
    )
    run, _ = busy(HEAD + checks, overlaid(tmp_path, LINES), 60_000, payload=placed)
    assert run.verdict("Severe").outcome is Outcome.FAILED
    assert run.verdict("Never severe").outcome is Outcome.PASSED
    assert run.verdict("Anywhere").outcome is Outcome.INCONCLUSIVE
    assert "volume 60," in run.verdict("Anywhere").reason
    assert "write a `severity` beside the pattern" in run.verdict("Anywhere").remedy


@pytest.mark.slow
def test_a_rule_about_common_lines_is_inconclusive_and_a_rule_about_rare_ones_is_not(tmp_path: Path) -> None:
    checks = "  - {name: Orders, for: 60s, logs: {expect: [{match: order placed, count: {max: 10000000}}]}}\n"
    run, _ = busy(HEAD + DECIDABLE + checks, overlaid(tmp_path, LINES), 60_000)
    assert outcomes(run) == VERDICTS
    assert run.verdict("Orders").outcome is Outcome.INCONCLUSIVE
    assert run.verdict("Orders").reason.endswith("order placed cannot be read in time")


def test_an_older_revision_that_logged_too_much_is_no_baseline(tmp_path: Path) -> None:
    checks = "  - {name: Nothing new, for: 60s, regression: {}}\n"
    run, world = busy(HEAD + checks, overlaid(tmp_path, LINES), 60_000, revision=PREVIOUS, created=START - 26 * 3600)
    verdict = run.verdict("Nothing new")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the older revision's logs could not be read: volume 60," in verdict.reason
    assert run.decided("Nothing new") < 220
    assert most_reads_a_minute(world) <= LIST_CALLS_A_MINUTE * 4 / 3


@pytest.mark.slow
def test_a_quiet_target_beside_a_busy_one_is_read_wholly(tmp_path: Path) -> None:
    head = HEAD.replace("checks:", "targets: {auth: {service: netra-auth-staging}}\nchecks:")
    checks = "  - {name: Auth, target: auth, for: 20s, logs: {forbid: [SegFault]}, assert: 'entries.size() > 0'}\n"
    run, world = busy(head + DECIDABLE + checks, overlaid(tmp_path, LINES), 60_000)
    assert outcomes(run) == VERDICTS
    assert run.verdict("Auth").outcome is not Outcome.INCONCLUSIVE or "volume" not in run.verdict("Auth").reason
    assert any("severity>=ERROR" in call.filter for _, call in world.calls)


@pytest.mark.slow
def test_the_report_tells_the_volume_and_that_less_was_read(tmp_path: Path) -> None:
    run, _ = busy(HEAD + DECIDABLE, overlaid(tmp_path, LINES), 60_000)
    assert run.run.targets[0].logs.volume == pytest.approx(60_000, rel=0.1)
    quiet, _ = busy(HEAD + DECIDABLE, overlaid(tmp_path, LINES), 100)
    assert quiet.run.targets[0].logs.volume is None


@pytest.mark.slow
@pytest.mark.parametrize("late", [3.0, 6.0, 9.0])
def test_a_slow_read_does_not_take_an_echo_at_its_end_for_news_of_its_beginning(tmp_path: Path, late: float) -> None:
    """The page of the forbidden line is read before the line is readable, and the echo that tells so after it."""
    lines = LINES.replace("[258s, SegFault]", f"{{textPayload: SegFault, timestamp: '@+60s', receiveTimestamp: '@+{60 + late}s'}}")  # fmt: skip
    checks = "  - {name: No late line, for: 60s, logs: {forbid: [SegFault]}, assert: 'entries.size() > 0'}\n"
    run, _ = busy(HEAD + checks, overlaid(tmp_path, lines), 4_000, created=CREATED)
    assert run.verdict("No late line").outcome is Outcome.FAILED


ALL = "  - {name: All, for: 20s, logs: {forbid: [SegFold]}, assert: 'entries.size() > 59000'}\n"


@pytest.mark.slow
def test_a_burst_at_start_up_is_read_where_there_is_time(tmp_path: Path) -> None:
    """60,000 lines within 20 s are 60 pages, which take three of the six minutes."""
    run, world = busy(HEAD + ALL, overlaid(tmp_path, LINES), 180_000, until=CREATED + 20)
    assert run.verdict("All").outcome is Outcome.PASSED
    assert run.run.targets[0].logs.volume is None
    assert most_reads_a_minute(world) <= LIST_CALLS_A_MINUTE * 4 / 3
    assert run.replayed().standings == run.engine.standings


@pytest.mark.slow
def test_a_burst_that_there_is_no_time_for_is_given_up_in_time_for_what_needs_less(tmp_path: Path) -> None:
    run, world = busy(HEAD + DECIDABLE + ALL, overlaid(tmp_path, LINES), 1_800_000, until=CREATED + 20)
    assert outcomes(run) == VERDICTS
    verdict = run.verdict("All")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    told = re.fullmatch(
        r"at least (\d{2,3},\d{3}) entries are more than 20 reads a minute carry by the deadline: .* cannot be read in time",
        verdict.reason,
    )
    assert told, verdict.reason
    assert 80_000 < int(told[1].replace(",", "")) < 600_000
    assert most_reads_a_minute(world) <= LIST_CALLS_A_MINUTE * 4 / 3
    assert run.replayed().standings == run.engine.standings


@pytest.mark.slow
def test_an_older_revisions_burst_at_start_up_is_read_where_there_is_time(tmp_path: Path) -> None:
    checks = "  - {name: Nothing new, for: 20s, regression: {}}\n"
    older = START - 26 * 3600
    run, world = busy(
        HEAD + checks, overlaid(tmp_path, LINES), 180_000, revision=PREVIOUS, created=older, until=older + 10
    )
    assert run.verdict("Nothing new").outcome is not Outcome.INCONCLUSIVE, run.verdict("Nothing new")
    assert most_reads_a_minute(world) <= LIST_CALLS_A_MINUTE * 4 / 3
    assert run.replayed().standings == run.engine.standings


@pytest.mark.slow
@pytest.mark.parametrize("begins", [CREATED, CREATED + 60])
def test_the_estimated_volume_is_the_true_one_however_quiet_the_log_began(tmp_path: Path, begins: float) -> None:
    run, _ = busy(HEAD + ALL, overlaid(tmp_path, LINES), 50_000, created=begins)
    assert run.run.targets[0].logs.volume == pytest.approx(50_000, rel=0.02)
    assert re.match("volume (49|50),", run.verdict("All").reason), run.verdict("All").reason


@pytest.mark.slow
def test_twice_as_many_entries_take_hardly_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """20,000 entries stand for the 200,000 that are kept."""
    monkeypatch.setattr(narrowing, "MOST_KEPT", 20_000)
    held = []
    for minutes in (4, 12):
        checks = (
            f"  - {{name: Quiet, for: {minutes}m, logs: {{forbid: [SegFold]}}}}\n"
            f"  - {{name: All, for: {minutes}m, logs: {{forbid: [SegFold]}}, assert: 'entries.size() > 1000'}}\n"
        )
        tracemalloc.start()
        run, world = busy(HEAD.replace("6m", "1h") + checks, overlaid(tmp_path, LINES), 4_000)
        held.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert run.verdict("Quiet").outcome is Outcome.PASSED
        assert run.verdict("All").outcome is Outcome.INCONCLUSIVE
        assert run.verdict("All").reason.endswith(
            "for so long exceeds what is kept in memory: all entries cannot be kept"
        )
        assert run.replayed().standings == run.engine.standings
        assert most_reads_a_minute(world) <= LIST_CALLS_A_MINUTE * 4 / 3
    assert held[1] < 1.2 * held[0]
