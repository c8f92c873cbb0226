"""The plan of a run, for a person and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from validator.words.asked import Asked
from validator.words.call import Json
from validator.words.counting import counted
from validator.words.instant import span
from validator.words.plan import CheckPlan, Plan, TargetPlan


def for_people(plan: Plan) -> Iterator[str]:
    """The plan in lines of text."""
    yield f"{plan.spec.title or 'validator'}: {counted(len(plan.checks), 'check')}"
    yield f"Worst case {span(plan.worst_case)} (`timeout`); all are due {span(plan.due)} after their targets are ready"
    for target in plan.targets:
        yield ""
        yield from _target(target)
    for logs in plan.logs:
        yield ""
        yield f"Log filter of project {logs.project}, at most {logs.reads_a_minute} reads a minute"
        yield from (f"  {line}" for line in logs.filter.splitlines())
        if logs.narrow != logs.filter:
            yield f"Instead, if that is too much to read (from {logs.busy:,} entries a minute), only what rules are about"
            yield from (f"  {line}" for line in logs.narrow.splitlines() if line not in logs.filter.splitlines())
        if logs.whole:
            yield f"  Inconclusive then, as they need all entries: {', '.join(logs.whole)}"
    yield ""
    yield "Least roles of the gate's account"
    yield from (f"  {role.role:38} on {role.on} ({role.why})" for role in plan.roles)
    if not plan.roles:
        yield "  none"
    yield ""
    yield "Checks, in the order in which they start, and when each is due, from the moment its target is ready"
    for each in plan.checks:
        about = ["" if each.check.blocking else "does not block"]
        about += [f"needs {', '.join(each.check.needs)}"] if each.check.needs else []
        about += [f"if {each.check.condition.text}"] if each.check.condition else []
        more = "; ".join(filter(None, about))
        yield f"  {span(each.starts):>10} -> {span(each.due):>10}  {each.check.name}" + (f"  ({more})" if more else "")


def _target(target: TargetPlan) -> Iterator[str]:
    own = target.target
    where = own.url or f"{own.project}/{own.region}/{own.service}"
    yield f"Target {own.name}: {where}"
    for asked in target.asked:
        often = f"every {span(asked.every)}" if asked.every else "once"
        rests = f", after {' and '.join(asked.rests_on)}" if asked.rests_on else ""
        yield f"  {asked.text}: {asked.call}, {often}{rests}"
        yield f"    for {_names(asked)}"


def _names(asked: Asked) -> str:
    shown = ", ".join(asked.checks[:4])
    return shown + (f" and {len(asked.checks) - 4} more" if len(asked.checks) > 4 else "")


def as_json(plan: Plan) -> Json:
    """The plan as one JSON object, version 1; times in seconds."""
    return {
        "version": 1,
        "spec": {"file": plan.spec.file, "digest": plan.spec.digest, "title": plan.spec.title},
        "worst_case": plan.worst_case,
        "due": plan.due,
        "targets": [_target_json(target) for target in plan.targets],
        "logs": [asdict(logs) for logs in plan.logs],
        "roles": [asdict(role) for role in plan.roles],
        "checks": [_check_json(each) for each in plan.checks],
    }


def _target_json(planned: TargetPlan) -> Json:
    target = planned.target
    return {
        "name": target.name,
        "project": target.project,
        "region": target.region,
        "service": target.service,
        "url": target.url,
        "queries": [
            {
                "what": asked.text,
                "call": asked.call,
                "every": asked.every,
                "after": list(asked.rests_on),
                "checks": list(asked.checks),
            }
            for asked in planned.asked
        ],
    }


def _check_json(planned: CheckPlan) -> Json:
    check = planned.check
    return {
        "name": check.name,
        "kind": check.kind,
        "target": check.target.name,
        "blocking": check.blocking,
        "needs": list(check.needs),
        "if": check.condition.text if check.condition else None,
        "starts": planned.starts,
        "due": planned.due,
    }
