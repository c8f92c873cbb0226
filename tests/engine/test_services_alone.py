"""Services of which no revision is judged, and those that cannot be judged at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD, Finished, overlaid, simulate
from validator.words.verdict import Outcome

AUTH = HEAD.replace("checks:", "targets: {auth: {service: netra-auth-staging}}\nchecks:")
SEVERAL = "multiRegionSettings: {regions: [us-central1, europe-west1]}"


def judged(folder: Path, checks: str, changes: str = "") -> Finished:
    return simulate(AUTH + checks, overlaid(folder, changes))


@pytest.mark.parametrize("service", ["netra-backend-staging", "netra-auth-staging"])
def test_a_multi_region_service_is_refused_by_name_at_once(service: str, tmp_path: Path) -> None:
    checks = "  - {name: Auth untouched, target: auth, unchanged: {}}\n  - {name: All traffic, traffic: {}}\n"
    run = judged(tmp_path, checks, f"services: {{{service}: {{{SEVERAL}}}}}\n")
    refused = [s.verdict for s in run.engine.standings.values() if "multi-region" in s.verdict.reason]
    assert [verdict.outcome for verdict in refused] == [Outcome.INCONCLUSIVE]
    assert refused[0].reason.startswith(
        f"{service} is a multi-region service (us-central1, europe-west1), which is not"
    )
    assert refused[0].remedy
    assert run.run.outcome is Outcome.INCONCLUSIVE
    assert run.ended < 5


def test_a_target_of_which_a_revision_is_judged_is_resolved(tmp_path: Path) -> None:
    checks = "  - {name: Untouched, target: auth, unchanged: {}}\n  - {name: Traffic, target: auth, traffic: {}}\n"
    run = judged(tmp_path, checks)
    assert run.verdict("netra-auth-staging is resolved and ready").outcome is Outcome.PASSED
    assert run.verdict("Traffic").outcome is Outcome.PASSED


def test_a_target_that_names_its_revision_is_resolved(tmp_path: Path) -> None:
    text = AUTH.replace("service: netra-auth-staging}", "service: netra-auth-staging, created_within: 30d}")
    run = simulate(f"{text}  - {{name: Untouched, target: auth, unchanged: {{}}}}\n", overlaid(tmp_path, ""))
    assert run.verdict("netra-auth-staging is resolved and ready").outcome is Outcome.PASSED


def test_a_service_that_is_not_there_is_told_as_that(tmp_path: Path) -> None:
    text = AUTH.replace("netra-auth-staging", "netra-gone")
    run = simulate(f"{text}  - {{name: Untouched, target: auth, unchanged: {{}}}}\n", overlaid(tmp_path, ""))
    assert "there is no service netra-gone" in run.verdict("netra-gone is there").reason
    assert run.verdict("Untouched").outcome is Outcome.SKIPPED
    assert run.run.outcome is Outcome.INCONCLUSIVE
