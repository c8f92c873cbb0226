"""Kind logs: which entries a rule is about, and what is shown of them. Its timing: tests/engine/test_rules.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import BACKEND, HEAD, NETRA, overlaid, simulate
from validator.words.verdict import Outcome

INVALID = (
    ("{}", "`expect` or `forbid` is missing"),
    ("{expect: []}", "this may not be empty"),
    ("{expect: ['[a']}", "RE2 refuses the pattern '[a'"),
    ("{forbid: ['(?=a)b']}", "RE2 has no lookaround"),
    ("{forbid: [{severity: FATAL}]}", "known: DEBUG, INFO"),
    ("{expect: [{match: a, cuont: 1}]}", "unknown key 'cuont' (did you mean count?)"),
    ("{in_order: true, expect: [a]}", "an order needs at least two patterns"),
    ("{expect: [{match: a, count: {min: 3, max: 1}}]}", "min 3 is more than max 1"),
    ("{expect: [{match: a, count: {min: 0}}]}", "min 0 demands nothing"),
    ("{in_order: true, expect: [a, {match: b, count: 0}]}", "a line that must not appear has no place in an order"),
    ("{expect: [{severity: ERROR, json: {a: 1}}]}", "write `match` beside it"),
    ("{expect: [{match: a, json: {a: 1}, count: {max: 2}}]}", "`json` needs a match to judge"),
    ("{expect: [a], pick: last}", "known: newest, first, every"),
)
ENTRIES = f"""\
logs:
  groups:
    more:
      revision: {BACKEND}
      stream: stderr
      at: "@-60s"
      lines:
        - [0s, "plain text that says ERROR"]
        - [1s, "structured", ERROR]
        - {{jsonPayload: {{message: "from message, code 7", level: warn}}, severity: WARNING, timestamp: "@-50s"}}
        - {{jsonPayload: {{msg: "from msg"}}, timestamp: "@-49s"}}
        - {{jsonPayload: {{event: "compact"}}, timestamp: "@-48s"}}
