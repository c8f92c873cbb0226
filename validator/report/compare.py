"""Two runs compared: the verdicts that changed first, then what came and went, then what is as bad as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from validator.report import document as doc
from validator.report import phrases
from validator.report.evidence_section import SYMBOLS
from validator.report.markup import code, table, text
from validator.report.safety import cut, inert, inert_json, visible
from validator.words.counting import counted
from validator.words.instant import span

FORMS = ("console", "markdown", "json")
"""In which a comparison can be shown."""
_WORST_FIRST = ("failed", "inconclusive", "skipped", "passed")


@dataclass(frozen=True)
class Fact:
    """What a run was about, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One check in both runs; its verdict is None in a run that does not have it."""

    name: str
    before: doc.Word | None
    after: doc.Word | None
    reason: str
    """Of its newest verdict, and what that does not say by itself."""
    blocks: bool
    """Whether its newest verdict counts for its run's."""


@dataclass(frozen=True)
class Comparison:
    """What is between two runs."""

    facts: tuple[Fact, ...]
    """What both have alike is left out, but for the verdicts."""
    changed: tuple[Change, ...]
    """Checks whose verdict is another: those that count first, of them the worst newest ones."""
    new: tuple[Change, ...]
    gone: tuple[Change, ...]
    still: tuple[Change, ...]
    """Checks that passed in neither run, with one verdict."""
    passed: int
    """How many checks passed in both."""


def compare(before: doc.Summary, after: doc.Summary) -> Comparison:
    """Compare two runs; checks are the same by their names."""
    was, now = ({check["name"]: check for check in summary["checks"]} for summary in (before, after))
    both = [_change(name, was[name], now[name]) for name in now if name in was]
    changed = [change for change in both if change.before != change.after]
    still = [change for change in both if change.before == change.after != "passed"]
    return Comparison(
        tuple(_facts(before, after)),
        tuple(sorted(changed, key=_rank)),
        tuple(sorted((_change(name, None, now[name]) for name in now if name not in was), key=_rank)),
        tuple(_change(name, was[name], None) for name in was if name not in now),
        tuple(sorted(still, key=_rank)),
        len(both) - len(changed) - len(still),
    )


def compared(before: doc.Summary, after: doc.Summary, form: str) -> str:
    """The comparison of two runs in one of FORMS: safe text, as it may stand in a build log."""
    found = compare(before, after)
    if form == "json":
        return inert_json(json.dumps({"version": 1, **asdict(found)}, indent=2, ensure_ascii=False)) + "\n"
    lines = _markdown(found) if form == "markdown" else _console(found)
    return "\n".join(inert(line) for line in lines) + "\n"


def _change(name: str, was: doc.CheckSummary | None, now: doc.CheckSummary | None) -> Change:
    newest = now or was
    assert newest is not None, "it is of either run"
    remark = phrases.remark(newest)
    reason = newest["reason"] + (f" ({remark})" if remark else "")
    return Change(name, was["verdict"] if was else None, now["verdict"] if now else None, reason, newest["blocks"])


def _rank(change: Change) -> tuple[bool, int]:
    return not change.blocks, _WORST_FIRST.index(change.after or "passed")


def _facts(before: doc.Summary, after: doc.Summary) -> Iterator[Fact]:
    was, now = _told(before), _told(after)
    for label in now:
        if was[label] != now[label] or label == "verdict":
            yield Fact(label, was[label] or "not known", now[label] or "not known")


def _told(summary: doc.Summary) -> dict[str, str]:
    main = phrases.main(summary)
    return {
        "verdict": summary["verdict"],
        "headline": summary["headline"]["text"],
        "started": summary["started"],
        "took": span(summary["duration"]),
        "service": main["service"] if main else "",
        "revision": main["revision"] if main else "",
        "image": main["image"] if main else "",
        "commit": main["origin"]["commit"] if main else "",
        "spec": summary["spec"]["digest"],
        "validator": summary["tool"]["version"],
    }


def _chapters(found: Comparison) -> Iterator[tuple[str, Iterable[Change]]]:
    yield "Verdicts that changed", found.changed
    yield "Only in the later run", found.new
    yield "Only in the earlier run", found.gone
    yield "Not passed in either", found.still


def _rest(found: Comparison) -> str:
    changed = "" if found.changed else "no verdict changed; "
    return f"{changed}{counted(found.passed, 'check')} passed in both"


def _verdicts(change: Change) -> str:
    told = [each for each in (change.before, change.after) if each]
    return " -> ".join(dict.fromkeys(told))


def _console(found: Comparison) -> Iterator[str]:
    for fact in found.facts:
        yield visible(f"{fact.label:<9} {cut(fact.before, 300)}")
        if fact.before != fact.after:
            yield visible(f"{'':<6}->  {cut(fact.after, 300)}")
    for title, changes in _chapters(found):
        shown = [f"  {_verdicts(each):<22}  {cut(each.name, 100)}: {cut(each.reason, 300)}" for each in changes]
        if shown:
            yield from ("", title, *map(visible, shown))
    yield from ("", _rest(found))


def _markdown(found: Comparison) -> Iterator[str]:
    yield from ("# Two runs compared", "")
    facts = ((each.label, text(each.before, table=True), text(each.after, table=True)) for each in found.facts)
    yield from table(("", "before", "after"), facts)
    for title, changes in _chapters(found):
        rows = [_row(each) for each in changes]
        yield from (f"## {title}", "", *table(("verdict", "check", "reason"), rows)) if rows else ()
    yield _rest(found)


def _row(change: Change) -> tuple[str, str, str]:
    symbol = SYMBOLS[change.after or change.before or "skipped"]
    return (
        f"{symbol}&nbsp;{code(_verdicts(change), table=True)}",
        text(change.name, table=True),
        text(change.reason, table=True),
    )
