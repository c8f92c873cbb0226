"""Every verdict of a run, as a pure function of (spec, journal), computed one record at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from validator.engine import resolution
from validator.evidence.fold import Folded
from validator.evidence.journal import Ended, Observation, Record, Sent
from validator.evidence.logs import Wanted
from validator.evidence.revisions import RevisionsOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging import asserted, outputs
from validator.judging.kind import Kind
from validator.judging.variables import queries as asked
from validator.judging.variables import values_of
from validator.language.mistake import Mistake
from validator.words.check import MAIN, Assertion, Check, Spec, Target
from validator.words.ending import Ending
from validator.words.finding import State
from validator.words.instant import rfc3339
from validator.words.verdict import Outcome, Verdict


@dataclass(frozen=True)
class Standing:
    """Where a check stands."""

    check: Check[Any]
    verdict: Verdict
    queries: tuple[Query[Any], ...] = ()
    """What the check asks for, in an order that is always the same."""
    started: float | None = None
    decided: float | None = None
    """When its verdict became final."""
    cause: str = ""
    """Of a skip: the check whose verdict caused it."""
    unwanted: bool = False
    """Whether it was skipped because its `if` is false."""


class Verdicts:
    """The verdicts as of the newest record. Live and replayed runs both come by here."""

    def __init__(self, spec: Spec, kinds: Mapping[str, Kind[Any]]) -> None:
        self.spec = spec
        written = {check.kind: kinds[check.kind] for check in spec.checks if check.kind in kinds}
        self.kinds: Mapping[str, Kind[Any]] = {**written, resolution.KIND: resolution, asserted.KIND: asserted}
        self.ended: Ended | None = None
        self.looks: Mapping[str, Verdict] = {}
        """Once all is decided: what each pass on the present comes to on the newest reading."""
        used = {MAIN} | {check.target.name for check in spec.checks}
        resolved = {name: target for name, target in spec.targets.items() if name in used and not target.url}
        services = Counter(target.service for target in resolved.values())
        alone = frozenset(name for name, target in resolved.items() if self._alone(target))
        self.implicit = {
            name: resolution.check_of(target, alone=name in alone, named=services[target.service] > 1)
            for name, target in resolved.items()
        }
        listened = {c.target.name for c in spec.checks if any(asked.listens for asked in self.queries(c))}
        wanted = {c.name: self._wanted(c, bound=not c.bind) for c in spec.checks}
        self.evidence = Folded.empty(spec, {MAIN, *listened}, alone, wanted)
        waiting = Verdict(Outcome.INCONCLUSIVE, "it did not start", False)
        self.standings = {c.name: Standing(c, waiting, self._asked(c)) for c in (*self.implicit.values(), *spec.checks)}

    def _alone(self, target: Target) -> bool:
        """Whether a target's service alone is judged, and none of its revisions."""
        own = (check for check in self.spec.checks if check.target.name == target.name)
        asked = {query for check in own for query in self.queries(check) if query.concerns(target)}
        named = target.revision or target.tag or target.build or target.commit or target.dated
        return target.name != MAIN and not named and asked <= {ServiceOf(target.name)}

    @classmethod
    def replay(cls, spec: Spec, kinds: Mapping[str, Kind[Any]], records: Iterable[Record]) -> Verdicts:
        """Judge a whole journal again."""
        verdicts = cls(spec, kinds)
        for record in records:
            verdicts.absorb(record)
        return verdicts

    def absorb(self, record: Record) -> None:
        """Take in one record and judge again what is open and may change by it."""
        news = self._news(record)
        concerned = [standing for standing in self.standings.values() if news or _rests_on(standing, record)]
        self.evidence.take(record)
        if isinstance(record, Ended):
            self.ended = record
        while concerned:
            moved = [self._advance(standing, record.at) for standing in concerned]
            concerned = list(self.standings.values()) if any(moved) else []
        if isinstance(record, Ended):
            self._close(record)
        elif self.decided:
            self.looks = self._last_looks(record.at)

    def _news(self, record: Record) -> bool:
        """Whether a record may concern any check: all but probes, and readings that show what was seen before."""
        if isinstance(record, Sent):
            return False
        if not isinstance(record, Observation):
            return True
        before = self.evidence.answers(record.query)
        return not record.query.private and not (before and before[-1].result == record.result)

    @property
    def decided(self) -> bool:
        """Whether every verdict is final."""
        return all(standing.verdict.final for standing in self.standings.values())

    def settled(self, asked: Query[Any]) -> bool:
        """Whether another reading at the end would tell no more of the passes on the present."""
        own = (look for name, look in self.looks.items() if asked.concerns(self.standings[name].check.target))
        return asked.at_rest(self.evidence) or all(look.outcome is Outcome.PASSED for look in own)

    def open_checks(self) -> list[Standing]:
        """The checks that started and are not decided."""
        return [s for s in self.standings.values() if s.started is not None and not s.verdict.final]

    @property
    def reported(self) -> frozenset[Query[Any]]:
        """What no verdict rests on and is told: what was there before the main target's revision, and the outputs."""
        return frozenset({RevisionsOf(MAIN)} if MAIN in self.implicit else ()) | outputs.queries(self.spec)

    def queries(self, check: Check[Any]) -> frozenset[Query[Any]]:
        """What a check asks for, its asserts included."""
        return self.kinds[check.kind].queries(check) | asked(check)

    def _asked(self, check: Check[Any]) -> tuple[Query[Any], ...]:
        return tuple(sorted(self.queries(check), key=repr))

    def _wanted(self, check: Check[Any], *, bound: bool = True) -> Wanted:
        return Wanted(check.target.name, self.queries(check), bound)

    def watched(self, *, passed: bool = False) -> list[Query[Any]]:
        """What is read through the whole run, of all targets or of those that are resolved and ready."""
        standings = [self.standings[check.name] for check in self.implicit.values()]
        return [
            asked
            for standing in standings
            if not passed or standing.verdict.outcome is Outcome.PASSED
            for asked in standing.queries
            if asked.watched
        ]

    def until(self) -> float | None:
        """The next moment at which a verdict changes by time alone."""
        moments = [s.verdict.until for s in self.standings.values() if not s.verdict.final and s.verdict.until]
        return min(moments, default=None)

    def needs(self, check: Check[Any]) -> tuple[str, ...]:
        """What has to pass before a check starts: the implicit checks of `target` and of its own, then what it names."""
        if check.kind == resolution.KIND:
            return ()
        own = (self.implicit[name].name for name in (MAIN, check.target.name) if name in self.implicit)
        return (*own, *check.needs)

    def _advance(self, standing: Standing, now: float) -> bool:
        """Start, skip or judge a check; tell whether that opens the way for others."""
        check = standing.check
        if standing.verdict.final:
            return False
        cause = self._cause_of_skip(check)
        if cause:
            outcome = self.standings[cause].verdict.outcome
            reason = f"needs {cause!r}, which {'is' if outcome is Outcome.INCONCLUSIVE else ''} {outcome}"
            self._set(replace(standing, cause=cause), Verdict(Outcome.SKIPPED, reason.replace("  ", " ")), now)
            return True
        if standing.started is None:
            waiting = any(self.standings[need].verdict.outcome is not Outcome.PASSED for need in self.needs(check))
            if check.condition and not (waiting and check.condition.names - {"vars"}):
                unwanted = self._condition(check, check.condition)
                if unwanted:
                    skipped = unwanted.outcome is Outcome.SKIPPED
                    return self._set(replace(standing, unwanted=skipped), unwanted, now)
            if waiting:
                return False
            try:
                check = replace(check, options=check.bind(self.evidence.captured)) if check.bind else check
            except Mistake as error:
                reason = f"a captured value does not fit: {error.message}"
                return self._set(standing, Verdict(Outcome.INCONCLUSIVE, reason), now)
            standing = replace(standing, check=check, queries=self._asked(check), started=now)
            self.evidence.starts[check.name] = now
            self.evidence.wanted[check.name] = self._wanted(check)
        verdict = self._judge(check, self.evidence, now)
        return self._set(standing, self._troubled(standing, verdict), now)

    def _troubled(self, standing: Standing, verdict: Verdict) -> Verdict:
        """An inconclusive verdict, with the newest problem of the APIs that it rests on: that is why it is one."""
        troubles = [t for asked in standing.queries if (t := self.evidence.troubles.get(asked))]
        if verdict.outcome is not Outcome.INCONCLUSIVE or not troubles:
            return verdict
        newest = max(troubles, key=lambda trouble: trouble.newest.seq)
        rests_on = tuple(dict.fromkeys((*verdict.rests_on, newest.newest.seq)))
        alone = newest.problem.message in verdict.reason or not (newest.answered or verdict.final)
        reason = newest.reason if alone else f"{verdict.reason}; {newest.reason}"
        remedy = verdict.remedy if verdict.final and verdict.remedy else newest.remedy
        return replace(verdict, reason=reason, remedy=remedy, rests_on=rests_on)

    def _judge(self, check: Check[Any], evidence: Folded, now: float) -> Verdict:
        """Judge a check; a defect of a judge costs its own verdict and not the report."""
        try:
            return self.kinds[check.kind].judge(check, evidence, now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the summary must be written
            reason = f"a defect of the gate: {type(error).__name__}: {error}"
            return Verdict(Outcome.INCONCLUSIVE, reason, remedy="please report it, with the summary")

    def _cause_of_skip(self, check: Check[Any]) -> str:
        """The root of what a check waits for in vain. Without the main target nothing at all can be judged."""
        main = (self.implicit[MAIN].name,) if MAIN in self.implicit else ()
        for need in self.needs(check) or main:
            standing = self.standings[need]
            if standing.verdict.final and standing.verdict.outcome is not Outcome.PASSED and need != check.name:
                return standing.cause or need
        return ""

    def _condition(self, check: Check[Any], condition: Assertion) -> Verdict | None:
        """What a check whose `if` is not true comes to; None if it may start."""
        values, missing = values_of(check, condition, self.evidence, {})
        value, problem = (None, missing.reason) if missing else condition.value(values)
        if problem:
            remedy = "guard it with has(...) or size(...)"
            return Verdict(
                Outcome.INCONCLUSIVE, f"`if` could not be evaluated: {problem}", True, condition.text, remedy=remedy
            )
        if value is True:
            return None
        finding = condition.evaluate(values)
        told = finding.state is State.VIOLATED and finding.actual and "(not shown)" not in finding.actual
        detail = f" ({finding.actual})" if told else ""
        return Verdict(Outcome.SKIPPED, f"`if` is false: {condition.text}{detail}")

    def _set(self, standing: Standing, verdict: Verdict, now: float) -> bool:
        decided = now if verdict.final else None
        if verdict.outcome is Outcome.PASSED:
            self.evidence.captured.update(verdict.captured)
        self.standings[standing.check.name] = replace(standing, verdict=verdict, decided=decided)
        return verdict.final

    def _close(self, ended: Ended) -> None:
        """At the end what is open stays as it is, and what a newer revision overtook is not held against the target."""
        if ended.ending is Ending.TIMEOUT and self.decided and not self.implicit:
            self._overrun(ended)
        for standing in list(self.standings.values()):
            overtaken = self.evidence.superseded().get(standing.check.target.name)
            if not standing.verdict.final:
                self._set(standing, self._left_open(standing, ended.ending), ended.at)
            elif overtaken and _outdated(standing, overtaken[1]):
                self._set(standing, _superseded(overtaken[0], standing), ended.at)
        if ended.ending is not Ending.SUPERSEDED:
            self._confirm(ended)
        for name, look in self._last_looks(ended.at).items():
            if look.outcome is not Outcome.PASSED:
                standing = self.standings[name]
                reason = f"it held at {rfc3339(standing.decided or ended.at)}, and no longer at the end: {look.reason}"
                self._set(standing, replace(look, final=True, reason=reason), ended.at)

    def _overrun(self, ended: Ended) -> None:
        """What the last step decided was decided after the run's timeout: a pass that came too late is none."""
        last = max(standing.decided or 0.0 for standing in self.standings.values())
        for standing in list(self.standings.values()):
            if standing.verdict.outcome is Outcome.PASSED and standing.decided == last:
                reason = f"it was judged only after the run's timeout: {standing.verdict.reason}"
                remedy = "give the run a longer `timeout`, or write asserts that need less work"
                self._set(
                    standing,
                    replace(standing.verdict, outcome=Outcome.INCONCLUSIVE, reason=reason, remedy=remedy),
                    ended.at,
                )

    def _left_open(self, standing: Standing, ending: Ending) -> Verdict:
        """What a check comes to that the end of the run leaves undecided."""
        superseded = self.evidence.superseded()
        newer = superseded.get(standing.check.target.name) or next(iter(superseded.values()), None)
        if ending is Ending.SUPERSEDED and newer:
            return _superseded(newer[0], standing)
        return _cut_off(self._waited(standing), ending)

    def _waited(self, standing: Standing) -> Standing:
        """A check that did not start, with what it waited for as its reason."""
        waited = (self.standings[need] for need in self.needs(standing.check))
        need = next((each for each in waited if each.verdict.outcome is not Outcome.PASSED), None)
        if standing.started is not None or need is None:
            return standing
        reason = f"it did not start: {need.check.name!r} was not decided"
        return replace(standing, verdict=replace(standing.verdict, reason=reason, remedy=need.verdict.remedy))

    def _last_looks(self, now: float) -> Mapping[str, Verdict]:
        """Judge each pass on the present again, on the newest reading of its service alone."""
        looks, superseded = {}, self.evidence.superseded()
        for name, standing in self.standings.items():
            check, target = standing.check, standing.check.target.name
            passed = standing.verdict.outcome is Outcome.PASSED and self.kinds[check.kind].present
            readings = self.evidence.of(ServiceOf(target)).history
            if passed and readings and (target not in superseded or _of_change(check)):
                anew = self.evidence.starting(name, readings[-1][0].sent)  # what was seen before does not count
                looks[name] = self._judge(replace(check, within=None, hold=0.0, times=1, attempts=None), anew, now)
        return looks

    def _confirm(self, ended: Ended) -> None:
        """A pass stands only if the service was read after it was decided: a newer revision may have come."""
        passed = [
            standing.decided or 0.0
            for standing in self.standings.values()
            if standing.verdict.outcome is Outcome.PASSED and standing.check.kind != resolution.KIND
        ]
        for name, check in self.implicit.items():
            standing = self.standings[check.name]
            read = max((seen.sent for seen, _ in self.evidence.of(ServiceOf(name)).history), default=0.0)
            if standing.verdict.outcome is Outcome.PASSED and read < max(passed, default=0.0):
                reason = f"{check.target.service} was not read at the end: whether a newer revision came is not known"
                trouble = self.evidence.troubles.get(ServiceOf(name))
                reason += f": {trouble.reason}" if trouble else ""
                remedy = trouble.remedy if trouble else "run the gate again"
                self._set(standing, Verdict(Outcome.INCONCLUSIVE, reason, remedy=remedy), ended.at)


def _rests_on(standing: Standing, record: Record) -> bool:
    """Whether a check's verdict may change by what it asked for, or by time; a probe under way tells nothing yet."""
    told = isinstance(record, Observation) and record.query in standing.queries
    until = standing.verdict.until
    return told or (until is not None and until <= record.at)


def _outdated(standing: Standing, newest: float) -> bool:
    """Whether a verdict no longer stands once a newer revision came, the target being the newest up to `newest`.

    The target is not what it was resolved to be, and what was seen after says nothing against it.
    """
    if standing.check.kind == resolution.KIND:
        return standing.verdict.outcome is Outcome.PASSED
    return (
        standing.verdict.outcome is Outcome.FAILED
        and (standing.decided or 0) > newest
        and not _of_change(standing.check)
    )


def _of_change(check: Check[Any]) -> bool:
    """Whether a change of its target is what a check looks for."""
    return bool(getattr(check.options, "of_change", False))


def _superseded(how: str, standing: Standing) -> Verdict:
    remedy = "nothing is wrong with the gate; judge the newer deploy"
    return Verdict(Outcome.INCONCLUSIVE, f"superseded: {how}", remedy=remedy, attempts=standing.verdict.attempts)


def _cut_off(standing: Standing, ending: Ending) -> Verdict:
    verdict = standing.verdict
    if ending is Ending.INTERRUPTED:
        return replace(
            verdict,
            outcome=Outcome.INCONCLUSIVE,
            final=True,
            reason=f"interrupted; {verdict.reason}",
            remedy="run the gate again",
        )
    if ending is Ending.TIMEOUT:
        return replace(verdict, final=True, reason=f"{verdict.reason} (when the run's timeout came)")
    return replace(verdict, final=True)


def excused(check: Check[Any], verdict: Verdict, started: float) -> bool:
    """Whether a known issue excuses a verdict: a failure, until the end of its day (UTC) at the run's start."""
    if check.known_issue is None or verdict.outcome is not Outcome.FAILED:
        return False
    return datetime.fromtimestamp(started, UTC).date() <= date.fromisoformat(check.known_issue.expires)


def blocks(standing: Standing, verdicts: Verdicts) -> bool:
    """Whether a check's verdict counts for the run's.

    A skip counts unless it is wanted: by an `if`, or for a failure that is known. What needed a check that does not
    block, and was not judged because that did not pass, is no green.
    """
    check = standing.check
    if check.kind == resolution.KIND and check is not verdicts.implicit.get(MAIN):
        return any(
            other.blocking and other.target.name == check.target.name for other in verdicts.spec.checks
        )  # a further target counts for what rests on it
    if not check.blocking:
        return False
    root = verdicts.standings[standing.cause] if standing.cause else standing
    return not (root.unwanted or excused(root.check, root.verdict, verdicts.evidence.started))


def overall(verdicts: Verdicts) -> Outcome:
    """The run's verdict: failed before inconclusive before passed, over what counts; nothing judged is inconclusive."""
    counted = {s.verdict.outcome for s in verdicts.standings.values() if blocks(s, verdicts)}
    judged = any(
        s.verdict.outcome is Outcome.PASSED and s.check.kind != resolution.KIND and blocks(s, verdicts)
        for s in verdicts.standings.values()
    )
    if Outcome.FAILED in counted:
        return Outcome.FAILED
    if counted - {Outcome.PASSED} or not judged:
        return Outcome.INCONCLUSIVE
    return Outcome.PASSED


def checks_in_order(spec: Spec, standings: Mapping[str, Standing]) -> Sequence[Standing]:
    """The implicit checks, the main target's first, then the spec's in its order."""
    implicit = [s for s in standings.values() if s.check.kind == resolution.KIND]
    implicit.sort(key=lambda s: s.check.target.name != MAIN)
    return [*implicit, *(standings[check.name] for check in spec.checks)]
