"""Images: the manifest of what a revision runs, through its index, and the index that a build pushed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validator.evidence.build import BuildOf
from validator.evidence.journal import Observation
from validator.evidence.known import Refusal, Resources
from validator.evidence.refusal import refusal
from validator.evidence.revision import RevisionOf
from validator.evidence.revisions import PreviousOf, RevisionsOf
from validator.evidence.sort import Api, Impossible, OfTarget
from validator.resources.build import Build, Image
from validator.resources.container import Container
from validator.resources.image import PLATFORM, Manifest
from validator.resources.revision import Revision
from validator.words.asked import Asked
from validator.words.call import Answer, Call, GetManifest, Json, Problem
from validator.words.check import Target
from validator.words.pace import WATCH

if TYPE_CHECKING:
    from validator.evidence.fold import Folded

PREVIOUS = "previous"
_READER = "roles/artifactregistry.reader"
_METHOD = "OCI registry GET manifest"


@dataclass
class Pulled:
    """The manifests that were read."""

    manifests: dict[str, Manifest] = field(default_factory=dict)
    """Digest -> manifest."""

    def image(self, digest: str) -> Manifest | None:
        """The image that runs by a digest, which may be an index's; None while that is not known."""
        found = self.manifests.get(digest)
        return self.manifests.get(found.child) if found and found.is_index else found


class _OfRegistry(OfTarget[Pulled]):
    """What the registry of an image tells."""

    api = Api("Artifact Registry", _READER)

    def fresh(self, known: Folded) -> Pulled:
        """Nothing was read."""
        return Pulled()

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """All of it."""
        Manifest.read(content)
        return content

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in a manifest."""
        if isinstance(seen.result, Answer):
            manifest = Manifest.read(seen.result.content)
            known.state(self).manifests[manifest.digest] = manifest

    def final(self, problem: Problem, target: Target, seen: Observation) -> Refusal | None:
        """With the role that is missing, in the image's own project."""
        assert isinstance(seen.call, GetManifest)
        image = f"{seen.call.repository}@{seen.call.reference[:19]}"
        missing = (
            f"the registry has no {image} any more",
            f"see what it has: gcloud artifacts docker images list {seen.call.repository}",
        )
        found = refusal(self.api, target, problem, seen, missing=missing)
        if found and problem.code == "PERMISSION_DENIED":
            remedy = (
                f"give it {_READER}: gcloud projects add-iam-policy-binding {_project(seen.call.repository, target)}"
                f" --member=serviceAccount:GATE_ACCOUNT --role={_READER}"
            )
            return Refusal(
                f"the registry does not let the gate's account read {image}: {problem.message}", remedy, found.rests_on
            )
        if found and problem.code == "UNAUTHENTICATED":
            remedy = f"run the gate with credentials that have {_READER}; of other registries than Google's only public images are read"
            return Refusal(f"the registry wants credentials for {image}: {problem.message}", remedy, found.rests_on)
        return found

    def pause(self, known: Folded, *, waited: bool) -> float:
        """What it tells does not change."""
        return WATCH

    def roles(self, target: Target) -> Iterator[tuple[str, str, str]]:
        """On the image's own project; as a rule the target's."""
        yield _READER, f"project {target.project}", "reads manifests of images, where they are in Artifact Registry"


@dataclass(frozen=True)
class ImageOf(_OfRegistry):
    """The image of one container of a revision: its manifest, and that of the index it is of."""

    of: str = ""
    """The revision: the target's own if empty, `previous`, or an older one by its name."""
    container: str = ""
    """Empty for the service's own."""

    place = 7

    def stage(self, known: Folded) -> Call | Impossible | None:
        """The revision's own digest first, and of an index then the image for Cloud Run's platform."""
        if not self.of and known.of(RevisionOf(self.target)).newest is None:
            return None
        container = self.running(known)
        if container is None:
            return self._nothing(known)
        if not container.digest:
            redeploy = f"deploy the digest: gcloud run deploy ... --image={container.repository}@sha256:..."
            return Impossible(f"what runs is not known by digest, but by the tag {container.image}", redeploy)
        pulled = known.of(self).manifests
        top = pulled.get(container.digest)
        if top is None:
            return GetManifest(container.repository, container.digest)
        if top.is_index and not top.child:
            return Impossible(f"the index {top.digest[:19]} has no image for {PLATFORM}")
        return GetManifest(container.repository, top.child) if top.is_index and top.child not in pulled else None

    def running(self, known: Resources) -> Container | None:
        """The container that it is about; None if it is not known, or not there."""
        revision = self._revision(known)
        if revision is None or not self.container:
            return revision.made_by(known.of(BuildOf(self.target)).newest) if revision else None
        return next((each for each in revision.containers if each.name == self.container), None)

    def _revision(self, known: Resources) -> Revision | None:
        if not self.of:
            return known.of(RevisionOf(self.target)).newest
        if self.of == PREVIOUS:
            return known.of(PreviousOf(self.target))
        return next((each for each in known.of(RevisionsOf(self.target)).whole or () if each.name == self.of), None)

    def _nothing(self, known: Folded) -> Impossible | None:
        """Why there is no image to ask for, once that is known."""
        revision = self._revision(known)
        if revision:
            return Impossible(f"{revision.name} has no container {self.container}")
        if known.of(RevisionsOf(self.target)).whole is None or known.of(RevisionOf(self.target)).newest is None:
            return None
        told = (
            "there is no older revision that was ever ready"
            if self.of == PREVIOUS
            else f"there is no revision {self.of}"
        )
        return Impossible(told, "write a revision that is there in `baseline`")

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once it is known."""
        container = self.running(known)
        return container is not None and known.of(self).image(container.digest) is not None

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """Once, or twice where it is of an index."""
        of = f"the image of {self.of}" if self.of else "the image"
        return Asked(of, _METHOD, None, ("all revisions",) if self.of else ("the revision",), checks)


class IndexOf(_OfRegistry):
    """The manifest of what the build pushed, where that is of the revision's repository and yet another digest than runs."""

    place = 8

    def stage(self, known: Folded) -> Call | None:
        """Once build and revision tell that there is one."""
        build, revision = known.of(BuildOf(self.target)).newest, known.of(RevisionOf(self.target)).newest
        if build is None or revision is None:
            return None
        container = revision.made_by(build)
        pushed = pushed_beside(build, container)
        return GetManifest(container.repository, pushed.digest) if pushed else None

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once it was read."""
        return bool(known.of(self).manifests)

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """Once."""
        text = "the index that the build pushed, if the revision runs one of its images"
        return Asked(text, _METHOD, None, ("the build", "the revision"), checks)


def pushed_beside(build: Build, container: Container) -> Image | None:
    """What a build pushed to a container's repository, where it is not what runs; None too if that has no digest."""
    if not container.digest or container.digest in build.digests:
        return None
    return next((each for each in build.images if each.digest and each.repository == container.repository), None)


def _project(repository: str, target: Target) -> str:
    """The project of an image of Google's registries; else the target's."""
    host, _, rest = repository.partition("/")
    google = host == "gcr.io" or host.endswith((".pkg.dev", ".gcr.io"))
    return rest.partition("/")[0] if google else target.project