"""


def logs(options: str, more: str = "") -> str:
    return f"{HEAD}  - {{name: Logs, {more}logs: {options}}}\n"


@pytest.mark.parametrize(
    "options",
    [
        "{expect: [{severity: ERROR, count: 1}]}",
        "{expect: [{severity: WARNING, count: 3}]}",
        "{expect: [{match: ERROR, count: {min: 1}}]}",
        "{expect: ['code \\d']}",
        "{expect: [from msg]}",
        '{expect: [\'"event":"compact"\']}',
        "{expect: [{match: structured, severity: ERROR}]}",
        "{forbid: [{match: plain text, severity: ERROR}]}",
        "{forbid: [{severity: CRITICAL}]}",
        "{in_order: true, expect: [structured, code, from msg]}",
    ],
)
def test_it_holds(tmp_path: Path, options: str) -> None:
    run = simulate(logs(options), overlaid(tmp_path, ENTRIES))
    assert run.verdict("Logs").outcome is Outcome.PASSED, run.verdict("Logs").reason


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("{forbid: [{severity: ERROR}]}", "'structured' was logged at 2026-09-21T"),
        ("{forbid: [^from]}", "and 1 more"),
        ("{expect: [{severity: ERROR, count: 2}]}", "severity ERROR or worse was logged once"),
        ("{expect: [{match: ^from, count: {max: 1}}]}", "^from was logged 2 times"),
        ("{in_order: true, expect: [from msg, structured]}", "structured was not logged after from msg"),
    ],
)
def test_it_is_violated(tmp_path: Path, options: str, reason: str) -> None:
    run = simulate(logs(options), overlaid(tmp_path, ENTRIES))
    assert run.verdict("Logs").outcome is Outcome.FAILED
    assert reason in run.verdict("Logs").reason


def test_an_assert_sees_the_entries_and_the_named_groups(tmp_path: Path) -> None:
    told = "{expect: ['code (?P<code>\\d+)']}, assert: [\"match.code == '7'\", \"entries.exists(e, e.severity == LogSeverity.ERROR)\"]"
    run = simulate(logs(told), overlaid(tmp_path, ENTRIES))
    assert run.verdict("Logs").outcome is Outcome.PASSED, run.verdict("Logs").reason


def test_the_entries_themselves_are_shown(tmp_path: Path) -> None:
    run = simulate(logs("{forbid: [structured]}"), overlaid(tmp_path, ENTRIES))
    (excerpt,) = run.verdict("Logs").evidence
    assert (excerpt.text, excerpt.source, excerpt.matched) == ("structured", "stderr", "structured")
    assert excerpt.at is not None


def test_a_forbidden_line_of_a_stack_trace_shows_all_of_it_once_and_tells_its_error() -> None:
    run = simulate(
        logs("{forbid: ['Traceback', 'File \"/app', 'await connection']}", "for: 30s, "), NETRA / "text-traceback.yaml"
    )
    verdict = run.verdict("Logs")
    assert verdict.outcome is Outcome.FAILED
    assert "'Traceback (most recent call last):' was logged at" in verdict.reason
    assert "Z: AttributeError: 'NoneType' object has no attribute 'dump'" in verdict.reason
    (excerpt,) = verdict.evidence
    assert excerpt.text.startswith("Traceback (most recent call last):\n")
    assert excerpt.text.endswith("\nAttributeError: 'NoneType' object has no attribute 'dump'")


def test_several_lines_of_one_stack_trace_are_one_piece_of_evidence() -> None:
    run = simulate(logs("{forbid: ['File \"/app']}", "for: 30s, "), NETRA / "text-traceback.yaml")
    assert len(run.verdict("Logs").evidence) == 1
    assert "more" not in run.verdict("Logs").reason


SMOKE = f"""\
logs:
  groups:
    smoke:
      revision: {BACKEND}
      stream: stdout
      at: "@-60s"
      lines:
        - [0s, 'smoke test: {{"ok": true, "took": 3}}']
        - [10s, 'smoke test: {{"ok": false, "took": 9}}']
        - [25s, 'smoke test: {{"ok": true, "took": 4}} (in time)']
        - [26s, 'smoke test failed']
        - {{jsonPayload: {{message: round done, result: {{ok: true, failed: [1]}}}}, timestamp: "@-30s"}}
"""


@pytest.mark.parametrize(
    ("options", "outcome", "reason"),
    [
        ("{expect: [{match: 'smoke test: ', json: {ok: true}}]}", "passed", "of 3 matches the newest, at "),
        ("{expect: [{match: 'smoke test: ', json: {took: 4}}]}", "passed", 'its JSON contains {"took":4}'),
        ("{pick: first, expect: [{match: 'smoke test: ', json: {took: 4}}]}", "failed", "json.took: 3 and not 4"),
        ("{pick: every, expect: [{match: 'smoke test: ', json: {ok: true}}]}", "failed", "of 3 matches the one at "),
        ("{pick: every, expect: [{match: 'smoke test: ', json: {ok: true}}]}", "failed", "json.ok: false and not true"),
        ("{expect: [{match: 'smoke test', json: {ok: true}}]}", "failed", "followed by no JSON: 'failed'"),
        ("{expect: [{match: 'smoke test: (?P<json>.*)', json: {ok: true}}]}", "failed", "no JSON: '{\"ok\": true, \"took\": 4} (in time)'"),
        ("{expect: [{match: 'smoke test: (?P<it>.*\\})', json: {took: 4.0}}]}", "failed", "no JSON: '(in time)'"),
        ("{expect: [{match: 'smoke test: (?P<json>.*\\})', json: {took: 4.0}}]}", "passed", "its JSON contains"),
        ("{expect: [{match: '\"result\":', json: {ok: true}}]}", "passed", "the match at "),
        ("{expect: [{match: '\"result\":', json: {failed: []}}]}", "failed", "the JSON differs at json.failed"),
        ("{expect: [{match: 'smoke', json: {}, count: 4}]}", "failed", "no JSON"),
    ],
)  # fmt: skip
def test_json_behind_a_match(tmp_path: Path, options: str, outcome: str, reason: str) -> None:
    verdict = simulate(logs(options), overlaid(tmp_path, SMOKE)).verdict("Logs")
    assert (verdict.outcome.value, reason in verdict.reason) == (outcome, True), verdict.reason


@pytest.mark.parametrize(
    ("pick", "outcome", "reason"),
    [
        ("newest", "passed", "of 3 matches the newest, at "),
        ("first", "failed", "of 3 matches the first, at "),
        ("every", "failed", "of 3 matches the one at "),
    ],
)
def test_which_match_an_assert_sees(tmp_path: Path, pick: str, outcome: str, reason: str) -> None:
    told = f"{{pick: {pick}, expect: ['\"took\": (?P<took>\\d+)']}}, assert: \"match.took == '4'\""
    verdict = simulate(logs(told), overlaid(tmp_path, SMOKE)).verdict("Logs")
    assert (verdict.outcome.value, reason in verdict.reason) == (outcome, True), verdict.reason


LATER = f"""\
logs:
  delay: {{stdout: 5s}}
  groups:
    smoke:
      revision: {BACKEND}
      stream: stdout
      at: "@-60s"
      lines:
        - [0s, 'smoke test: {{"ok": true}}']
        - [62s, 'smoke test: {{"ok": false}}']
