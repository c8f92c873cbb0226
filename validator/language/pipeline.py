"""What the environment of a pipeline says of the deploy that it has just made, and of its own run.

Cloud Build: `COMMIT_SHA`, `BUILD_ID` (cloud.google.com/build/docs/configuring-builds/substitute-variable-values);
GitHub: `GITHUB_SHA` (docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows);
GitLab: `CI_COMMIT_SHA` (docs.gitlab.com/ci/variables/predefined_variables).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from validator.words.check import Pipeline

_COMMITS = ("COMMIT_SHA", "CI_COMMIT_SHA", "GITHUB_SHA")
"""The first that is set counts: `COMMIT_SHA` is what a user sets who knows better than the pipeline."""
_BUILD = "BUILD_ID"
NAMES = frozenset(
    {
        *_COMMITS,
        _BUILD,
        "CI_PROJECT_URL",
        "CI_PIPELINE_SOURCE",
        "CI_PIPELINE_URL",
        "GITLAB_USER_LOGIN",
        "GITHUB_EVENT_NAME",
        "GITHUB_ACTOR",
        "GITHUB_WORKFLOW",
        "GITHUB_RUN_ID",
        "GITHUB_SERVER_URL",
        "GITHUB_REPOSITORY",
    }
)
"""All variables that are looked at here."""
_SHA = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""What a Cloud Build is called; other systems number theirs under the same variable."""
_ELSEWHERE = re.compile(r"pull_request.*|issue_comment|workflow_run|check_(run|suite)|discussion.*|status")
"""Events of GitHub whose GITHUB_SHA is a merge commit, or the newest one of a branch that the event is not about."""


def read_pipeline(variables: Mapping[str, str]) -> Pipeline:
    """The commit and the build of this deploy; what does not look like one is none."""
    commit_from = next((name for name in _COMMITS if _SHA.fullmatch(variables.get(name, ""))), "")
    event = variables.get("GITHUB_EVENT_NAME", "")
    doubt = ""
    if commit_from == "GITHUB_SHA" and _ELSEWHERE.fullmatch(event):
        doubt = f"on {event} GITHUB_SHA need not be the commit that was deployed: set COMMIT_SHA to that"
    build = variables.get(_BUILD, "")
    known = bool(_UUID.fullmatch(build))
    commit = variables.get(commit_from, "")
    return Pipeline(
        commit,
        commit_from,
        build if known else "",
        _BUILD if known else "",
        doubt,
        _commit_link(commit, variables),
        *_run(variables),
    )


def _commit_link(commit: str, variables: Mapping[str, str]) -> str:
    """The page of a commit of the pipeline's own repository."""
    if not commit:
        return ""
    if project := variables.get("CI_PROJECT_URL"):
        return f"{project}/-/commit/{commit}"
    repository = _github(variables)
    return f"{repository}/commit/{commit}" if repository else ""


def _run(variables: Mapping[str, str]) -> tuple[str, str]:
    """What started the pipeline's run, and where that is shown."""
    if source := variables.get("CI_PIPELINE_SOURCE"):
        return _started(source, variables.get("GITLAB_USER_LOGIN", "")), variables.get("CI_PIPELINE_URL", "")
    event = variables.get("GITHUB_EVENT_NAME", "")
    if not event:
        return "", ""
    workflow = variables.get("GITHUB_WORKFLOW", "")
    told = _started(event, variables.get("GITHUB_ACTOR", "")) + (f", workflow {workflow}" if workflow else "")
    repository, run = _github(variables), variables.get("GITHUB_RUN_ID", "")
    return told, f"{repository}/actions/runs/{run}" if repository and run else ""


def _started(event: str, who: str) -> str:
    return f"{event} by {who}" if who else event


def _github(variables: Mapping[str, str]) -> str:
    """The page of the repository."""
    server, repository = variables.get("GITHUB_SERVER_URL", ""), variables.get("GITHUB_REPOSITORY", "")
    return f"{server}/{repository}" if server and repository else ""
