"""An API that does not answer for good is told by its call, its code and its message, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, overlaid, simulate
from validator.report.headline import headline
from validator.words.verdict import Outcome

CHECKS = {
    "GetService": "  - {name: Told, traffic: {percent: 100}}\n",
    "GetRevision": "  - {name: Told, revision: {}}\n",
    "ListRevisions": "  - {name: Told, within: 20s, traffic: {split: {target: 100, previous: 0}}}\n",
    "GetBuild": "  - {name: Told, within: 20s, build: {}}\n",
    "ListLogEntries": "  - {name: Told, logs: {forbid: [panic]}}\n",
}
CODES = ("UNAVAILABLE", "INTERNAL", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "UNKNOWN", "ABORTED")


def minute(checks: str) -> str:
    return HEAD.replace("timeout: 6m", "timeout: 1m") + checks


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("method", CHECKS)
def test_a_lasting_problem_is_named_with_its_remedy(tmp_path: Path, method: str, code: str) -> None:
    fault = f"faults: [{{method: {method}, code: {code}, message: the backend is down}}]"
    run = simulate(minute(CHECKS[method]), overlaid(tmp_path, fault))
    told = headline(run.run)
    assert run.run.outcome is Outcome.INCONCLUSIVE
    for word in (method, code, "the backend is down"):
        assert word in told["text"]
    assert "exclusion" not in told["remedy"]
    assert ("quota" if code == "RESOURCE_EXHAUSTED" else "run the gate again") in told["remedy"]


@pytest.mark.parametrize("method", CHECKS)
def test_a_call_that_never_ends_is_named_too(tmp_path: Path, method: str) -> None:
    run = simulate(minute(CHECKS[method]), overlaid(tmp_path, f"faults: [{{method: {method}, stall: true}}]"))
    assert run.run.outcome is Outcome.INCONCLUSIVE
    assert f"{method} ended with DEADLINE_EXCEEDED" in headline(run.run)["text"]


def test_what_waits_for_it_says_so(tmp_path: Path) -> None:
    fault = "faults: [{method: GetService, code: UNAVAILABLE, message: the backend is down}]"
    run = simulate(minute(CHECKS["ListLogEntries"]), overlaid(tmp_path, fault))
    reason = run.verdict("Told").reason
    assert reason.startswith("it did not start: 'netra-backend-staging is resolved and ready' was not decided")


def test_a_problem_that_comes_later_stands_behind_what_was_known(tmp_path: Path) -> None:
    fault = 'faults: [{method: ListLogEntries, code: UNAVAILABLE, message: the backend is down, from: "@+8s"}]'
    run = simulate(minute("  - {name: Told, for: 30s, logs: {forbid: [panic]}}\n"), overlaid(tmp_path, fault))
    reason = run.verdict("Told").reason
    assert (
        "Cloud Logging does not answer any more: ListLogEntries ended with UNAVAILABLE: the backend is down" in reason
    )


def test_a_problem_that_passed_is_not_told(tmp_path: Path) -> None:
    fault = "faults: [{method: ListLogEntries, code: UNAVAILABLE, message: the backend is down, first: 3}]"
    run = simulate(minute("  - {name: Told, within: 20s, logs: {expect: [never]}}\n"), overlaid(tmp_path, fault))
    assert "UNAVAILABLE" not in run.verdict("Told").reason
