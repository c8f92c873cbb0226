"""The revision's log has the lines it should have, and none that it must not.

The window begins with the revision's creation and ends when the check started plus `within` plus `for`. A line that
must appear passes at sight; that a line is absent is only said once the log is known to be readable past the window, and
only if the application itself logged anything that is readable. So write `for` beside `forbid`: without it nothing is
judged that is logged after the check began.
Judged is what the application says and what the platform says of its containers (varlog/system: container exits, memory
limits, start-up probes); requests and audit entries are not. Patterns are RE2, unanchored, matched on an entry's message
(textPayload, else jsonPayload.message or msg), and where they do not match that, on all that it says: the message, below
it the payload as compact JSON with its keys by the alphabet, below that each of its texts that JSON has to escape, as it
is. A severity is the platform's, else the payload's, else the text's own.
Of several matches the newest feeds `match` and `json` unless `pick` says otherwise, and is known once the window is read;
the first one is known once all before it is, and a wrong one of `every` at sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from validator.evidence.echo import Echo
from validator.evidence.filtered import FilteredOf
from validator.evidence.known import Evidence
from validator.evidence.logs import EntriesOf, LogsOf
from validator.evidence.sort import Query
from validator.judging.log_matches import Pick, combined, each_of, picked
from validator.judging.log_rules import ABSENT, Judged, Rule, count, followed, order
from validator.judging.log_view import FilteredView, LogView
from validator.judging.variables import judge_asserts
from validator.judging.variables import queries as asked
from validator.judging.window import filtered_window, open_verdict, window_of
from validator.language.log_filter import filter_mistakes
from validator.language.mistake import Mistake, sound
from validator.language.values import LENGTH, PATTERN, Bound, bound, bound_of, duration
from validator.logs.entry import STDERR, STDOUT, SYSTEM
from validator.logs.selector import ALL, Selector
from validator.logs.severity import SEVERITIES
from validator.words.check import Check
from validator.words.finding import Finding, State
from validator.words.instant import clock
from validator.words.verdict import Outcome, Verdict
from validator.words.watermark import Known

_STREAMS = (STDOUT, STDERR, SYSTEM)
_AT_LEAST_ONE = Bound(1, None)

lasting = True
within: float | None = None
present = False
variables = {"entries": "list(google.logging.v2.LogEntry)", "match": "map(string, string)"}
_SELECTOR = {
    "match": PATTERN,
    "severity": {"enum": list(SEVERITIES[1:]), "description": "This severity or worse."},
}
_COUNT = bound_of({"type": "integer", "minimum": 0})


def _rules(properties: Any, description: str) -> dict[str, Any]:
    rule = {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}
    return {
        "type": "array",
        "items": {"anyOf": [PATTERN, rule]},
        "minItems": 1,
        "description": description,
    }


schema = {
    "type": "object",
    "properties": {
        "expect": _rules(
            {
                **_SELECTOR,
                "count": {**_COUNT, "description": "How many entries (default: at least 1)."},
                "json": {
                    "description": "What the JSON has to contain that follows the match, or that the group `(?P<json>...)`"
                    " is: objects match partially, arrays whole."
                },
            },
            "Patterns that have to appear.",
        ),
        "in_order": {
            "type": "boolean",
            "default": False,
            "description": "Whether one instance has to log the expected lines in the order they are written.",
        },
        "forbid": _rules(_SELECTOR, "Patterns, or a severity, that must not appear."),
        "pick": {
            "enum": [pick.value for pick in Pick],
            "default": "newest",
            "description": "Which of several matches feeds `match` and `json`; `every`: each has to hold.",
        },
        "filter": {
            "type": "string",
            "minLength": 1,
            "maxLength": 10000,
            "description": "In place of the revision's log: entries of the project, in Cloud Logging's own language, without times. Needs `assume`.",
            "examples": ['resource.type="cloudsql_database" AND resource.labels.database_id="my-project:main"'],
        },
        "assume": {
            **LENGTH,
            "description": "With `filter`: after how long entries are taken to be readable; no probe tells that of other resources.",
            "examples": ["60s"],
        },
        "watermark": {
            "enum": [known.value for known in Known],
            "default": "inferred",
            "description": "How well it must be known that the log is readable past the window.",
        },
    },
    "additionalProperties": False,
    "anyOf": [{"required": ["expect"]}, {"required": ["forbid"]}],
    "examples": [
        {"expect": [r"Listening on port \d+"]},
        {"in_order": True, "expect": ["connected", {"match": r"Step (?P<step>\d+)", "count": {"min": 1}}]},
        {"pick": "newest", "expect": [{"match": "smoke test: ", "json": {"ok": True}}]},
        {"forbid": [{"severity": "CRITICAL"}, r"Traceback \(most recent call last\)"]},
        {"filter": 'resource.type="cloudsql_database"', "assume": "60s", "forbid": ["deadlock detected"]},
    ],
    "x-failures": [
        "... was logged at ...",
        "... was not logged...",
        "... is followed by no JSON: ...",
        "...the JSON differs at ...",
    ],
    "x-unknown": [
        "...; waiting for logs up to ...",
        "no log entry of ... itself can be read, so what it logged is unknown",
        "the filter selects no entry from ... on, so nothing shows that it ever would",
    ],
    "x-commands": [
        'gcloud logging read \'resource.type="cloud_run_revision" AND resource.labels.revision_name="REVISION"\' --project=PROJECT',
    ],
}


@dataclass(frozen=True)
class Options:
    """All rules of one check."""

    rules: tuple[Rule, ...]
    ordered: tuple[Selector, ...]
    """Those that one instance has to log in this order; empty for any order."""
    pick: Pick
    watermark: Known
    filter: str
    """Of other resources; empty for the revision's own log."""
    assume: float
    """Seconds after which what the filter selects is taken to be readable."""
    absences: tuple[tuple[str | int, ...], ...]
    """Where rules stand that hold only as long as nothing more comes: they judge no longer than the window is."""


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    expected = tuple(_rule(item, _AT_LEAST_ONE) for item in value.get("expect", ()))
    forbidden = tuple(_rule(item, Bound(None, 0)) for item in value.get("forbid", ()))
    ordered = value.get("in_order", False)
    bounded = [("expect", place, "count") for place, rule in enumerate(expected) if rule.count.max is not None]
    made = Options(
        expected + forbidden,
        tuple(rule.selector for rule in expected) if ordered else (),
        Pick(value.get("pick", "newest")),
        Known(value.get("watermark", "inferred")),
        value.get("filter", ""),
        duration(value["assume"]) if "assume" in value else 0.0,
        (*bounded, *((("forbid",),) if forbidden else ())),
    )
    wrong = [each for place, rule in enumerate(expected) for each in _mistakes(rule, place, ordered=ordered)]
    if ordered and len(expected) < 2:
        wrong.append(Mistake("an order needs at least two patterns under `expect`", "in_order"))
    return sound(made, [*wrong, *filter_mistakes(value)])


