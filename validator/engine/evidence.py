"""The journal, folded: law `fold(journal) == fold(journal[:n])` and then each further record."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from validator.engine.baseline import BaselineReads, end_of
from validator.engine.log_evidence import LogEvidence, looks
from validator.engine.narrowing import Demand, narrowed
from validator.engine.refusal import APIS, TRANSIENT, Trouble, refusal
from validator.model import platform, query
from validator.model.build import Build, listed
from validator.model.call import Answer, Call, Exchange, Json, ListRevisions, Problem, Result
from validator.model.check import Spec, Target
from validator.model.deploy import likeliest
from validator.model.evidence import Derived, Known, OlderEntries, Refusal, Watermark
from validator.model.journal import Observation, Record, Sent, Started, Unobtainable
from validator.model.selector import APPLICATION, PLATFORM, Selector


def _read(asked: query.Query, content: Json) -> None:
    """Read an answer as the fold and the judges will."""
    match asked:
        case query.Service():
            platform.Service.read(content)
        case query.Revision():
            platform.Revision.read(content)
        case query.Revisions():
            list(map(platform.Revision.read, content.get("revisions", ())))
        case query.Build():
            list(map(Build.read, content.get("builds", [content])))
        case query.Baseline() | query.Logs():
            list(map(platform.Entry.read, content.get("entries", ())))
        case query.Entries() | query.Probe() | query.Echo():
            pass


Resource = TypeVar("Resource")
_Readings = Sequence[tuple[Observation, Resource]]
"""A resource as it was read over time, oldest first."""


def absent(seen: Observation) -> bool:
    """Whether Cloud Build knows no such build in the place that was asked; a page with a token is not all there is."""
    if isinstance(seen.result, Problem):
        return seen.result.code == "NOT_FOUND"
    return not listed(seen.call, seen.result.content) and not seen.result.content.get("nextPageToken")


@dataclass
class Resolution:
    """A target's revision, frozen at the first reading of its service."""

    revision: str
    newest: str
    """The newest created revision at that moment; a change of it supersedes the target."""


