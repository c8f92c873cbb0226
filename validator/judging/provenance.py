"""Where a revision came from: the links commit -> build -> image digest."""

from __future__ import annotations

from collections.abc import Iterator

from validator.evidence.build import BuildOf
from validator.evidence.image import IndexOf, pushed_beside
from validator.evidence.known import Evidence
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.judging.answered import newest_answers
from validator.resources.build import Build
from validator.resources.container import Container
from validator.resources.origin import COMMIT_LABEL, Named, build_of, commit_of, same_commit
from validator.resources.revision import Revision
from validator.words.check import Target
from validator.words.link import Link, Proof
from validator.words.verdict import Excerpt


def commit(target: Target, evidence: Evidence) -> Link:
    """The revision's commit is the one that the build was made from."""
    build, revision = evidence.of(BuildOf(target.name)).newest, evidence.of(RevisionOf(target.name)).newest
    if build is None or revision is None:
        return _no_build("commit", target, evidence)
    if not build.commit:
        return Link(
            "commit",
            Proof.UNPROVEN,
            f"build {build.id} does not say which commit it was made from",
            remedy="build from a trigger, or pass --substitutions=COMMIT_SHA=$(git rev-parse HEAD)",
            conclusive=True,
        )
    for wanted in _commits(target, revision, evidence):
        if not same_commit(build.commit, wanted.value):
            reason = f"build {build.id} was made from {build.commit}, {wanted.by} says {wanted.value}"
            return Link("commit", Proof.BROKEN, reason, build.describe, conclusive=True)
    pipeline = target.pipeline
    if pipeline.commit and not pipeline.doubt and not same_commit(build.commit, pipeline.commit):
        reason = f"build {build.id} was made from {build.commit}, this pipeline is {pipeline.commit} ({pipeline.commit_from})"
        return Link("commit", Proof.UNPROVEN, reason, build.describe, conclusive=True)
    return Link(
        "commit",
        Proof.PROVEN,
        f"commit {build.commit[:12]} is what build {build.id} was made from",
        evidence=(Excerpt(f"build {build.id}: commit {build.commit}", build.started, "Cloud Build"),),
    )


def _commits(target: Target, revision: Revision, evidence: Evidence) -> Iterator[Named]:
    """What else names the commit: the spec, the revision, and what the request log says of who answered."""
    answer = newest_answers(target, evidence).of_revision
    entry = answer[1].entry if answer else None
    labels = (entry.raw.get("labels") or {}) if entry else {}
    named = Named(target.commit, "the spec's `commit`"), commit_of(revision)
    logged = Named(labels.get(COMMIT_LABEL, ""), f"the answering request's label {COMMIT_LABEL}")
    yield from (each for each in (*named, logged) if each)


def build(target: Target, evidence: Evidence) -> Link:
    """The build made the image that the revision runs."""
    build, revision = evidence.of(BuildOf(target.name)).newest, evidence.of(RevisionOf(target.name)).newest
    if build is None or revision is None:
        return _no_build("build", target, evidence)
    if build.failed:
        reason = f"build {build.id} is {build.status}" + (f": {build.detail}" if build.detail else "")
        return Link("build", Proof.BROKEN, reason, build.describe, conclusive=True)
    if build.unknown:
        return Link("build", Proof.UNPROVEN, build.unknown, build.describe, conclusive=build.finished is not None)
    named, container = build_of(revision), revision.made_by(build)
    if named and not same_commit(named.value, build.id):
        reason = f"the revision's {named.by} is {named.value}, and not build {build.id}"
        return Link("build", Proof.BROKEN, reason, build.describe, conclusive=True)
    if not build.digests:
        return _nothing_pushed(build, named, revision)
    if not container.digest:
        reason = f"build {build.id} pushed {_few(build)}, but the revision names no digest"
        return Link("build", Proof.UNPROVEN, reason, _redeploy(target), conclusive=True)
    if container.digest not in build.digests:
        return _another_digest(target, build, container, evidence)
    return Link(
        "build",
        Proof.PROVEN,
        f"build {build.id} pushed {container.digest[:19]}{_rebased(container)}",
        evidence=(Excerpt(f"results.images: {_few(build)}", build.finished, "Cloud Build"),),
    )


