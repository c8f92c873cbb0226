"""Whose deploy it is by the environment of a pipeline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.simulated import HEAD
from validator.checks import kinds
from validator.language.load import load
from validator.language.pipeline import read_pipeline
from validator.words.check import Pipeline

SHA, OTHER = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334", "b" * 40
BUILD = "9e107d9d-372b-4b5b-8f2a-1c2d3e4f5a6b"


@pytest.mark.parametrize(
    ("environment", "commit", "commit_from", "build"),
    [
        ({}, "", "", ""),
        ({"COMMIT_SHA": SHA, "BUILD_ID": BUILD}, SHA, "COMMIT_SHA", BUILD),
        ({"GITHUB_SHA": SHA, "GITHUB_EVENT_NAME": "push"}, SHA, "GITHUB_SHA", ""),
        ({"CI_COMMIT_SHA": SHA}, SHA, "CI_COMMIT_SHA", ""),
        ({"COMMIT_SHA": SHA, "GITHUB_SHA": OTHER}, SHA, "COMMIT_SHA", ""),
        ({"COMMIT_SHA": "$COMMIT_SHA", "GITHUB_SHA": SHA}, SHA, "GITHUB_SHA", ""),
        ({"COMMIT_SHA": "unknown"}, "", "", ""),
        ({"CI_COMMIT_SHORT_SHA": SHA[:8], "SHORT_SHA": SHA[:7]}, "", "", ""),
        ({"BUILD_ID": "128"}, "", "", ""),  # Jenkins numbers its builds
    ],
)
def test_the_first_variable_that_looks_like_one_counts(
    environment: dict[str, str], commit: str, commit_from: str, build: str
) -> None:
    found = read_pipeline(environment)
    assert (found.commit, found.commit_from, found.build) == (commit, commit_from, build)
    assert found.doubt == ""


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "issue_comment", "workflow_run"])
def test_on_some_events_of_github_its_commit_is_in_doubt(event: str) -> None:
    environment = {"GITHUB_SHA": SHA, "GITHUB_EVENT_NAME": event}
    assert read_pipeline(environment).doubt.startswith(f"on {event} GITHUB_SHA need not be the commit")
    assert read_pipeline({**environment, "COMMIT_SHA": OTHER}).doubt == ""


@pytest.mark.parametrize("key", ["commit: abcdef0", "build: b", "revision: r-1"])
def test_what_the_spec_says_of_the_deploy_goes_before_the_environment(key: str) -> None:
    checks = HEAD.replace("backend-staging}", f"backend-staging, {key}}}") + "  - {traffic: {}}\n"
    spec = load(checks, "checks.yaml", kinds(), {"COMMIT_SHA": SHA})
    assert spec.targets["main"].pipeline == Pipeline()


def test_the_environment_is_about_the_main_target_alone() -> None:
    text = HEAD.replace("checks:\n", "targets: {auth: {service: netra-auth-staging}}\nchecks:\n")
    spec = load(
        text + "  - {traffic: {}}\n  - {target: auth, traffic: {}}\n", "checks.yaml", kinds(), {"COMMIT_SHA": SHA}
    )
    assert spec.targets["main"].pipeline.commit == SHA
    assert spec.targets["auth"].pipeline == Pipeline()


PIPELINES = Path(__file__).parents[2] / "examples" / "pipelines"
LABELS = re.compile(r"\bcommit-sha[=:]")
COMPARES = re.compile(
    r"COMMIT_SHA=\$COMMIT_SHA|--env COMMIT_SHA|CI_COMMIT_SHA|uses: OWNER/validator@|revision: \"\$\{CLOUD_RUN_REVISION\}\""
)
"""What the gate is given; GitHub and GitLab set GITHUB_SHA and CI_COMMIT_SHA by themselves."""
ALONE = {"docker.sh"}
"""What only judges: whoever deploys labels."""


@pytest.mark.parametrize("name", sorted(path.name for path in PIPELINES.iterdir()))
def test_every_example_pipeline_labels_its_deploy_and_compares(name: str) -> None:
    path = PIPELINES / name
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    if name in ("checks.yaml", "canary.yaml"):
        assert "created_within" not in text, "a slow canary is told by its commit, at any age"
        return
    assert COMPARES.search(text)
    assert LABELS.search(text) or name in ALONE


def test_readme_says_whose_deploy_it_is() -> None:
    chapter = (
        (PIPELINES.parents[1] / "README.md").read_text("utf-8").split("## Whose deploy is it\n")[1].split("\n## ")[0]
    )
    told = (
        "COMMIT_SHA",
        "GITHUB_SHA",
        "CI_COMMIT_SHA",
        "BUILD_ID",
        "commit-sha",
        "gcb-build-id",
        "created_within",
        "--labels=",
    )
    assert [word for word in told if word not in chapter] == []