@dataclass
class Folded:
    """Evidence as of the newest record; see `validator.model.evidence.Evidence`."""

    targets: Mapping[str, Target]
    timeout: float
    variables: Mapping[str, str] = field(repr=False)
    listened: frozenset[str] = frozenset()
    """The targets whose own log entries some check rests on."""
    demands: dict[str, frozenset[query.Entries]] = field(default_factory=dict, compare=False)
    """Check -> the log entries that its rules are about. Of the spec; of captured values once they are known."""
    started: float = 0.0
    run_id: str = ""
    observations: dict[query.Query, list[Observation]] = field(default_factory=dict)
    refusals: dict[query.Query, Refusal] = field(default_factory=dict)
    troubles: dict[query.Query, Trouble] = field(default_factory=dict)
    """The queries of which the newest call had no answer."""
    seen: dict[str, list[tuple[Observation, platform.Service]]] = field(default_factory=dict)
    resolutions: dict[str, Resolution] = field(default_factory=dict)
    superseded: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Target -> what overtook it, and when it was last seen to be what it was resolved to."""
    shares: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Target -> its revision's percent of the traffic, and when it was first seen with that."""
    revision_of: dict[str, list[tuple[Observation, platform.Revision]]] = field(default_factory=dict)
    listing: dict[str, tuple[platform.Revision, ...]] = field(default_factory=dict)
    """The pages of a listing that is under way."""
    revisions_of: dict[str, tuple[platform.Revision, ...]] = field(default_factory=dict)
    build_of: dict[str, list[tuple[Observation, Build]]] = field(default_factory=dict)
    logs: dict[str, LogEvidence] = field(default_factory=dict)
    baselines: dict[query.Baseline, BaselineReads] = field(default_factory=dict)
    exchanges: dict[str, list[Observation]] = field(default_factory=dict)
    sent: dict[query.Query, Sent] = field(default_factory=dict)
    """Probes under way."""
    derived: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    """What follows from the records so far and does not change with later ones."""
    starts: dict[str, float] = field(default_factory=dict)
    """Check -> when it started. Kept here for the judges; set by what judges."""
    captured: dict[str, Any] = field(default_factory=dict, repr=False)
    """What checks captured when they passed; likewise."""

    @classmethod
    def of(
        cls, spec: Spec, listened: Iterable[str] = (), demands: Mapping[str, frozenset[query.Entries]] | None = None
    ) -> Folded:
        """The evidence of an empty journal; `listened` are the targets whose own log entries are asked for.

        `demands` are the entries that each check's rules are about.
        """
        return cls(spec.targets, spec.timeout, spec.variables, frozenset(listened), dict(demands or {}))

    def fold(self, records: Iterable[Record]) -> Folded:
        """Take in records, in order."""
        for record in records:
            self.take(record)
        return self

    def take(self, record: Record) -> None:
        """Take in one record."""
        if isinstance(record, Started):
            self.started, self.run_id = record.at, record.run_id
            self.logs = {target.project: LogEvidence(record.run_id) for target in self.targets.values()}
        elif isinstance(record, Sent):
            assert isinstance(record.query, (query.Probe, query.Echo))
            self.sent[record.query] = record
            self.logs[self.targets[record.query.target].project].probe(record.call, record.at)
        elif isinstance(record, Unobtainable):
            self.refusals[record.query] = Refusal(record.reason, record.remedy)
        elif isinstance(record, Observation):
            self._observe(record)

    def _observe(self, seen: Observation) -> None:
        self.observations.setdefault(seen.query, []).append(seen)
        asked = seen.query
        self._trouble(seen)
        target = None if isinstance(asked, query.Logs) else self.targets[asked.target]
        if isinstance(asked, query.Logs):
            self.logs[asked.project].page(seen)
            self._narrow(asked.project, seen.at)
        if isinstance(asked, query.Baseline):
            assert target is not None
            self.logs[target.project].reads += 1
            reads = self.baselines.setdefault(asked, BaselineReads(self.run_id, asked.sort))
            reads.page(seen)
            too_much = reads.too_much(seen, self.deadline)
            if too_much:
                self.refusals[asked] = too_much
        if isinstance(asked, (query.Probe, query.Echo)):
            assert isinstance(seen.call, Exchange)
            assert target is not None
            self.exchanges.setdefault(asked.target, []).append(seen)
            self.logs[target.project].probe(seen.call, seen.sent, seen.received)
            self.sent.pop(asked, None)
        if isinstance(seen.result, Answer):
            self._answer(asked, seen, seen.result)
            return
        owner = target or next(t for t in self.targets.values() if t.project == asked.project)  # type: ignore[union-attr]
        elsewhere = isinstance(asked, (query.Build, query.Origin)) and absent(seen)  # asked for in another place next
        final = None if elsewhere else refusal(asked, owner, seen.result, seen.seq)
        if final:
            self.refusals[asked] = final

    def _trouble(self, seen: Observation) -> None:
        """Note a call of an API that failed and may yet be answered, until it is."""
        before = self.troubles.pop(seen.query, None)
        if isinstance(seen.result, Answer) or seen.result.code not in TRANSIENT or type(seen.query) not in APIS:
            return
        tries = before.tries + 1 if before else 1
        answered = any(isinstance(each.result, Answer) for each in self.observations[seen.query])
        self.troubles[seen.query] = Trouble(seen, seen.result, tries, before.answered if before else answered)

    def _narrow(self, project: str, now: float) -> None:
        """Ask less of logs that are too much for the budget of reads."""
        logs = self.logs[project]
        if logs.reading:
            found = narrowed(logs, self.demanded(project), now, self.deadline)
            if found:
                logs.narrow(found)

    def demanded(self, project: str) -> dict[tuple[str, str, str], Demand]:
        """What the checks ask of each revision's log."""
        found: dict[tuple[str, str, str], Demand] = {}
        for asked in sorted(frozenset().union(*self.demands.values()), key=repr):
            revision = self.revision(asked.target)
            if revision is not None and self.targets[asked.target].project == project:
                key = self._revision_key(asked.target)
                before = found[key].selectors if key in found else ()
                found[key] = Demand(revision.created, (*dict.fromkeys((*before, asked.selector)),))
        return found

    def taken(self, asked: query.Query, call: Call, result: Result) -> Result:
        """What came of a call as the journal holds it: without the log entries that it holds already.

        An answer of another shape than is known is a problem of this one query.
        """
        if not isinstance(result, Answer):
            return result
        try:
            if isinstance(asked, query.Logs) and not looks(call):
                return Answer(self.logs[asked.project].lean(result.content))
            _read(asked, result.content)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
            return Problem("UNREADABLE", f"the answer could not be read ({type(error).__name__}: {error})")
        return result

    def goes_on(self, asked: query.Query) -> bool:
        """Whether the next page of a query is still wanted."""
        if isinstance(asked, (query.Build, query.Origin)):
            newest = self.observations[asked][-1]
            return isinstance(newest.result, Answer) and not listed(newest.call, newest.result.content)
        if not isinstance(asked, (query.Logs, query.Baseline)):
            return True
        reading = self.logs[asked.project].reading if isinstance(asked, query.Logs) else self.baselines[asked]
        return reading is not None and not reading.looking and not looks(self.observations[asked][-1].call)

    def _answer(self, asked: query.Query, seen: Observation, answer: Answer) -> None:
        content = answer.content
        match asked:
            case query.Service(target):
                self._service(target, seen, platform.Service.read(content))
            case query.Revision(target):
                self.revision_of.setdefault(target, []).append((seen, platform.Revision.read(content)))
            case query.Revisions(target):
                assert isinstance(seen.call, ListRevisions)
                earlier = self.listing.get(target, ()) if seen.call.page_token else ()
                self.listing[target] = (*earlier, *map(platform.Revision.read, content.get("revisions", ())))
                if not content.get("nextPageToken"):
                    self.revisions_of[target] = tuple(sorted(self.listing[target], key=lambda r: -r.created))
            case query.Build(target) | query.Origin(target):
                builds = [Build.read(each) for each in listed(seen.call, content)]
                if builds:
                    self.build_of.setdefault(target, []).append((seen, likeliest(self.targets[target], builds)))
            case _:
                pass

    def _service(self, target: str, seen: Observation, service: platform.Service) -> None:
        history = self.seen.setdefault(target, [])
        wanted = self.targets[target]
        resolution = self.resolutions.get(target)
        tagged = service.tags().get(wanted.tag, ("", ""))[0] if wanted.tag else ""
        if resolution is None:
            name = wanted.revision or (tagged if wanted.tag else service.latest_created)
            if name:
                self.resolutions[target] = Resolution(name, service.latest_created)
        elif target not in self.superseded:
            newer = service.latest_created if service.latest_created != resolution.newest else ""
            how = f"revision {newer} was created during the run" if newer else ""
            if wanted.tag and tagged != resolution.revision and (not newer or tagged == newer):
                moved = f"was moved to {tagged}" if tagged else f"was taken from {resolution.revision}"
                how = " and ".join(filter(None, (how, f"tag {wanted.tag} {moved}"))) + (
                    "" if newer else " during the run"
                )
            if how:
                self.superseded[target] = (how, history[-1][0].sent)
        share = service.serving().get(self.frozen(target), 0)
        if self.shares.get(target, (None, 0.0))[0] != share:
            self.shares[target] = share, seen.received
        history.append((seen, service))

    def starting(self, check: str, at: float) -> Folded:
        """The same evidence, with a check that started at another moment."""
        return replace(self, starts={**self.starts, check: at}, derived={})

    # What judges see.

    @property
    def deadline(self) -> float:
        """When the run must end."""
        return self.started + self.timeout

    def answers(self, asked: query.Query) -> Sequence[Observation]:
        """All observations of a query."""
        return self.observations.get(asked, ())

    def refusal(self, asked: query.Query) -> Refusal | None:
        """Why it will never be answered."""
        if isinstance(asked, query.Entries):
            narrowing = self._logs(asked.target).narrowed.get(self._revision_key(asked.target))
            return narrowing.refusal(asked.selector) if narrowing else None
        return self.refusals.get(asked)

    def services(self, target: str) -> Sequence[tuple[Observation, platform.Service]]:
        """The service over time."""
        return self.seen.get(target, ())

    def service(self, target: str) -> platform.Service | None:
        """The service as it was seen last."""
        return _newest(self.seen.get(target, ()))

    def share_since(self, target: str) -> float:
        """When the target's share was first seen to be as it is."""
        return self.shares[target][1]

    def frozen(self, target: str) -> str:
        """The target's revision by name."""
        resolution = self.resolutions.get(target)
        return resolution.revision if resolution else ""

    def revision(self, target: str) -> platform.Revision | None:
        """The target's revision as it was seen last."""
        return _newest(self.revision_of.get(target, ()))

    def revisions(self, target: str) -> Sequence[platform.Revision] | None:
        """All revisions, newest first."""
        return self.revisions_of.get(target)

    def older(self, asked: query.Baseline) -> platform.Revision | None:
        """The revision that a baseline is about; None if it is not known, or is not older."""
        if not asked.revision:
            return self.previous(asked.target)
        own = self.revision(asked.target)
        named = (r for r in self.revisions_of.get(asked.target, ()) if r.name == asked.revision)
        return next((r for r in named if own and r.created < own.created), None)

    def baseline(self, asked: query.Baseline) -> OlderEntries | None:
        """What an older revision logged."""
        reads, revision = self.baselines.get(asked), self.older(asked)
        if reads is None or reads.whole is None or revision is None:
            return None
        call, entries = reads.whole
        return OlderEntries(revision, end_of(call), entries)

    def under_way(self, asked: query.Query) -> float | None:
        """When the probe that is under way was sent."""
        record = self.sent.get(asked)
        return record.at if record else None

    def as_of(self, observation: Observation) -> AsOf:
        """The resources as they were when an observation came."""
        return AsOf(self, observation.seq)

    def derive(
        self, key: Hashable, judge: Callable[[], Derived], *, lasting: Callable[[Derived], bool] = lambda _: True
    ) -> Derived:
        """What follows from the journal, kept once it does not change any more."""
        if key in self.derived:
            return self.derived[key]  # type: ignore[no-any-return]
        found = judge()
        if lasting(found):
            self.derived[key] = found
        return found

    def previous(self, target: str) -> platform.Revision | None:
        """What served most before this deploy, else the newest older revision that was ever ready."""
        frozen, known = self.frozen(target), self.revisions_of.get(target, ())
        current = next((r for r in known if r.name == frozen), None)
        if current is None:
            return None
        older = {r.name: r for r in known if r.created < current.created}
        first = self.seen[target][0][1].serving() if self.seen.get(target) else {}
        served = next((name for name in first if name in older), "")
        ever_ready = (r for r in older.values() if r.was_ready)
        return older.get(served) or next(ever_ready, None)

    def build(self, target: str) -> Build | None:
        """The build of the target's revision as it was seen last."""
        return _newest(self.build_of.get(target, ()))

    def _logs(self, target: str) -> LogEvidence:
        return self.logs[self.targets[target].project]

    def _revision_key(self, target: str) -> tuple[str, str, str]:
        return self.targets[target].region, self.targets[target].service, self.frozen(target)

    def _service_key(self, target: str) -> tuple[str, str]:
        return self.targets[target].region, self.targets[target].service

    def entries(self, target: str) -> Sequence[platform.Entry]:
        """What the target's revision itself logged."""
        return self.select(target, APPLICATION)

    def select(self, target: str, selector: Selector) -> Sequence[platform.Entry]:
        """Those of the target's entries that a selector selects."""
        return self._logs(target).select(self._revision_key(target), selector)

    def system_entries(self, target: str) -> Sequence[platform.Entry]:
        """What the platform logged of it."""
        return self.select(target, PLATFORM)

    def unprovoked(self, target: str) -> bool:
        """Whether the revision itself logged anything that no probe made it log."""
        return self._revision_key(target) in self._logs(target).unprovoked

    def volume(self, target: str) -> float | None:
        """Entries a minute that the revision logs, if they are too many to read them all."""
        narrowing = self._logs(target).narrowed.get(self._revision_key(target))
        return narrowing.volume if narrowing else None

    def logs_read(self, target: str) -> float | None:
        """When the newest complete read was asked for."""
        return self._logs(target).read_at

    def probes(self, target: str) -> Sequence[Observation]:
        """All HTTP exchanges with the target."""
        return self.exchanges.get(target, ())

    def request_entries(self, mark: str) -> Sequence[platform.Entry]:
        """The request log's entries of a probe."""
        return [entry for logs in self.logs.values() if mark in logs.requests for entry in logs.requests[mark]]

    def echoed(self, target: str, stream: str) -> float | None:
        """How far a stream's own echoes show it to be readable."""
        return self._logs(target).echoes.get((self._service_key(target), stream))

    def watermark(self, target: str, stream: str) -> Watermark:
        """How far a stream is readable."""
        return self._logs(target).watermark(self._service_key(target), stream)

    def watermark_at_least(self, target: str, streams: Sequence[str], demanded: Known) -> Watermark | None:
        """The least of several streams' watermarks."""
        return self._logs(target).at_least(self._service_key(target), streams, demanded)

    def margin(self) -> float:
        """Seconds by which one stream may lag behind another."""
        return max((logs.margin for logs in self.logs.values()), default=0.0)

    def platform_time(self, at: float) -> float:
        """A moment of the gate's clock in the platform's time."""
        offsets = [logs.offset for logs in self.logs.values()]
        return at + max(offsets, key=abs, default=0.0)

    def start_of(self, check: str) -> float | None:
        """When a check started."""
        return self.starts.get(check)


