"""The journal, folded: law `fold(journal) == fold(journal[:n])` and then each further record."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from validator.evidence.baseline import BaselineOf
from validator.evidence.build import BuildOf
from validator.evidence.journal import Observation, Record, Sent, Started, Unobtainable
from validator.evidence.known import Derived, OlderEntries, Refusal
from validator.evidence.log_fold import LogEvidence
from validator.evidence.logs import EntriesOf, LogsOf, Wanted
from validator.evidence.marked import CallsOf
from validator.evidence.refusal import TRANSIENT, Trouble
from validator.evidence.revision import RevisionOf
from validator.evidence.revisions import RevisionsOf, previous
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query, Seen
from validator.logs.entry import Entry
from validator.logs.selector import APPLICATION, PLATFORM, Selector
from validator.resources.build import Build
from validator.resources.revision import Revision
from validator.resources.service import Service
from validator.words.call import Answer, Call, Problem, Result
from validator.words.check import Spec, Target
from validator.words.watermark import Known, Watermark


@dataclass
class Folded:
    """Evidence as of the newest record; see `validator.evidence.known.Evidence`."""

    targets: Mapping[str, Target]
    timeout: float
    variables: Mapping[str, str] = field(repr=False)
    listened: frozenset[str] = frozenset()
    """The targets whose own log entries some check rests on."""
    alone: frozenset[str] = frozenset()
    """The targets whose service alone is judged, and none of its revisions."""
    wanted: dict[str, Wanted] = field(default_factory=dict, compare=False)
    """Check -> what it asks for. Of the spec; of captured values once they are known."""
    started: float = 0.0
    run_id: str = ""
    states: dict[Query[Any], Any] = field(default_factory=dict)
    """What is known of each query, as its sort keeps it."""
    logs: list[LogEvidence] = field(default_factory=list, compare=False, repr=False)
    """Of `states`: what is known of the logs of all projects."""
    observations: dict[Query[Any], list[Observation]] = field(default_factory=dict)
    refusals: dict[Query[Any], Refusal] = field(default_factory=dict)
    troubles: dict[Query[Any], Trouble] = field(default_factory=dict)
    """The queries of which the newest call had no answer."""
    sent: dict[Query[Any], Sent] = field(default_factory=dict)
    """Marked calls under way."""
    derived: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    """What follows from the records so far and does not change with later ones."""
    starts: dict[str, float] = field(default_factory=dict)
    """Check -> when it started. Kept here for the judges; set by what judges."""
    captured: dict[str, Any] = field(default_factory=dict, repr=False)
    """What checks captured when they passed; likewise."""

    @classmethod
    def empty(
        cls,
        spec: Spec,
        listened: Iterable[str] = (),
        alone: Iterable[str] = (),
        wanted: Mapping[str, Wanted] | None = None,
    ) -> Folded:
        """The evidence of an empty journal; `listened` and `alone` are the targets of these sorts."""
        return cls(
            spec.targets, spec.timeout, spec.variables, frozenset(listened), frozenset(alone), dict(wanted or {})
        )

    def fold(self, records: Iterable[Record]) -> Folded:
        """Take in records, in order."""
        for record in records:
            self.take(record)
        return self

    def take(self, record: Record) -> None:
        """Take in one record."""
        if isinstance(record, Started):
            self.started, self.run_id = record.at, record.run_id
            projects = dict.fromkeys(target.project for target in self.targets.values())
            self.logs = [self.state(LogsOf(project)) for project in projects]
        elif isinstance(record, Sent):
            self.sent[record.query] = record
            record.query.sent(record, self)
        elif isinstance(record, Unobtainable):
            self.refusals[record.query] = Refusal(record.reason, record.remedy)
        elif isinstance(record, Observation):
            self._observe(record)

    def _observe(self, seen: Observation) -> None:
        asked = seen.query
        self.observations.setdefault(asked, []).append(seen)
        self.sent.pop(asked, None)
        self._trouble(seen)
        asked.take(seen, self)
        if isinstance(seen.result, Problem):
            owner = next(target for target in self.targets.values() if asked.concerns(target))
            final = asked.final(seen.result, owner, seen)
            if final:
                self.refusals[asked] = final

    def _trouble(self, seen: Observation) -> None:
        """Note a call of an API that failed and may yet be answered, until it is."""
        before = self.troubles.pop(seen.query, None)
        if isinstance(seen.result, Answer) or seen.result.code not in TRANSIENT or not seen.query.api:
            return
        tries = before.tries + 1 if before else 1
        answered = any(isinstance(each.result, Answer) for each in self.observations[seen.query])
        self.troubles[seen.query] = Trouble(seen, seen.result, tries, before.answered if before else answered)

    def taken(self, asked: Query[Any], call: Call, result: Result) -> Result:
        """What came of a call as the journal holds it.

        An answer of another shape than is known is a problem of this one query.
        """
        if not isinstance(result, Answer):
            return result
        try:
            return Answer(asked.kept(result.content, call, self))
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
            return Problem("UNREADABLE", f"the answer could not be read ({type(error).__name__}: {error})")

    def of(self, asked: Query[Seen]) -> Seen:
        """What is known of a query; as before the first answer where there is none."""
        key = asked.key
        try:
            return self.states[key]  # type: ignore[no-any-return]
        except KeyError:
            return key.fresh(self)

    def state(self, asked: Query[Seen]) -> Seen:
        """The same, to be changed by what is taken in."""
        key = asked.key
        if key not in self.states:
            self.states[key] = key.fresh(self)
        return self.states[key]  # type: ignore[no-any-return]

    def demands(self) -> frozenset[EntriesOf]:
        """The log entries that the checks' rules are about."""
        return frozenset(asked for wanted in self.wanted.values() for asked in wanted.entries)

    def starting(self, check: str, at: float) -> Folded:
        """The same evidence, with a check that started at another moment."""
        return replace(self, starts={**self.starts, check: at}, derived={})

    # What judges see.

    @property
    def deadline(self) -> float:
        """When the run must end."""
        return self.started + self.timeout

    def answers(self, asked: Query[Any]) -> Sequence[Observation]:
        """All observations of a query."""
        return self.observations.get(asked, ())

    def refusal(self, asked: Query[Any]) -> Refusal | None:
        """Why it will never be answered."""
        return asked.refused(self)

    def services(self, target: str) -> Sequence[tuple[Observation, Service]]:
        """The service over time."""
        return self.of(ServiceOf(target)).history

    def service(self, target: str) -> Service | None:
        """The service as it was seen last."""
        return self.of(ServiceOf(target)).newest

    def superseded(self) -> Mapping[str, tuple[str, float]]:
        """The targets that were overtaken: by what, and when each was last seen to be what it was resolved to."""
        seen = {asked.target: of.superseded for asked, of in self.states.items() if isinstance(asked, ServiceOf)}
        return {target: how for target, how in seen.items() if how}

    def share_since(self, target: str) -> float:
        """When the target's share was first seen to be as it is."""
        return self.of(ServiceOf(target)).share_since

    def frozen(self, target: str) -> str:
        """The target's revision by name."""
        return self.of(ServiceOf(target)).frozen

    def revision(self, target: str) -> Revision | None:
        """The target's revision as it was seen last."""
        return self.of(RevisionOf(target)).newest

    def readings(self, target: str) -> Sequence[tuple[Observation, Revision]]:
        """The revision over time."""
        return self.of(RevisionOf(target)).history

    def revisions(self, target: str) -> Sequence[Revision] | None:
        """All revisions, newest first."""
        return self.of(RevisionsOf(target)).whole

    def baseline(self, asked: BaselineOf) -> OlderEntries | None:
        """What an older revision logged."""
        return asked.entries(self)

    def under_way(self, asked: Query[Any]) -> float | None:
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

    def previous(self, target: str) -> Revision | None:
        """What served most before this deploy, else the newest older revision that was ever ready."""
        return previous(target, self)

    def build(self, target: str) -> Build | None:
        """The build of the target's revision as it was seen last."""
        return self.of(BuildOf(target)).newest

    def logs_of(self, target: str) -> LogEvidence:
        """What is known of the logs of a target's project."""
        return self.of(LogsOf(self.targets[target].project))

    def revision_key(self, target: str) -> tuple[str, str, str]:
        """What its target's revision is called by in the logs: location, service, revision."""
        return self.targets[target].region, self.targets[target].service, self.frozen(target)

    def _service_key(self, target: str) -> tuple[str, str]:
        return self.targets[target].region, self.targets[target].service

    def entries(self, target: str) -> Sequence[Entry]:
        """What the target's revision itself logged."""
        return self.select(target, APPLICATION)

    def select(self, target: str, selector: Selector) -> Sequence[Entry]:
        """Those of the target's entries that a selector selects."""
        return self.logs_of(target).select(self.revision_key(target), selector)

    def system_entries(self, target: str) -> Sequence[Entry]:
        """What the platform logged of it."""
        return self.select(target, PLATFORM)

    def unprovoked(self, target: str) -> bool:
        """Whether the revision itself logged anything that no probe made it log."""
        return self.revision_key(target) in self.logs_of(target).unprovoked

    def volume(self, target: str) -> float | None:
        """Entries a minute that the revision logs, if they are too many to read them all."""
        narrowing = self.logs_of(target).narrowed.get(self.revision_key(target))
        return narrowing.volume if narrowing else None

    def logs_read(self, target: str) -> float | None:
        """When the newest complete read was asked for."""
        return self.logs_of(target).read_at

    def probes(self, target: str) -> Sequence[Observation]:
        """All requests that were sent to the target."""
        return self.of(CallsOf(target)).calls

    def request_entries(self, mark: str) -> Sequence[Entry]:
        """The request log's entries of a probe."""
        return [entry for logs in self.logs if mark in logs.requests for entry in logs.requests[mark]]

    def echoed(self, target: str, stream: str) -> float | None:
        """How far a stream's own echoes show it to be readable."""
        return self.logs_of(target).echoes.get((self._service_key(target), stream))

    def watermark(self, target: str, stream: str) -> Watermark:
        """How far a stream is readable."""
        return self.logs_of(target).watermark(self._service_key(target), stream)

    def watermark_at_least(self, target: str, streams: Sequence[str], demanded: Known) -> Watermark | None:
        """The least of several streams' watermarks."""
        return self.logs_of(target).at_least(self._service_key(target), streams, demanded)

    def margin(self) -> float:
        """Seconds by which one stream may lag behind another."""
        return max((logs.margin for logs in self.logs), default=0.0)

    def platform_time(self, at: float) -> float:
        """A moment of the gate's clock in the platform's time."""
        offsets = [logs.offset for logs in self.logs]
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

    def refusal(self, asked: Query[Any]) -> Refusal | None:
        """Why it will never be answered."""
        return self.evidence.refusal(asked)

    def service(self, target: str) -> Service | None:
        """The service."""
        return self.evidence.of(ServiceOf(target)).at(self.seq)

    def revision(self, target: str) -> Revision | None:
        """The target's revision."""
        return self.evidence.of(RevisionOf(target)).at(self.seq)

    def revisions(self, target: str) -> Sequence[Revision] | None:
        """All revisions; they are listed once."""
        return self.evidence.revisions(target)

    def previous(self, target: str) -> Revision | None:
        """What served most before this deploy; it does not change."""
        return self.evidence.previous(target)

    def build(self, target: str) -> Build | None:
        """The build of the target's revision."""
        return self.evidence.of(BuildOf(target)).at(self.seq)

    @property
    def variables(self) -> Mapping[str, str]:
        """What `vars` holds."""
        return self.evidence.variables

    @property
    def captured(self) -> Mapping[str, Any]:
        """What checks captured: a check that uses it started after that."""
        return self.evidence.captured
