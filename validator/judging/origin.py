"""Where a deploy came from: who made it, of which commit, by which trigger, and what it took the place of."""

from __future__ import annotations

import re

from validator.evidence.build import BuildOf
from validator.evidence.known import Evidence
from validator.evidence.revision import RevisionOf
from validator.evidence.revisions import PreviousOf
from validator.evidence.service import ServiceOf
from validator.resources.build import Build
from validator.resources.origin import commit_of, same_commit
from validator.words.check import Target
from validator.words.deployment import Origin

_HOSTED = re.compile(r"https://(?P<host>github\.com|gitlab\.com)/(?P<path>[\w.-]+(?:/[\w.-]+?)+?)(?:\.git)?/?")
"""Repositories whose pages of commits are known."""


def origin(target: Target, evidence: Evidence) -> Origin:
    """Where the target's resolved revision came from."""
    service, revision = evidence.of(ServiceOf(target.name)).newest, evidence.of(RevisionOf(target.name)).newest
    if service is None or revision is None:
        return Origin()
    build = evidence.of(BuildOf(target.name)).newest
    commit = commit_of(revision).value or (build.commit if build else "")
    trigger, link = _trigger(target, build)
    return Origin(
        str(service.raw.get("lastModifier", "")),
        commit,
        _commit_link(commit, target, build),
        trigger,
        link,
        _previous(target, evidence),
    )


def _previous(target: Target, evidence: Evidence) -> str:
    previous = evidence.of(PreviousOf(target.name))
    return previous.name if previous is not None and previous.was_ready else ""


def _commit_link(commit: str, target: Target, build: Build | None) -> str:
    """Its page, where its repository is known to have one."""
    repository = build.repository if build and build.commit and commit and same_commit(build.commit, commit) else ""
    pipeline = target.pipeline
    if not repository and pipeline.commit and commit and same_commit(pipeline.commit, commit):
        return pipeline.commit_link
    found = _HOSTED.fullmatch(repository)
    if not found:
        return ""
    page = "commit" if found["host"] == "github.com" else "-/commit"
    return f"https://{found['host']}/{found['path']}/{page}/{commit}"


def _trigger(target: Target, build: Build | None) -> tuple[str, str]:
    """What started it and where that is shown: the pipeline that the gate runs in, else the build's own trigger."""
    if target.pipeline.trigger:
        return target.pipeline.trigger, target.pipeline.trigger_link
    if build and build.trigger:
        return f"Cloud Build trigger {build.trigger}", build.log_url
    return "", ""