@dataclass(frozen=True)
class AsOf:
    """The resources as each was read last before an observation came, or first after it."""

    evidence: Folded
    seq: int
    """Of the observation."""

    def refusal(self, asked: query.Query) -> Refusal | None:
        """Why it will never be answered."""
        return self.evidence.refusal(asked)

    def service(self, target: str) -> platform.Service | None:
        """The service."""
        return _nearest(self.evidence.seen.get(target, ()), self.seq)

    def revision(self, target: str) -> platform.Revision | None:
        """The target's revision."""
        return _nearest(self.evidence.revision_of.get(target, ()), self.seq)

    def revisions(self, target: str) -> Sequence[platform.Revision] | None:
        """All revisions; they are listed once."""
        return self.evidence.revisions(target)

    def previous(self, target: str) -> platform.Revision | None:
        """What served most before this deploy; it does not change."""
        return self.evidence.previous(target)

    def build(self, target: str) -> Build | None:
        """The build of the target's revision."""
        return _nearest(self.evidence.build_of.get(target, ()), self.seq)

    @property
    def variables(self) -> Mapping[str, str]:
        """What `vars` holds."""
        return self.evidence.variables

    @property
    def captured(self) -> Mapping[str, Any]:
        """What checks captured: a check that uses it started after that."""
        return self.evidence.captured


def _newest(readings: _Readings[Resource]) -> Resource | None:
    return readings[-1][1] if readings else None


def _nearest(readings: _Readings[Resource], seq: int) -> Resource | None:
    """The last reading before an observation, or the first after it."""
    before = bisect_right(readings, seq, key=lambda reading: reading[0].seq)
    return readings[max(0, before - 1)][1] if readings else None
