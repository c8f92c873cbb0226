"""The requests that the revision served failed seldom enough, and were answered fast enough.

Counted are the requests of the platform's request log that ended in the window. The gate's own probes, health checks and
monitors are counted apart, and so are requests that no instance took: those that the platform aborted (429, 500 or 503, "no
available instance") are no failures of the revision, but users saw them, so where they alone would break `error_rate` it is
inconclusive. Too few requests say nothing: inconclusive. With `baseline` a rank test tells whether answers became slower than
an older revision's in a like span of its life.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from validator.evidence.baseline import BaselineOf
from validator.evidence.echo import Echo
from validator.evidence.known import Evidence, OlderEntries
from validator.evidence.log_of import LogOf
from validator.evidence.logs import EntriesOf, LogsOf
from validator.evidence.marked import CallsOf
from validator.evidence.revisions import RevisionsOf
from validator.evidence.sort import Query
from validator.judging.ranks import LEAST, chance
from validator.judging.served import Served, percentile, served
from validator.judging.variables import holds_and_asserts
from validator.judging.variables import queries as asked
from validator.judging.window import Window, open_verdict, unread_verdict, window_of
from validator.language.mistake import Mistake, sound
from validator.language.values import DURATION, PATTERN, RATE, Bound, bound, bound_of, rate
from validator.logs.entry import REQUESTS, Entry, Sort
from validator.logs.selector import REQUESTED, compiled
from validator.words.check import Check
from validator.words.counting import counted
from validator.words.finding import Finding, State, worst
from validator.words.instant import span
from validator.words.verdict import Excerpt, Outcome, Verdict
from validator.words.watermark import Known

_PERCENTILES = ("p50", "p90", "p95", "p99")
_HEALTH = r"^/(?:_?health[a-z]*|live(?:ness|z)?|ready|readiness|readyz|ping|_ah/.*|api/health)/?$"
_CHANCE = 0.01
"""A difference less likely than this by chance alone is one."""
_SHOWN = 5
"""Failed, or else slow, requests shown."""

lasting = True
within: float | None = None
present = False
variables = {"entries": "list(google.logging.v2.LogEntry)"}
schema = {
    "type": "object",
    "properties": {
        "error_rate": {**bound_of(RATE), "description": "The share of answers with a status of 500 or more."},
        **{
            name: {**bound_of(DURATION), "description": f"The latency that {name[1:]} % of the answers do not exceed."}
            for name in _PERCENTILES
        },
        "count": {
            "type": "object",
            "properties": {"min": {"type": "integer", "minimum": 1}},
            "required": ["min"],
            "additionalProperties": False,
            "default": {"min": 20},
            "description": "Fewer requests than this say nothing: inconclusive.",
        },
        "path": {**PATTERN, "description": "Only requests to paths that this RE2 pattern matches."},
        "health_checks": {
            **PATTERN,
            "default": _HEALTH,
            "description": "Paths of health checks, which do not count (an RE2 pattern).",
        },
        "baseline": {
            "type": "string",
            "minLength": 1,
            "description": "Compare latencies with `previous` (what served before this deploy) or a revision by its name.",
        },
        "slower": {
            "type": "object",
            "properties": {"max": RATE},
            "required": ["max"],
            "additionalProperties": False,
            "default": {"max": "20%"},
            "description": "How much slower than the baseline's the median answer may be, beyond what chance explains.",
        },
        "watermark": {
            "enum": [known.value for known in Known],
            "default": "inferred",
            "description": "How well it must be known that the request log is readable past the window.",
        },
    },
    "additionalProperties": False,
    "minProperties": 1,
    "examples": [
        {"error_rate": {"max": "1%"}, "p95": {"max": "800ms"}, "count": {"min": 20}},
        {"path": "^/orders", "baseline": "previous", "slower": {"max": "10%"}},
    ],
    "x-failures": [
        "... failed, ...",
        "answers are slower than those of ...: ...",
    ],
    "x-unknown": [
        "... too few to judge by",
        "... too few to compare",
        "the older revision's requests could not be read: ...",
    ],
    "x-commands": [
        'gcloud logging read \'resource.labels.revision_name="REVISION" AND logName:"requests"\' --project=PROJECT',
    ],
}


@dataclass(frozen=True)
class Options:
    """Which requests count, and how they must have gone."""

    error_rate: Bound | None
    """Percent."""
    percentiles: tuple[tuple[str, Bound], ...]
    """Seconds."""
    least: int
    path: str
    health_checks: str
    baseline: str
    """`previous`, a revision's name, or empty for no comparison."""
    slower: float
    """Percent."""
    watermark: Known


