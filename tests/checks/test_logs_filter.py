"""Kind logs with a `filter`: what other resources of the project logged, readable by assumption alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulated import HEAD, NETRA, Finished, overlaid, simulate
from validator.checks import kinds
from validator.engine.planning import plan_of
from validator.evidence import filtered
from validator.evidence.record_json import read, written
from validator.language.load import load
from validator.language.mistake import BadSpec
from validator.report.plan_text import for_people
from validator.words.call import Answer, Call, ListEntries, Result
from validator.words.verdict import Outcome

FILTER = 'resource.type="cloudsql_database" AND resource.labels.database_id="netra-staging:main"'


def entry(at: str, text: str, severity: str = "INFO", received: str = "", **more: Any) -> dict[str, Any]:
    labels = {"database_id": "netra-staging:main", "project_id": "netra-staging"}
    return {
        "logName": "projects/netra-staging/logs/cloudsql.googleapis.com%2Fpostgres.log",
        "resource": {"type": "cloudsql_database", "labels": labels},
        "timestamp": at,
        "insertId": f"{at} {text[:20]}",
        "textPayload": text,
        "severity": severity,
        **({"receiveTimestamp": received} if received else {}),
        **more,
    }


CHECKPOINT = entry("@-200s", "checkpoint complete")


def judged(
    options: str,
    folder: Path,
    *entries: Any,
    more: str = "for: 30s, ",
    after: str = "",
    faults: str = "",
    wrap: Any = None,
) -> Finished:
    pasted = json.dumps([CHECKPOINT, *entries])
    check = f"{HEAD}  - {{name: Database, {more}logs: {{filter: '{FILTER}', assume: 20s, {options}}}{after}}}\n"
    return simulate(check, overlaid(folder, f"logs: {{entries: {pasted}}}\n{faults}"), wrap=wrap)


def test_what_was_logged_passes_at_sight(tmp_path: Path) -> None:
    run = judged("expect: [checkpoint]", tmp_path)
    assert run.verdict("Database").outcome is Outcome.PASSED
    assert run.decided("Database") < 5
    assert run.verdict("Database").evidence[0].source == "postgres.log"


def test_absence_passes_once_the_window_is_assumed_to_be_readable(tmp_path: Path) -> None:
    run = judged("forbid: [deadlock]", tmp_path)
    verdict = run.verdict("Database")
    assert verdict.outcome is Outcome.PASSED
    assert "no entry with deadlock from the revision's creation up to" in verdict.reason
    assert "1 entry that the filter selects; what the filter selects readable up to" in verdict.reason
    assert verdict.reason.endswith("Z, assumed)")
    assert 30 + 20 < run.decided("Database") < 30 + 20 + 15


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("forbid: [deadlock]", entry("@+20s", "deadlock detected")),
        ("forbid: [{severity: ERROR}]", entry("@+20s", "oops", "ERROR")),
        ("forbid: [deadlock]", entry("@+10s", "deadlock late", received="@+40s")),
        ("forbid: [deadlock]", entry("@-1d", "deadlock of a wrong clock", received="@+10s")),
        ("forbid: [cloudsql.instances.delete]", entry("@+5s", "", protoPayload={"@type": "type.googleapis.com/google.cloud.audit.AuditLog", "methodName": "cloudsql.instances.delete"})),
    ],
)  # fmt: skip
def test_a_forbidden_line_fails_whenever_and_by_whomever_it_is_written(
    options: str, line: dict[str, Any], tmp_path: Path
) -> None:
    if "protoPayload" in line:
        del line["textPayload"]
    run = judged(options, tmp_path, line)
    assert run.verdict("Database").outcome is Outcome.FAILED, run.verdict("Database").reason


def test_a_line_before_the_revision_is_not_held_against_it(tmp_path: Path) -> None:
    old = entry("@-300s", "deadlock before the deploy")
    assert judged("forbid: [deadlock]", tmp_path, old).verdict("Database").outcome is Outcome.PASSED


def test_a_line_that_is_missing_fails_once_the_window_is_over(tmp_path: Path) -> None:
    run = judged("expect: [replica caught up]", tmp_path)
    assert run.verdict("Database").outcome is Outcome.FAILED
    assert run.decided("Database") > 30 + 20


def test_a_filter_that_selects_nothing_proves_nothing(tmp_path: Path) -> None:
    check = "{name: Database, for: 30s, logs: {filter: 'resource.type=\"cloudsql_databse\"', assume: 20s, forbid: [deadlock]}}"
    run = simulate(f"{HEAD}  - {check}\n", overlaid(tmp_path, f"logs: {{entries: {json.dumps([CHECKPOINT])}}}\n"))
    verdict = run.verdict("Database")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the filter selects no entry from " in verdict.reason
    assert verdict.remedy.endswith(
        "try it: gcloud logging read 'resource.type=\"cloudsql_databse\"' --project=netra-staging"
    )


def test_what_it_selected_shortly_before_the_revision_shows_that_it_selects(tmp_path: Path) -> None:
    other = 'resource.type="gce_instance"'
    early = {**entry("@-10m", "heartbeat"), "resource": {"type": "gce_instance", "labels": {}}}
    check = f"{{name: A, for: 10s, logs: {{filter: '{other}', assume: 20s, forbid: [panic]}}}}"
    run = simulate(f"{HEAD}  - {check}\n", overlaid(tmp_path, f"logs: {{entries: {json.dumps([early])}}}\n"))
    assert run.verdict("A").outcome is Outcome.PASSED, run.verdict("A").reason


def test_counts_order_json_and_asserts_are_as_of_a_revisions_log(tmp_path: Path) -> None:
    lines = [entry("@-30s", 'vacuum: {"dead": 0, "table": "orders"}'), entry("@-20s", "vacuum over")]
    options = "in_order: true, expect: [checkpoint, {match: 'vacuum: (?P<report>.*)', json: {dead: 0}}, over]"
    after = ", assert: [size(entries) == 3, \"match.report.contains('orders')\"]"
    run = judged(options, tmp_path, *lines, after=after)
    assert run.verdict("Database").outcome is Outcome.PASSED, run.verdict("Database").reason


def test_a_filter_that_cloud_logging_does_not_take_is_inconclusive_with_the_command_to_try_it() -> None:
    check = "{name: A, logs: {filter: 'resource.type=', assume: 20s, expect: [a]}}"
    verdict = simulate(f"{HEAD}  - {check}\n", NETRA / "scenario.yaml").verdict("A")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith("Cloud Logging does not take the filter: Unparseable filter")
    assert "gcloud logging read resource.type= --project=netra-staging" in verdict.remedy


def test_more_than_can_be_kept_is_inconclusive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtered, "MOST", 2)
    lines = [entry(f"@-{number}s", f"line {number}") for number in range(1, 5)]
    verdict = judged("forbid: [deadlock]", tmp_path, *lines).verdict("Database")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the filter selects more than 2 entries" in verdict.reason


def test_it_reads_on_from_where_it_was_and_counts_against_the_projects_reads(tmp_path: Path) -> None:
    asked: list[str] = []

    def counted(ask: Any, call: Call, at: float) -> tuple[float, Result]:
        if isinstance(call, ListEntries) and "cloudsql" in call.filter:
            asked.append(call.filter.rpartition('"')[0].rpartition('"')[2])
        return ask(call, at)  # type: ignore[no-any-return]

    run = judged("forbid: [deadlock]", tmp_path, entry("@+1s", "line"), wrap=counted)
    assert run.verdict("Database").outcome is Outcome.PASSED
    assert 4 <= len(asked) <= 8
    assert asked[0] < asked[-1]
    kept = [
        data
        for record in run.engine.journal
        if isinstance(getattr(record, "call", None), ListEntries) and isinstance(getattr(record, "result", None), Answer)
        and "cloudsql" in record.call.filter  # type: ignore[union-attr]
        for data in record.result.content.get("entries", ())  # type: ignore[union-attr]
    ]  # fmt: skip
    assert len(kept) == 2


def test_a_read_that_failed_begins_anew(tmp_path: Path) -> None:
    faults = "faults: [{method: ListLogEntries, code: UNAVAILABLE, from: '@+5s', until: '@+25s'}]\n"
    run = judged("forbid: [deadlock]", tmp_path, entry("@+20s", "deadlock"), faults=faults)
    assert run.verdict("Database").outcome is Outcome.FAILED


def test_short_pages_are_read_to_their_end(tmp_path: Path) -> None:
    lines = [entry(f"@-{number}s", f"line {number}") for number in range(1, 8)]
    run = judged(
        "expect: [{match: line, count: 7}]", tmp_path, *lines, faults="faults: [{method: ListLogEntries, page: 2}]\n"
    )
    assert run.verdict("Database").outcome is Outcome.PASSED


def test_its_journal_is_judged_again_to_the_same_and_can_be_recorded(tmp_path: Path) -> None:
    finished = judged("forbid: [deadlock]", tmp_path, entry("@+20s", "deadlock detected"))
    assert finished.replayed().standings == finished.engine.standings
    assert [read(written(record)) for record in finished.engine.journal] == finished.engine.journal


@pytest.mark.parametrize(
    ("logs", "mistake"),
    [
        ("{filter: 'a=\"b\"', forbid: [x]}", "`filter` needs `assume`: after how long what other resources log"),
        ("{assume: 20s, forbid: [x]}", "`assume` is of a `filter`"),
        ("{filter: 'a=\"b\"', assume: 20s, watermark: echoed, forbid: [x]}", "`watermark` means nothing beside `filter`"),
        ("{filter: 'a=\"b', assume: 20s, forbid: [x]}", "the filter has a quote that is not closed"),
        ("{filter: '(a=\"b\"', assume: 20s, forbid: [x]}", "a parenthesis without the other one"),
        ("{filter: 'a=\"b\") OR (c=\"d\"', assume: 20s, forbid: [x]}", "a parenthesis without the other one"),
        ("{filter: 'timestamp>\"2026\"', assume: 20s, forbid: [x]}", "the filter may not speak of times"),
        ("{filter: ' -- all', assume: 20s, forbid: [x]}", "the filter selects everything; name a resource"),
        ("{filter: 'a=\"b\"', assume: 0s, forbid: [x]}", "is no length of time"),
        ("{filter: 'a=\"b\"', assume: 10m, forbid: [x]}", "`for` plus the log's margin of 10 min is 10 min 10 s, more than the run's `timeout`"),
        ("{filter: 'a=\"b\"', assume: 20s}", "`expect` or `forbid` is missing"),
    ],
)  # fmt: skip
def test_lint_tells_what_cannot_be_right_of_a_filter(logs: str, mistake: str) -> None:
    with pytest.raises(BadSpec) as caught:
        load(f"{HEAD}  - {{name: A, for: 10s, logs: {logs}}}\n", "checks.yaml", kinds(), {})
    assert mistake in str(caught.value)


@pytest.mark.parametrize("text", ['a="timestamp ) ("', '(a="b\\"" -- it "says\n)', 'a=b OR (c="d" AND NOT e="f")'])
def test_what_is_right_of_a_filter_is_taken(text: str) -> None:
    logs = json.dumps({"filter": text, "assume": "20s", "forbid": ["x"]})
    load(f"{HEAD}  - {{name: A, for: 10s, logs: {logs}}}\n", "checks.yaml", kinds(), {})


def test_the_plan_prints_it_and_when_it_is_due() -> None:
    spec = load(
        f"{HEAD}  - {{name: A, for: 10s, logs: {{filter: '{FILTER}', assume: 20s, forbid: [x]}}}}\n",
        "checks.yaml",
        kinds(),
        {},
    )
    told = "\n".join(for_people(plan_of(spec, kinds())))
    assert f"other resources' logs, {FILTER}: logging.v2 ListLogEntries, every 10 s, after the revision" in told
    assert "       0 s ->       30 s  A" in told
