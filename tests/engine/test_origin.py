"""Where a deploy came from, how it is configured, and the way back: what the summary says of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.test_whose_deploy import BUILD, NAMELESS, OURS, run
from tests.simulated import BACKEND
from validator.report.summary import summarize

PREVIOUS = "netra-backend-staging-00644-q2c"
GITHUB = {
    "GITHUB_SHA": OURS, "GITHUB_EVENT_NAME": "push", "GITHUB_ACTOR": "octocat", "GITHUB_WORKFLOW": "deploy",
    "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/cart", "GITHUB_RUN_ID": "4711",
}  # fmt: skip
GITLAB = {
    "CI_COMMIT_SHA": OURS, "CI_PIPELINE_SOURCE": "merge_request_event", "GITLAB_USER_LOGIN": "tanuki",
    "CI_PIPELINE_URL": "https://git.acme.example/cart/-/pipelines/9", "CI_PROJECT_URL": "https://git.acme.example/cart",
}  # fmt: skip
ROLLBACK = (
    f"gcloud run services update-traffic netra-backend-staging --to-revisions={PREVIOUS}=100"
    " --region=us-central1 --project=netra-staging"
)
RETIRED = "[{type: Ready, state: CONDITION_FAILED, revisionReason: RETIRED}]"
NEVER = "[{type: Ready, state: CONDITION_FAILED, message: The container did not listen.}]"


def target(folder: Path, changes: str = "", *, key: str = "", **environment: str) -> Any:
    return summarize(run(folder, changes, key=key, **environment).run)["targets"][0]


def test_the_platform_says_who_changed_the_service_and_what_was_there_before(tmp_path: Path) -> None:
    origin = target(tmp_path)["origin"]
    assert (origin["by"], origin["commit"]) == ("cloud-build@netra-staging.iam.gserviceaccount.com", OURS)
    assert (origin["previous"], origin["rollback"]) == (PREVIOUS, ROLLBACK)


def test_how_the_revision_is_configured(tmp_path: Path) -> None:
    account = "netra-backend@netra-staging.iam.gserviceaccount.com"
    assert target(tmp_path)["configuration"] == {
        "cpu": "2", "memory": "2Gi", "min_instances": 1, "max_instances": 20, "concurrency": 80, "service_account": account,
    }  # fmt: skip
    bare = f"revisions: {{{BACKEND}: {{scaling: null, maxInstanceRequestConcurrency: null, serviceAccount: null}}}}\n"
    configured = target(tmp_path, bare)["configuration"]
    assert (configured["min_instances"], configured["max_instances"], configured["concurrency"]) == (0, None, None)


@pytest.mark.parametrize(
    ("environment", "trigger", "run_link", "commit_link"),
    [
        (GITHUB, "push by octocat, workflow deploy", "https://github.com/acme/cart/actions/runs/4711", f"https://github.com/acme/cart/commit/{OURS}"),
        ({"GITHUB_EVENT_NAME": "schedule"}, "schedule", "", ""),
        (GITLAB, "merge_request_event by tanuki", "https://git.acme.example/cart/-/pipelines/9", f"https://git.acme.example/cart/-/commit/{OURS}"),
    ],
)  # fmt: skip
def test_the_pipeline_says_what_started_it(
    tmp_path: Path, environment: dict[str, str], trigger: str, run_link: str, commit_link: str
) -> None:
    origin = target(tmp_path, **environment)["origin"]
    assert (origin["trigger"], origin["trigger_link"], origin["commit_link"]) == (trigger, run_link, commit_link)


def test_the_pipelines_commit_is_linked_only_if_it_is_the_revisions_own(tmp_path: Path) -> None:
    elsewhere = {**GITHUB, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_SHA": "77" * 20}
    origin = target(tmp_path, **elsewhere)["origin"]
    assert (origin["commit"], origin["commit_link"]) == (OURS, "")


def test_what_started_the_pipeline_is_told_also_where_the_spec_says_whose_deploy_it_is(tmp_path: Path) -> None:
    origin = target(tmp_path, key=f", commit: {OURS}", **GITHUB)["origin"]
    assert origin["trigger"] == "push by octocat, workflow deploy"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://github.com/acme/cart.git", f"https://github.com/acme/cart/commit/{OURS}"),
        ("https://gitlab.com/acme/shop/cart", f"https://gitlab.com/acme/shop/cart/-/commit/{OURS}"),
        ("https://git.acme.example/cart", ""),
        ("git@github.com:acme/cart.git", ""),
    ],
)
def test_the_build_names_its_repository_and_its_trigger(tmp_path: Path, url: str, link: str) -> None:
    build = f"builds: {{{BUILD}: {{source: {{gitSource: {{url: '{url}', revision: {OURS}}}}}}}}}\n"
    unlabelled = f"revisions: {{{BACKEND}: {{labels: null}}}}\n"
    origin = target(tmp_path, build + unlabelled, COMMIT_SHA=OURS)["origin"]
    assert (origin["commit"], origin["commit_link"]) == (OURS, link)
    assert origin["trigger"] == "Cloud Build trigger c0a6e7de-3f8e-4d23-9bb0-2e5a6f7d8c91"


def test_what_nothing_tells_is_empty(tmp_path: Path) -> None:
    origin = target(tmp_path, NAMELESS)["origin"]
    assert [origin[key] for key in ("commit", "commit_link", "trigger", "trigger_link")] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("changes", "previous", "rollback"),
    [
        (f"revisions: {{{PREVIOUS}: {{conditions: {RETIRED}}}}}\n", PREVIOUS, ROLLBACK),
        (f"revisions: {{{PREVIOUS}: {{conditions: {NEVER}}}}}\n", "", ""),
        (f"revisions: {{{PREVIOUS}: null}}\nlogs: {{groups: {{previous: null}}}}\n", "", ""),
        ("faults: [{method: ListRevisions, code: PERMISSION_DENIED}]\n", "", ""),
    ],
)
def test_the_way_back_is_told_only_if_a_revision_that_was_ready_is_known(
    tmp_path: Path, changes: str, previous: str, rollback: str
) -> None:
    finished = run(tmp_path, changes)
    origin = summarize(finished.run)["targets"][0]["origin"]
    assert (origin["previous"], origin["rollback"]) == (previous, rollback)
    assert finished.run.exit_code == 0


def test_there_is_no_way_back_from_a_revision_that_nobody_sees(tmp_path: Path) -> None:
    pinned = f"[{{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {PREVIOUS}, percent: 100}}]"
    origin = target(
        tmp_path, f"services: {{netra-backend-staging: {{traffic: {pinned}, trafficStatuses: {pinned}}}}}\n"
    )["origin"]
    assert (origin["previous"], origin["rollback"]) == (PREVIOUS, "")
