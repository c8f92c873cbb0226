"""An edited spec on a recording: what the run gathered is judged, and what it did not is told as that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.busy import busy
from tests.recorded import Recorded, record
from tests.simulated import HEAD, NETRA, overlaid, simulate

NAMED = HEAD.replace("project: netra-staging", 'project: "${PROJECT_ID}"')
CHECKS = NAMED + (
    "  - {name: Healthy, http: {path: /health}}\n"
    "  - {name: Quiet, for: 20s, logs: {forbid: [panic]}}\n"
    "  - {name: Traffic, traffic: {percent: 100}}\n"
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    run = simulate(CHECKS, NETRA / "scenario.yaml")
    path = tmp_path_factory.mktemp("recorded") / "run.gz"
    return record(path, run.engine.spec, CHECKS, {"PROJECT_ID": "netra-staging"}, run.engine.journal)


def judged(recorded: Recorded, folder: Path, checks: str, head: str = HEAD) -> dict[str, tuple[str, str]]:
    """Each check's verdict and reason by an edited spec."""
    spec = folder / "edited.yaml"
    spec.write_text(head + checks, encoding="utf-8")
    summary = recorded.again(spec).summary()
    return {check["name"]: (check["verdict"], check["reason"]) for check in summary["checks"]}


def test_rules_on_what_was_gathered_are_judged(recorded: Recorded, tmp_path: Path) -> None:
    found = judged(
        recorded,
        tmp_path,
        "  - {name: Healthy, http: {path: /health, expect: {json: {status: healthy}}}, assert: \"json.version == '1.0.0'\"}\n"
        "  - {name: Connects, logs: {expect: ['ClickHouse. REAL connection established']}}\n"
        "  - {name: Quiet, for: 10s, logs: {forbid: [SSOT]}}\n"
        "  - {name: Small, revision: {}, assert: revision.scaling.max_instance_count < 10}\n",
    )
    assert {name: verdict for name, (verdict, _) in found.items()} == {
        "netra-backend-staging is resolved and ready": "passed",
        "Healthy": "passed",
        "Connects": "passed",
        "Quiet": "failed",
        "Small": "failed",
    }


@pytest.mark.parametrize(
    ("check", "says"),
    [
        ("http: {path: /ready}", "does not hold a probe (GET /ready), which that run did not ask for"),
        ("build: {}", "does not hold the build"),
        ("regression: {severity: ERROR}", "does not hold"),
        ("custody: {}", "does not hold the build"),
        ("within: 60s, http: {path: /health, expect: {status: 201}}", "stopped to ask GET /health"),
        ("for: 60s, http: {path: /health}", "the recording ends at"),
        ("for: 90s, logs: {forbid: [panic]}", "the recording ends at"),
        ("logs: {expect: [never said]}, within: 3m", "the recording ends at"),
    ],
)
def test_what_the_run_did_not_gather_is_not_judged(check: str, says: str, recorded: Recorded, tmp_path: Path) -> None:
    verdict, reason = judged(recorded, tmp_path, f"  - {{name: New, {check}}}\n")["New"]
    assert verdict == "inconclusive"
    assert reason.startswith("not judged: "), reason
    assert says in reason


def test_a_target_that_was_not_read_is_not_judged(recorded: Recorded, tmp_path: Path) -> None:
    head = HEAD.replace("checks:", "targets: {auth: {service: netra-auth-staging}}\nchecks:")
    found = judged(recorded, tmp_path, "  - {name: Auth, target: auth, revision: {}}\n", head)
    assert found["Auth"][0] == "inconclusive"
    verdict, reason = found["netra-auth-staging is resolved and ready"]
    assert (verdict, reason[:11]) == ("inconclusive", "not judged:")


def test_another_revision_than_the_recorded_one_is_not_judged(recorded: Recorded, tmp_path: Path) -> None:
    head = HEAD.replace("service: netra-backend-staging", "service: netra-backend-staging, tag: candidate")
    found = judged(recorded, tmp_path, "  - {name: Healthy, http: {path: /health}}\n", head)
    assert found["netra-backend-staging is resolved and ready"][1].startswith("not judged: ")


def test_an_unchanged_check_comes_to_what_it_came_to(recorded: Recorded, tmp_path: Path) -> None:
    found = judged(recorded, tmp_path, CHECKS.removeprefix(NAMED) + "  - {name: New, http: {path: /ready}}\n")
    assert [found[name][0] for name in ("Healthy", "Quiet", "Traffic")] == ["passed"] * 3


def test_a_name_means_what_it_meant_in_the_run(recorded: Recorded, tmp_path: Path) -> None:
    assert judged(recorded, tmp_path, "  - {name: Healthy, http: {path: /health}}\n", NAMED)["Healthy"][0] == "passed"


def test_entries_that_a_narrowed_read_did_not_ask_for_are_not_judged(tmp_path: Path) -> None:
    checks = HEAD + "  - {name: Quiet, for: 60s, logs: {forbid: [SegFold]}}\n"
    run, _ = busy(checks, overlaid(tmp_path, ""), 6_000)
    recorded = record(tmp_path / "run.gz", run.engine.spec, checks, {}, run.engine.journal, batch=50)
    edited = "  - {name: Quiet, for: 60s, logs: {forbid: [SegFold]}}\n  - {name: No orders, for: 60s, logs: {forbid: [orders? lost]}}\n"
    found = judged(recorded, tmp_path, edited)
    assert found["Quiet"][0] == "passed"
    verdict, reason = found["No orders"]
    assert verdict == "inconclusive"
    assert "not judged: the recording does not hold all the entries that it is about: of 6," in reason
