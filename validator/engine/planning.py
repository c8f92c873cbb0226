"""What a run would ask, whom, when and how often: all that the spec alone tells of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

from validator.engine.verdicts import Verdicts
from validator.evidence.fold import Folded
from validator.evidence.journal import Observation, Started
from validator.evidence.limits import LIST_CALLS_A_MINUTE
from validator.evidence.logs import EntriesOf, LogsOf
from validator.evidence.narrowing import BUSY, Narrowing
from validator.evidence.revision import RevisionOf
from validator.evidence.service import Resolution, ServiceOf
from validator.evidence.sort import Query
from validator.judging.kind import Kind
from validator.logs.selector import ALL
from validator.words.call import Answer, GetRevision, ListEntries
from validator.words.check import Check, Spec, Target
from validator.words.pace import READ
from validator.words.plan import CheckPlan, LogPlan, Plan, Role, TargetPlan

_RUN_ID = "RUN-ID"
_CREATED = "1970-01-01T00:00:00.000Z"
"""What stands in the filter for a moment that only the run knows."""
_FIRST = "1970-01-01T00:00:00.001Z"


def plan_of(spec: Spec, kinds: Mapping[str, Kind[Any]]) -> Plan:
    """Plan a run; asks nobody."""
    verdicts = Verdicts(spec, kinds)
    wanted: dict[Query[Any], list[str]] = {}
    for check in (*verdicts.implicit.values(), *spec.checks):
        for asked in sorted(verdicts.queries(check), key=repr):
            if asked.askable:
                wanted.setdefault(asked, []).append(check.name)
    for asked in verdicts.reported:
        wanted.setdefault(asked, []).append("the report")
    used = {check.target.name for check in spec.checks} | set(verdicts.implicit)
    targets = tuple(_target(target, wanted) for name, target in spec.targets.items() if name in used)
    return Plan(spec, targets, tuple(_logs(verdicts, wanted)), tuple(_roles(spec, wanted)), _checks(spec, verdicts))


def _target(target: Target, wanted: Mapping[Query[Any], list[str]]) -> TargetPlan:
    mine = sorted((each for each in wanted if each.concerns(target)), key=lambda each: (each.place, repr(each)))
    asked = dict.fromkeys(query.planned(target, tuple(wanted[query])) for query in mine)
    return TargetPlan(target, tuple(asked))


def _logs(verdicts: Verdicts, wanted: Mapping[Query[Any], list[str]]) -> Iterator[LogPlan]:
    for asked in wanted:
        if isinstance(asked, LogsOf):
            reads = min(LIST_CALLS_A_MINUTE, math.ceil(60 / READ))
            whole = tuple(
                check.name
                for check in verdicts.spec.checks
                if check.target.project == asked.project and EntriesOf(check.target.name) in verdicts.queries(check)
            )
            usual, narrow = (log_filter(verdicts, asked, narrow=narrow) for narrow in (False, True))
            yield LogPlan(asked.project, usual, narrow, reads, BUSY, whole)


def log_filter(verdicts: Verdicts, asked: LogsOf, *, narrow: bool) -> str:
    """The very filter that the engine would ask with, with the run's own names where only the run knows better.

    `narrow` is for what it asks where the service logs too much to read all of it.
    """
    spec = verdicts.spec
    evidence = Folded.empty(spec, verdicts.evidence.listened, wanted=verdicts.evidence.wanted)
    evidence.take(Started(0.0, _RUN_ID))
    for target in spec.targets.values():
        name = target.revision or f"REVISION-OF-{target.service}"
        named = f"{target.path}/revisions/{name}"
        seen = Answer({"name": named})
        evidence.take(Observation(0.0, 0, RevisionOf(target.name), GetRevision(named), 0.0, 0.0, seen))
        evidence.state(ServiceOf(target.name)).resolution = Resolution(name, name)
    for revision, demand in asked.demanded(evidence).items() if narrow else ():
        kept = tuple(selector for selector in demand.selectors if selector != ALL)
        evidence.state(asked).narrow({revision: Narrowing(kept, demand.created, BUSY)})
    call = asked.stage(evidence)
    text = call.filter if isinstance(call, ListEntries) else ""
    return text.replace(_CREATED, "CREATION-OF-THE-REVISION").replace(_FIRST, "ITS-FIRST-ENTRY")


def _roles(spec: Spec, wanted: Iterable[Query[Any]]) -> Iterator[Role]:
    needed: dict[tuple[str, str], str] = {}
    for asked in wanted:
        target = next(target for target in spec.targets.values() if asked.concerns(target))
        needed |= {(role, on): why for role, on, why in asked.roles(target)}
    for (role, on), why in sorted(needed.items()):
        yield Role(role, on, why)


def _checks(spec: Spec, verdicts: Verdicts) -> tuple[CheckPlan, ...]:
    by_name = {check.name: check for check in spec.checks}
    needs = {check.name: [need for need in check.needs if need in by_name] for check in spec.checks}
    made: dict[str, CheckPlan] = {}
    for name in TopologicalSorter(needs).static_order():
        starts = min(spec.timeout, max((made[need].due for need in needs[name]), default=0.0))
        length = _length(by_name[name], verdicts, spec.timeout)
        made[name] = CheckPlan(by_name[name], starts, min(spec.timeout, starts + length))
    return tuple(sorted((made[check.name] for check in spec.checks), key=lambda each: each.starts))


def _length(check: Check[Any], verdicts: Verdicts, timeout: float) -> float:
    """How long a check may take once it started: without `within` until the run's end, but a log's window is its own."""
    kind = verdicts.kinds[check.kind]
    margins = [each.margin for each in verdicts.queries(check) if each.margin is not None]
    if kind.lasting and margins:
        return (check.within or 0.0) + check.hold + max(margins)
    within = check.within if check.within is not None else kind.within
    return timeout if within is None else within + check.hold