def _rule(item: Any, default: Bound) -> Rule:
    if isinstance(item, str):
        return Rule(Selector(item), default)
    wanted = bound(item["count"]) if "count" in item else default
    return Rule(Selector(item.get("match", ""), item.get("severity", "")), wanted, item.get("json", ABSENT))


def _mistakes(rule: Rule, place: int, *, ordered: bool) -> Iterator[Mistake]:
    """What no pattern of a log can come to."""
    if ordered and rule.forbids:
        yield Mistake("a line that must not appear has no place in an order", "expect", place, "count")
    if rule.json is not ABSENT and not rule.selector.match:
        yield Mistake("`json` is what follows a match: write `match` beside it", "expect", place, "json")
    if rule.json is not ABSENT and rule.count.holds(0):
        yield Mistake("`json` needs a match to judge: `count` has to be at least 1", "expect", place, "count")


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The logs, and probes whose echoes tell how far they are readable."""
    target, wanted = check.target, check.options
    if wanted.filter:
        return asked(check) | {_filtered(check)}
    own: set[Query[Any]] = {LogsOf(target.project), Echo(target.name)}
    own |= {EntriesOf(target.name, rule.selector) for rule in wanted.rules}
    if _uses(check, "entries"):
        own.add(EntriesOf(target.name))
    return asked(check) | own


def _filtered(check: Check[Options]) -> FilteredOf:
    return FilteredOf(check.target.name, check.target.project, check.options.filter, check.options.assume)


def _uses(check: Check[Options], name: str) -> bool:
    """Whether its expressions see all `entries`, or the groups of a `match`."""
    return any(name in expression.names for expression in check.expressions)


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:  # noqa: ARG001 - only evidence moves it
    """Judge all rules on the entries of the window; what is not there only if the application logged anything at all."""
    wanted = check.options
    log = _view(check, evidence)
    if isinstance(log, Verdict):
        return log
    judged = [count(rule, log) for rule in wanted.rules if not (wanted.ordered and rule.count == _AT_LEAST_ONE)]
    judged += [order(wanted.ordered, log)] if wanted.ordered else []
    judged += [each for rule in wanted.rules if rule.json is not ABSENT for each in followed(rule, wanted.pick, log)]
    if log.silent and not any(each.seen and each.finding.state is State.VIOLATED for each in judged):
        return log.nothing
    if check.asserts or check.captures:
        judged.extend(_expressions(check, log))
    return _conclude(judged, log)


def _view(check: Check[Options], evidence: Evidence) -> LogView | Verdict:
    """What is judged, as far as it is read; or the verdict that it cannot be."""
    wanted, target = check.options, check.target
    if wanted.filter:
        window = filtered_window(check, evidence, _filtered(check))
        return window if isinstance(window, Verdict) else FilteredView(target.name, evidence, window, _filtered(check))
    window = window_of(check, evidence, _STREAMS, wanted.watermark)
    return window if isinstance(window, Verdict) else LogView(target.name, evidence, window)


def _expressions(check: Check[Options], log: LogView) -> Iterable[Judged]:
    """What asserts and captures come to, on all entries or on the picked matches of the rules' patterns."""
    wanted = check.options
    sees_all, sees_match = _uses(check, "entries"), _uses(check, "match")
    named = [rule.selector for rule in wanted.rules if rule.selector.named] if sees_match else []
    unread = log.unread(*([ALL] if sees_all else []), *named)
    if unread:
        return [Judged(unread, True)]
    matches = [picked(selector, log.found(selector), wanted.pick) for selector in named]
    firsts = wanted.pick is Pick.FIRST and all(found and log.read_past(found[0].entry) for found in matches)
    if not (log.window.complete or (firsts and matches and not sees_all)):
        return [
            Judged(
                Finding(State.HOLDS, "not all matches are read yet" if matches else "not all entries are read yet"),
                False,
            )
        ]
    entries = [entry.raw for entry in log.entries] if sees_all else []
    turns = [
        (which, [*judge_asserts(check, log.evidence, {"entries": entries, "match": groups})])
        for groups, which in combined(matches)
    ]
    wrong = (turn for turn in turns if any(finding.state is not State.HOLDS for finding in turn[1]))
    newest, all_hold = turns[-1]  # whose values are shown and captured
    also = f"; it holds for {each_of(len(turns))}" if len(turns) > 1 else ""
    which, findings = next(wrong, (f"{newest}{also}", all_hold))
    return [Judged(_of(finding, which), True) for finding in findings]


