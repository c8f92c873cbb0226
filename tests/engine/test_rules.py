"""Section 5 of the design, rule by rule: the real engine and judges on the emulator's world, virtual time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.simulated import BACKEND, HEAD, NETRA, PREVIOUS, START, overlaid, simulate
from validator.evidence.journal import Observation
from validator.evidence.log_of import LogOf
from validator.evidence.logs import LogsOf
from validator.words.call import Exchange, ListEntries
from validator.words.ending import Ending
from validator.words.verdict import Outcome
from validator.words.watermark import Known

HEALTHY = "  - {name: Healthy, within: 60s, http: {path: /health}}\n"
QUIET = "  - {name: Quiet, for: 60s, logs: {forbid: [ImportError]}}\n"
STARTED = "  - {name: Started, logs: {expect: ['clickhouse: healthy']}}\n"
TRAFFIC = "  - {name: Traffic, traffic: {percent: 100}}\n"
READY = "netra-backend-staging is resolved and ready"
LINE = "logs: {{delay: {delay}, groups: {{late: {{revision: {backend}, stream: stdout, at: '@0s', lines: [[{at}s, {text!r}]]}}}}}}\n"


def line(at: float, text: str, delay: str = "{}") -> str:
    """A scenario's part that writes one stdout line."""
    return LINE.format(backend=BACKEND, at=at, text=text, delay=delay)


def exchanges(journal: list[object]) -> list[Observation]:
    """The HTTP exchanges of a journal."""
    return [r for r in journal if isinstance(r, Observation) and isinstance(r.call, Exchange)]


# Logs


def test_a_line_that_must_appear_passes_at_sight() -> None:
    run = simulate(HEAD + STARTED, NETRA / "scenario.yaml")
    assert run.verdict("Started").outcome is Outcome.PASSED
    assert run.decided("Started") < 2


def test_a_line_that_must_appear_fails_only_once_the_watermark_is_past_the_window() -> None:
    run = simulate(HEAD + "  - {name: Never, within: 30s, logs: {expect: [never logged]}}\n", NETRA / "scenario.yaml")
    assert run.verdict("Never").outcome is Outcome.FAILED
    assert run.decided("Never") > 30 + 10
    assert "inferred" in run.verdict("Never").reason


def test_a_forbidden_line_fails_at_sight(tmp_path: Path) -> None:
    run = simulate(HEAD + QUIET, overlaid(tmp_path, line(5, "ImportError: no module")))
    assert run.verdict("Quiet").outcome is Outcome.FAILED
    assert run.decided("Quiet") < 15
    assert "ImportError: no module" in run.verdict("Quiet").reason


def test_absence_passes_only_once_the_watermark_is_past_the_window() -> None:
    run = simulate(HEAD + QUIET, NETRA / "scenario.yaml")
    assert run.verdict("Quiet").outcome is Outcome.PASSED
    assert run.decided("Quiet") > 60 + 10
    watermark = run.engine.verdicts.evidence.of(LogOf("main")).watermark("run.googleapis.com/stdout")
    assert watermark.how is Known.INFERRED
    assert "inferred" in run.verdict("Quiet").reason


def test_a_line_after_the_window_is_not_held_against_it(tmp_path: Path) -> None:
    run = simulate(HEAD + QUIET, overlaid(tmp_path, line(65, "ImportError: too late")))
    assert run.verdict("Quiet").outcome is Outcome.PASSED


def test_a_late_entry_within_the_window_is_found(tmp_path: Path) -> None:
    late = line(55, "ImportError: late", "{requests: 20s, stdout: 24s}")
    run = simulate(HEAD + QUIET, overlaid(tmp_path, late))
    assert run.verdict("Quiet").outcome is Outcome.FAILED


def test_an_exact_count_is_decided_only_past_the_window() -> None:
    exact = "  - {name: Once, within: 20s, logs: {expect: [{match: 'clickhouse: healthy', count: 1}]}}\n"
    run = simulate(HEAD + exact, NETRA / "scenario.yaml")
    assert run.verdict("Once").outcome is Outcome.PASSED
    assert run.decided("Once") > 30


def test_no_entry_of_the_revision_is_inconclusive() -> None:
    run = simulate(HEAD + QUIET, NETRA / "no-entries.yaml")
    assert run.verdict("Quiet").outcome is Outcome.INCONCLUSIVE
    assert "no log entry" in run.verdict("Quiet").reason


