"""Kind any: one of several alternatives holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, NETRA, Finished, overlaid, simulate
from validator.words.verdict import Outcome

INVALID = (
    ("[]", "write two alternatives or more"),
    ("[{http: {path: /a}}]", "write two alternatives or more"),
    ("[{http: {path: /a}}, {}]", "checks.yaml:4:47: the alternative has no kind; write one of build, "),
    ("[{http: {path: /a}}, {http: {path: /b}, logs: {expect: [a]}}]", "the alternative has 2 kinds (http, logs)"),
    ("[{http: {path: /a}}, {custody: {}}]", "unknown key 'custody'"),
    ("[{http: {path: /a}}, {any: [{build: {}}, {build: {}}]}]", "unknown key 'any'"),
    ("[{http: {path: /a}}, {http: {}}]", "checks.yaml:4:54: write either `path` or `url`"),
    ("[{http: {path: /healthz}}, {http: {path: /b}}]", "checks.yaml:4:41: /healthz never reaches the service"),
    ("[{http: {path: /a}}, {logs: {expect: ['(']}}]", "checks.yaml:4:64: RE2 refuses the pattern '('"),
)


def judged(any_: str, folder: Path, **more: str) -> Finished:
    behaviour = {
        "/good": "{text: fine}",
        "/bad": "{status: 500, text: broken}",
        "/gone": "{status: 404, text: gone}",
        "/slow": "{latency: 200s}",
        **more,
    }
    answers = "".join(f"    {path}: {answer}\n" for path, answer in behaviour.items())
    scenario = overlaid(folder, f"behaviour:\n  netra-backend-staging:\n{answers}")
    return simulate(f"{HEAD}  - {{name: Any, within: 12s, {any_}}}\n", scenario)


def test_it_passes_when_one_alternative_does_and_says_what_became_of_the_others(tmp_path: Path) -> None:
    verdict = judged("any: [{http: {path: /gone}}, {http: {path: /good}}]", tmp_path).verdict("Any")
    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason.startswith("alternative 2 (http): status 200")
    assert "; not 1 (http): " in verdict.reason
    assert any(excerpt.text.startswith("alternative 2 (http): ") for excerpt in verdict.evidence)
    assert verdict.rests_on


def test_it_fails_when_all_alternatives_do(tmp_path: Path) -> None:
    verdict = judged("any: [{http: {path: /gone}}, {http: {path: /bad}}]", tmp_path).verdict("Any")
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason.startswith("no alternative holds: 1 (http): status 404")
    assert "; 2 (http): status 500" in verdict.reason
    assert {excerpt.text[:20] for excerpt in verdict.evidence} == {"alternative 1 (http)", "alternative 2 (http)"}


def test_it_is_inconclusive_when_one_fails_and_another_is_not_known(tmp_path: Path) -> None:
    unread = "{requests: {count: {min: 5000}, error_rate: {max: 1%}}}"
    verdict = judged(f"any: [{{http: {{path: /gone}}}}, {unread}]", tmp_path).verdict("Any")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "1 (http): status 404" in verdict.reason
    assert "2 (requests): " in verdict.reason


def test_alternatives_of_different_kinds_are_judged_each_by_its_own(tmp_path: Path) -> None:
    run = judged("any: [{http: {path: /bad}}, {logs: {expect: ['clickhouse: healthy']}}]", tmp_path)
    assert run.verdict("Any").outcome is Outcome.PASSED
    assert run.verdict("Any").reason.startswith("alternative 2 (logs): ")


def test_the_same_answer_is_judged_by_each_alternative_for_itself(tmp_path: Path) -> None:
    status = "any: [{http: {path: /gone, expect: {status: 500}}}, {http: {path: /gone, expect: {status: 404}}}]"
    verdict = judged(status, tmp_path).verdict("Any")
    assert verdict.outcome is Outcome.PASSED
    assert verdict.reason.startswith("alternative 2 (http): status 404")


def test_an_assert_has_to_hold_with_the_alternative_that_passes(tmp_path: Path) -> None:
    any_ = "any: [{http: {path: /gone}}, {http: {path: /good}}]"
    failed = judged(f"{any_}, assert: revision.service == 'other'", tmp_path).verdict("Any")
    assert failed.outcome is Outcome.FAILED
    passed = judged(f"{any_}, assert: size(revision.containers) > 0", tmp_path).verdict("Any")
    assert passed.outcome is Outcome.PASSED


def test_a_journal_judged_again_comes_to_the_same(tmp_path: Path) -> None:
    for any_ in ("any: [{http: {path: /gone}}, {http: {path: /good}}]", "any: [{http: {path: /gone}}, {build: {}}]"):
        run = judged(any_, tmp_path)
        assert run.replayed().standings["Any"].verdict == run.verdict("Any")


@pytest.mark.parametrize("within", ["", "within: 20s, "])
def test_a_name_is_made_of_the_alternatives(within: str) -> None:
    run = simulate(
        f"{HEAD}  - {{{within}any: [{{http: {{path: /health}}}}, {{build: {{}}}}]}}\n", NETRA / "scenario.yaml"
    )
    assert run.verdict("GET /health or build").outcome is Outcome.PASSED
