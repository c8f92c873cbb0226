"""A local program ends with the exit code, and prints what it should: an import, a migration's state, a test of one's own.

It runs where the gate runs, in the spec's folder, without a shell and without the gate's secrets: its environment is PATH,
HOME, LANG, LC_ALL, LC_CTYPE, TMPDIR, TZ, USER and LOGNAME, and what `env` says. It is killed with all that it started when
its time is over or it ends. It runs once, unless `within` is written. A program that cannot be started says nothing of the
deployment: inconclusive.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from validator.evidence.command import Command, RunCommand
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence, Resources
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, timing
from validator.judging.printed import Printed
from validator.judging.variables import holds_and_asserts
from validator.judging.variables import queries as asked
from validator.language.command_check import ABSENT, Options, options, schema
from validator.language.values import Bound
from validator.words.call import Json, Problem
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State, together
from validator.words.instant import span
from validator.words.verdict import Excerpt, Verdict

__all__ = ["judge", "lasting", "options", "present", "queries", "schema", "variables", "within"]

_CUT = 0.05
"""Seconds by which a time-out may come early by rounding."""
lasting = False
within: float | None = None
present = False
variables = {"exit": "int", "stdout": "string", "stderr": "string", "json": "dyn"}


def _query(check: Check[Options]) -> Command:
    wanted = check.options
    return Command(check.target.name, check.name, wanted.run, wanted.env, wanted.timeout, check.within is not None)


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The command."""
    return asked(check) | {_query(check)}


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge every run; one that may not be repeated decides."""
    query = _query(check)
    attempts = [
        evidence.derive((check.name, check.part, seen.seq), partial(_attempt, check, evidence, seen))
        for seen in evidence.answers(query)
    ]
    under_way = evidence.under_way(query)
    if under_way is not None:
        attempts.append(Attempt(under_way, Finding(State.UNKNOWN, "it has not ended yet"), pending=True))
    return eventually(attempts, timing(check, evidence), now)


def _attempt(check: Check[Options], evidence: Evidence, seen: Observation) -> Attempt:
    took = seen.received - seen.sent
    if isinstance(seen.result, Problem):
        finding = _problem(check.options, seen, seen.result)
    else:
        finding = _find(check, evidence.as_of(seen), seen, seen.result.content)
    last = check.within is None or _not_started(seen)
    return Attempt(seen.sent, finding, (seen.seq,), conclusive=last, took=took)


def _not_started(seen: Observation) -> bool:
    return isinstance(seen.result, Problem) and seen.result.code == "NOT_STARTED"


def _line(seen: Observation) -> str:
    assert isinstance(seen.call, RunCommand)
    return shlex.join(seen.call.run)


def _problem(wanted: Options, seen: Observation, problem: Problem) -> Finding:
    """It did not end in its own time, which is a failure, or nothing is known of it."""
    took = seen.received - seen.sent
    shown = (Excerpt(f"$ {_line(seen)} -> {problem.message}", seen.received, "command"),)
    expected = f"exit code {wanted.exit.text()}"
    if problem.code == "TIMEOUT" and took >= wanted.timeout - _CUT:
        reason = f"it did not end within {span(wanted.timeout)} and was killed; {problem.message}"
        return Finding(State.VIOLATED, reason, expected, "it was killed", _by_hand(seen), shown)
    if problem.code == "TIMEOUT":
        reason, remedy = "it had not ended at the run's timeout", "give the run a longer `timeout`"
    else:
        reason = f"it could not be started: {problem.message}"
        remedy = "install it where the gate runs, or write its path from the spec's folder"
    return Finding(State.UNKNOWN, reason, expected, remedy=remedy, evidence=shown)


def _by_hand(seen: Observation) -> str:
    assert isinstance(seen.call, RunCommand)
    return f"run it where the gate runs: cd {shlex.quote(seen.call.folder)} && {_line(seen)}"


def _find(check: Check[Options], known: Resources, seen: Observation, content: Json) -> Finding:
    """What one run says."""
    out, err = Printed.read("stdout", content), Printed.read("stderr", content)
    took = span(seen.received - seen.sent)
    shown = [Excerpt(f"$ {_line(seen)} -> exit code {content['exit']} in {took}", seen.received, "command")]
    shown += [Excerpt(each.end, seen.received, each.name) for each in (out, err) if each.end]
    findings = list(_findings(check.options, content, out, err))
    own = {"exit": int(content["exit"]), "stdout": out.whole, "stderr": err.whole, "json": out.json}
    finding = holds_and_asserts(check, known, together(findings), own)
    remedy = finding.remedy or (_by_hand(seen) if finding.state is State.VIOLATED else "")
    return replace(finding, evidence=tuple(shown), remedy=remedy)


def _findings(wanted: Options, content: Json, out: Printed, err: Printed) -> Iterator[Finding]:
    """One finding for each thing that it has to do."""
    yield _exit(wanted.exit, content, err)
    for output, patterns in ((out, wanted.stdout), (err, wanted.stderr)):
        yield from (output.matches(pattern) for pattern in patterns)
    if wanted.json is not ABSENT:
        yield out.contains(wanted.json)


def _exit(wanted: Bound, content: Json, err: Printed) -> Finding:
    code = int(content["exit"])
    told = f"exit code {code}" + (f" ({content['signal']})" if "signal" in content else "")
    expected = f"exit code {wanted.text().removeprefix('exactly ')}"
    if wanted.holds(code):
        return Finding(State.HOLDS, told, expected, told)
    why = f": {err.last}" if err.last else ""
    return Finding(State.VIOLATED, f"{told}, and not {wanted.text().removeprefix('exactly ')}{why}", expected, told)