def test_in_order_is_judged_per_instance(tmp_path: Path) -> None:
    two = "  - {name: Order, logs: {in_order: true, expect: [first step, second step]}}\n"
    lines = (
        "logs: {groups: {late: {revision: %s, stream: stdout, at: '@-60s', lines: ["
        "{textPayload: first step, timestamp: '@-50s', labels: {instanceId: a}},"
        "{textPayload: second step, timestamp: '@-40s', labels: {instanceId: b}}]}}}\n"
    )
    run = simulate(HEAD + two, overlaid(tmp_path, lines % BACKEND))
    assert run.verdict("Order").outcome is Outcome.FAILED
    run = simulate(HEAD + two, overlaid(tmp_path, lines.replace("instanceId: b", "instanceId: a") % BACKEND))
    assert run.verdict("Order").outcome is Outcome.PASSED


def test_watermark_echoed_demands_an_echo_of_that_very_stream() -> None:
    demanding = "  - {name: Quiet, for: 20s, logs: {forbid: [ImportError], watermark: echoed}}\n"
    run = simulate(HEAD + demanding, NETRA / "scenario.yaml")
    assert run.verdict("Quiet").outcome is Outcome.INCONCLUSIVE
    assert run.engine.verdicts.ended is not None
    assert run.engine.verdicts.ended.ending is Ending.TIMEOUT


def test_watermark_assumed_accepts_a_service_that_cannot_be_probed() -> None:
    unprobed = HEAD.replace("staging}\nchecks", "staging, echo: off}\nchecks")
    run = simulate(unprobed + QUIET, NETRA / "scenario.yaml")
    assert run.verdict("Quiet").outcome is Outcome.INCONCLUSIVE
    accepting = "  - {name: Quiet, for: 60s, logs: {forbid: [ImportError], watermark: assumed}}\n"
    run = simulate(unprobed + accepting, NETRA / "scenario.yaml")
    assert run.verdict("Quiet").outcome is Outcome.PASSED
    assert run.decided("Quiet") > 180
    assert not exchanges(list(run.engine.journal))


def test_a_log_that_was_seen_to_lag_is_not_assumed_to_be_quicker(tmp_path: Path) -> None:
    lines = "[[5s, 'tick'], [58s, 'ImportError: no module']]"
    late = f"logs: {{delay: {{stdout: 150s}}, groups: {{late: {{revision: {BACKEND}, stream: stdout, at: '@0s', lines: {lines}}}}}}}\n"
    accepting = "  - {name: Quiet, for: 60s, logs: {forbid: [ImportError], watermark: assumed}}\n"
    unprobed = HEAD.replace("staging}\nchecks", "staging, echo: off}\nchecks")
    run = simulate(unprobed + accepting, overlaid(tmp_path, late))
    assert run.verdict("Quiet").outcome is Outcome.FAILED
    assert run.decided("Quiet") > 205


def test_the_margin_is_three_times_the_worst_echo_delay_seen() -> None:
    run = simulate(HEAD + QUIET, NETRA / "logs-late.yaml")
    logs = run.engine.verdicts.evidence.of(LogsOf("netra-staging"))
    assert logs.worst_delay is not None
    assert logs.worst_delay >= 20
    assert logs.margin == 3 * logs.worst_delay


USED_UP = "faults: [{method: ListLogEntries, code: RESOURCE_EXHAUSTED, from: '@-60s', until: '@+80s'}]\n"
"""The project's reads are used up by others when the gate begins."""


def test_a_read_that_is_refused_is_no_delay_of_the_log(tmp_path: Path) -> None:
    quiet = "  - {name: Quiet, logs: {forbid: [ImportError]}}\n"
    run = simulate(HEAD + quiet, overlaid(tmp_path, USED_UP))
    logs = run.engine.verdicts.evidence.of(LogsOf("netra-staging"))
    assert run.verdict("Quiet").outcome is Outcome.PASSED
    assert logs.longest_delay is not None
    assert logs.longest_delay > 60
    assert logs.worst_delay is not None
    assert logs.worst_delay < 10
    assert 80 < run.decided("Quiet") < 130


def test_while_nobody_could_look_at_any_echo_all_may_be_as_late_as_they_came(tmp_path: Path) -> None:
    refused = "".join(
        f", {{method: ListLogEntries, code: UNAVAILABLE, from: '@+{at}s', until: '@+{at + 39.5}s'}}"
        for at in range(80, 340, 40)
    )
    faults = USED_UP.replace("}]\n", f"}}{refused}]\n")
    run = simulate(HEAD + "  - {name: Quiet, logs: {forbid: [ImportError]}}\n", overlaid(tmp_path, faults))
    logs = run.engine.verdicts.evidence.of(LogsOf("netra-staging"))
    assert not logs.watched
    assert logs.worst_delay == logs.longest_delay


