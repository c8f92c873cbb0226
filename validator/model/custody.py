"""The chain of custody: commit -> build -> image digest -> revision -> traffic -> response -> logs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from validator.model import query
from validator.model.call import Answer
from validator.model.check import Target
from validator.model.evidence import Evidence, Known
from validator.model.identity import Identity, Who, identify, share, tag_url, whole_traffic
from validator.model.journal import Observation
from validator.model.platform import STDERR, STDOUT, Build
from validator.model.verdict import Excerpt

BUILD_LABEL = "gcb-build-id"
COMMIT_LABEL = "commit-sha"
_RUNNING = ("PENDING", "QUEUED", "WORKING")


class Proof(StrEnum):
    """What is known of a link."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    BROKEN = "broken"


@dataclass(frozen=True)
class Link:
    """One step of the chain."""

    name: str
    """`commit`, `build`, `digest`, `revision`, `traffic`, `response` or `logs`."""
    proof: Proof
    reason: str
    remedy: str = ""
    evidence: tuple[Excerpt, ...] = ()
    conclusive: bool = False
    """Whether waiting cannot change it."""


def queries(target: Target) -> frozenset[query.Query]:
    """The evidence that the whole chain asks for."""
    return frozenset({query.Build(target.name), query.Logs(target.project), query.Echo(target.name)})


def chain(target: Target, evidence: Evidence) -> tuple[Link, ...]:
    """Judge every link on what is known now."""
    return tuple(link(target, evidence) for link in _LINKS)


def _commit(target: Target, evidence: Evidence) -> Link:
    """The revision's commit is the one that the build was made from."""
    build, revision = evidence.build(target.name), evidence.revision(target.name)
    label = revision.labels.get(COMMIT_LABEL, "") if revision else ""
    if build is None:
        return _no_build("commit", target, evidence)
    if not build.commit:
        return Link(
            "commit",
            Proof.UNPROVEN,
            f"build {build.id} does not say which commit it was made from",
            remedy="build from a trigger, or pass --substitutions=COMMIT_SHA=$(git rev-parse HEAD)",
            conclusive=True,
        )
    wanted = target.commit or label
    if wanted and not (build.commit.startswith(wanted) or wanted.startswith(build.commit)):
        who = "the spec's `commit`" if target.commit else f"the revision's label {COMMIT_LABEL}"
        return Link(
            "commit", Proof.BROKEN, f"the build was made from {build.commit}, {who} says {wanted}", conclusive=True
        )
    return Link(
        "commit",
        Proof.PROVEN,
        f"commit {build.commit[:12]} is what build {build.id} was made from",
        evidence=(Excerpt(f"build {build.id}: commit {build.commit}", build.started, "Cloud Build"),),
    )


def _build(target: Target, evidence: Evidence) -> Link:
    """The build made the image that the revision runs."""
    build, revision = evidence.build(target.name), evidence.revision(target.name)
    if build is None or revision is None:
        return _no_build("build", target, evidence)
    if build.status not in ("SUCCESS", *_RUNNING):
        return Link("build", Proof.BROKEN, f"build {build.id} is {build.status}: {build.detail}", conclusive=True)
    labelled = revision.labels.get(BUILD_LABEL) == build.id
    if not build.digests:
        if labelled and build.status in _RUNNING:
            # Images listed under `images:` are pushed after all steps: a gate that is a step sees none of them yet.
            return Link(
                "build",
                Proof.PROVEN,
                f"the revision's label {BUILD_LABEL} names build {build.id}, which is still running",
                evidence=(Excerpt(f"{BUILD_LABEL}={build.id}", revision.created, "Cloud Run"),),
            )
        return Link(
            "build", Proof.UNPROVEN, f"build {build.id} lists no pushed image", conclusive=build.finished is not None
        )
    if not revision.digest:
        return Link(
            "build",
            Proof.UNPROVEN,
            f"build {build.id} pushed {_few(build)}, but the revision names no digest",
            conclusive=True,
        )
    if revision.digest not in build.digests.values():
        reason = f"the revision runs {revision.digest[:19]}, build {build.id} pushed {_few(build)}"
        return Link("build", Proof.BROKEN, reason, conclusive=True)
    return Link(
        "build",
        Proof.PROVEN,
        f"build {build.id} pushed {revision.digest[:19]}",
        evidence=(Excerpt(f"results.images: {_few(build)}", build.finished, "Cloud Build"),),
    )


def _digest(target: Target, evidence: Evidence) -> Link:
    """The revision's template names the image by digest."""
    revision = evidence.revision(target.name)
    if revision is None:
        return _no_revision("digest", target, evidence)
    if not revision.digest:
        return Link(
            "digest",
            Proof.UNPROVEN,
            f"the revision's image is a tag, not a digest: {revision.image}",
            remedy=f"deploy the digest: gcloud run deploy {target.service} --image=IMAGE@sha256:... {target.flags}",
            conclusive=True,
        )
    return Link(
        "digest", Proof.PROVEN, f"the revision runs {revision.digest[:19]}",
        evidence=(Excerpt(f"image: {revision.image}", revision.created, "Cloud Run"),),
    )  # fmt: skip


def _revision(target: Target, evidence: Evidence) -> Link:
    """The revision exists and is ready."""
    revision = evidence.revision(target.name)
    if revision is None:
        return _no_revision("revision", target, evidence)
    ready = revision.ready
    proof = Proof.PROVEN if ready.succeeded else Proof.BROKEN if ready.failed else Proof.UNPROVEN
    reason = (
        f"{revision.name} is ready"
        if ready.succeeded
        else f"{revision.name} is not ready: {ready.reason} {ready.message}"
    )
    excerpt = Excerpt(f"Ready: {ready.state} {ready.reason}".strip(), ready.since, "Cloud Run")
    return Link("revision", proof, reason.strip(), evidence=(excerpt,), conclusive=ready.failed)


