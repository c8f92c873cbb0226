"""The journal, folded: law `fold(journal) == fold(journal[:n])` and then each further record."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from validator.evidence.journal import Observation, Record, Sent, Started, Unobtainable
from validator.evidence.known import Derived, Refusal
from validator.evidence.log_fold import LogEvidence
from validator.evidence.logs import EntriesOf, LogsOf, Wanted
from validator.evidence.readings import Readings
from validator.evidence.refusal import TRANSIENT, Trouble
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query, Seen
from validator.words.call import Answer, Call, Problem, Result
from validator.words.check import Spec, Target


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

    def superseded(self) -> Mapping[str, tuple[str, float]]:
        """The targets that were overtaken: by what, and when each was last seen to be what it was resolved to."""
        seen = {asked.target: of.superseded for asked, of in self.states.items() if isinstance(asked, ServiceOf)}
        return {target: how for target, how in seen.items() if how}

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

    def of(self, asked: Query[Seen]) -> Seen:
        """What was known of a resource; of all else what is known."""
        found = self.evidence.of(asked)
        return found.as_of(self.seq) if isinstance(found, Readings) else found

    def refusal(self, asked: Query[Any]) -> Refusal | None:
        """Why it will never be answered."""
        return self.evidence.refusal(asked)

    @property
    def variables(self) -> Mapping[str, str]:
        """What `vars` holds."""
        return self.evidence.variables

    @property
    def captured(self) -> Mapping[str, Any]:
        """What checks captured: a check that uses it started after that."""
        return self.evidence.captured