def test_a_log_that_is_late_while_it_is_refused_is_late(tmp_path: Path) -> None:
    late = "logs: {delay: {requests: 30s, stdout: 40s, stderr: 40s}}\n"
    run = simulate(HEAD + QUIET, overlaid(tmp_path, USED_UP + late))
    logs = run.engine.verdicts.evidence.of(LogsOf("netra-staging"))
    assert logs.worst_delay is not None
    assert logs.worst_delay >= 30


# Identity


def test_a_stream_whose_own_lines_come_late_is_not_readable_because_another_is(tmp_path: Path) -> None:
    lines = "[[20s, 'tick'], [58s, 'ImportError: no module']]"
    late = f"logs: {{delay: {{stdout: 40s}}, groups: {{late: {{revision: {BACKEND}, stream: stdout, at: '@0s', lines: {lines}}}}}}}\n"
    run = simulate(HEAD + QUIET, overlaid(tmp_path, late))
    assert run.verdict("Quiet").outcome is Outcome.FAILED
    assert 98 < run.ended < 105


def test_a_response_counts_only_once_its_request_entry_names_the_revision() -> None:
    run = simulate(HEAD + HEALTHY, NETRA / "logs-late.yaml")
    assert run.verdict("Healthy").outcome is Outcome.PASSED
    assert run.decided("Healthy") > 20


def test_another_revisions_response_is_violated_where_the_target_has_all_traffic() -> None:
    run = simulate(HEAD + HEALTHY, NETRA / "wrong-revision-answers.yaml")
    assert run.verdict("Healthy").outcome is Outcome.FAILED
    assert f"{PREVIOUS} answered, not {BACKEND}" in run.verdict("Healthy").reason


SPLIT = """\
services:
  netra-backend-staging:
    traffic: [{type: TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST, percent: %d},
              {type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: netra-backend-staging-00644-q2c, percent: %d}]
    trafficStatuses: [{type: TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST, percent: %d},
              {type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: netra-backend-staging-00644-q2c, percent: %d}]
"""


def test_another_revisions_response_is_not_counted_under_a_split(tmp_path: Path) -> None:
    run = simulate(HEAD + HEALTHY, overlaid(tmp_path, SPLIT % (50, 50, 50, 50)))
    assert run.verdict("Healthy").outcome is Outcome.PASSED
    assert run.verdict("Healthy").evidence[0].text.startswith(f"{BACKEND} answered ")


def test_without_traffic_and_tag_identity_is_inconclusive(tmp_path: Path) -> None:
    run = simulate(HEAD + HEALTHY, overlaid(tmp_path, SPLIT % (0, 100, 0, 100)))
    assert run.verdict("Healthy").outcome is Outcome.INCONCLUSIVE
    assert "--update-tags=" in run.verdict("Healthy").remedy


def test_every_probe_is_marked_and_no_mark_is_used_twice() -> None:
    run = simulate(HEAD + HEALTHY + QUIET, NETRA / "scenario.yaml")
    calls = [seen.call for seen in exchanges(list(run.engine.journal))]
    marks = [call.mark for call in calls if isinstance(call, Exchange)]
    assert len(marks) == len(set(marks)) > 5
    assert all(mark.startswith("0123456789abcdef") for mark in marks)
    assert all(f"00-{c.mark}-" in dict(c.headers)["traceparent"] for c in calls if isinstance(c, Exchange))


def test_an_own_user_agent_leaves_the_mark_in_traceparent() -> None:
    own = "  - {name: Healthy, http: {path: /health, headers: {User-Agent: me}}}\n"
    run = simulate(HEAD + own, NETRA / "scenario.yaml")
    assert run.verdict("Healthy").outcome is Outcome.PASSED
    calls = [seen.call for seen in exchanges(list(run.engine.journal))]
    assert {dict(c.headers)["User-Agent"] for c in calls if isinstance(c, Exchange)} == {"me"}


