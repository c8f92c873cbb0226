"""Kind unchanged: a further service that this deploy was to leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, NETRA, Finished, overlaid, simulate
from validator.checks import kinds
from validator.evidence.journal import Observation
from validator.evidence.revision import RevisionOf
from validator.evidence.sort import OfTarget
from validator.language.load import load
from validator.language.mistake import BadSpec
from validator.words.verdict import Outcome

INVALID = (
    ("{}", "`unchanged` is about what this deploy leaves alone, and the main target is what it changes"),
    ("{since: 5m}", "unknown key 'since'; no key is known here"),
)
AUTH = HEAD.replace("checks:", "targets: {auth: {service: netra-auth-staging}}\nchecks:")
CHECK = "  - {name: Auth untouched, target: auth, unchanged: {}}\n"
CHANGED = """\
changes:
  - at: "@+20s"
    services: {netra-auth-staging: {generation: "89", updateTime: "@+20s"}}
"""
REDEPLOYED = """\
changes:
  - at: "@+20s"
    services:
      netra-auth-staging:
        generation: "89"
        updateTime: "@+20s"
        latestCreatedRevision: projects/netra-staging/locations/us-central1/services/netra-auth-staging/revisions/netra-auth-staging-00089-new
"""
LONGER = '  - {name: Quiet, for: 60s, logs: {forbid: ["no such line"]}}\n'


def judged(folder: Path, changes: str = "", checks: str = CHECK) -> Finished:
    scenario = overlaid(folder, changes) if changes else NETRA / "scenario.yaml"
    return simulate(AUTH + checks, scenario)


def asked(run: Finished) -> set[str]:
    """What was asked of the further target."""
    queries = {record.query for record in run.engine.journal if isinstance(record, Observation)}
    return {type(each).__name__ for each in queries if isinstance(each, OfTarget) and each.target == "auth"}


def test_it_holds_and_says_since_when() -> None:
    verdict = simulate(AUTH + CHECK, NETRA / "scenario.yaml").verdict("Auth untouched")
    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason == (
        "netra-auth-staging was changed last at 2026-09-15T14:13:20.000Z, 5 d 23 h before this deploy began"
    )


def test_no_revision_of_the_service_is_asked_for(tmp_path: Path) -> None:
    run = judged(tmp_path)
    assert asked(run) == {"ServiceOf"}
    assert run.verdict("netra-auth-staging is there").outcome is Outcome.PASSED
    assert run.run.outcome is Outcome.PASSED


def test_asserts_alone_over_the_service_ask_for_no_revision_either(tmp_path: Path) -> None:
    run = judged(tmp_path, checks="  - {name: Before, target: auth, assert: service.update_time < deployed}\n")
    assert run.verdict("Before").outcome is Outcome.PASSED
    assert asked(run) == {"ServiceOf"}


def test_a_revision_that_is_not_ready_is_no_concern_of_it(tmp_path: Path) -> None:
    broken = """\
revisions:
  netra-auth-staging-00088-zt4:
    conditions: [{type: Ready, state: CONDITION_FAILED, revisionReason: HEALTH_CHECK_CONTAINER_ERROR}]
"""
    assert judged(tmp_path, broken).run.outcome is Outcome.PASSED


def test_a_change_before_the_run_fails(tmp_path: Path) -> None:
    run = judged(tmp_path, 'services: {netra-auth-staging: {updateTime: "@-1m", lastModifier: dev@netra.example}}\n')
    verdict = run.verdict("Auth untouched")
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason == (
        "netra-auth-staging was changed at 2026-09-21T14:12:20.000Z, 3 min after this deploy began"
        " (2026-09-21T14:09:20.000Z, when netra-backend-staging-00645-l8x was created);"
        " its newest revision is netra-auth-staging-00088-zt4"
    )
    assert "dev@netra.example" in verdict.remedy


@pytest.mark.parametrize("changes", [CHANGED, REDEPLOYED])
def test_a_change_during_the_run_fails_although_it_held_before(tmp_path: Path, changes: str) -> None:
    run = judged(tmp_path, changes, CHECK + LONGER)
    verdict = run.verdict("Auth untouched")
    assert verdict.outcome is Outcome.FAILED
    assert "no longer at the end: netra-auth-staging was changed at 2026-09-21T14:13:40.000Z" in verdict.reason
    assert run.verdict("Quiet").outcome is Outcome.PASSED


def test_a_newer_revision_of_a_target_that_is_probed_too_is_a_change(tmp_path: Path) -> None:
    probed = "  - {name: Auth answers, target: auth, within: 10s, http: {path: /, expect: {status: {min: 200}}}}\n"
    run = judged(tmp_path, REDEPLOYED, CHECK + LONGER + probed)
    assert run.verdict("Auth untouched").outcome is Outcome.FAILED
    assert run.run.outcome is Outcome.FAILED


def test_for_watches_as_long_as_it_says(tmp_path: Path) -> None:
    run = judged(tmp_path, checks="  - {name: Auth untouched, target: auth, for: 30s, unchanged: {}}\n")
    assert run.verdict("Auth untouched").outcome is Outcome.PASSED
    assert run.decided("Auth untouched") > 30


def test_without_the_time_of_the_last_change_nothing_is_known(tmp_path: Path) -> None:
    run = judged(tmp_path, "services: {netra-auth-staging: {updateTime: null}}\n")
    verdict = run.verdict("Auth untouched")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the platform does not say when netra-auth-staging was changed last" in verdict.reason


def test_the_same_verdict_comes_of_the_journal_judged_again(tmp_path: Path) -> None:
    run = judged(tmp_path, REDEPLOYED, CHECK + LONGER)
    again = run.replayed().standings["Auth untouched"].verdict
    assert again == run.verdict("Auth untouched")


def test_a_main_target_that_is_a_url_dates_no_deploy() -> None:
    text = "version: 1\ntarget: {url: 'https://x.example'}\ntargets: {auth: {project: p, region: us-central1, service: s}}\n"
    with pytest.raises(BadSpec, match="needs to know when this deploy began"):
        load(f"{text}checks:\n{CHECK}", "checks.yaml", kinds(), {})


def test_the_main_service_under_another_name_is_refused_too() -> None:
    text = HEAD.replace("checks:", "targets: {same: {service: netra-backend-staging, tag: canary}}\nchecks:")
    with pytest.raises(BadSpec, match="the main target is what it changes"):
        load(f"{text}  - {{name: Same, target: same, unchanged: {{}}}}\n", "checks.yaml", kinds(), {})


def test_the_main_targets_revision_dates_the_deploy(tmp_path: Path) -> None:
    run = judged(tmp_path)
    check = run.standing("Auth untouched").check
    assert RevisionOf("main") in kinds()["unchanged"].queries(check)
