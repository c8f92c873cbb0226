"""What the environment of a pipeline says of the deploy that it has just made.

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
    return Pipeline(variables.get(commit_from, ""), commit_from, build if known else "", _BUILD if known else "", doubt)
