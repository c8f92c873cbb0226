"""Kind build: the Cloud Build that made the revision."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, NETRA, overlaid, simulate
from validator.words.verdict import Outcome

INVALID = (
    ("{duration: 10}", "found the number 10, but this takes text"),
    ("{duration: {max: soon}}", "'soon' is not a duration"),
    ("{duration: {min: 2m, max: 1m}}", "min 2m is more than max 1m"),
    ("{steps: []}", "this may not be empty"),
    ("{step: [a]}", "unknown key 'step' (did you mean steps?)"),
)
CHECK = "  - {name: Build, build: %s}\n"
BUILD = "3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42"


def test_a_build_that_succeeded_in_time_passes() -> None:
    run = simulate(HEAD + CHECK % "{duration: {max: 10m}, steps: [push]}", NETRA / "scenario.yaml")
    assert run.verdict("Build").outcome is Outcome.PASSED
    assert "succeeded in 2 min 29 s" in run.verdict("Build").reason


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("{duration: {max: 2m}}", "it took 2 min 29 s"),
        ("{steps: [unit-tests]}", "step unit-tests is missing"),
    ],
)
def test_what_is_not_as_it_should_be_fails_at_once(options: str, reason: str) -> None:
    run = simulate(HEAD + CHECK % options, NETRA / "scenario.yaml")
    assert run.verdict("Build").outcome is Outcome.FAILED
    assert reason in run.verdict("Build").reason
    assert run.decided("Build") < 5


def test_a_failed_build_fails_with_its_step_and_log(tmp_path: Path) -> None:
    failed = "builds: {%s: {status: FAILURE, statusDetail: step 1 exited 2, logUrl: 'https://log', steps: {1: {status: FAILURE}}}}\n"
    run = simulate(HEAD + CHECK % "{}", overlaid(tmp_path, failed % BUILD))
    verdict = run.verdict("Build")
    assert verdict.outcome is Outcome.FAILED
    assert "is FAILURE, step push is FAILURE: step 1 exited 2" in verdict.reason
    assert verdict.remedy == "read its log: https://log"


WORKING = "builds: {%s: {status: WORKING, finishTime: null, results: null, steps: {2: {status: WORKING}}}}\n"


def test_while_it_is_running_its_finished_steps_are_judged(tmp_path: Path) -> None:
    run = simulate(HEAD + CHECK % "{}", overlaid(tmp_path, WORKING % BUILD))
    assert run.verdict("Build").outcome is Outcome.PASSED
    assert "WORKING: 2 of 3 steps succeeded, none failed" in run.verdict("Build").reason


def test_while_it_is_running_custody_takes_the_revisions_label(tmp_path: Path) -> None:
    run = simulate(HEAD + "  - {name: Custody, custody: {}}\n", overlaid(tmp_path, WORKING % BUILD))
    assert run.verdict("Custody").outcome is Outcome.PASSED
    build = next(link for link in run.run.targets[0].chain if link.name == "build")
    assert "gcb-build-id" in build.reason


def test_without_a_label_it_is_found_by_the_images_digest(tmp_path: Path) -> None:
    unlabelled = "revisions: {netra-backend-staging-00645-l8x: {labels: null}}\nservices: {netra-backend-staging: {labels: null}}\n"
    run = simulate(HEAD + CHECK % "{}", overlaid(tmp_path, unlabelled))
    assert run.verdict("Build").outcome is Outcome.PASSED
    assert run.world.calls["ListBuilds"] == 1


def test_a_global_build_is_found_after_the_region_does_not_know_it(tmp_path: Path) -> None:
    moved = "builds: {%s: {name: projects/netra-staging/locations/global/builds/%s}}\n"
    run = simulate(HEAD + CHECK % "{}", overlaid(tmp_path, moved % (BUILD, BUILD)))
    assert run.verdict("Build").outcome is Outcome.PASSED
    assert run.world.calls["GetBuild"] == 2


def test_a_build_that_nobody_knows_is_inconclusive(tmp_path: Path) -> None:
    run = simulate(HEAD + CHECK % "{}", overlaid(tmp_path, f"builds: {{{BUILD}: null}}\n"))
    assert run.verdict("Build").outcome is Outcome.INCONCLUSIVE


def test_a_denied_build_is_inconclusive_and_names_the_role(tmp_path: Path) -> None:
    denied = "faults: [{method: GetBuild, code: PERMISSION_DENIED}]\n"
    run = simulate(HEAD + CHECK % "{}", overlaid(tmp_path, denied))
    assert run.verdict("Build").outcome is Outcome.INCONCLUSIVE
    assert "roles/cloudbuild.builds.viewer" in run.verdict("Build").remedy
