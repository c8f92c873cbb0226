"""Checks of asserts alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, NETRA, overlaid, simulate
from validator.checks import kinds
from validator.language.load import load
from validator.language.mistake import BadSpec
from validator.words.verdict import Outcome

SCENARIO = NETRA / "scenario.yaml"


def test_it_passes_on_what_is_true_of_the_deployment() -> None:
    told = "  - {assert: [size(revision.containers) > 0, \"service.uri.startsWith('https://')\"]}\n"
    run = simulate(HEAD + told, SCENARIO)
    verdict = run.verdict("size(revision.containers) > 0")
    assert verdict.outcome is Outcome.PASSED
    held = "it holds: size(revision.containers) > 0; service.uri.startsWith('https://')"
    assert verdict.reason.startswith(f"{held}; size(revision.containers) is 1; service.uri is ")
    assert len(verdict.rests_on) == 2
    assert run.run.exit_code == 0


def test_what_cannot_change_any_more_fails_at_once() -> None:
    run = simulate(HEAD + "  - {name: Twelve, assert: size(revision.containers) > 02}\n", SCENARIO)
    assert run.verdict("Twelve").outcome is Outcome.FAILED
    assert run.decided("Twelve") < 10


def test_what_may_still_change_is_read_on(tmp_path: Path) -> None:
    later = "changes: [{at: '@+25s', services: {netra-backend-staging: {labels: {phase: late}}}}]\n"
    wanted = "  - {name: Late, assert: \"'phase' in service.labels && service.labels['phase'] == 'late'\"}\n"
    scenario = overlaid(tmp_path, later)
    assert simulate(HEAD + wanted, scenario).verdict("Late").outcome is Outcome.PASSED
    early = wanted.replace("name: Late", "name: Late, within: 10s")
    assert simulate(HEAD + early, scenario).verdict("Late").outcome is Outcome.FAILED


def test_the_build_is_asked_for() -> None:
    run = simulate(HEAD + "  - {name: Built, assert: build.status == Build.Status.SUCCESS}\n", SCENARIO)
    assert run.verdict("Built").outcome is Outcome.PASSED
    assert run.run.exit_code == 0


def test_a_captured_value_is_seen() -> None:
    checks = (
        "  - {name: Health, http: {path: /health}, capture: {version: json.version}}\n"
        "  - {name: Version, assert: capture.version.startsWith('1.')}\n"
    )
    assert simulate(HEAD + checks, SCENARIO).verdict("Version").outcome is Outcome.PASSED


def test_a_journal_judged_again_comes_to_the_same() -> None:
    run = simulate(HEAD + "  - {name: Twelve, assert: size(revision.containers) > 02}\n", SCENARIO)
    assert run.replayed().standings["Twelve"].verdict == run.verdict("Twelve")


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("{name: A}", "checks.yaml:5:5: the check has no kind; write one of any, build, "),
        ("{name: A}", ", or `assert` alone"),
        ("{name: A, assert: vars.X == 'y'}", "checks.yaml:5:23: this looks at nothing of the deployment"),
        ("{name: A, assert: 'true'}", "this looks at nothing of the deployment"),
        ("{name: A, assert: status == 200}", "CEL: undeclared reference to 'status'"),
        ("{name: A, for: 10s, assert: revision.name != ''}", "what assert judges does not change back"),
        ("{name: A, traffic: {}, build: {}, assert: revision.name != ''}", "the check has 2 kinds (traffic, build)"),
        ("{name: A, htp: {path: /}, assert: status == 200}", "unknown key 'htp' (did you mean http?)"),
    ],
)
def test_what_is_no_check_is_refused(check: str, told: str) -> None:
    with pytest.raises(BadSpec) as caught:
        load(f"{HEAD}  - {check}\n", "checks.yaml", kinds(), {})
    assert told in str(caught.value)
