"""Deployments that were once judged wrongly: each is a way to a false green, a false red, or no verdict at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulated import BACKEND, HEAD, NETRA, PREVIOUS, START, overlaid, simulate
from validator.checks import kinds
from validator.engine.verdicts import Verdicts, overall
from validator.evidence.journal import Ended, Observation, Sent
from validator.evidence.log_fold import LogEvidence
from validator.evidence.logs import LogsOf
from validator.words.call import Answer as Said
from validator.words.call import Call, Exchange, GetRevision, GetService, ListEntries, Problem, Result
from validator.words.ending import Ending
from validator.words.instant import rfc3339
from validator.words.verdict import Outcome

HEALTHY = "  - {name: Healthy, within: 60s, http: {path: /health}}\n"
QUIET = "  - {name: Quiet, for: 60s, logs: {forbid: [ImportError]}}\n"
TRAFFIC = "  - {name: Traffic, traffic: {percent: 100}}\n"
LATE = "logs: {groups: {late: {revision: %s, stream: stderr, at: '@0s', lines: [[%ss, 'ImportError: no module']]}}}\n"
ENTRY = """\
    - logName: projects/netra-staging/logs/run.googleapis.com%2F{log}
      resource: {{type: cloud_run_revision, labels: {{project_id: netra-staging, location: us-central1, service_name: {service}, revision_name: {revision}, configuration_name: {service}}}}}
      timestamp: "{at}"
      receiveTimestamp: "{received}"
      insertId: x{mark}
      trace: projects/netra-staging/traces/0123456789abcdef{mark:016x}
"""
MOVED = "changes: [{at: '@+%ss', services: {netra-backend-staging: {%s}}}]\n"
"""A change of the service's traffic: seconds after the start, and what it is."""
PINNED = f"[{{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {PREVIOUS}, percent: 100}}]"
ROLLED_BACK = f"traffic: {PINNED}, trafficStatuses: {PINNED}"
HALF = f"[{{type: TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST, percent: 50}}, {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {PREVIOUS}, percent: 50}}]"
HALVED = f"services: {{netra-backend-staging: {{traffic: {HALF}, trafficStatuses: {HALF}}}}}\n"
Answer = Callable[[Call, float], tuple[float, Result]]


def entry(mark: int, at: str, received: str, *, log: str = "stdout", service: str = "netra-backend-staging", revision: str = BACKEND) -> str:  # fmt: skip
    return ENTRY.format(mark=mark, at=at, received=received, log=log, service=service, revision=revision)


# False greens


def test_two_targets_of_one_service_are_two_readinesses() -> None:
    head = HEAD.replace("checks:", "targets: {also: {service: netra-backend-staging}}\nchecks:")
    run = simulate(head + TRAFFIC + "  - {name: Also, target: also, revision: {}}\n", NETRA / "stale-deploy.yaml")
    assert run.run.outcome is Outcome.INCONCLUSIVE


def test_what_a_probe_makes_the_application_log_is_judged(tmp_path: Path) -> None:
    traced = (
        f"behaviour: {{{BACKEND}: {{'*': {{status: 200, log: ["
        "{text: 'ImportError: here', severity: ERROR, stream: stderr, traced: true}]}}}\n"
    )
    run = simulate(HEAD + QUIET, overlaid(tmp_path, traced))
    assert run.verdict("Quiet").outcome is Outcome.FAILED


def test_a_line_with_a_timestamp_in_the_future_moves_no_watermark(tmp_path: Path) -> None:
    late = LATE % (BACKEND, 40)
    future = "  entries:\n" + entry(1, "@+2h", "@+2s") + "      textPayload: handled\n"
    scenario = (
        late.replace("logs: {groups: ", "logs:\n  groups: ").replace("}]}}}\n", "}]}}\n").rstrip().removesuffix("}")
    )
    run = simulate(HEAD + QUIET, overlaid(tmp_path, f"{scenario}\n{future}"))
    assert run.verdict("Quiet").outcome is Outcome.FAILED


