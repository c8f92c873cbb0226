"""The revision's log has the lines it should have, and none that it must not.

The window begins with the revision's creation and ends when the check started plus `within` plus `for`. A line that
must appear passes at sight; that a line is absent is only said once the log is known to be readable past the window.
Judged is what the application says and what the platform says of its containers (varlog/system: container exits, memory
limits, start-up probes); requests and audit entries are not. Patterns are RE2, unanchored, matched on an entry's message
(textPayload, else jsonPayload.message or msg), and where they do not match that, on all that it says: the message, below
it the payload as compact JSON, below that each of its texts that JSON has to escape, as it is.
Where the application itself logged nothing that is readable, nothing is said to be absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from validator.model import query
from validator.model.check import Check
from validator.model.evidence import Evidence, Known
from validator.model.finding import Finding, State
from validator.model.instant import rfc3339
from validator.model.log_event import Event, event_of, excerpt
from validator.model.log_window import Window, nothing_logged, open_verdict, window_of
from validator.model.platform import STDERR, STDOUT, SYSTEM, Entry
from validator.model.selector import ALL, Selector, compiled
from validator.model.severity import SEVERITIES
from validator.model.variables import judge_asserts
from validator.model.variables import queries as asked
from validator.model.verdict import Excerpt, Outcome, Verdict
from validator.spec.mistake import Mistake, sound
from validator.spec.values import PATTERN, Bound, bound, bound_of

_STREAMS = (STDOUT, STDERR, SYSTEM)
_AT_LEAST_ONE = Bound(1, None)
_SHOWN = 5
"""Entries shown of one rule."""

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
            {**_SELECTOR, "count": {**_COUNT, "description": "How many entries (default: at least 1)."}},
            "Patterns that have to appear.",
        ),
        "in_order": {
            "type": "boolean",
            "default": False,
            "description": "Whether one instance has to log the expected lines in the order they are written.",
        },
        "forbid": _rules(_SELECTOR, "Patterns, or a severity, that must not appear."),
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
        {"forbid": [{"severity": "CRITICAL"}, r"Traceback \(most recent call last\)"]},
    ],
    "x-failures": [
        "... was logged at ...",
        "... was not logged...",
        "no log entry of ... is readable, so nothing can be said of what it logged",
    ],
    "x-commands": [
        'gcloud logging read \'resource.type="cloud_run_revision" AND resource.labels.revision_name="REVISION"\' --project=PROJECT',
    ],
}


@dataclass(frozen=True)
class Rule:
    """How many entries of a sort there must be."""

    selector: Selector
    count: Bound

    @property
    def forbids(self) -> bool:
        """Whether there must be none."""
        return self.count.max == 0


@dataclass(frozen=True)
class Options:
    """All rules of one check."""

    rules: tuple[Rule, ...]
    ordered: tuple[Selector, ...]
    """Those that one instance has to log in this order; empty for any order."""
    watermark: Known


@dataclass(frozen=True)
class _Judged:
    """A rule's finding, and whether more entries could change it."""

    finding: Finding
    settled: bool


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    expected = tuple(_rule(item, _AT_LEAST_ONE) for item in value.get("expect", ()))
    forbidden = tuple(_rule(item, Bound(None, 0)) for item in value.get("forbid", ()))
    ordered = value.get("in_order", False)
    wrong = [Mistake("an order needs at least two patterns under `expect`", "in_order")] if len(expected) < 2 else []
    made = Options(
        expected + forbidden,
        tuple(rule.selector for rule in expected) if ordered else (),
        Known(value.get("watermark", "inferred")),
    )
    return sound(made, wrong if ordered else [])


def _rule(item: Any, count: Bound) -> Rule:
    if isinstance(item, str):
        return Rule(Selector(item), count)
    wanted = bound(item["count"]) if "count" in item else count
    return Rule(Selector(item.get("match", ""), item.get("severity", "")), wanted)


def queries(check: Check) -> frozenset[query.Query]:
    """The logs, and probes whose echoes tell how far they are readable."""
    target, wanted = check.target, check.options
    assert isinstance(wanted, Options)
    own: set[query.Query] = {query.Logs(target.project), query.Echo(target.name)}
    own |= {query.Entries(target.name, rule.selector) for rule in wanted.rules}
    if _sees_all(check):
        own.add(query.Entries(target.name))
    return asked(check) | own


