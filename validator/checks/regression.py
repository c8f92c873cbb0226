"""The revision logs no error that an older revision did not log in a like span of its life.

How bad an entry is: as its severity says, else as its payload's level says (`level: error`, numbers of pino and bunyan), else
as its text says in the shape of the common loggers; a stack trace that says nothing of it is an ERROR. Errors are told apart
by their signatures. Masked is what differs by run: times, quantities, ids, addresses, versions, temporary files. Kept is what an
error is about: status codes, exit codes and error codes, the names of modules, variables, fields and files, the shape of a
route; of a stack trace its error, the fields that a validation error names, its first cause and its function. In doubt two
errors are two. Decided once the log is known to be readable past the window; the request log is the kind `requests`' to judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from validator.evidence.baseline import BaselineOf
from validator.evidence.echo import Echo
from validator.evidence.known import Evidence, OlderEntries
from validator.evidence.log_of import LogOf
from validator.evidence.logs import EntriesOf, LogsOf
from validator.evidence.revisions import RevisionsOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging.variables import holds_and_asserts
from validator.judging.variables import queries as asked
from validator.judging.window import Window, nothing_logged, open_verdict, unread_verdict, window_of
from validator.language.values import PATTERN
from validator.logs.entry import STDERR, STDOUT, Entry, Sort
from validator.logs.event import Event, events, excerpt
from validator.logs.selector import APPLICATION, Selector, compiled
from validator.logs.severity import SEVERITIES, at_least
from validator.logs.signature import Signatures, signature
from validator.words.check import Check
from validator.words.counting import counted
from validator.words.finding import Finding, State
from validator.words.instant import rfc3339, span
from validator.words.verdict import Excerpt, Outcome, Verdict
from validator.words.watermark import Known

_SHOWN = 5
"""Signatures shown."""
_SURGE = 3.0
"""So many times as often is a surge, if it is no accident."""
_COUNT = {"type": "integer", "minimum": 0}

lasting = True
within: float | None = None
present = False
variables = {"entries": "list(google.logging.v2.LogEntry)"}
schema = {
    "type": "object",
    "properties": {
        "severity": {"enum": list(SEVERITIES[1:]), "default": "ERROR", "description": "This severity or worse."},
        "baseline": {
            "type": "string",
            "minLength": 1,
            "default": "previous",
            "description": "What it is compared with: `previous` (what served before this deploy) or a revision's name.",
        },
        "ignore": {
            "type": "array",
            "items": PATTERN,
            "minItems": 1,
            "description": "Patterns of errors that do not count.",
        },
        "max_new": {**_COUNT, "default": 0, "description": "How many new signatures there may be."},
        "max_surging": {
            **_COUNT,
            "description": "How many signatures may be logged far more often than by the baseline (default: any; told only).",
        },
        "watermark": {
            "enum": [known.value for known in Known],
            "default": "inferred",
            "description": "How well it must be known that the log is readable past the window.",
        },
    },
    "additionalProperties": False,
    "examples": [{}, {"severity": "ERROR", "baseline": "previous", "ignore": ["deprecated"], "max_new": 0}],
    "x-failures": [
        "new since ...: ...",
        "far more often than in ...: ...",
    ],
    "x-unknown": [
        "no log entry of the first ... of ... can be read, so new errors cannot be told from old ones",
        "the older revision's logs could not be read: ...",
        "the older revision's logs are not read to their end yet",
    ],
    "x-commands": [
        "gcloud logging read 'resource.labels.revision_name=\"REVISION\" AND severity>=ERROR' --project=PROJECT",
    ],
}


@dataclass(frozen=True)
class Options:
    """Which errors count, and how many may be new."""

    severity: str
    revision: str
    """The baseline's name; empty for the previous revision."""
    ignore: tuple[str, ...]
    max_new: int
    max_surging: int | None
    watermark: Known


@dataclass(frozen=True)
class _Told:
    """One signature and the events that have it, by time."""

    signature: str
    events: tuple[Event, ...]
    before: int = 0
    """How many the baseline logged."""

    @property
    def times(self) -> str:
        return "once" if len(self.events) == 1 else f"{len(self.events)} times"


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    baseline = value.get("baseline", "previous")
    return Options(
        value.get("severity", "ERROR"),
        "" if baseline == "previous" else baseline,
        tuple(value.get("ignore", ())),
        value.get("max_new", 0),
        value.get("max_surging"),
        Known(value.get("watermark", "inferred")),
    )


