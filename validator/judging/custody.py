"""The chain of custody: commit -> build -> image digest -> revision -> traffic -> response -> logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from validator.evidence.build import BuildOf
from validator.evidence.echo import Echo
from validator.evidence.identity import Who, identify
from validator.evidence.image import IndexOf
from validator.evidence.known import Evidence
from validator.evidence.log_of import LogOf
from validator.evidence.logs import LogsOf
from validator.evidence.marked import CallsOf
from validator.evidence.reachability import share, tag_url
from validator.evidence.readiness import readiness
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging import provenance
from validator.judging.answered import response
from validator.judging.provenance import no_revision
from validator.logs.entry import STDERR, STDOUT
from validator.words.check import Target
from validator.words.counting import counted
from validator.words.finding import State
from validator.words.link import Link, Proof
from validator.words.verdict import Excerpt
from validator.words.watermark import Known


def queries(target: Target) -> frozenset[Query[Any]]:
    """The evidence that the whole chain asks for."""
    return frozenset({BuildOf(target.name), IndexOf(target.name), LogsOf(target.project), Echo(target.name)})


def chain(target: Target, evidence: Evidence) -> tuple[Link, ...]:
    """Judge every link on what is known now."""
    return tuple(link(target, evidence) for link in _LINKS)


def _revision(target: Target, evidence: Evidence) -> Link:
    """The revision exists, and is ready with a container that was started."""
    revision = evidence.of(RevisionOf(target.name)).newest
    if revision is None:
        return no_revision("revision", target, evidence)
    found = readiness(target, revision, evidence)
    failed = found.state is State.VIOLATED
    proof = Proof.PROVEN if found.state is State.HOLDS else Proof.BROKEN if failed else Proof.UNPROVEN
    return Link("revision", proof, found.reason, found.remedy, found.evidence, conclusive=failed)


def _traffic(target: Target, evidence: Evidence) -> Link:
    """Requests can reach the revision."""
    service, frozen = evidence.of(ServiceOf(target.name)).newest, evidence.of(ServiceOf(target.name)).frozen
    if service is None:
        return no_revision("traffic", target, evidence)
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


def _logs(target: Target, evidence: Evidence) -> Link:
    """The revision's own log lines are readable."""
    frozen = evidence.of(ServiceOf(target.name)).frozen
    entries = evidence.of(LogOf(target.name)).entries
    if entries:
        newest = entries[-1]
        excerpt = Excerpt(newest.text, newest.at, newest.log.rsplit("/", 1)[-1])
        return Link(
            "logs", Proof.PROVEN, f"{counted(len(entries), 'entry', 'entries')} of {frozen}", evidence=(excerpt,)
        )
    refusal = evidence.refusal(LogsOf(target.project))
    if refusal:
        return Link(
            "logs", Proof.UNPROVEN, f"the logs cannot be read: {refusal.reason}", refusal.remedy, conclusive=True
        )
    if evidence.of(LogOf(target.name)).read_at is None:
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
    known = evidence.of(LogOf(target.name)).at_least((STDOUT, STDERR), Known.INFERRED)
    answered = (identify(probe, target, evidence) for probe in evidence.of(CallsOf(target.name)).calls)
    first = next((who.entry for who in answered if who.who is Who.TARGET), None)
    return bool(known and first) and known.up_to > first.ended  # type: ignore[union-attr]


_LINKS: tuple[Callable[[Target, Evidence], Link], ...] = (
    provenance.commit, provenance.build, provenance.digest, _revision, _traffic, response, _logs,
)  # fmt: skip
