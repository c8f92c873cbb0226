"""The Markdown report: what a careful engineer would have written by hand, with the evidence for every tick."""

from __future__ import annotations

from validator.report import chapters
from validator.report import document as doc
from validator.report import evidence_section as findings
from validator.report.evidence_section import FULL, NONE, Detail
from validator.report.safety import inert

LIMIT = 1024 * 1024
"""Bytes of a GitHub step summary; more and it is dropped whole (a comment: 65,536 characters)."""
_LESS = (FULL, Detail(5, 10, greens=False), Detail(2, 5, greens=False), NONE)


def markdown(summary: doc.Summary, limit: int = LIMIT) -> str:
    """The report in at most `limit` bytes: beyond them evidence goes first, then the end; either is said at the top."""
    for detail in _LESS:
        note = [] if detail is FULL else ["> Cut to size: the summary has all the evidence.", ""]
        report = _write(summary, detail, note)
        if _size(report) <= limit:
            return report
    return _cut(report, limit)


def _write(summary: doc.Summary, detail: Detail, note: list[str]) -> str:
    lines = [
        *chapters.lead(summary, detail),
        *note,
        *chapters.summed(summary),
        *chapters.deployment(summary),
        *chapters.health(summary),
        *findings.evidence(summary, detail),
        *findings.custody(summary, detail),
        *chapters.known_issues(summary),
        *chapters.criteria(summary),
        *chapters.follow_ups(summary),
        *chapters.watch(summary),
        *chapters.outputs(summary),
        *chapters.technical(summary),
        *chapters.conclusion(summary),
    ]
    return "\n".join(inert(line) for line in lines)  # a step may well print its report


def _cut(report: str, limit: int) -> str:
    """Whole lines from the top; without evidence there is no block that a cut could leave open."""
    note = "\n\n> The rest did not fit: see the summary.\n"
    kept, room = [], limit - _size(note)
    for line in report.splitlines():
        room -= _size(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(kept) + note


def _size(text: str) -> int:
    return len(text.encode())