def _of(finding: Finding, which: str) -> Finding:
    """A finding that names the match which it is about."""
    return replace(finding, reason=f"{finding.reason} ({which})") if which and finding.reason else finding


def _conclude(judged: Sequence[Judged], log: LogView) -> Verdict:
    broken = next((each for each in judged if each.settled and each.finding.state is State.VIOLATED), None)
    if broken:
        until = f" up to {clock(log.window.end)} ({log.scanned}; {log.window.readable})" if broken.windowed else ""
        return _verdict(Outcome.FAILED, broken.finding, until)
    unknown = next((each.finding for each in judged if each.settled and each.finding.state is State.UNKNOWN), None)
    if unknown:
        return _verdict(Outcome.INCONCLUSIVE, unknown, "")
    open_ = [each for each in judged if not each.settled]
    if open_:
        return open_verdict(log.window, _so_far(open_))
    return _passed(judged, log)


def _so_far(open_: Sequence[Judged]) -> str:
    """What is still to be told: what is missing first, then what may still come."""
    missing = next((each.finding.reason for each in open_ if each.finding.state is State.VIOLATED), "")
    others = next((each.finding.reason for each in open_ if not each.windowed), "")
    return f"{missing or others or 'no match'} so far"


def _passed(judged: Sequence[Judged], log: LogView) -> Verdict:
    """All holds: what was seen, and what was not up to the window's end."""
    findings = [each.finding for each in judged]
    lines = [each.finding.reason for each in judged if each.line]
    absent = [each.finding.reason for each in judged if each.windowed]
    others = [each.finding.reason for each in judged if not (each.line or each.windowed)]
    parts = [f"all {len(lines)} expected lines were logged"] if len(lines) > 1 else lines
    parts += [f"{'; '.join(absent)} from {log.since} up to {clock(log.window.end)}"] if absent else []
    parts += [reason for reason in dict.fromkeys(others) if reason]
    return Verdict(
        Outcome.PASSED,
        f"{'; '.join(parts)} ({log.scanned}{f'; {log.window.readable}' if absent else ''})",
        True,
        "; ".join(finding.expected for finding in findings),
        "; ".join(finding.reason for finding in findings),
        evidence=tuple(excerpt for finding in findings for excerpt in finding.evidence),
        captured=tuple(dict(pair for finding in findings for pair in finding.captured).items()),
    )


def _verdict(outcome: Outcome, finding: Finding, until: str) -> Verdict:
    reason = f"{finding.reason}{until}"
    return Verdict(outcome, reason, True, finding.expected, finding.actual, finding.remedy, finding.evidence)