def _nothing_pushed(build: Build, named: Named, revision: Revision) -> Link:
    """Images listed under `images:` are pushed after all steps: a gate that is a step sees none of them yet."""
    if named and build.running:
        return Link(
            "build",
            Proof.PROVEN,
            f"the revision's {named.by} names build {build.id}, which is still running",
            evidence=(Excerpt(f"{named.by}: {named.value}", revision.created, "Cloud Run"),),
        )
    declared = f" of {', '.join(build.declared)}" if build.declared else ""
    reason = f"build {build.id} lists no pushed image{declared}"
    return Link("build", Proof.UNPROVEN, reason, build.describe, conclusive=not build.running)


def _another_digest(target: Target, build: Build, container: Container, evidence: Evidence) -> Link:
    """A build for several platforms pushes an index, of which the revision runs one image: the registry tells."""
    reason = f"{container.title} runs {container.digest[:19]}, build {build.id} pushed {_few(build)}"
    pushed, asked = pushed_beside(build, container), IndexOf(target.name)
    if pushed is None:
        return Link("build", Proof.BROKEN, reason, build.describe, conclusive=True)
    index = evidence.of(asked).manifests.get(pushed.digest)
    if index and container.digest in dict(index.children):
        told = f"build {build.id} pushed the index {pushed.digest[:19]}, of which {container.digest[:19]} is an image"
        shown = Excerpt(index.told, build.finished, "registry")
        return Link("build", Proof.PROVEN, f"{told}{_rebased(container)}", evidence=(shown,))
    if index:
        what = "an index without it" if index.is_index else "another image"
        return Link("build", Proof.BROKEN, f"{reason}, {what}", build.describe, conclusive=True)
    refused = evidence.refusal(asked)
    why = refused.reason if refused else "the registry was not asked yet"
    inspect = f"docker buildx imagetools inspect {container.repository}@{pushed.digest}"
    return Link(
        "build",
        Proof.UNPROVEN,
        f"{reason}: of one repository, so it may be an image of the index that was pushed, which is not known: {why}",
        f"{refused.remedy if refused and refused.remedy else 'let the gate read the registry'}; or see for yourself: {inspect}",
        conclusive=refused is not None,
    )


def digest(target: Target, evidence: Evidence) -> Link:
    """The revision's template names the image by digest."""
    revision = evidence.of(RevisionOf(target.name)).newest
    if revision is None:
        return no_revision("digest", target, evidence)
    container = revision.made_by(evidence.of(BuildOf(target.name)).newest)
    if not container.digest:
        reason = f"the revision's image is a tag, not a digest: {container.image}"
        return Link("digest", Proof.UNPROVEN, reason, _redeploy(target), conclusive=True)
    return Link(
        "digest", Proof.PROVEN, f"the revision runs {container.digest[:19]}{_rebased(container)}",
        evidence=(Excerpt(f"image: {container.image}", revision.created, "Cloud Run"),),
    )  # fmt: skip


def _redeploy(target: Target) -> str:
    return f"deploy the digest: gcloud run deploy {target.service} --image=IMAGE@sha256:... {target.flags}"


def _rebased(container: Container) -> str:
    """What to know of an image whose base the platform keeps up to date: other layers may run without a new revision."""
    return f"; the platform updates its base image {container.base_image} by itself" if container.base_image else ""


def _few(build: Build) -> str:
    return ", ".join(dict.fromkeys(image.digest[:19] for image in build.images if image.digest)) or "nothing"


def _no_build(name: str, target: Target, evidence: Evidence) -> Link:
    if evidence.of(RevisionOf(target.name)).newest is None:
        return no_revision(name, target, evidence)
    refusal = evidence.refusal(BuildOf(target.name))
    if refusal:
        return Link(name, Proof.UNPROVEN, refusal.reason, refusal.remedy, conclusive=True)
    read = evidence.answers(BuildOf(target.name))
    return Link(name, Proof.UNPROVEN, "the build is not known yet" if read else "the build was not read")


def no_revision(name: str, target: Target, evidence: Evidence) -> Link:
    """A link of which nothing can be told, as the revision is not known."""
    refusal = evidence.refusal(ServiceOf(target.name)) or evidence.refusal(RevisionOf(target.name))
    if refusal:
        return Link(name, Proof.UNPROVEN, refusal.reason, refusal.remedy, conclusive=True)
    return Link(name, Proof.UNPROVEN, "the revision is not known yet")
