"""What a run would ask, whom, when and how often: all that the spec alone tells of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from validator.engine import pace, resolution
from validator.engine.budget import LIST_CALLS_A_MINUTE
from validator.engine.evidence import Folded, Resolution
from validator.engine.log_evidence import MARGIN, Narrowing
from validator.engine.narrowing import BUSY
from validator.engine.refusal import APIS
from validator.engine.stage import stage
from validator.engine.verdicts import Verdicts
from validator.model import query
from validator.model.call import Answer, GetRevision, ListEntries
from validator.model.check import Check, Spec, Target
from validator.model.journal import Observation, Started
from validator.model.judging import INTERVAL
from validator.model.kind import Kind
from validator.model.plan import Asked, CheckPlan, LogPlan, Plan, Role, TargetPlan
from validator.model.selector import ALL

_RUN_ID = "RUN-ID"
_INVOKER = "roles/run.invoker"
_CREATED = "1970-01-01T00:00:00.000Z"
"""What stands in the filter for a moment that only the run knows."""
_FIRST = "1970-01-01T00:00:00.001Z"


def plan_of(spec: Spec, kinds: Mapping[str, Kind]) -> Plan:
    """Plan a run; asks nobody."""
    verdicts = Verdicts(spec, kinds)
    wanted: dict[query.Query, list[str]] = {}
    for check in (*verdicts.implicit.values(), *spec.checks):
        for asked in sorted(verdicts.queries(check), key=repr):
            if not isinstance(asked, query.Entries):  # they come with the logs
                wanted.setdefault(asked, []).append(check.name)
    for asked in verdicts.reported:
        wanted.setdefault(asked, []).append("the report")
    used = {check.target.name for check in spec.checks} | set(verdicts.implicit)
    targets = tuple(_target(target, wanted) for name, target in spec.targets.items() if name in used)
    return Plan(spec, targets, tuple(_logs(verdicts, wanted)), tuple(_roles(spec, wanted)), _checks(spec, verdicts))


def _target(target: Target, wanted: Mapping[query.Query, list[str]]) -> TargetPlan:
    mine = {
        asked: checks
        for asked, checks in wanted.items()
        if (asked.project if isinstance(asked, query.Logs) else asked.target)
        == (target.project if isinstance(asked, query.Logs) else target.name)
    }
    return TargetPlan(target, tuple(_asked(asked, target, tuple(mine[asked])) for asked in sorted(mine, key=_order)))


def _order(asked: query.Query) -> tuple[int, str]:
    order = (
        query.Service,
        query.Revision,
        query.Revisions,
        query.Build,
        query.Origin,
        query.Logs,
        query.Baseline,
        query.Echo,
    )
    return next((at for at, sort in enumerate(order) if isinstance(asked, sort)), len(order)), repr(asked)


_WORDS: Mapping[type, tuple[str, str, float | None, tuple[str, ...]]] = {
    query.Service: ("the service", "run.v2 GetService", INTERVAL, ()),
    query.Revision: ("the revision", "run.v2 GetRevision", INTERVAL, ("the service",)),
    query.Revisions: ("all revisions", "run.v2 ListRevisions", None, ("the service",)),
    query.Build: ("the build", "cloudbuild.v1 GetBuild or ListBuilds", pace.WATCH, ("the service", "the revision")),
    query.Origin: (
        "the build, if labels do not tell whose deploy it is or there are several containers",
        "cloudbuild.v1 GetBuild or ListBuilds",
        None,
        ("the service", "the revision"),
    ),
    query.Logs: ("the logs", "logging.v2 ListLogEntries", pace.READ, ("the revision",)),
    query.Baseline: ("an older revision's logs", "logging.v2 ListLogEntries", None, ("the service", "all revisions")),
}
"""Of each sort of query: what it asks for, the API's method, how often, and what has to be known first."""


def _asked(asked: query.Query, target: Target, checks: tuple[str, ...]) -> Asked:
    if isinstance(asked, query.Echo):
        return Asked("an echo probe", f"HEAD {target.echo}", pace.ECHO, ("the service",), checks)
    if isinstance(asked, query.Probe):
        first = () if target.url else ("the service",)
        return Asked("a probe", f"{asked.method} {asked.location}", INTERVAL if asked.repeat else None, first, checks)
    text, call, every, rests = _WORDS.get(type(asked)) or (repr(asked), type(asked).__name__, None, ())
    return Asked(text, call, every, rests, checks)