def _sees_all(check: Check) -> bool:
    """Whether its expressions see all entries, and not only those that its rules are about."""
    return any("entries" in expression.names for expression in check.expressions)


def judge(check: Check, evidence: Evidence, now: float) -> Verdict:  # noqa: ARG001 - only evidence moves it
    """Judge all rules on the entries of the window."""
    wanted, target = check.options, check.target
    assert isinstance(wanted, Options)
    window = window_of(check, evidence, _STREAMS, wanted.watermark)
    if isinstance(window, Verdict):
        return window
    entries, complete = window.of(evidence.select(target.name, ALL)), window.complete
    if not window.of(evidence.entries(target.name)) or not evidence.unprovoked(target.name):
        return nothing_logged(evidence.frozen(target.name), window)
    counted = [rule for rule in wanted.rules if not (wanted.ordered and rule.count == _AT_LEAST_ONE)]
    selected = {rule.selector: evidence.select(target.name, rule.selector) for rule in wanted.rules}
    found = {selector: window.of(those) for selector, those in selected.items()}
    judged = []
    for rule in counted:
        unread = _unread(check, evidence, rule.selector)
        those = window.touched(selected[rule.selector]) if rule.forbids else found[rule.selector]
        judged.append(_or_unread(_count(rule, those, entries, complete and not unread), unread))
    if wanted.ordered:
        unread = _unread(check, evidence, *wanted.ordered)
        judged.append(_or_unread(_order(wanted.ordered, found, complete and not unread), unread))
    if check.asserts or check.captures:
        judged.extend(_expressions(check, evidence, entries, found, complete))
    return _conclude(judged, entries, window)


def _unread(check: Check, evidence: Evidence, *selectors: Selector) -> Finding | None:
    """Why not all entries that selectors select are read; None if nothing keeps them from being."""
    refusals = (evidence.refusal(query.Entries(check.target.name, selector)) for selector in selectors)
    refusal = next(filter(None, refusals), None)
    return Finding(State.UNKNOWN, refusal.reason, remedy=refusal.remedy) if refusal else None


def _or_unread(judged: _Judged, unread: Finding | None) -> _Judged:
    """A finding that more entries could change is none if they are not read."""
    return _Judged(unread, True) if unread and not judged.settled else judged


def _expressions(
    check: Check,
    evidence: Evidence,
    entries: Sequence[Entry],
    found: Mapping[Selector, Sequence[Entry]],
    complete: bool,
) -> Iterable[_Judged]:
    """What asserts and captures come to, on all entries or on those that the rules are about."""
    unread = _unread(check, evidence, *((ALL,) if _sees_all(check) else found))
    if unread:
        return [_Judged(unread, True)]
    if not complete:
        return [_Judged(Finding(State.HOLDS, ""), False)]
    own = {"entries": [entry.raw for entry in entries], "match": _groups(found)}
    return [_Judged(finding, True) for finding in judge_asserts(check, evidence, own)]


def _conclude(judged: Sequence[_Judged], entries: Sequence[Entry], window: Window) -> Verdict:
    broken = [each.finding for each in judged if each.settled and each.finding.state is State.VIOLATED]
    if broken:
        return _verdict(Outcome.FAILED, broken[0], window.readable)
    unknown = [each.finding for each in judged if each.settled and each.finding.state is State.UNKNOWN]
    if unknown:
        return _verdict(Outcome.INCONCLUSIVE, unknown[0], "")
    open_ = [each.finding for each in judged if not each.settled]
    if open_:
        missing = next((f.reason for f in open_ if f.state is State.VIOLATED), "nothing speaks against it so far")
        return open_verdict(window, missing)
    findings = [each.finding for each in judged]
    seen = [finding for finding in findings if finding.evidence]
    absent = [finding for finding in findings if not finding.evidence]
    present = [f"all {len(seen)} expected lines were logged"] if len(seen) > 1 else [f.reason for f in seen]
    parts = [*present, *(finding.reason for finding in absent if finding.reason)]
    scanned = f"{len(entries)} entries" + (f", {window.readable}" if absent else "")
    shown = tuple(excerpt for finding in seen for excerpt in finding.evidence)
    expected = "; ".join(finding.expected for finding in findings)
    actual = "; ".join(finding.reason for finding in findings)
    captured = tuple(pair for finding in findings for pair in finding.captured)
    reason = f"{'; '.join(parts)} ({scanned})"
    return Verdict(Outcome.PASSED, reason, True, expected, actual, evidence=shown, captured=captured)