"""


def test_the_newest_match_is_known_once_the_window_is_read_and_the_first_at_sight(tmp_path: Path) -> None:
    told = "{{pick: {}, expect: [{{match: 'smoke test: ', json: {{ok: true}}}}]}}"
    newest, first, every = (
        simulate(logs(told.format(pick), "for: 20s, "), overlaid(tmp_path, LATER))
        for pick in ("newest", "first", "every")
    )
    assert newest.verdict("Logs").outcome is Outcome.FAILED
    assert newest.decided("Logs") > 30
    assert first.verdict("Logs").outcome is Outcome.PASSED
    assert first.decided("Logs") < 5
    assert every.verdict("Logs").outcome is Outcome.FAILED
    assert 7 < every.decided("Logs") < 15


def test_what_was_not_logged_is_said_with_the_end_of_its_window(tmp_path: Path) -> None:
    absent = "{forbid: [NeverSaid, {severity: ALERT}], expect: [{match: structured, count: {max: 1}}, {match: code, count: 1}]}"
    verdict = simulate(logs(absent, "for: 30s, "), overlaid(tmp_path, ENTRIES)).verdict("Logs")
    assert verdict.outcome is Outcome.PASSED
    assert (
        "no entry with NeverSaid; no entry with severity ALERT or worse from its creation up to 14:13:50Z ("
        in verdict.reason
    )
    missing = simulate(logs("{expect: [NeverSaid]}", "within: 30s, "), overlaid(tmp_path, ENTRIES)).verdict("Logs")
    assert missing.outcome is Outcome.FAILED
    assert missing.reason.startswith("NeverSaid was not logged up to 14:13:50Z (")


def test_a_severity_that_the_platform_does_not_tell_is_told_by_what(tmp_path: Path) -> None:
    line = "[2s, '2026-09-21 14:12:02,100 ERROR shop.orders: order is lost']"
    payload = '{jsonPayload: {msg: charge failed, level: 50}, timestamp: "@-57s"}'
    for text, remark in ((line, "severity ERROR by its text"), (payload, "severity ERROR by its payload")):
        entries = ENTRIES.replace('[1s, "structured", ERROR]', text)
        verdict = simulate(logs("{forbid: [{severity: ERROR}]}"), overlaid(tmp_path, entries)).verdict("Logs")
        assert verdict.outcome is Outcome.FAILED
        assert remark in verdict.reason
