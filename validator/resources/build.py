"""A Cloud Build, read from its official JSON: the one reading for all that is said of builds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from validator.resources.container import repository
from validator.words.call import Call, Json, ListBuilds
from validator.words.instant import moment

_UNFINISHED = frozenset({"PENDING", "QUEUED", "WORKING"})
_FAILED = frozenset({"FAILURE", "INTERNAL_ERROR", "TIMEOUT", "CANCELLED", "EXPIRED"})
UNKNOWN = "STATUS_UNKNOWN"
_COMMIT = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
"""A git source may name a branch or a tag where others name a commit."""


def status_of(data: Json) -> str:
    """The status of a build or a step; what is absent or not in the API's list (a newer enum) is unknown."""
    status = data.get("status")
    return status if isinstance(status, str) and status in _UNFINISHED | _FAILED | {"SUCCESS"} else UNKNOWN


@dataclass(frozen=True)
class Step:
    """One step of a build."""

    name: str
    status: str
    may_fail: bool = False
    """Whether the build goes on when it fails (`allowFailure`, `allowExitCodes`)."""

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return self.status == "SUCCESS"

    @property
    def failed(self) -> bool:
        """Whether it ended otherwise."""
        return self.status in _FAILED


@dataclass(frozen=True)
class Image:
    """One image that a build pushed."""

    name: str
    digest: str
    """`sha256:...`, of an image or of an index of images for several platforms."""

    @property
    def repository(self) -> str:
        """Its name without tag and digest."""
        return repository(self.name)


@dataclass(frozen=True)
class Build:
    """A Cloud Build at one moment."""

    id: str
    name: str
    """`projects/P/locations/L/builds/ID`"""
    status: str
    contradiction: str
    """What speaks against a status of SUCCESS; empty as a rule."""
    detail: str
    started: float | None
    finished: float | None
    steps: tuple[Step, ...]
    commit: str
    """The commit it was made from; empty when the build does not say."""
    declared: tuple[str, ...]
    """The images that it is to push after all steps."""
    images: tuple[Image, ...]
    """Those that it has pushed; empty until all steps are over."""
    log_url: str
    repository: str
    """The page of the git repository it was made from, `https://github.com/acme/cart`; empty when the build does not say."""
    trigger: str
    """The trigger that started it, by name or id; empty for one that a person started."""
    raw: Json = field(repr=False)

    @classmethod
    def read(cls, data: Json) -> Build:
        """From cloudbuild.v1 Build."""
        provenance = data.get("sourceProvenance") or {}
        substitutions = data.get("substitutions") or {}
        source = data.get("source") or {}
        commits = (
            (provenance.get("resolvedRepoSource") or {}).get("commitSha"),
            substitutions.get("COMMIT_SHA"),
            substitutions.get("REVISION_ID"),
            (source.get("repoSource") or {}).get("commitSha"),
            (source.get("gitSource") or {}).get("revision"),
        )
        failure = data.get("failureInfo") or data.get("error") or {}
        return cls(
            data.get("id", ""),
            data.get("name", ""),
            status_of(data),
            str(failure.get("detail") or failure.get("message") or failure.get("type") or ""),
            data.get("statusDetail", ""),
            moment(data, "startTime"),
            moment(data, "finishTime"),
            tuple(
                Step(
                    step.get("id") or step.get("name", ""),
                    status_of(step),
                    bool(step.get("allowFailure") or step.get("allowExitCodes")),
                )
                for step in data.get("steps", ())
            ),
            next((c for c in commits if c and _COMMIT.fullmatch(c)), ""),
            tuple(data.get("images", ())),
            tuple(
                Image(image.get("name", ""), image.get("digest", ""))
                for image in (data.get("results") or {}).get("images", ())
            ),
            data.get("logUrl", ""),
            _repository(provenance, source),
            str(substitutions.get("TRIGGER_NAME") or data.get("buildTriggerId", "")),
            data,
        )

    @property
    def succeeded(self) -> bool:
        """Whether it ended well, and nothing in it says otherwise."""
        return self.status == "SUCCESS" and not self.contradiction

    @property
    def running(self) -> bool:
        """Whether it is still to end."""
        return self.status in _UNFINISHED

    @property
    def failed(self) -> bool:
        """Whether it ended otherwise than well."""
        return self.status in _FAILED

    @property
    def unknown(self) -> str:
        """Why it cannot be told how it stands; empty if it can."""
        if self.status == UNKNOWN:
            given = self.raw.get("status")
            return f"build {self.id} has " + (
                f"the unknown status {given}" if given not in (None, UNKNOWN) else "no status"
            )
        if self.status == "SUCCESS" and self.contradiction:
            return f"build {self.id} is SUCCESS and yet in error: {self.contradiction}"
        return ""

    @property
    def describe(self) -> str:
        """The command that shows it."""
        parts = self.name.split("/")
        place = f" --region={parts[3]} --project={parts[1]}" if len(parts) == 6 else ""
        return f"gcloud builds describe {self.id}{place}"

    @property
    def digests(self) -> frozenset[str]:
        """What it pushed, under whatever names."""
        return frozenset(image.digest for image in self.images if image.digest)

    @property
    def repositories(self) -> frozenset[str]:
        """The images that it pushed or is to push, without tag and digest."""
        return frozenset(repository(name) for name in (*self.declared, *(image.name for image in self.images)) if name)


def _repository(provenance: Json, source: Json) -> str:
    """The URL that a git source names."""
    sources = (provenance.get("resolvedGitSource"), source.get("gitSource"))
    return next((str(git["url"]) for git in sources if git and git.get("url")), "")


def listed(call: Call, content: Json) -> Sequence[Json]:
    """The builds of an answer: of a page of a listing, or the one that was asked for."""
    builds = content.get("builds", ()) if isinstance(call, ListBuilds) else (content,)
    return [build for build in builds if build]