@dataclass(frozen=True)
class _Sample:
    """Requests of one revision: those that count, and how many others there were."""

    counted: Sequence[Served]
    apart: str
    aborted: Sequence[Served]
    """Those that the platform gave up because no instance was there."""

    @property
    def latencies(self) -> list[float]:
        return [each.latency for each in self.counted if each.latency is not None]


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    alone = "slower" in value and "baseline" not in value
    percentiles = ((name, bound(value[name])) for name in _PERCENTILES if name in value)
    made = Options(
        bound(value["error_rate"]) if "error_rate" in value else None,
        tuple(percentiles),
        value.get("count", {"min": 20})["min"],
        value.get("path", ""),
        value.get("health_checks", _HEALTH),
        value.get("baseline", ""),
        rate(value["slower"]["max"]) if "slower" in value else 20.0,
        Known(value.get("watermark", "inferred")),
    )
    return sound(made, [Mistake("`slower` compares with a `baseline`: write one", "slower")] if alone else [])


def _baseline(check: Check[Options]) -> BaselineOf | None:
    wanted = check.options
    name = "" if wanted.baseline == "previous" else wanted.baseline
    after = (check.within or 0.0) + check.hold
    return BaselineOf(check.target.name, after, Sort.REQUEST, name) if wanted.baseline else None


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The request log, probes whose echoes tell how far it is readable, and the baseline's where it is compared."""
    target, older = check.target, _baseline(check)
    own: set[Query[Any]] = {
        LogsOf(target.project),
        EntriesOf(target.name, REQUESTED),
        Echo(target.name),
    }
    return asked(check) | own | ({RevisionsOf(target.name), older} if older else set())


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:  # noqa: ARG001 - only evidence moves it
    """Judge the requests that ended in the window, once the request log is readable past it."""
    wanted, target, asked_older = check.options, check.target, _baseline(check)
    window = window_of(check, evidence, (REQUESTS,), wanted.watermark)
    if isinstance(window, Verdict):
        return window
    unread = unread_verdict(EntriesOf(target.name, REQUESTED), evidence)
    if unread:
        return unread
    for needed in (RevisionsOf(target.name), asked_older) if asked_older else ():
        refusal = evidence.refusal(needed)
        if refusal:
            reason = f"the older revision's requests could not be read: {refusal.reason}"
            return Verdict(Outcome.INCONCLUSIVE, reason, remedy=refusal.remedy, rests_on=refusal.rests_on)
    entries = evidence.of(LogOf(target.name)).select(REQUESTED)
    if not window.complete:
        return open_verdict(window, f"{counted(len(entries), 'request')} read so far")
    entries = [entry for entry in entries if entry.ended <= window.end]
    older = asked_older.entries(evidence) if asked_older else None
    if asked_older and (older is None or older.up_to < older.revision.created + window.length):
        return Verdict(Outcome.INCONCLUSIVE, "the older revision's requests are not read to their end yet", False)
    own = _sample(wanted, entries, _probes(check, evidence, window))
    finding = _find(wanted, own, older, window)
    finding = holds_and_asserts(check, evidence, finding, {"entries": [each.entry.raw for each in own.counted]})
    outcome = {State.HOLDS: Outcome.PASSED, State.VIOLATED: Outcome.FAILED}.get(finding.state, Outcome.INCONCLUSIVE)
    reason = f"{finding.reason} ({own.apart}; {window.readable})"
    return Verdict(
        outcome, reason, True, finding.expected, finding.actual, finding.remedy, finding.evidence or _shown(own),
        captured=finding.captured,
    )  # fmt: skip


def _probes(check: Check[Options], evidence: Evidence, window: Window) -> int:
    """How many probes this run sent to the service in the window."""
    return sum(
        evidence.platform_time(seen.received) <= window.end for seen in evidence.of(CallsOf(check.target.name)).calls
    )


def _sample(wanted: Options, entries: Sequence[Entry], probes: int = 0) -> _Sample:
    requests = served(entries)
    others = [each for each in requests if not each.ours]
    users = [each for each in others if not each.monitors and not compiled(wanted.health_checks).search(each.path)]
    here = [each for each in users if not wanted.path or compiled(wanted.path).search(each.path)]
    taken = [each for each in here if each.taken]
    aborted = [each for each in here if each.aborted]
    refused = len(here) - len(taken) - len(aborted)
    numbers = (
        counted(probes + len(requests) - len(others), "probe of the gate", "probes of the gate"),
        counted(len(others) - len(users), "health check"),
        *([f"{len(users) - len(here)} to other paths"] if wanted.path else []),
        *([f"{len(aborted)} that the platform aborted, as no instance was there"] if aborted else []),
        *([f"{refused} that the front end refused"] if refused else []),
    )
    told = ", ".join(numbers)
    return _Sample(taken, f"of {counted(len(taken), 'request')}; apart from {told}", aborted)