@pytest.mark.parametrize("own", ["@+2h", "@-2h"])
def test_a_forbidden_line_with_a_wrong_timestamp_is_found_by_when_it_was_received(tmp_path: Path, own: str) -> None:
    line = (
        entry(99, own, "@+5s").replace("trace:", "spanId:") + "      jsonPayload: {message: 'ImportError: no module'}\n"
    )
    run = simulate(HEAD + QUIET, overlaid(tmp_path, "logs:\n  entries:\n" + line))
    assert run.verdict("Quiet").outcome is Outcome.FAILED


def test_a_request_that_the_service_made_itself_does_not_tell_who_answered(tmp_path: Path) -> None:
    passed_on = "".join(
        entry(n, f"@+{n * 2 - 1.4:.2f}s", f"@+{n * 2 + 0.7:.1f}s", log="requests")
        + "      httpRequest: {requestMethod: GET, requestUrl: 'https://x/validate', status: 200, latency: 0.010s, userAgent: python-httpx/0.27}\n"
        for n in range(1, 40)
    )
    base = (NETRA / "wrong-revision-answers.yaml").as_posix()
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"extends: {base}\nlogs:\n  entries:\n{passed_on}", encoding="utf-8")
    run = simulate(HEAD + HEALTHY, scenario)
    assert run.verdict("Healthy").outcome is Outcome.FAILED
    assert f"{PREVIOUS} answered" in run.verdict("Healthy").reason


def test_every_url_of_the_service_is_identified() -> None:
    url = "https://netra-backend-staging-736092814411.us-central1.run.app/health"
    run = simulate(HEAD + HEALTHY.replace("path: /health", f"url: '{url}'"), NETRA / "wrong-revision-answers.yaml")
    assert run.verdict("Healthy").outcome is Outcome.FAILED


@pytest.mark.parametrize("skew", [-90.0, 0.0, 30.0])
def test_a_clock_that_is_off_hides_no_line(tmp_path: Path, skew: float) -> None:
    late = (LATE % (BACKEND, 40)).replace("@0s", f"@{int(skew):+d}s")  # 40 s into the run, by the world's clock
    run = simulate(HEAD + HEALTHY + QUIET, overlaid(tmp_path, late), skew=skew)
    assert run.verdict("Healthy").outcome is Outcome.PASSED
    assert run.verdict("Quiet").outcome is Outcome.FAILED


def test_a_platform_that_is_ahead_does_not_shrink_the_margin() -> None:
    margins = [
        simulate(HEAD + QUIET, NETRA / "logs-late.yaml", skew=skew).engine.verdicts.evidence.margin()
        for skew in (0.0, 30.0)
    ]
    assert margins[1] == pytest.approx(margins[0], abs=10)


def test_an_attempt_is_judged_on_the_evidence_of_its_time(tmp_path: Path) -> None:
    stage = (
        "services: {netra-backend-staging: {labels: {stage: draft}}}\n"
        "changes: [{at: '@+40s', services: {netra-backend-staging: {labels: {stage: final}}}}]\n"
    )
    check = "  - {name: Final, within: 90s, for: 30s, http: {path: /health}, assert: \"service.labels['stage'] == 'final'\"}\n"
    run = simulate(HEAD + check, overlaid(tmp_path, stage))
    assert run.verdict("Final").outcome is Outcome.PASSED
    assert run.decided("Final") > 70


@pytest.mark.parametrize("code", ["PERMISSION_DENIED", "UNAVAILABLE"])
def test_without_a_reading_at_the_end_there_is_no_green(code: str) -> None:
    def wrap(answer: Answer, call: Call, sent: float) -> tuple[float, Result]:
        blind = isinstance(call, GetService) and sent > START + 8
        return (0.05, Problem(code, "no")) if blind else answer(call, sent)

    run = simulate(HEAD + TRAFFIC + QUIET, NETRA / "superseded.yaml", wrap=wrap)
    assert run.run.outcome is Outcome.INCONCLUSIVE
    assert run.ended < 130


def test_traffic_of_a_service_that_is_not_settled_proves_nothing(tmp_path: Path) -> None:
    run = simulate(HEAD + TRAFFIC, overlaid(tmp_path, "services: {netra-backend-staging: {reconciling: true}}\n"))
    assert run.verdict("Traffic").outcome is Outcome.INCONCLUSIVE