def _baseline(check: Check[Options]) -> BaselineOf:
    wanted = check.options
    return BaselineOf(check.target.name, (check.within or 0.0) + check.hold, Sort.APPLICATION, wanted.revision)


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The logs of both revisions, what tells the older one, and probes whose echoes tell how far they are readable."""
    target = check.target
    return asked(check) | {
        LogsOf(target.project),
        EntriesOf(target.name, APPLICATION),
        RevisionsOf(target.name),
        Echo(target.name),
        _baseline(check),
    }


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:  # noqa: ARG001 - only evidence moves it
    """Compare the signatures of both revisions, once both logs are wholly read."""
    wanted, target = check.options, check.target
    window = window_of(check, evidence, (STDOUT, STDERR), wanted.watermark)
    if isinstance(window, Verdict):
        return window
    unread = unread_verdict(EntriesOf(target.name, APPLICATION), evidence)
    if unread:
        return unread
    for needed in (RevisionsOf(target.name), _baseline(check)):
        refusal = evidence.refusal(needed)
        if refusal:
            reason = f"the older revision's logs could not be read: {refusal.reason}"
            return Verdict(Outcome.INCONCLUSIVE, reason, remedy=refusal.remedy, rests_on=refusal.rests_on)
    selected = evidence.of(LogOf(target.name)).select(APPLICATION)
    if selected and not window.complete:
        return open_verdict(window, f"{counted(len(selected), 'entry', 'entries')} were read so far")
    entries = window.touched(selected)
    if not entries or not evidence.of(LogOf(target.name)).unprovoked:
        return nothing_logged(evidence.of(ServiceOf(target.name)).frozen, window)
    older = _baseline(check).entries(evidence)
    if older is None or older.up_to < older.revision.created + window.length:
        return Verdict(Outcome.INCONCLUSIVE, "the older revision's logs are not read to their end yet", False)
    before = [entry for entry in older.entries if entry.at <= older.revision.created + window.length]
    if not before:
        return _no_baseline(older, window)
    finding = _compare(wanted, entries, before, older, window)
    finding = holds_and_asserts(check, evidence, finding, {"entries": [entry.raw for entry in entries]})
    outcome = {State.HOLDS: Outcome.PASSED, State.VIOLATED: Outcome.FAILED}.get(finding.state, Outcome.INCONCLUSIVE)
    return Verdict(
        outcome, finding.reason, True, finding.expected, finding.actual, finding.remedy, finding.evidence,
        captured=finding.captured,
    )  # fmt: skip


def _no_baseline(older: OlderEntries, window: Window) -> Verdict:
    name = older.revision.name
    reason = f"no log entry of the first {span(window.length)} of {name} can be read, so new errors cannot be told from old ones"
    remedy = (
        f"it was created at {rfc3339(older.revision.created)}: see whether the log bucket keeps its entries that long,"
        " or name another revision in `baseline`"
    )
    return Verdict(Outcome.INCONCLUSIVE, reason, True, f"entries of {name}", "none", remedy)


def _errors(wanted: Options, entries: Sequence[Entry]) -> Mapping[str, list[Event]]:
    """Signature -> the events that count, by time."""
    found: dict[str, list[Event]] = {}
    for event in events(entries):
        if at_least(event.severity, wanted.severity) and not any(_says(event, pattern) for pattern in wanted.ignore):
            found.setdefault(signature(event), []).append(event)
    return found


def _says(event: Event, pattern: str) -> bool:
    """Whether a pattern matches an event, or one of its entries with all that it says."""
    said = compiled(pattern).search(event.text) is not None
    return said or any(Selector(pattern).found(entry) is not None for entry in event.entries)


def _compare(
    wanted: Options, entries: Sequence[Entry], before: Sequence[Entry], older: OlderEntries, window: Window
) -> Finding:
    own, known = _errors(wanted, entries), _errors(wanted, before)
    new, surging = _new_and_surging(own, known)
    allowed = f"at most {counted(wanted.max_new, 'error signature')}" if wanted.max_new else "no error signature"
    expected = f"{allowed} that {older.revision.name} did not log in the first {span(window.length)} of its life"
    scanned = f"{counted(len(entries), 'entry', 'entries')} here, {len(before)} there; {window.readable}"
    if len(new) > wanted.max_new:
        more = f", and {len(new) - 1} more" if len(new) > 1 else ""
        reason = f"new since {older.revision.name}: {_say(new[0])}{more} ({scanned})"
        return Finding(State.VIOLATED, reason, expected, f"{len(new)} new", evidence=_shown(new))
    if wanted.max_surging is not None and len(surging) > wanted.max_surging:
        reason = f"far more often than in {older.revision.name}: {_say(surging[0])} ({scanned})"
        expected = f"at most {counted(wanted.max_surging, 'signature')} logged far more often than before"
        return Finding(State.VIOLATED, reason, expected, f"{len(surging)} surging", evidence=_shown(surging))
    facts = f"{counted(len(own), 'error signature')} here, {len(known)} in the first {span(window.length)} of {older.revision.name}"
    facts += f"; {len(new)} new, {wanted.max_new} allowed" if new else "; none is new"
    facts += f"; far more often than before: {_say(surging[0])}" if surging else ""
    return Finding(State.HOLDS, f"{facts} ({scanned})", expected, facts, evidence=_shown([*new, *surging]))


def _new_and_surging(
    own: Mapping[str, Sequence[Event]], known: Mapping[str, Sequence[Event]]
) -> tuple[list[_Told], list[_Told]]:
    """What the baseline did not log, and what it logged far less often; most events first, then by time."""
    old, fresh = Signatures(known), Signatures(own)
    told: dict[str, _Told] = {}
    for sign, found in own.items():
        general = old.find(sign)
        name = general or fresh.general(sign)
        gathered = told.get(name, _Told(name, (), old.count(general) if general else 0))
        together = sorted((*gathered.events, *found), key=lambda event: event.at)
        told[name] = replace(gathered, events=tuple(together))
    ranked = sorted(told.values(), key=lambda each: (-len(each.events), each.events[0].at))
    new = [each for each in ranked if not each.before]
    return new, [each for each in ranked if each.before and _surges(len(each.events), each.before)]


def _surges(here: int, there: int) -> bool:
    """Whether a count is far above another's of a like span, and above what chance makes of it (four sigma)."""
    return here >= _SURGE * there and (here - there) ** 2 > 16 * (here + there)


def _say(each: _Told) -> str:
    first = each.events[0]
    before = f", {each.before} before" if each.before else ""
    told = "" if first.told.by == "platform" else f", severity told by the {first.told.by}"
    return f"{first.headline[:200]!r} was logged {each.times}{before}, first at {rfc3339(first.at)}{told}"


def _shown(found: Sequence[_Told]) -> tuple[Excerpt, ...]:
    return tuple(excerpt(each.events[0]) for each in found[:_SHOWN])
