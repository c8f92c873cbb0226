"""Whose deploy a revision is of: told by its labels and annotations, by its build, or by its age alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from validator.evidence.build import BuildOf, OriginOf
from validator.evidence.known import Evidence
from validator.evidence.revision import RevisionOf
from validator.resources.origin import BUILD_LABEL, COMMIT_LABEL, Named, build_of, commit_of, same_commit
from validator.resources.revision import Revision
from validator.words.check import Target
from validator.words.instant import span

_SHOWN = 12
"""Characters of a commit or a build that are shown where it is as it should be."""


class Whose(StrEnum):
    """Whose deploy it is."""

    OURS = "ours"
    ANOTHER = "another"
    UNTOLD = "untold"
    """Nothing tells but its age."""
    PENDING = "pending"
    """Its build may yet tell."""


@dataclass(frozen=True)
class Identified:
    """Whose deploy a revision is, and how that is known."""

    whose: Whose
    how: str = ""
    """What it was told by; of another's, what speaks against it."""


def whose(target: Target, evidence: Evidence) -> Identified:
    """Whose deploy the target's resolved revision is.

    What the spec names is held against the revision's own labels and annotations. Without such a word in the spec the
    pipeline's environment says whose it should be: where the revision or its build names another, it is another's.
    """
    revision = evidence.of(RevisionOf(target.name)).newest
    assert revision is not None, "asked only once the revision is known"
    if target.commit or target.build:
        return _by_spec(target, revision)
    if target.revision:
        return Identified(Whose.OURS, "its name in the spec")
    return _by_pipeline(target, revision, evidence)


def _by_spec(target: Target, revision: Revision) -> Identified:
    """Every name that the spec gives must be the revision's own."""
    told = []
    for wanted, key, actual, label in (
        (target.build, "build", build_of(revision), BUILD_LABEL),
        (target.commit, "commit", commit_of(revision), COMMIT_LABEL),
    ):
        if not wanted:
            continue
        if not actual:
            return Identified(Whose.ANOTHER, f"its label {label} is missing, and not {wanted}")
        if not (same_commit(actual.value, wanted)):
            return Identified(Whose.ANOTHER, f"its {actual.by} is {actual.value}, and not {wanted}")
        told.append(f"{actual.by}, equal to the spec's `{key}` ({wanted[:_SHOWN]})")
    return Identified(Whose.OURS, "; ".join(told))


def _by_pipeline(target: Target, revision: Revision, evidence: Evidence) -> Identified:
    commit, build, pipeline = commit_of(revision), build_of(revision), target.pipeline
    told = []
    if pipeline.commit and commit:
        if same_commit(commit.value, pipeline.commit):
            told.append(f"{commit.by}, equal to {pipeline.commit_from} ({pipeline.commit[:_SHOWN]})")
        elif not pipeline.doubt:
            return _anothers("commit", commit, pipeline.commit, pipeline.commit_from)
    if pipeline.build and build:
        if build.value != pipeline.build:
            return _anothers("build", build, pipeline.build, pipeline.build_from)
        told.append(f"{build.by}, equal to {pipeline.build_from} ({pipeline.build[:_SHOWN]})")
    if told:
        return Identified(Whose.OURS, "; ".join(told))
    if pipeline.commit and not commit:
        return _by_build(target, evidence)
    return Identified(Whose.UNTOLD)


def _anothers(what: str, named: Named, wanted: str, wanted_from: str) -> Identified:
    how = f"it is of {what} {named.value} ({named.by}), this pipeline is {what} {wanted} ({wanted_from})"
    return Identified(Whose.ANOTHER, how)


def _by_build(target: Target, evidence: Evidence) -> Identified:
    """The commit of the build that made the revision, where the revision names none."""
    build, pipeline = evidence.of(BuildOf(target.name)).newest, target.pipeline
    if build is None:
        refused = evidence.refusal(OriginOf(target.name))
        return Identified(Whose.UNTOLD if refused else Whose.PENDING)
    if not build.commit:
        return Identified(Whose.UNTOLD)
    if same_commit(build.commit, pipeline.commit):
        equal = f"equal to {pipeline.commit_from} ({pipeline.commit[:_SHOWN]})"
        return Identified(Whose.OURS, f"the commit of its build {build.id}, {equal}")
    if pipeline.doubt:
        return Identified(Whose.UNTOLD)
    return _anothers("commit", Named(build.commit, f"its build {build.id}"), pipeline.commit, pipeline.commit_from)


def described(target: Target, evidence: Evidence) -> str:
    """What the deploy was identified by, for reports; empty where it was not."""
    revision = evidence.of(RevisionOf(target.name)).newest
    if revision is None:
        return ""
    found = whose(target, evidence)
    if found.whose is Whose.OURS:
        return found.how
    if found.whose is Whose.UNTOLD and target.created_within is not None:
        return f"only its age: created {span(max(0.0, evidence.started - revision.created))} before the run"
    return ""


def doubtful(target: Target, evidence: Evidence) -> str:
    """What to know and to do where nothing but its age, or nothing at all, ties the revision to this deploy; else empty."""
    revision = evidence.of(RevisionOf(target.name)).newest
    if revision is None or whose(target, evidence).whose is not Whose.UNTOLD:
        return ""
    known = "only by its age, which is weak" if target.created_within is not None else "by nothing: any age is accepted"
    pipeline, told = target.pipeline, commit_of(revision) or build_of(revision)
    if pipeline.doubt:
        what = pipeline.doubt
    elif told:
        what = f"it carries {told.by} {told.value}: set COMMIT_SHA in the gate's environment, or write `commit` in the target"
    else:
        labels = f"--labels={COMMIT_LABEL}=$COMMIT_SHA,{BUILD_LABEL}=$BUILD_ID"
        seen = "" if pipeline.commit or pipeline.build else ", and set COMMIT_SHA in the gate's environment"
        what = f"label the deploy: gcloud run deploy {target.service} {labels} {target.flags}{seen}"
    return f"{revision.name} was taken for this deploy's {known}; {what}"