def _logs(verdicts: Verdicts, wanted: Mapping[query.Query, list[str]]) -> Iterator[LogPlan]:
    for asked in wanted:
        if isinstance(asked, query.Logs):
            reads = min(LIST_CALLS_A_MINUTE, math.ceil(60 / pace.READ))
            whole = tuple(
                check.name
                for check in verdicts.spec.checks
                if check.target.project == asked.project and query.Entries(check.target.name) in verdicts.queries(check)
            )
            usual, narrow = (log_filter(verdicts, asked, narrow=narrow) for narrow in (False, True))
            yield LogPlan(asked.project, usual, narrow, reads, BUSY, whole)


def log_filter(verdicts: Verdicts, asked: query.Logs, *, narrow: bool) -> str:
    """The very filter that the engine would ask with, with the run's own names where only the run knows better.

    `narrow` is for what it asks where the service logs too much to read all of it.
    """
    spec = verdicts.spec
    evidence = Folded.of(spec, verdicts.evidence.listened, verdicts.evidence.demands)
    evidence.take(Started(0.0, _RUN_ID))
    for target in spec.targets.values():
        name = target.revision or f"REVISION-OF-{target.service}"
        named = f"{target.path}/revisions/{name}"
        seen = Answer({"name": named})
        evidence.take(Observation(0.0, 0, query.Revision(target.name), GetRevision(named), 0.0, 0.0, seen))
        evidence.resolutions[target.name] = Resolution(name, name)
    for revision, demand in evidence.demanded(asked.project).items() if narrow else ():
        kept = tuple(selector for selector in demand.selectors if selector != ALL)
        evidence.logs[asked.project].narrow({revision: Narrowing(kept, demand.created, BUSY)})
    call = stage(asked, evidence)
    text = call.filter if isinstance(call, ListEntries) else ""
    return text.replace(_CREATED, "CREATION-OF-THE-REVISION").replace(_FIRST, "ITS-FIRST-ENTRY")


def _roles(spec: Spec, wanted: Mapping[query.Query, list[str]]) -> Iterator[Role]:
    needed: dict[tuple[str, str], str] = {}
    for asked in wanted:
        target = None if isinstance(asked, query.Logs) else spec.targets[asked.target]
        project = asked.project if isinstance(asked, query.Logs) else spec.targets[asked.target].project
        if type(asked) in APIS:
            api, role = APIS[type(asked)]
            needed[role, f"project {project}"] = f"reads {api}"
        elif isinstance(asked, query.Probe | query.Echo) and target and not target.url:
            needed[_INVOKER, f"service {target.service} of {project}"] = (
                "sends probes; not needed where everyone may call"
            )
    for (role, on), why in sorted(needed.items()):
        yield Role(role, on, why)


def _checks(spec: Spec, verdicts: Verdicts) -> tuple[CheckPlan, ...]:
    made: dict[str, CheckPlan] = {}
    timeout = spec.timeout
    for check in verdicts.implicit.values():
        made[check.name] = CheckPlan(check, 0.0, timeout)
    by_name = {check.name: check for check in spec.checks}

    def add(check: Check) -> CheckPlan:
        if check.name not in made:
            before = [add(by_name[need]).due for need in check.needs if need in by_name]
            starts = min(timeout, max(before, default=0.0))
            made[check.name] = CheckPlan(check, starts, min(timeout, starts + _length(check, verdicts, timeout)))
        return made[check.name]

    for check in _by_depth(spec.checks, by_name):
        add(check)
    own = sorted((each for each in made.values() if each.check.kind != resolution.KIND), key=lambda each: each.starts)
    return tuple(own)


def _by_depth(checks: Iterable[Check], by_name: Mapping[str, Check]) -> list[Check]:
    """What is needed comes before what needs it, so that a long chain is no deep recursion."""
    ordered: dict[str, Check] = {}
    ahead = [(check, False) for check in reversed(list(checks))]
    while ahead:
        check, ready = ahead.pop()
        if ready:
            ordered[check.name] = check
        elif check.name not in ordered:
            ahead.append((check, True))
            ahead.extend((by_name[need], False) for need in check.needs if need in by_name and need not in ordered)
    return list(ordered.values())


def _length(check: Check, verdicts: Verdicts, timeout: float) -> float:
    """How long a check may take once it started: without `within` until the run's end, but a log's window is its own."""
    kind = verdicts.kinds[check.kind]
    if kind.lasting and any(isinstance(each, query.Echo) for each in verdicts.queries(check)):
        return (check.within or 0.0) + check.hold + MARGIN
    within = check.within if check.within is not None else kind.within
    return timeout if within is None else within + check.hold
