"""Kind service: the settings of a service, whatever revision is newest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, Finished, overlaid, simulate
from validator.evidence.journal import Observation
from validator.evidence.sort import OfTarget
from validator.words.verdict import Outcome

INVALID = (
    ("{ingress: public}", "known: all, internal, internal-and-cloud-load-balancing"),
    ("{scaling: {least: 1}}", "unknown key 'least'; known here: max, min"),
    ("{env: {A: b}}", "unknown key 'env'"),
    ("{labels: {team: 3}}", "found the number 3, but this takes text or a mapping"),
)
AUTH = HEAD.replace("checks:", "targets: {auth: {service: netra-auth-staging}}\nchecks:")


def judged(options: str, folder: Path, changes: str = "", more: str = "") -> Finished:
    checks = f"{AUTH}  - {{name: Service, target: auth, service: {options}{more}}}\n"
    return simulate(checks, overlaid(folder, changes))


SCALED = "services: {netra-auth-staging: {scaling: {minInstanceCount: 2, maxInstanceCount: 9}, labels: {team: web}}}\n"


@pytest.mark.parametrize(
    "options",
    [
        "{}",
        "{ingress: all}",
        "{scaling: {min: 2, max: {max: 10}}}",
        "{labels: {team: web, owner: absent}}",
        "{labels: {team: {match: ^w}}}",
    ],
)
def test_it_holds(options: str, tmp_path: Path) -> None:
    verdict = judged(options, tmp_path, SCALED).verdict("Service")
    assert verdict.outcome is Outcome.PASSED, verdict.reason


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("{ingress: internal}", "the ingress of netra-auth-staging is all"),
        ("{scaling: {min: 3}}", "the scaling.min of netra-auth-staging is 2"),
        ("{scaling: {max: {max: 5}}}", "the scaling.max of netra-auth-staging is 9"),
        ("{labels: {owner: web}}", "label owner is not set in netra-auth-staging"),
    ],
)
def test_it_is_violated(options: str, reason: str, tmp_path: Path) -> None:
    verdict = judged(options, tmp_path, SCALED, ", within: 5s").verdict("Service")
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason.startswith(reason)
    assert "gcloud run services describe netra-auth-staging" in verdict.remedy


def test_no_scaling_is_none_at_least_and_no_limit(tmp_path: Path) -> None:
    assert judged("{scaling: {min: 0}}", tmp_path).verdict("Service").outcome is Outcome.PASSED
    unlimited = judged("{scaling: {max: {max: 5}}}", tmp_path, more=", within: 5s").verdict("Service")
    assert unlimited.reason.startswith("scaling.max is not set in netra-auth-staging")


def test_no_revision_is_asked_for_and_a_failed_one_is_no_matter(tmp_path: Path) -> None:
    failed = """\
services:
  netra-auth-staging:
    terminalCondition: {state: CONDITION_FAILED, revisionReason: HEALTH_CHECK_CONTAINER_ERROR}
revisions:
  netra-auth-staging-00088-zt4:
    conditions: [{type: Ready, state: CONDITION_FAILED, revisionReason: HEALTH_CHECK_CONTAINER_ERROR}]
"""
    run = judged("{ingress: all}", tmp_path, failed, ", assert: service.update_time < deployed")
    assert run.verdict("Service").outcome is Outcome.PASSED, run.verdict("Service").reason
    assert run.run.outcome is Outcome.PASSED
    queries = {record.query for record in run.engine.journal if isinstance(record, Observation)}
    assert {type(q).__name__ for q in queries if isinstance(q, OfTarget) and q.target == "auth"} == {"ServiceOf"}


def test_routes_that_are_not_ready_fail_it(tmp_path: Path) -> None:
    failed = """\
services:
  netra-auth-staging:
    terminalCondition: {state: CONDITION_FAILED}
    conditions: [{type: RoutesReady, state: CONDITION_FAILED, message: no such revision}]
"""
    verdict = judged("{}", tmp_path, failed, ", within: 5s").verdict("Service")
    assert (verdict.outcome, verdict.reason.partition(" (")[0]) == (
        Outcome.FAILED,
        "netra-auth-staging is not ready: no such revision",
    )


def test_a_service_under_change_is_waited_for(tmp_path: Path) -> None:
    moving = """\
services: {netra-auth-staging: {reconciling: true}}
changes: [{at: "@+15s", services: {netra-auth-staging: {reconciling: false}}}]
"""
    run = judged("{ingress: all}", tmp_path, moving)
    assert run.verdict("Service").outcome is Outcome.PASSED
    assert run.decided("Service") > 14


def test_what_changes_during_the_run_fails_at_its_end(tmp_path: Path) -> None:
    later = 'changes: [{at: "@+20s", services: {netra-auth-staging: {ingress: INGRESS_TRAFFIC_INTERNAL_ONLY}}}]\n'
    quiet = '}\n  - {name: Quiet, for: 60s, logs: {forbid: ["no such line"]}'
    verdict = judged("{ingress: all}", tmp_path, later, quiet).verdict("Service")
    assert verdict.outcome is Outcome.FAILED
    assert "no longer at the end: the ingress of netra-auth-staging is internal" in verdict.reason


def test_of_the_main_target_it_judges_the_service_too(tmp_path: Path) -> None:
    checks = f"{HEAD}  - {{name: Service, service: {{ingress: all, labels: {{managed-by: {{match: gcp}}}}}}}}\n"
    assert simulate(checks, overlaid(tmp_path, "")).verdict("Service").outcome is Outcome.PASSED