def _verdict(outcome: Outcome, finding: Finding, known: str) -> Verdict:
    reason = f"{finding.reason} ({known})" if known and not finding.evidence else finding.reason
    return Verdict(outcome, reason, True, finding.expected, finding.actual, finding.remedy, finding.evidence)


def excerpts(entries: Iterable[Entry]) -> tuple[Excerpt, ...]:
    """Entries as evidence."""
    return tuple(Excerpt(entry.text, entry.at, entry.log.rsplit("/", 1)[-1]) for entry in entries)


def _events(found: Sequence[Entry], entries: Sequence[Entry]) -> list[Event]:
    """What the first of some entries tell, each event once: of a line of a stack trace the whole trace."""
    told: dict[tuple[Entry, ...], Event] = {}
    for entry in found[:_SHOWN]:
        event = event_of(entry, entries)
        told.setdefault(event.entries, event)
    return list(told.values())


def _count(rule: Rule, found: Sequence[Entry], entries: Sequence[Entry], complete: bool) -> _Judged:
    count, wanted = len(found), rule.count
    holds = wanted.holds(count)
    settled = (
        complete or (holds and wanted.only_grows_true) or (not holds and wanted.max is not None and count > wanted.max)
    )
    if wanted.max == 0:
        return _Judged(_absent(rule, found, entries), settled)
    expected = f"{wanted.text()} of {rule.selector}"
    state = State.HOLDS if holds else State.VIOLATED
    reason = f"{rule.selector} was logged {'once' if count == 1 else f'{count} times' if count else 'never'}"
    return _Judged(Finding(state, reason, expected, f"{count} entries", evidence=excerpts(found[:_SHOWN])), settled)


def _absent(rule: Rule, found: Sequence[Entry], entries: Sequence[Entry]) -> Finding:
    """Whether a forbidden line was not logged; a stack trace is shown whole, and told by its error."""
    expected = f"no entry with {rule.selector}"
    if not found:
        return Finding(State.HOLDS, expected, expected)
    events = _events(found, entries)
    first, error = found[0], events[0].trace.error if events[0].trace else ""
    others = sum(entry not in events[0].entries for entry in found)
    more = f", and {others} more" if others else ""
    named = f": {error[:200]}" if error and error not in first.text else ""
    reason = f"{first.text.strip()[:200]!r} was logged at {rfc3339(first.at)}{named}{more}"
    return Finding(State.VIOLATED, reason, expected, f"{len(found)} entries", evidence=tuple(map(excerpt, events)))


def _order(selectors: Sequence[Selector], found: Mapping[Selector, Sequence[Entry]], complete: bool) -> _Judged:
    """Whether one instance logged the lines in order; of several, the one that came furthest is told."""
    instances = {entry.instance for entries in found.values() for entry in entries}
    reached = [_reached(selectors, found, instance) for instance in sorted(instances)]
    furthest = max(reached, key=len, default=[])
    expected = "in this order: " + " -> ".join(map(str, selectors))
    if len(furthest) == len(selectors):
        reason = f"all {len(selectors)} expected lines were logged, in order"
        return _Judged(Finding(State.HOLDS, reason, expected, evidence=excerpts(furthest)), True)
    missing = selectors[len(furthest)]
    after = f" after {selectors[len(furthest) - 1]}" if furthest else ""
    finding = Finding(State.VIOLATED, f"{missing} was not logged{after}", expected, evidence=excerpts(furthest))
    return _Judged(finding, complete)


def _reached(selectors: Sequence[Selector], found: Mapping[Selector, Sequence[Entry]], instance: str) -> list[Entry]:
    """How far one instance came: for each line in turn its first entry after that of the line before."""
    reached: list[Entry] = []
    for selector in selectors:
        after = reached[-1].order if reached else (-1, "")
        own = (entry for entry in found[selector] if entry.instance == instance and entry.order > after)
        following = next(own, None)
        if following is None:
            break
        reached.append(following)
    return reached


def _groups(found: Mapping[Selector, Sequence[Entry]]) -> dict[str, str]:
    """The named groups of each pattern's first match."""
    groups: dict[str, str] = {}
    for selector, entries in found.items():
        if selector.match and entries:
            first = compiled(selector.match).search(entries[0].text)
            groups |= {name: value for name, value in first.groupdict().items() if value}
    return groups