def _traffic(target: Target, evidence: Evidence) -> Link:
    """Requests can reach the revision."""
    service, frozen = evidence.service(target.name), evidence.frozen(target.name)
    if service is None:
        return _no_revision("traffic", target, evidence)
    percent, url = share(target, evidence), tag_url(target, evidence)
    shares = ", ".join(f"{name} {part} %" for name, part in service.serving().items()) or "no revision has traffic"
    excerpt = Excerpt(f"traffic: {shares}", service.updated, "Cloud Run")
    if percent:
        return Link("traffic", Proof.PROVEN, f"{frozen} has {percent} % of the traffic", evidence=(excerpt,))
    if url:
        return Link(
            "traffic",
            Proof.PROVEN,
            f"{frozen} has no traffic and is reached at its tag's URL {url}",
            evidence=(excerpt,),
        )
    pinned = service.pinned_away_from(frozen)
    repair = f"gcloud run services update-traffic {target.service} --to-latest {target.flags}" if pinned else ""
    reason = f"{frozen} has no traffic and no tag ({shares}{', pinned by name' if pinned else ''})"
    return Link("traffic", Proof.BROKEN, reason, repair, (excerpt,), conclusive=pinned)


def _response(target: Target, evidence: Evidence) -> Link:
    """A response came from the revision, told by the newest probe whose request log entry is readable."""
    frozen = evidence.frozen(target.name)
    last: Observation | None = None
    kept_out: Identity | None = None
    for observation in reversed(evidence.probes(target.name)):
        if not isinstance(observation.result, Answer):
            continue
        last = last or observation
        identity = identify(observation, target, evidence)
        if identity.who is Who.FRONT_END:
            kept_out = kept_out or identity
        if identity.entry is None or identity.who is Who.FRONT_END:
            continue
        if identity.who is Who.OTHER and not whole_traffic(target, evidence, observation.sent):
            continue  # under a split another's answer says nothing
        proof = Proof.PROVEN if identity.who is Who.TARGET else Proof.BROKEN
        status = observation.result.content.get("status")
        excerpt = Excerpt(f"{observation.call.method} {observation.call.url} -> {status} from {identity.revision}", identity.entry.at, "request log")  # type: ignore[union-attr]  # fmt: skip
        wrong = "" if proof is Proof.PROVEN else f", not {frozen}: status is ahead of what requests reach"
        return Link("response", proof, f"{identity.revision} answered{wrong}", evidence=(excerpt,))
    refusal = evidence.refusal(query.Logs(target.project))
    if refusal:
        return Link(
            "response", Proof.UNPROVEN, f"who answered is not known: {refusal.reason}", refusal.remedy, conclusive=True
        )
    if last is None:
        return Link("response", Proof.UNPROVEN, "no response yet")
    untold = kept_out or identify(last, target, evidence)  # that of the newest may only be late
    return Link("response", Proof.UNPROVEN, untold.reason, untold.remedy)


def _logs(target: Target, evidence: Evidence) -> Link:
    """The revision's own log lines are readable."""
    frozen = evidence.frozen(target.name)
    entries = evidence.entries(target.name)
    if entries:
        newest = entries[-1]
        excerpt = Excerpt(newest.text, newest.at, newest.log.rsplit("/", 1)[-1])
        return Link("logs", Proof.PROVEN, f"{len(entries)} entries of {frozen}", evidence=(excerpt,))
    refusal = evidence.refusal(query.Logs(target.project))
    if refusal:
        return Link(
            "logs", Proof.UNPROVEN, f"the logs cannot be read: {refusal.reason}", refusal.remedy, conclusive=True
        )
    if evidence.logs_read(target.name) is None:
        return Link("logs", Proof.UNPROVEN, "the logs were not read")
    return Link(
        "logs",
        Proof.UNPROVEN,
        f"no log entry of {frozen} is readable",
        remedy="see that the service logs to stdout or stderr and that no exclusion filter drops its entries",
        conclusive=_silent(target, evidence),
    )


def _silent(target: Target, evidence: Evidence) -> bool:
    """Whether the revision answered a request and logged nothing up to then, as far as the logs are readable."""
    known = evidence.watermark_at_least(target.name, (STDOUT, STDERR), Known.INFERRED)
    answered = (identify(probe, target, evidence) for probe in evidence.probes(target.name))
    first = next((who.entry for who in answered if who.who is Who.TARGET), None)
    return bool(known and first) and known.up_to > first.ended  # type: ignore[union-attr]


_LINKS: tuple[Callable[[Target, Evidence], Link], ...] = (
    _commit, _build, _digest, _revision, _traffic, _response, _logs,
)  # fmt: skip


def _few(build: Build) -> str:
    return ", ".join(digest[:19] for digest in dict.fromkeys(build.digests.values())) or "nothing"


def _no_build(name: str, target: Target, evidence: Evidence) -> Link:
    refusal = evidence.refusal(query.Build(target.name))
    if refusal:
        return Link(name, Proof.UNPROVEN, refusal.reason, refusal.remedy, conclusive=True)
    asked = evidence.answers(query.Build(target.name))
    return Link(name, Proof.UNPROVEN, "the build is not known yet" if asked else "the build was not asked for")


def _no_revision(name: str, target: Target, evidence: Evidence) -> Link:
    refusal = evidence.refusal(query.Service(target.name)) or evidence.refusal(query.Revision(target.name))
    if refusal:
        return Link(name, Proof.UNPROVEN, refusal.reason, refusal.remedy, conclusive=True)
    return Link(name, Proof.UNPROVEN, "the revision is not known yet")
