"""Whose deploy the newest revision is, how the report says that, and what follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import BACKEND, HEAD, Finished, overlaid, simulate
from validator.report.summary import summarize

OURS, OTHER = "8c0f3a9de1b74c2f95a60d7be3412c58f9ad7e06", "77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa"
BUILD = "3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42"
UNLABELLED = (
    "services: {netra-backend-staging: {labels: null, template: {labels: null}}}\n"
    f"revisions: {{{BACKEND}: {{labels: null}}}}\n"
)
NAMELESS = UNLABELLED + f"builds: {{{BUILD}: null}}\n"
OLD = "revisions: {%s: {createTime: '@-3h'%s}}\n" % (BACKEND, "%s")  # noqa: UP031 - braces of YAML
CHECK = "  - {name: Traffic, traffic: {percent: 100}}\n"


def run(folder: Path, changes: str = "", *, key: str = "", **environment: str) -> Finished:
    head = HEAD.replace("netra-backend-staging}", f"netra-backend-staging{key}}}")
    return simulate(head + CHECK, overlaid(folder, changes), variables={"PROJECT_ID": "netra-staging", **environment})


def told(finished: Finished) -> tuple[int, str, list[str]]:
    """Exit code, what the deploy was identified by, warnings."""
    summary = summarize(finished.run)
    return summary["exit_code"], summary["targets"][0]["identified_by"], summary["warnings"]


@pytest.mark.parametrize(
    ("environment", "by"),
    [
        ({"COMMIT_SHA": OURS}, "label commit-sha, equal to COMMIT_SHA (8c0f3a9de1b7)"),
        ({"GITHUB_SHA": OURS[:12]}, "label commit-sha, equal to GITHUB_SHA (8c0f3a9de1b7)"),
        ({"BUILD_ID": BUILD}, "label gcb-build-id, equal to BUILD_ID (3f6f2a2e-0c1)"),
        (
            {"CI_COMMIT_SHA": OURS.upper(), "BUILD_ID": BUILD},
            "label commit-sha, equal to CI_COMMIT_SHA (8C0F3A9DE1B7); label gcb-build-id, equal to BUILD_ID (3f6f2a2e-0c1)",
        ),
    ],
)
def test_the_report_says_what_the_deploy_was_identified_by(
    tmp_path: Path, environment: dict[str, str], by: str
) -> None:
    assert told(run(tmp_path, **environment)) == (0, by, [])


def test_the_build_tells_where_the_revision_does_not(tmp_path: Path) -> None:
    code, by, warnings = told(run(tmp_path, UNLABELLED, COMMIT_SHA=OURS))
    assert (code, warnings) == (0, [])
    assert by == f"the commit of its build {BUILD}, equal to COMMIT_SHA (8c0f3a9de1b7)"


def test_age_alone_is_weak_and_the_warning_says_what_to_set(tmp_path: Path) -> None:
    code, by, (warning,) = told(run(tmp_path))
    assert (code, by) == (0, "only its age: created 4 min before the run")
    assert f"it carries label commit-sha {OURS}: set COMMIT_SHA in the gate's environment" in warning
    code, by, (warning,) = told(run(tmp_path, NAMELESS, COMMIT_SHA=OTHER))
    assert (code, by) == (0, "only its age: created 4 min before the run")
    assert "--labels=commit-sha=$COMMIT_SHA,gcb-build-id=$BUILD_ID --region=us-central1" in warning
    assert "set COMMIT_SHA" not in warning


def test_a_commit_in_doubt_confirms_and_refutes_nothing(tmp_path: Path) -> None:
    on = {"GITHUB_EVENT_NAME": "pull_request"}
    assert told(run(tmp_path, GITHUB_SHA=OURS, **on))[1].startswith("label commit-sha, equal to GITHUB_SHA")
    code, by, (warning,) = told(run(tmp_path, GITHUB_SHA=OTHER, **on))
    assert (code, by) == (0, "only its age: created 4 min before the run")
    assert "on pull_request GITHUB_SHA need not be the commit that was deployed: set COMMIT_SHA" in warning


def test_a_revision_of_this_commit_may_be_as_old_as_it_is_unless_an_age_is_written(tmp_path: Path) -> None:
    old = OLD % ""
    assert told(run(tmp_path, old, COMMIT_SHA=OURS))[0] == 0
    assert told(run(tmp_path, old, COMMIT_SHA=OURS, key=", created_within: 30m"))[0] == 3
    assert told(run(tmp_path, old))[0] == 3


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (f", commit: {OTHER}", f"its label commit-sha is {OURS}, and not {OTHER}"),
        (", build: 0b", f"its label gcb-build-id is {BUILD}, and not 0b"),
    ],
)
def test_what_the_spec_demands_is_not_advised_again(tmp_path: Path, key: str, why: str) -> None:
    finished = run(tmp_path, key=key)
    verdict = finished.verdict("netra-backend-staging is resolved and ready")
    assert finished.run.exit_code == 3
    assert verdict.reason.startswith(f"the newest revision {BACKEND} is not of this deploy: {why}")
    assert "write `" not in verdict.remedy
    assert "--labels=" in verdict.remedy


def test_an_annotation_of_a_source_deploy_names_its_build(tmp_path: Path) -> None:
    annotated = (
        f"revisions: {{{BACKEND}: {{labels: null,"
        f" annotations: {{run.googleapis.com/build-id: projects/1/locations/us-central1/builds/{BUILD}}}}}}}\n"
    )
    assert told(run(tmp_path, annotated, key=f", build: {BUILD}"))[0] == 0
    code, by, _ = told(run(tmp_path, annotated, BUILD_ID="aaaaaaaa-0000-4000-8000-000000000000"))
    assert (code, by) == (3, "")


def test_the_chain_names_another_commit_of_the_build(tmp_path: Path) -> None:
    finished = run(tmp_path, UNLABELLED, COMMIT_SHA=OTHER)
    commit = finished.run.targets[0].chain[0]
    assert (commit.name, commit.proof) == ("commit", "unproven")
    assert commit.reason == f"build {BUILD} was made from {OURS}, this pipeline is {OTHER} (COMMIT_SHA)"