def test_only_checks_that_do_not_block_are_no_green() -> None:
    run = simulate(HEAD + TRAFFIC.replace("name:", "blocking: false, name:"), NETRA / "scenario.yaml")
    assert run.verdict("Traffic").outcome is Outcome.PASSED
    assert run.run.outcome is Outcome.INCONCLUSIVE


def test_a_redirect_to_another_service_is_not_the_targets_answer(tmp_path: Path) -> None:
    moved = f"behaviour: {{{BACKEND}: {{/moved: {{status: 302, headers: {{location: 'https://netra-auth-staging-pnovr5vsba-uc.a.run.app/'}}}}}}, netra-auth-staging-00088-zt4: {{/: {{status: 200}}}}}}\n"
    check = "  - {name: Moved, within: 20s, http: {path: /moved, follow_redirects: true}}\n"
    run = simulate(HEAD + check, overlaid(tmp_path, moved))
    assert run.verdict("Moved").outcome is not Outcome.PASSED


# No verdict at all


def test_a_fault_before_a_revision_that_fails_is_no_crash() -> None:
    seen: list[float] = []

    def wrap(answer: Answer, call: Call, sent: float) -> tuple[float, Result]:
        if isinstance(call, GetRevision) and not seen:
            seen.append(sent)
            return 0.05, Problem("UNAVAILABLE", "no")
        return answer(call, sent)

    run = simulate(HEAD + HEALTHY, NETRA / "never-ready.yaml", wrap=wrap)
    assert run.run.outcome is Outcome.FAILED


def test_a_body_that_is_nested_without_end_is_no_crash(tmp_path: Path) -> None:
    deep = f"behaviour: {{{BACKEND}: {{/health: {{text: '{'[' * 100_000}'}}}}}}\n"
    run = simulate(HEAD + HEALTHY, overlaid(tmp_path, deep))
    assert run.verdict("Healthy").outcome is Outcome.PASSED


def test_traffic_rolled_back_during_the_run_is_no_green(tmp_path: Path) -> None:
    run = simulate(HEAD + TRAFFIC + QUIET, overlaid(tmp_path, MOVED % ("30", ROLLED_BACK)))
    assert run.run.outcome is Outcome.FAILED
    assert "no longer at the end" in run.verdict("Traffic").reason
    assert PREVIOUS in run.verdict("Traffic").reason
    assert "--to-latest" in run.verdict("Traffic").remedy


def test_traffic_that_moves_while_the_service_is_read_for_the_last_time_is_waited_for(tmp_path: Path) -> None:
    moving = "{reconciling: true, terminalCondition: {state: CONDITION_RECONCILING}}"
    settled = "{reconciling: null, terminalCondition: {state: CONDITION_SUCCEEDED}}"
    changes = "changes: [{at: '@+50s', services: {%s: %s}}, {at: '@+85s', services: {%s: %s}}]\n"
    service = "netra-backend-staging"
    run = simulate(HEAD + TRAFFIC + QUIET, overlaid(tmp_path, changes % (service, moving, service, settled)))
    assert run.run.outcome is Outcome.PASSED
    assert 85 < run.ended < 90


def test_a_chain_that_is_broken_during_the_run_is_no_green(tmp_path: Path) -> None:
    custody = "  - {name: Proven, custody: {}}\n"
    run = simulate(HEAD + custody + QUIET, overlaid(tmp_path, MOVED % ("40", ROLLED_BACK)))
    assert run.verdict("Proven").outcome is Outcome.FAILED
    assert "link traffic is broken" in run.verdict("Proven").reason


def test_a_newer_revision_that_only_the_last_reading_shows_is_no_green(tmp_path: Path) -> None:
    newer = "projects/netra-staging/locations/us-central1/services/netra-backend-staging/revisions/netra-backend-staging-00646-v7n"
    created = "changes: [{at: '@+%ss', services: {netra-backend-staging: {latestCreatedRevision: %s}}}]\n"
    whole = simulate(HEAD + TRAFFIC + QUIET, NETRA / "scenario.yaml")
    decided = whole.standing("Quiet").decided
    assert decided is not None
    run = simulate(HEAD + TRAFFIC + QUIET, overlaid(tmp_path, created % (f"{decided - START - 0.1:.3f}", newer)))
    assert run.verdict("Quiet").outcome is Outcome.PASSED
    assert run.run.outcome is Outcome.INCONCLUSIVE
    assert "superseded" in run.verdict("netra-backend-staging is resolved and ready").reason


