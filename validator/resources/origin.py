"""Which commit and which build a revision is of, by what it and its service carry."""

from __future__ import annotations

from dataclasses import dataclass

from validator.resources.build import Build
from validator.resources.revision import Revision
from validator.resources.service import Service
from validator.words.check import Target
from validator.words.resource_name import short

BUILD_LABEL = "gcb-build-id"
COMMIT_LABEL = "commit-sha"
_BUILD_ANNOTATIONS = ("run.googleapis.com/build-id", "run.googleapis.com/build-name")
"""What a source deploy writes; its value is a build's id or its whole name."""
_LEAST = 4
"""Characters of a commit that tell it from others; git abbreviates to no fewer."""


@dataclass(frozen=True)
class Named:
    """A commit or a build that something names."""

    value: str = ""
    by: str = ""
    """`label commit-sha`, `COMMIT_SHA`."""

    def __bool__(self) -> bool:
        return bool(self.value)

    def __str__(self) -> str:
        return f"{self.value} ({self.by})"


def same_commit(one: str, other: str) -> bool:
    """Whether two names of a commit may be of one: they are equal, or one is a beginning of the other."""
    brief, whole = sorted((one.lower(), other.lower()), key=len)
    return brief == whole or (len(brief) >= _LEAST and whole.startswith(brief))


def commit_of(revision: Revision) -> Named:
    """The commit that a revision names itself."""
    return _first(
        Named(revision.labels.get(COMMIT_LABEL, ""), f"label {COMMIT_LABEL}"),
        Named(revision.annotations.get(COMMIT_LABEL, ""), f"annotation {COMMIT_LABEL}"),
    )


def build_of(revision: Revision) -> Named:
    """The build that a revision names itself; a label goes before annotations, which may be left from an older build."""
    annotated = (Named(short(revision.annotations.get(key, "")), f"annotation {key}") for key in _BUILD_ANNOTATIONS)
    return _first(Named(revision.labels.get(BUILD_LABEL, ""), f"label {BUILD_LABEL}"), *annotated)


def build_behind(target: Target, revision: Revision, service: Service) -> Named:
    """The build to ask for: the spec's, the revision's own, else the one that the service names."""
    config = service.raw.get("buildConfig") or {}
    annotations = service.raw.get("annotations") or {}
    return _first(
        Named(target.build, "the target's `build`"),
        build_of(revision),
        Named(service.labels.get(BUILD_LABEL, ""), f"the service's label {BUILD_LABEL}"),
        *(Named(short(annotations.get(key, "")), f"the service's annotation {key}") for key in _BUILD_ANNOTATIONS),
        Named(short(config.get("name", "")), "the service's buildConfig"),
    )


def _first(*named: Named) -> Named:
    return next((each for each in named if each), Named())


def likeliest(target: Target, builds: list[Build]) -> Build:
    """Of several builds that pushed the same image: the one of the commit that is wanted, else the newest (first)."""
    wanted = target.commit or target.pipeline.commit
    return next((build for build in builds if wanted and same_commit(build.commit, wanted)), builds[0])


def origin_wanted(target: Target, revision: Revision) -> bool:
    """Whether the build has to be known to tell whose deploy it is, or which of several containers is the service's own."""
    if len(revision.containers) > 1:
        return True
    named = target.commit or target.build or target.revision or commit_of(revision)
    return bool(target.pipeline.commit) and not named and not (target.pipeline.build and build_of(revision))
