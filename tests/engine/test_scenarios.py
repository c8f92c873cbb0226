"""The example deployment and each way in which it is broken, on virtual time: exit code, cause, remedy."""

from __future__ import annotations

import pytest

from tests.simulated import BACKEND, NETRA, PREVIOUS, ROOT, Finished, simulate

CHECKS = (ROOT / "checks.yaml").read_text(encoding="utf-8")

EXPECTED = {
    # scenario: (exit code, the check that tells, what its reason or remedy or evidence says)
    "scenario": (0, "Commit to response proven", ["proven"]),
    "traffic-pinned": (1, "All traffic", [PREVIOUS, "gcloud run services update-traffic netra-backend-staging --to-latest"]),
    "never-ready": (1, "netra-backend-staging is resolved and ready", ["HealthCheckContainerError", "Error"]),
    "import-error": (1, "No import errors", ["ImportError: cannot import name", "was logged at 2026-09-21T"]),
    "logs-late": (0, "ClickHouse connects", ["all 4 expected lines were logged, in order"]),
    "logging-denied": (3, "ClickHouse connects", ["roles/logging.viewer"]),
    "wrong-revision-answers": (1, "Healthy", [f"{PREVIOUS} answered, not {BACKEND}"]),
    "flapping": (1, "Healthy", ["status 503", "attempts"]),
    "stale-deploy": (3, "netra-backend-staging is resolved and ready", ["7 d before this run", "gcloud run revisions list"]),
    "superseded": (3, "No import errors", ["superseded", "00646"]),
    "tag-only-image": (3, "Commit to response proven", ["link digest is unproven", "@sha256"]),
    "no-entries": (3, "Nothing critical", ["no log entry of"]),
    "text-traceback": (1, "Nothing critical", ["Traceback (most recent call last)"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def finished() -> dict[str, Finished]:
    return {name: simulate(CHECKS, NETRA / f"{name}.yaml") for name in EXPECTED}


def test_every_scenario_is_told_here() -> None:
    assert {path.stem for path in NETRA.glob("*.yaml")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_scenario_comes_to(name: str, finished: dict[str, Finished]) -> None:
    code, check, words = EXPECTED[name]
    run = finished[name]
    verdict = run.verdict(check)
    told = "\n".join([verdict.reason, verdict.remedy, *(excerpt.text for excerpt in verdict.evidence)])
    assert run.run.exit_code == code, {n: s.verdict.reason for n, s in run.engine.standings.items()}
    for word in words:
        assert word in told


def test_never_ready_is_told_in_under_ten_seconds_and_the_rest_is_skipped(finished: dict[str, Finished]) -> None:
    run = finished["never-ready"]
    assert run.ended < 10
    skipped = [s for s in run.engine.standings.values() if s.verdict.outcome == "skipped"]
    assert len(skipped) == len(run.engine.spec.checks)
    assert all("netra-backend-staging is resolved and ready" in s.verdict.reason for s in skipped)