# False reds


@pytest.mark.parametrize("code", ["UNAVAILABLE", "RESOURCE_EXHAUSTED"])
def test_a_last_reading_that_is_refused_for_a_while_is_tried_again_in_time(tmp_path: Path, code: str) -> None:
    faults = f"faults: [{{method: GetService, code: {code}, from: '@+50s', until: '@+95s'}}]\n"
    run = simulate(HEAD + TRAFFIC + QUIET, overlaid(tmp_path, faults))
    decided = run.standing("Quiet").decided
    assert decided is not None
    assert 67 < decided - START < 93
    assert run.run.outcome is Outcome.PASSED
    assert 95 < run.ended < 101


def test_probes_go_on_when_a_split_that_told_too_little_changes(tmp_path: Path) -> None:
    held = "  - {name: Healthy, within: 60s, for: 10s, http: {path: /health}}\n"
    whole = "[{type: TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST, percent: 100}]"
    run = simulate(
        HEAD + held, overlaid(tmp_path, HALVED + MOVED % ("40", f"traffic: {whole}, trafficStatuses: {whole}"))
    )
    assert run.verdict("Healthy").outcome is Outcome.PASSED


def test_a_split_that_tells_too_little_is_told_at_the_deadline(tmp_path: Path) -> None:
    astray = (
        f"routing: [{{service: netra-backend-staging, split: {{{PREVIOUS}: 100}}, from: '@-60s', until: '@+600s'}}]\n"
    )
    run = simulate(HEAD + HEALTHY, overlaid(tmp_path, HALVED + astray))
    assert run.verdict("Healthy").outcome is Outcome.INCONCLUSIVE
    assert "too few of 7 probes" in run.verdict("Healthy").reason
    (told,) = run.run.targets
    assert len(told.probed) == told.probes <= 8
    assert {(probe.who, probe.revision) for probe in told.probed} == {("other", PREVIOUS)}
    assert {(probe.asked.split("/")[0], probe.answer) for probe in told.probed} == {("GET https:", "200")}


@pytest.mark.parametrize("percent", [50, 90, 99])
def test_under_a_split_late_echoes_are_waited_for(tmp_path: Path, percent: int) -> None:
    both = f"[{{type: TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST, percent: {percent}}}, {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {PREVIOUS}, percent: {100 - percent}}}]"
    split = f"services: {{netra-backend-staging: {{traffic: {both}, trafficStatuses: {both}}}}}\nlogs: {{delay: {{requests: 20s}}}}\n"
    run = simulate(HEAD + HEALTHY, overlaid(tmp_path, split))
    assert run.verdict("Healthy").outcome is Outcome.PASSED


def test_a_probe_cut_off_by_the_runs_end_is_not_held_against_the_service(tmp_path: Path) -> None:
    slow = f"behaviour: {{{BACKEND}: {{/slow: {{status: 200, latency: 3s}}}}}}\nlogs: {{delay: {{requests: 60s}}}}\n"
    run = simulate(HEAD.replace("6m", "30s") + "  - {name: Slow, http: {path: /slow}}\n", overlaid(tmp_path, slow))
    assert run.verdict("Slow").outcome is Outcome.INCONCLUSIVE


def test_an_answer_under_way_at_the_deadline_is_waited_for(tmp_path: Path) -> None:
    cold = f"behaviour: {{{BACKEND}: {{/cold: {{status: 200, latency: 12s}}}}}}\n"
    check = "  - {name: Cold, within: 10s, http: {path: /cold, timeout: 30s}}\n"
    assert simulate(HEAD + check, overlaid(tmp_path, cold)).verdict("Cold").outcome is Outcome.PASSED


