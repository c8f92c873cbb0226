"""A recorded journal, judged again: by the spec that was run, or by an edited one as far as the recording reaches.

A run gathers what its own spec asks for. What another spec would have asked for besides is not in its journal, and what
rests on that is not judged: neither is a missing answer a violation, nor a missing line an absence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from validator.engine import resolution
from validator.engine.verdicts import Standing, Verdicts
from validator.evidence.journal import Deadline, Ended, Observation, Record, Started
from validator.evidence.log_of import LogOf
from validator.evidence.logs import EntriesOf
from validator.evidence.sort import Query
from validator.judging.kind import Kind
from validator.words.check import Check, Spec, Target
from validator.words.ending import Ending
from validator.words.instant import rfc3339, span
from validator.words.pace import INTERVAL
from validator.words.verdict import Outcome, Verdict

NOT_JUDGED = "not judged"
"""Begins the reason of every check that a recording says too little of."""
_RUN_AGAIN = "run the gate with this spec: only a run gathers what it asks for"


@dataclass
class Replay:
    """One replay of a journal."""

    verdicts: Verdicts
    asked: dict[Query[Any], float] = field(default_factory=dict)
    """What the run asked for, and when last."""
    slowest: dict[Query[Any], float] = field(default_factory=dict)
    """Seconds that the slowest answer took."""
    last: float = 0.0
    """When the newest record entered the journal."""
    whole: bool = True
    """Whether the journal has its end; that of a run that was killed has none."""

    def take(self, record: Record, *, dropped: bool = False) -> None:
        """Take in the next record; one that is `dropped` is about something else than the spec is."""
        self.last = record.at
        if isinstance(record, Started | Deadline | Ended):
            self.verdicts.absorb(record)
            return
        if dropped or not any(record.query.concerns(target) for target in self.verdicts.spec.targets.values()):
            return
        self.asked[record.query] = record.sent if isinstance(record, Observation) else record.at
        if isinstance(record, Observation):
            took = record.received - record.sent
            self.slowest[record.query] = max(took, self.slowest.get(record.query, 0.0))
        self.verdicts.absorb(record)

    def end(self) -> None:
        """End a journal that was not ended: its run was killed."""
        if self.verdicts.ended is None:
            self.whole = False
            self.verdicts.absorb(Ended(self.last, Ending.INTERRUPTED))

    def doubt(self, name: str, reason: str, remedy: str) -> None:
        """Say of a check that it is not judged, and why."""
        standing = self.verdicts.standings[name]
        verdict = Verdict(
            Outcome.INCONCLUSIVE, f"{NOT_JUDGED}: {reason}", True, standing.verdict.expected, remedy=remedy
        )
        self.verdicts.standings[name] = replace(standing, verdict=verdict, decided=standing.decided or self.last)


def replay(spec: Spec, kinds: Mapping[str, Kind[Any]], records: Iterable[Record]) -> Replay:
    """Judge a journal by the spec that it was gathered for."""
    made = Replay(Verdicts(spec, kinds))
    for record in records:
        made.take(record)
    made.end()
    return made


def judge_anew(spec: Spec, kinds: Mapping[str, Kind[Any]], records: Iterable[Record], before: Replay) -> Replay:
    """Judge a journal by another spec than it was gathered for; `before` is its replay by that one."""
    made = Replay(Verdicts(spec, kinds))
    known = before.verdicts.spec.targets
    others = [target for name, target in known.items() if not _same(target, spec.targets.get(name))]
    for record in records:
        about = getattr(record, "query", None)
        made.take(record, dropped=about is not None and any(about.concerns(target) for target in others))
    made.end()
    same = _unchanged(spec, before.verdicts.spec)
    for name, standing in list(made.verdicts.standings.items()):
        lack = "" if name in same else _lack(standing, made, before)
        if lack:
            made.doubt(name, lack, _RUN_AGAIN)
    return made


def _same(target: Target, other: Target | None) -> bool:
    """Whether what was read for one is what would be read for the other."""
    keys = ("project", "region", "service", "revision", "tag", "url")
    return other is not None and all(getattr(target, key) == getattr(other, key) for key in keys)


def _unchanged(spec: Spec, recorded: Spec) -> frozenset[str]:
    """The checks that ask for the same in both specs, and so do all that they wait for."""
    before = {check.name: _meaning(check) for check in recorded.checks}
    same = {check.name for check in spec.checks if before.get(check.name) == _meaning(check)}
    while True:
        kept = {check.name for check in spec.checks if check.name in same and same.issuperset(check.needs)}
        if kept == same:
            return frozenset(same)
        same = kept


def _meaning(check: Check[Any]) -> tuple[Any, ...]:
    """All of a check that its verdict follows from."""
    texts = tuple(each.text for each in check.expressions)
    target = replace(check.target, position=check.position, pipeline=check.target.pipeline.unnamed)
    timing = (check.within, check.hold, check.times, check.attempts)
    condition = check.condition.text if check.condition else ""
    plain = replace(target, position=type(check.position)("", 1, 1))
    return (check.kind, plain, check.options, texts, timing, condition, check.needs, tuple(check.parameters.items()))


def _lack(standing: Standing, made: Replay, before: Replay) -> str:
    """What a recording does not hold of what a check rests on; empty if it holds all."""
    outcome, final = standing.verdict.outcome, standing.verdict.final
    if outcome is Outcome.SKIPPED:
        return ""
    reasons = [*_left_out(standing, before)]
    if outcome is Outcome.INCONCLUSIVE:
        reasons += _unasked(standing, made)
        ended = made.verdicts.ended
        if ended and standing.decided == ended.at and made.whole and ended.ending is Ending.COMPLETE:
            reasons.append(
                f"the recording ends at {rfc3339(ended.at)}, before this is decided: {standing.verdict.reason}"
            )
    elif outcome is Outcome.FAILED and final:
        reasons += _stopped(standing, made)
    return next(iter(reasons), "")


def _unasked(standing: Standing, made: Replay) -> Iterator[str]:
    """What the recorded run never asked for."""
    check = standing.check
    for query in standing.queries:
        if query.askable and query not in made.asked:
            planned = query.planned(check.target, (check.name,))
            yield f"the recording does not hold {planned.text} ({planned.call}), which that run did not ask for"


def _left_out(standing: Standing, before: Replay) -> Iterator[str]:
    """Log entries that the recorded run did not ask for."""
    evidence, name = before.verdicts.evidence, standing.check.target.name
    if standing.check.kind == resolution.KIND or name not in evidence.targets:
        return
    if any(query.listens for query in standing.queries) and name not in evidence.listened:
        yield f"the recording does not hold what {standing.check.target.service} logged, which that run did not ask for"
    own = evidence.of(LogOf(name))
    narrowing = own.logs.narrowed.get(own.revision)
    for query in standing.queries:
        if isinstance(query, EntriesOf) and narrowing and query.selector not in narrowing.kept:
            volume = f"{narrowing.volume:,.0f} entries a minute"
            yield f"the recording does not hold all the entries that it is about: of {volume} that run asked only for what its own rules select"


def _stopped(standing: Standing, made: Replay) -> Iterator[str]:
    """What the recorded run had stopped to ask long before this check gave up."""
    for query in standing.queries:
        last = made.asked.get(query)
        if not query.polled or last is None or standing.decided is None:
            continue
        patience = 2 * INTERVAL + made.slowest.get(query, 0.0)
        if standing.decided - last > patience:
            call = query.planned(standing.check.target, ()).call
            yield (
                f"that run stopped to ask {call} {span(standing.decided - last)} before this would have given up;"
                f" until then: {standing.verdict.reason}"
            )