def test_a_time_out_needs_no_entry() -> None:
    slow = "  - {name: Auth, within: 20s, http: {path: /auth/health, timeout: 5s}}\n"
    head = HEAD.replace("netra-backend-staging", "netra-auth-staging, created_within: 300h")
    run = simulate(head + slow, NETRA / "scenario.yaml")
    assert run.verdict("Auth").outcome is Outcome.FAILED
    assert "no whole answer within 5 s" in run.verdict("Auth").reason


def test_a_post_is_never_repeated() -> None:
    post = "  - {name: Post, http: {path: /missing, method: POST, json: {a: 1}}}\n"
    run = simulate(HEAD + post, NETRA / "scenario.yaml")
    assert run.verdict("Post").outcome is Outcome.FAILED
    sent = [s.call for s in exchanges(list(run.engine.journal)) if isinstance(s.call, Exchange)]
    assert [call.method for call in sent if call.method == "POST"] == ["POST"]


# Start, target, end


def test_a_check_starts_when_its_needs_passed() -> None:
    chained = HEALTHY + "  - {name: Then, needs: [Healthy], logs: {expect: ['clickhouse: healthy']}}\n"
    run = simulate(HEAD + chained, NETRA / "scenario.yaml")
    assert run.standing("Then").started == run.standing("Healthy").decided


def test_what_waits_for_a_check_that_did_not_pass_is_skipped_and_blocks_as_inconclusive() -> None:
    chained = (
        "  - {name: Never, blocking: false, logs: {expect: [never logged]}}\n"
        "  - {name: Then, needs: [Never], traffic: {}}\n" + TRAFFIC
    )
    run = simulate(HEAD + chained, NETRA / "scenario.yaml")
    assert run.verdict("Then").outcome is Outcome.SKIPPED
    assert "'Never'" in run.verdict("Then").reason
    assert run.run.outcome is Outcome.INCONCLUSIVE  # its cause does not block, but it was not judged
    run = simulate(HEAD + chained.replace(", blocking: false", ""), NETRA / "scenario.yaml")
    assert run.run.outcome is Outcome.FAILED


def test_a_skip_for_an_inconclusive_check_makes_the_run_inconclusive() -> None:
    chained = QUIET + "  - {name: Then, needs: [Quiet], traffic: {}}\n"
    run = simulate(HEAD + chained, NETRA / "no-entries.yaml")
    assert run.verdict("Then").outcome is Outcome.SKIPPED
    assert run.run.outcome is Outcome.INCONCLUSIVE


def test_a_revision_that_cannot_become_ready_ends_the_run_at_once() -> None:
    run = simulate(HEAD + HEALTHY + QUIET, NETRA / "never-ready.yaml")
    assert run.ended < 10
    assert run.run.outcome is Outcome.FAILED
    verdict = run.verdict(READY)
    assert "HealthCheckContainerError" in verdict.reason
    assert any("Error" in excerpt.text for excerpt in verdict.evidence)
    assert READY in run.verdict("Healthy").reason


def test_a_revision_that_becomes_ready_in_time_is_waited_for(tmp_path: Path) -> None:
    pending = (
        "revisions: {%s: {conditions: [{type: Ready, state: CONDITION_RECONCILING}]}}\n"
        "changes: [{at: '@+20s', revisions: {%s: {conditions: [{type: Ready, state: CONDITION_SUCCEEDED}]}}}]\n"
    )
    run = simulate(HEAD + TRAFFIC, overlaid(tmp_path, pending % (BACKEND, BACKEND)))
    assert run.verdict("Traffic").outcome is Outcome.PASSED
    assert 20 < run.decided(READY) < 25


def test_the_newest_revision_must_belong_to_this_deploy() -> None:
    run = simulate(HEAD + TRAFFIC, NETRA / "stale-deploy.yaml")
    assert run.run.outcome is Outcome.INCONCLUSIVE
    assert "7 d before this run" in run.verdict(READY).reason


def test_the_targets_build_and_commit_tie_it_to_this_deploy() -> None:
    tied = HEAD.replace("staging}\nchecks", "staging, commit: 8c0f3a9}\nchecks")
    assert simulate(tied + TRAFFIC, NETRA / "scenario.yaml").run.outcome is Outcome.PASSED
    foreign = HEAD.replace("staging}\nchecks", "staging, commit: deadbeef}\nchecks")
    run = simulate(foreign + TRAFFIC, NETRA / "scenario.yaml")
    assert run.run.outcome is Outcome.INCONCLUSIVE
    assert "deadbeef" in run.verdict(READY).reason