def _find(wanted: Options, own: _Sample, older: OlderEntries | None, window: Window) -> Finding:
    if len(own.counted) < wanted.least:
        reason = f"{counted(len(own.counted), 'request is', 'requests are')} too few to judge by"
        remedy = "send it requests before the gate runs, give the check a longer `for`, or write a lower `count: {min}`"
        return Finding(
            State.UNKNOWN, reason, f"at least {counted(wanted.least, 'request')}", str(len(own.counted)), remedy
        )
    findings = [_error_rate(wanted.error_rate, own)] if wanted.error_rate else []
    findings += [_percentile(name, limit, own.latencies, wanted.least) for name, limit in wanted.percentiles]
    if older:
        findings.append(_slower(wanted, own, older, window))
    decisive = worst(findings) if findings else Finding(State.HOLDS, "")
    if decisive.state is not State.HOLDS:
        return decisive
    facts = "; ".join([counted(len(own.counted), "request"), *(finding.reason for finding in findings)])
    expected = "; ".join([f"at least {counted(wanted.least, 'request')}", *(finding.expected for finding in findings)])
    return Finding(State.HOLDS, facts, expected, facts)


def _error_rate(limit: Bound, own: _Sample) -> Finding:
    failed = [each for each in own.counted if each.failed]
    untold = sum(each.status is None for each in own.counted)
    least, most = (100 * number / len(own.counted) for number in (len(failed), len(failed) + untold))
    expected = f"an error rate of {limit.text('%')}"
    actual = f"{least:.3g} %"
    reason = f"{len(failed)} of {counted(len(own.counted), 'request')} failed, {actual}"
    if limit.holds(least) != limit.holds(most):
        reason += f"; the request log has no status of {untold} more"
        return Finding(State.UNKNOWN, reason, expected, f"{least:.3g} to {most:.3g} %")
    all_told = 100 * (len(failed) + len(own.aborted)) / (len(own.counted) + len(own.aborted))
    if limit.holds(least) and not limit.holds(all_told):
        reason += (
            f"; with {len(own.aborted)} more that the platform aborted, as no instance was there, {all_told:.3g} %"
        )
        remedy = "give the revision more instances (--max-instances, --min-instances) or a faster start"
        shown = tuple(map(_excerpt, own.aborted[:_SHOWN]))
        return Finding(State.UNKNOWN, reason, expected, f"{actual} to {all_told:.3g} %", remedy, shown)
    state = State.HOLDS if limit.holds(least) else State.VIOLATED
    return Finding(state, reason, expected, actual, evidence=tuple(map(_excerpt, failed[:_SHOWN])))


def _percentile(name: str, limit: Bound, latencies: Sequence[float], least: int) -> Finding:
    expected = f"{name} of {limit.text('s')}"
    if len(latencies) < least:
        reason = f"the request log tells the latency of {counted(len(latencies), 'answer')}: too few to judge by"
        return Finding(State.UNKNOWN, reason, expected)
    value = percentile(latencies, float(name[1:]))
    state = State.HOLDS if limit.holds(value) else State.VIOLATED
    return Finding(state, f"{name} is {_seconds(value)}", expected, _seconds(value))


def _slower(wanted: Options, own: _Sample, older: OlderEntries, window: Window) -> Finding:
    name, end = older.revision.name, older.revision.created + window.length
    then = _sample(wanted, [entry for entry in older.entries if entry.ended <= end]).latencies
    expected = f"a median at most {wanted.slower:g} % above that of {name}"
    least = max(wanted.least, LEAST)
    for who, values in (("here", own.latencies), (f"in the first {span(window.length)} of {name}", then)):
        if len(values) < least:
            reason = f"{counted(len(values), 'answer')} {who} {'is' if len(values) == 1 else 'are'} too few to compare"
            return Finding(State.UNKNOWN, reason, f"at least {counted(least, 'answer')}", str(len(values)))
    here, there = percentile(own.latencies, 50), percentile(then, 50)
    likely = chance(own.latencies, [value * (1 + wanted.slower / 100) for value in then])
    actual = f"median {_seconds(here)}, {_seconds(there)} in {name}"
    if likely < _CHANCE:
        reason = f"answers are slower than those of {name}: {actual}; by chance p={likely:.2g}"
        return Finding(State.VIOLATED, reason, expected, actual)
    return Finding(State.HOLDS, actual, expected, actual)


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else span(value)


def _excerpt(each: Served) -> Excerpt:
    method = each.entry.raw.get("httpRequest", {}).get("requestMethod", "")
    took = f" in {_seconds(each.latency)}" if each.latency is not None else ""
    return Excerpt(f"{method} {each.path}: {each.status}{took}".strip(), each.entry.at, "requests")


def _shown(own: _Sample) -> tuple[Excerpt, ...]:
    """The slowest answers."""
    slowest = sorted(
        (each for each in own.counted if each.latency is not None), key=lambda each: -(each.latency or 0.0)
    )
    return tuple(map(_excerpt, slowest[:_SHOWN]))