def test_slow_endpoints_do_not_starve_another(tmp_path: Path) -> None:
    slow = f"behaviour: {{{BACKEND}: {{/slow: {{status: 200, latency: 9s}}}}}}\n"
    many = "".join(f"  - {{name: S{n}, within: 60s, http: {{path: '/slow?{n}', expect: {{latency: {{max: 1s}}}}}}}}\n" for n in range(4))  # fmt: skip
    slow = slow.replace("/slow:", "'*':").replace("}}}\n", "}, /health: {json: {}}}}\n")
    run = simulate(HEAD + many + HEALTHY.replace("within: 60s", "within: 60s, for: 20s"), overlaid(tmp_path, slow))
    assert run.verdict("Healthy").outcome is Outcome.PASSED


def test_a_post_is_not_sent_again_after_within(tmp_path: Path) -> None:
    check = "  - {name: Post, within: 10s, http: {path: /health, method: POST}}\n"
    run = simulate(HEAD + check, overlaid(tmp_path, "logs: {delay: {requests: 60s}}\n"))
    calls = [record.call for record in run.engine.journal if isinstance(record, Sent)]
    sent = [call.method for call in calls if isinstance(call, Exchange)]
    assert 0 < sent.count("POST") <= 6


def test_a_step_that_may_fail_does_not_fail_the_build(tmp_path: Path) -> None:
    step = "builds: {3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42: {steps: {0: {status: FAILURE, allowFailure: true}}}}\n"
    run = simulate(HEAD + "  - {name: Build, build: {}}\n", overlaid(tmp_path, step))
    assert run.verdict("Build").outcome is Outcome.PASSED


def test_a_target_that_only_a_check_that_does_not_block_uses_does_not_block() -> None:
    head = HEAD.replace("checks:", "targets: {ghost: {service: ghost}}\nchecks:")
    ghost = "  - {name: Ghost, target: ghost, blocking: false, revision: {}}\n"
    assert simulate(head + TRAFFIC + ghost, NETRA / "scenario.yaml").run.outcome is Outcome.PASSED


def test_holds_that_are_not_told_yet_at_the_deadline_are_followed_without_a_gap(tmp_path: Path) -> None:
    late = (
        "logs: {delay: {requests: 8s}}\n"
        f"behaviour: {{{BACKEND}: {{/health: {{status: 503}}}}}}\n"
        f"changes: [{{at: '@+17s', behaviour: {{{BACKEND}: {{/health: {{status: 200}}}}}}}}]\n"
    )
    check = "  - {name: Healthy, within: 20s, for: 20s, http: {path: /health}}\n"
    assert simulate(HEAD + check, overlaid(tmp_path, late)).verdict("Healthy").outcome is Outcome.PASSED


def test_a_read_that_broke_off_does_not_move_the_cursor() -> None:
    """Its first page may hold an entry that came late, and what the lost page held would be skipped."""
    logs = LogEvidence("0123456789abcdef")
    call = ListEntries(("projects/netra-staging",), "")

    def page(number: int, token: str, result: Result) -> None:
        asked = replace(call, page_token=token)
        logs.page(Observation(START, number, LogsOf("netra-staging"), asked, START, START + 1, result))

    def line(received: float) -> dict[str, str]:
        return {"insertId": str(received), "timestamp": rfc3339(START), "receiveTimestamp": rfc3339(START + received)}

    page(1, "", Said({"entries": [line(5)]}))
    assert logs.newest == START + 5
    page(2, "", Said({"entries": [line(185)], "nextPageToken": "x"}))
    page(3, "x", Problem("UNAVAILABLE", "no"))
    assert logs.newest == START + 5
    page(4, "", Said({"entries": [line(185)], "nextPageToken": "x"}))
    page(5, "x", Said({}))
    assert logs.newest == START + 185


def test_an_interrupt_before_the_last_reading_is_no_green() -> None:
    done = simulate(HEAD + TRAFFIC, NETRA / "scenario.yaml")
    cut = [r for r in done.engine.journal if not isinstance(r, Ended)]
    while not isinstance(cut[-1], Observation) or cut[-1].at > (done.standing("Traffic").decided or 0):
        cut.pop()
    verdicts = Verdicts.replay(done.engine.spec, kinds(), [*cut, Ended(cut[-1].at + 1, Ending.INTERRUPTED)])
    assert verdicts.standings["Traffic"].verdict.outcome is Outcome.PASSED
    assert overall(verdicts) is Outcome.INCONCLUSIVE
