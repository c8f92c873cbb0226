"""Kind logs: which entries a rule is about, and what is shown of them. Its timing: tests/engine/test_rules.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import BACKEND, HEAD, NETRA, overlaid, simulate
from validator.model.verdict import Outcome

INVALID = (
    ("{}", "`expect` or `forbid` is missing"),
    ("{expect: []}", "this may not be empty"),
    ("{expect: ['[a']}", "RE2 refuses the pattern '[a'"),
    ("{forbid: ['(?=a)b']}", "RE2 has no lookaround"),
    ("{forbid: [{severity: FATAL}]}", "known: DEBUG, INFO"),
    ("{expect: [{match: a, cuont: 1}]}", "unknown key 'cuont' (did you mean count?)"),
    ("{in_order: true, expect: [a]}", "an order needs at least two patterns"),
    ("{expect: [{match: a, count: {min: 3, max: 1}}]}", "min 3 is more than max 1"),
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
    assert (excerpt.text, excerpt.source) == ("structured", "stderr")
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
