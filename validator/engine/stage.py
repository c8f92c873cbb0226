"""From a query to the call that answers it, once what it rests on is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from validator import __version__
from validator.engine.baseline import end_of
from validator.engine.baseline import read as baseline_read
from validator.engine.evidence import Folded, absent
from validator.engine.log_evidence import Narrowing, look
from validator.model import query
from validator.model.call import (
    Call,
    Exchange,
    GetBuild,
    GetRevision,
    GetService,
    ListBuilds,
    ListEntries,
    ListRevisions,
)
from validator.model.check import Target
from validator.model.deploy import BUILD_LABEL, Named, build_behind, origin_wanted
from validator.model.evidence import Known
from validator.model.identity import Who, identify, probed_enough, tag_url, unreachable
from validator.model.instant import rfc3339
from validator.model.platform import REQUESTS, STDERR, STDOUT, SYSTEM, Revision
from validator.model.push_down import PushDown

_MOST_SKEW = 600.0
"""Seconds that the platform's clock may be behind the gate's, for the bound on what is read at all."""


@dataclass(frozen=True)
class Impossible:
    """The query cannot be asked, whatever is waited for."""

    reason: str
    remedy: str = ""


def stage(asked: query.Query, evidence: Folded) -> Call | Impossible | None:
    """The call that answers a query now; None while what it rests on is not known.

    A probe comes without its mark: that is the sender's to give.
    """
    if isinstance(asked, query.Logs):
        return _logs(asked, evidence)
    if isinstance(asked, query.Entries):
        return None  # they come with the logs
    target = evidence.targets[asked.target]
    match asked:
        case query.Service():
            return GetService(target.path)
        case query.Revision():
            frozen = evidence.frozen(target.name)
            return GetRevision(f"{target.path}/revisions/{frozen}") if frozen else None
        case query.Revisions():
            return ListRevisions(target.path)
        case query.Build() | query.Origin():
            return _build(asked, target, evidence)
        case query.Baseline():
            return _baseline(asked, target, evidence)
        case query.Probe():
            return _probe(asked, target, evidence)
        case query.Echo():
            return _echo(target, evidence)


def _build(asked: query.Build | query.Origin, target: Target, evidence: Folded) -> Call | Impossible | None:
    """The build that the target, a label or an annotation names; else the one that pushed an image of the revision.

    A build is regional or global and nothing tells which, so one place is asked after the other.
    """
    revision, service = evidence.revision(target.name), evidence.service(target.name)
    if revision is None or service is None:
        return None
    if isinstance(asked, query.Origin) and not origin_wanted(target, revision):
        return None
    named = build_behind(target, revision, service)
    digests = dict.fromkeys(each.digest for each in (revision.ingress, *revision.containers) if each.digest)
    calls = _builds(named, tuple(digests), target)
    tried = {_first_page(seen.call) for seen in evidence.answers(asked) if absent(seen)}
    return next((call for call in calls if call not in tried), None) or _unknown(named, bool(calls), target, revision)


def _builds(named: Named, digests: Sequence[str], target: Target) -> list[Call]:
    """The calls that may find a build, in turn."""
    places = [f"projects/{target.project}/locations/{location}" for location in (target.region, "global")]
    if named:
        return [GetBuild(f"{place}/builds/{named.value}") for place in places]
    return [ListBuilds(place, f'results.images.digest="{digest}"') for digest in digests for place in places]


def _first_page(call: Call) -> Call:
    return replace(call, page_token="") if isinstance(call, ListBuilds) else call


def _unknown(named: Named, asked: bool, target: Target, revision: Revision) -> Impossible:
    label = f"label it: gcloud run deploy {target.service} --labels={BUILD_LABEL}=$BUILD_ID {target.flags}"
    if named:
        reason = f"Cloud Build has no build {named}, neither in {target.region} nor in global of {target.project}"
        listing = f"gcloud builds list --region={target.region} --project={target.project}"
        return Impossible(reason, f"name one that is there: {listing}")
    if asked:
        return Impossible("Cloud Build lists no build that pushed the revision's image", label)
    why = f"it has no label {BUILD_LABEL}, and its image has no digest to find one by"
    return Impossible(f"{revision.name} names no build: {why}", label)


def _baseline(asked: query.Baseline, target: Target, evidence: Folded) -> Call | Impossible | None:
    """The first part of an older revision's life, as long as the target's will be when its window ends.

    It is read once that part is readable, and anew when a check that started later needs a longer one.
    """
    revision = evidence.revision(target.name)
    if revision is None or evidence.revisions(target.name) is None:
        return None
    older = evidence.older(asked)
    if older is None:
        what = f"no older revision is called {asked.revision}" if asked.revision else "no older one was ever ready"
        return Impossible(
            f"there is nothing to compare {revision.name} with: {what}",
            "leave the comparison out for a first deploy, or name another revision in `baseline`",
        )
    end = evidence.platform_time(max(evidence.starts.values(), default=evidence.started) + asked.after)
    call = baseline_read(asked, target, older, end - revision.created)
    reads = evidence.baselines.get(asked)
    if reads and reads.next and reads.next.filter == call.filter:
        return look(reads.next) if reads.looking else reads.next
    reach = evidence.watermark_at_least(target.name, (STDOUT, STDERR, REQUESTS), Known.ASSUMED)
    return call if reach and reach.up_to >= end_of(call) else None


def _probe(asked: query.Probe, target: Target, evidence: Folded) -> Call | Impossible | None:
    service = evidence.service(target.name)
    if target.url and asked.location.startswith("/"):
        return Exchange(
            asked.method, target.url.rstrip("/") + asked.location, asked.headers, asked.body, asked.redirects
        )
    if target.url:
        return Exchange(asked.method, asked.location, asked.headers, asked.body, asked.redirects)
    if service is None:
        return None
    if asked.location.startswith("/"):
        if unreachable(target, evidence):
            # Echoes on their way may yet name the target: no more probes then, and no refusal either.
            waiting = any(identify(seen, target, evidence).who is Who.PENDING for seen in evidence.answers(asked))
            return _unreachable(target, evidence) if service.settled and not waiting else None
        if probed_enough(asked, target, evidence):
            return None
        base = tag_url(target, evidence) or service.uri
        if not base:
            return Impossible(
                f"{target.service} has no URL to probe",
                "its default URL is disabled: enable it, or write `url` in the check",
            )
        url = base.rstrip("/") + asked.location
    else:
        url = asked.location
    headers = asked.headers
    return Exchange(asked.method, url, headers, asked.body, asked.redirects)


def _unreachable(target: Target, evidence: Folded) -> Impossible:
    frozen = evidence.frozen(target.name)
    return Impossible(
        f"{frozen} cannot be reached: it has no traffic and no tag",
        f"give it a tag: gcloud run services update-traffic {target.service} --update-tags=candidate={frozen}"
        f" {target.flags}",
    )


def _echo(target: Target, evidence: Folded) -> Call | None:
    """One is of use only once the revision may answer it."""
    service, revision = evidence.service(target.name), evidence.revision(target.name)
    base = (tag_url(target, evidence) or service.uri) if service else ""
    if not (base and target.echo and revision and revision.ready.succeeded):
        return None
    return Exchange("HEAD", base.rstrip("/") + target.echo)


def marked(call: Exchange, mark: str, run_id: str) -> Exchange:
    """Give a probe the mark by which it is found in the request log: its trace id, and its User-Agent too.

    A User-Agent of the check's own stays; then the trace alone carries the mark.
    """
    names = {name.lower() for name, _ in call.headers}
    own = [("traceparent", f"00-{mark}-{run_id}-01")]
    if "user-agent" not in names:
        own.append(("User-Agent", f"validator/{__version__} ({mark})"))
    headers = (*((name, value) for name, value in call.headers if name.lower() != "traceparent"), *own)
    return Exchange(call.method, call.url, headers, call.body, call.redirects, mark)


def host_of(call: Exchange) -> str:
    """The host that a probe goes to."""
    return urlsplit(call.url).netloc


def _logs(asked: query.Logs, evidence: Folded) -> Call | None:
    """One filter for all targets of a project: their revisions' entries, and whatever carries this run's mark.

    An entry's own time may be wrong (an application may write it), so its receive time counts too.
    """
    targets = [target for target in evidence.targets.values() if target.project == asked.project and not target.url]
    wanted = [revision for target in targets if (revision := _listened(target, evidence))]
    if not any(evidence.revision(target.name) for target in targets):
        return None
    services = " OR ".join(f'"{target.service}"' for target in targets)
    narrowed = evidence.logs[asked.project].narrowed
    parts = [
        _of_revision(revision, narrowed.get((target.region, target.service, revision.name)))
        for target in targets
        if (revision := _listened(target, evidence))
    ]
    parts += [f'trace:"{evidence.run_id}"', f'httpRequest.userAgent:"{evidence.run_id}"']
    lines = [
        'resource.type="cloud_run_revision"',
        f"resource.labels.service_name=({services})",
        f"({' OR '.join(parts)})",
        _since(min([evidence.started - _MOST_SKEW, *(revision.created for revision in wanted)])),
    ]
    scope = "\n".join(lines)
    known = evidence.logs[asked.project]
    under_way = known.reading.next if known.reading else None
    if known.reading and under_way and under_way.filter.startswith(scope):
        return look(under_way) if known.reading.looking else under_way
    if known.newest is not None and known.read_filter.startswith(scope):  # else it is read from the beginning
        lines.append(_since(known.newest - known.overlap))
    return ListEntries((f"projects/{asked.project}",), "\n".join(lines))


def _listened(target: Target, evidence: Folded) -> Revision | None:
    """The target's revision, if its own entries are asked for: by a check, or because it cannot become ready."""
    revision = evidence.revision(target.name)
    if revision is None or not (target.name in evidence.listened or revision.ready.failed):
        return None
    return revision


def _of_revision(revision: Revision, narrowing: Narrowing | None) -> str:
    """A revision's entries: all, or what its checks are about besides its first one and what the platform tells of it."""
    parts = [f'resource.labels.revision_name="{revision.name}"', _since(revision.created)]
    if narrowing:
        created, first = rfc3339(revision.created), rfc3339(narrowing.first + 0.001)
        own = [PushDown(narrowing.kept).filter] if narrowing.kept else []
        told = (f'log_id("{SYSTEM}")', f'(timestamp>="{created}" AND timestamp<="{first}")', *own)
        parts.append(f"({' OR '.join(told)})")
    return f"({' AND '.join(parts)})"


def _since(at: float) -> str:
    return f'(timestamp>="{rfc3339(at)}" OR receiveTimestamp>="{rfc3339(at)}")'
