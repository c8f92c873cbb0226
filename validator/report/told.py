"""What led to one verdict, for a person: of a recording as it came about, of a summary as far as that holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from validator.report import document as doc
from validator.words.counting import counted


def of_check(check: doc.CheckSummary) -> Iterator[str]:
    """The check and its verdict."""
    place = check["position"]
    yield f"{check['name']}: {check['verdict']}"
    yield f"  {check['reason']}"
    yield ""
    yield from _field("rule", f"{check['kind']}, {place['file']}:{place['line']}:{place['column']}")
    yield from _field("expected", check["expected"])
    yield from _field("actual", check["actual"])
    yield from _field("needs", ", ".join(check["needs"]))
    yield from _field("skipped for", check["skipped_for"])
    yield from _field("attempts", str(check["attempts"] or ""))
    yield from _field("started", check["started"] or "never")
    yield from _field("decided", check["decided"])
    yield from _field("observations", ", ".join(f"#{number}" for number in check["observations"]))
    yield from _field("do", check["remedy"])


def of_evidence(check: doc.CheckSummary) -> Iterator[str]:
    """What was seen, by time."""
    pieces = sorted(check["evidence"], key=lambda piece: piece["at"] or "")
    if pieces:
        yield ""
        yield "Evidence"
    for piece in pieces:
        yield f"  {piece['at'] or '':24}  {piece['source']}: {piece['text']}"


def of_targets(check: doc.CheckSummary, summary: doc.Summary) -> Iterator[str]:
    """How far the logs of its target were readable."""
    for target in summary["targets"]:
        if target["name"] == check["target"] and target["logs"]["watermarks"]:
            yield ""
            yield f"Logs of {target['revision'] or target['service']}: {counted(target['logs']['entries'], 'entry', 'entries')} read"
            for mark in target["logs"]["watermarks"]:
                yield f"  {mark['stream']}: readable to {mark['up_to'] or 'nowhere'} ({mark['how']})"


def of_events(events: Iterable[tuple[str, str, int | None]]) -> Iterator[str]:
    """What happened: seconds since the run's start, what, and the observation's number."""
    yield ""
    yield "What led to it (seconds since the run's start)"
    for at, text, seq in events:
        yield f"  {at:>8}  {text}{f'  #{seq}' if seq else ''}"


def _field(name: str, value: str) -> Iterator[str]:
    if value:
        yield f"  {name + ':':14}{value}"