def test_a_newer_revision_ends_the_run_and_leaves_the_undecided_inconclusive() -> None:
    run = simulate(HEAD + TRAFFIC + QUIET, NETRA / "superseded.yaml")
    assert 60 < run.ended < 75
    assert run.verdict("Traffic").outcome is Outcome.PASSED
    assert run.verdict("Quiet").outcome is Outcome.INCONCLUSIVE
    assert "superseded" in run.verdict("Quiet").reason
    assert run.run.outcome is Outcome.INCONCLUSIVE


def test_nothing_seen_after_a_newer_revisions_creation_counts_as_violated(tmp_path: Path) -> None:
    moved = (NETRA / "superseded.yaml").read_text(encoding="utf-8").replace("extends: ", f"extends: {NETRA}/")
    path = tmp_path / "superseded.yaml"
    path.write_text(moved, encoding="utf-8")
    watched = "  - {name: Traffic, within: 50s, for: 90s, traffic: {percent: 100, pinned: false}}\n"
    run = simulate(HEAD + watched, path)
    assert run.verdict("Traffic").outcome is Outcome.INCONCLUSIVE


def test_the_service_is_read_at_least_every_ten_seconds_and_at_the_end() -> None:
    run = simulate(HEAD + QUIET, NETRA / "scenario.yaml")
    reads = [r.sent for r in run.engine.journal if isinstance(r, Observation) and "services/" in str(r.call)]
    service = [
        r.sent for r in run.engine.journal if isinstance(r, Observation) and type(r.call).__name__ == "GetService"
    ]
    assert reads
    assert max(b - a for a, b in pairwise(service)) <= 10.1
    assert service[-1] >= (run.standing("Quiet").decided or 0)


def test_the_runs_timeout_ends_it_and_the_open_are_inconclusive() -> None:
    short = HEAD.replace("6m", "20s")
    late = "  - {name: Quiet, for: 5s, logs: {forbid: [ImportError], watermark: echoed}}\n"
    run = simulate(short + late, NETRA / "scenario.yaml")
    assert run.ended == pytest.approx(20.5, abs=0.1)
    assert run.run.outcome is Outcome.INCONCLUSIVE


def test_a_target_that_is_resolved_later_than_another_misses_none_of_its_entries(tmp_path: Path) -> None:
    both = HEAD.replace("checks:", "targets: {auth: {service: netra-auth-staging}}\nchecks:")
    auth = "  - {name: Auth, target: auth, revision: {}}\n"
    faults = "faults: [{method: GetRevision, code: UNAVAILABLE, first: 1}]\n"
    for checks in (STARTED + auth, auth + STARTED):
        run = simulate(both + checks, overlaid(tmp_path, faults))
        assert run.verdict("Started").outcome is Outcome.PASSED


# Denials, faults, budgets


def test_permission_denied_is_final_at_once_and_never_retried() -> None:
    run = simulate(HEAD + HEALTHY + QUIET, NETRA / "logging-denied.yaml")
    assert run.world.calls["ListLogEntries"] == 1
    assert run.run.outcome is Outcome.INCONCLUSIVE
    for name in ("Healthy", "Quiet"):
        assert "roles/logging.viewer" in run.verdict(name).remedy


@pytest.mark.parametrize("code", ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "INTERNAL"])
@pytest.mark.parametrize("method", ["GetService", "GetRevision", "ListLogEntries"])
def test_a_passing_fault_is_retried_and_changes_no_verdict(tmp_path: Path, method: str, code: str) -> None:
    faults = f"faults: [{{method: {method}, code: {code}, first: 3}}]\n"
    run = simulate(HEAD + HEALTHY + TRAFFIC + STARTED, overlaid(tmp_path, faults))
    assert run.run.outcome is Outcome.PASSED


def test_a_lasting_fault_is_inconclusive_and_never_a_pass(tmp_path: Path) -> None:
    faults = "faults: [{method: ListLogEntries, code: UNAVAILABLE}]\n"
    run = simulate(HEAD + QUIET + TRAFFIC, overlaid(tmp_path, faults))
    assert run.verdict("Traffic").outcome is Outcome.PASSED
    assert run.verdict("Quiet").outcome is Outcome.INCONCLUSIVE
    assert run.run.outcome is Outcome.INCONCLUSIVE


def test_reads_stay_within_twenty_a_minute() -> None:
    run = simulate(HEAD + "  - {name: Quiet, for: 4m, logs: {forbid: [ImportError]}}\n", NETRA / "scenario.yaml")
    reads = [r.sent for r in run.engine.journal if isinstance(r, Observation) and isinstance(r.call, ListEntries)]
    assert all(sum(1 for other in reads if at <= other < at + 60) <= 27 for at in reads)
    assert len(reads) / (run.ended / 60) <= 22


def test_at_most_five_requests_a_second_go_to_one_service() -> None:
    many = "".join(f"  - {{name: P{i}, http: {{path: '/health?n={i}'}}}}\n" for i in range(12))
    run = simulate(HEAD + many, NETRA / "scenario.yaml")
    sent = [s.sent for s in exchanges(list(run.engine.journal))]
    assert all(sum(1 for other in sent if at <= other < at + 1) <= 6 for at in sent)
    assert all(run.verdict(f"P{i}").outcome is Outcome.PASSED for i in range(12))


def test_echo_probes_are_at_most_one_in_five_seconds_and_stop_while_an_http_check_polls() -> None:
    run = simulate(HEAD + QUIET, NETRA / "scenario.yaml")
    heads = [s.sent for s in exchanges(list(run.engine.journal))]
    assert all(b - a >= 5 - 1e-6 for a, b in pairwise(heads))
    polled = simulate(HEAD + HEALTHY.replace("within: 60s", "within: 60s, for: 20s") + QUIET, NETRA / "scenario.yaml")
    until = polled.standing("Healthy").decided or 0
    calls = [(s.sent, s.call) for s in exchanges(list(polled.engine.journal))]
    assert {c.method for at, c in calls if at < until and isinstance(c, Exchange)} == {"GET"}


# The run


def test_failed_before_inconclusive_before_passed() -> None:
    run = simulate(HEAD + QUIET + HEALTHY, NETRA / "no-entries.yaml")
    assert run.run.exit_code == 3
    run = simulate(HEAD + QUIET + HEALTHY.replace("/health", "/missing"), NETRA / "no-entries.yaml")
    assert run.run.exit_code == 1


def test_a_check_that_does_not_block_is_told_and_does_not_decide() -> None:
    loose = HEALTHY.replace("name:", "blocking: false, name:").replace("/health", "/missing")
    run = simulate(HEAD + loose + TRAFFIC, NETRA / "scenario.yaml")
    assert run.verdict("Healthy").outcome is Outcome.FAILED
    assert run.run.exit_code == 0


KNOWN = "  - {name: Known, within: 10s, http: {path: /missing}, known_issue: {reason: wip, expires: %s}}\n"


def test_a_known_issue_excuses_a_failure_until_the_end_of_its_day() -> None:
    assert simulate(HEAD + TRAFFIC + KNOWN % "2026-09-21", NETRA / "scenario.yaml").run.exit_code == 0
    late = simulate(HEAD + TRAFFIC + KNOWN % "2026-09-20", NETRA / "scenario.yaml").run
    assert late.exit_code == 1
    assert any("expired" in warning for warning in late.warnings)


def test_a_known_issue_does_not_excuse_missing_evidence() -> None:
    known = KNOWN % "2026-12-31"
    run = simulate(HEAD + TRAFFIC + known, NETRA / "logging-denied.yaml")
    assert run.verdict("Known").outcome is Outcome.INCONCLUSIVE
    assert run.run.exit_code == 3


def test_nothing_judged_is_inconclusive() -> None:
    run = simulate(HEAD + KNOWN % "2026-12-31", NETRA / "scenario.yaml")
    assert run.run.exit_code == 3


def test_pinned_traffic_on_a_settled_service_is_final_at_once_and_names_the_repair() -> None:
    run = simulate(HEAD + TRAFFIC, NETRA / "traffic-pinned.yaml")
    assert run.decided("Traffic") < 5
    verdict = run.verdict("Traffic")
    assert PREVIOUS in verdict.reason
    assert verdict.remedy == (
        "gcloud run services update-traffic netra-backend-staging --to-latest"
        " --region=us-central1 --project=netra-staging"
    )


def test_an_interrupted_run_says_what_is_known() -> None:
    run = simulate(HEAD + TRAFFIC, NETRA / "scenario.yaml")
    engine = type(run.engine)(run.engine.spec, run.engine.kinds, "0123456789abcdef")
    engine.step(START)
    engine.interrupt(START + 1)
    assert engine.step(START + 1).done
    assert all(s.verdict.outcome is Outcome.INCONCLUSIVE for s in engine.standings.values())
    assert all("interrupted" in s.verdict.reason for s in engine.standings.values())
