"""The summary: a run as one JSON document, with secrets taken out and lengths bounded."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from typing import Any, cast

from validator import __version__
from validator.model.check import Check, Spec
from validator.model.instant import rfc3339
from validator.model.run import Judged, LogStatistics, Run, TargetReport
from validator.model.verdict import Excerpt, Outcome
from validator.report import document as doc
from validator.report.explorer import logs_url
from validator.report.headline import headline
from validator.report.redaction import redactor
from validator.report.safety import cut

LONGEST_TEXT = 8192
"""Characters of one text of the summary."""
_MOST_READ = 4 * LONGEST_TEXT
MOST_EXCERPTS = 50
"""Excerpts of one check or link; a last one says how many more there are."""
_OWN = frozenset(
    {"verdict", "proof", "how", "ending", "run_id", "digest", "started", "ended", "decided", "at", "up_to"}
)
"""Keys whose texts are the gate's own words, hashes and times."""
_READS_LOGS = frozenset({"logs", "regression", "requests"})


def summarize(run: Run, exit_code: int | None = None) -> doc.Summary:
    """Write down a run. `exit_code` replaces the run's own where a signal decided it (130, 143)."""
    spec = run.spec
    summary: doc.Summary = {
        "version": 1,
        "tool": {"name": "validator", "version": __version__},
        "run_id": run.run_id,
        "title": spec.title,
        "verdict": _word(Outcome.INCONCLUSIVE if run.outcome is Outcome.SKIPPED else run.outcome),
        "exit_code": run.exit_code if exit_code is None else exit_code,
        "headline": headline(run),
        "started": rfc3339(run.started),
        "ended": rfc3339(run.ended),
        "duration": _seconds(run.ended - run.started),
        "ending": run.ending.value,
        "emulated": run.emulated,
        "spec": {"file": spec.file, "digest": spec.digest, "timeout": _seconds(spec.timeout)},
        "counts": _counts(run.judged),
        "targets": [_target(target) for target in run.targets],
        "groups": _groups(spec, run.judged),
        "checks": [_check(judged, run) for judged in run.judged],
        "not_selected": list(run.not_selected),
        "warnings": [*spec.warnings, *run.warnings],
    }
    redact = redactor(spec.variables)

    def bounded(text: str) -> str:
        """Secrets go before the text is cut, as half a secret is not recognised; but no book is read for a page."""
        beyond = max(len(text) - _MOST_READ, 0)
        return cut(redact(text[: len(text) - beyond]), LONGEST_TEXT, beyond)

    return cast("doc.Summary", _texts(summary, bounded))


def dumps(summary: doc.Summary) -> str:
    """The summary as the text of `summary.json`."""
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")  # a lone surrogate is no UTF-8, its escape is JSON


def schema() -> Mapping[str, Any]:
    """The published JSON Schema (draft 2020-12) of `summary.json`."""
    text = files("validator.report").joinpath("summary.schema.json").read_text("utf-8")
    return cast("Mapping[str, Any]", json.loads(text))


def _texts(value: object, change: Callable[[str], str]) -> object:
    """A copy of a JSON tree with every text changed that came from outside."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: part if key in _OWN else _texts(part, change) for key, part in value.items()}
    if isinstance(value, list):
        return [_texts(part, change) for part in value]
    return value


def _check(judged: Judged, run: Run) -> doc.CheckSummary:
    check, verdict = judged.check, judged.verdict
    issue = check.known_issue
    return {
        "name": check.name,
        "kind": check.kind,
        "group": check.group,
        "target": check.target.name,
        "description": check.description,
        "verdict": _word(verdict.outcome),
        "blocking": check.blocking,
        "blocks": judged.blocks,
        "implicit": judged.implicit,
        "excused": judged.excused,
        "known_issue": {"reason": issue.reason, "link": issue.link, "expires": issue.expires} if issue else None,
        "reason": verdict.reason,
        "expected": verdict.expected,
        "actual": verdict.actual,
        "remedy": verdict.remedy,
        "evidence": _pieces(verdict.evidence),
        "logs_url": _logs_url(judged, run),
        "position": {"file": check.position.file, "line": check.position.line, "column": check.position.column},
        "needs": list(check.needs),
        "skipped_for": judged.skipped_for,
        "started": _instant(judged.started),
        "decided": rfc3339(judged.decided),
        "duration": None if judged.started is None else _seconds(judged.decided - judged.started),
        "attempts": verdict.attempts,
        "observations": list(verdict.rests_on),
    }


def _logs_url(judged: Judged, run: Run) -> str:
    """Where a person would look next: for checks of logs, and whatever did not pass."""
    check: Check = judged.check
    interesting = judged.verdict.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE) or check.kind in _READS_LOGS
    target = next((t for t in run.targets if t.target.name == check.target.name), None)
    if not interesting or target is None:
        return ""
    place, start = target.target, run.started if target.created is None else target.created
    return logs_url(place.project, place.region, place.service, target.revision, start=start, end=judged.decided)


def _groups(spec: Spec, judged: Iterable[Judged]) -> list[doc.GroupSummary]:
    """The report's chapters: the ungrouped checks, then the spec's groups; those without checks are left out."""
    by_name: dict[str, list[Judged]] = {"": [], **{group.name: [] for group in spec.groups}}
    for one in judged:
        by_name.setdefault(one.check.group, []).append(one)
    known = {group.name: group for group in spec.groups}
    chapters: list[doc.GroupSummary] = []
    for name, members in by_name.items():
        if not members:
            continue
        group = known.get(name)
        chapters.append(
            {
                "name": name,
                "title": (group.title or name) if group else name or "General",
                "description": group.description if group else "",
                "link": group.link if group else "",
                "verdict": _worst(members),
                "counts": _counts(members),
            }
        )
    return chapters


def _worst(members: Iterable[Judged]) -> doc.Word:
    """The verdict of a chapter, as the run's is made: over what counts, a skip among others being inconclusive."""
    members = list(members)
    outcomes = {one.verdict.outcome for one in members if one.blocks}
    outcomes = outcomes or {one.verdict.outcome for one in members}
    for outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE):
        if outcome in outcomes:
            return _word(outcome)
    if outcomes == {Outcome.SKIPPED}:
        return "skipped"
    return "inconclusive" if Outcome.SKIPPED in outcomes else "passed"


def _counts(judged: Iterable[Judged]) -> doc.Counts:
    judged = list(judged)
    of = {outcome: sum(one.verdict.outcome is outcome for one in judged) for outcome in Outcome}
    return {
        "total": len(judged),
        "passed": of[Outcome.PASSED],
        "failed": of[Outcome.FAILED],
        "inconclusive": of[Outcome.INCONCLUSIVE],
        "skipped": of[Outcome.SKIPPED],
        "excused": sum(one.excused for one in judged),
        "not_blocking": sum(
            one.verdict.outcome is Outcome.FAILED and not one.blocks and not one.excused for one in judged
        ),
    }


def _target(report: TargetReport) -> doc.TargetSummary:
    target = report.target
    return {
        "name": target.name,
        "project": target.project,
        "region": target.region,
        "service": target.service,
        "revision": report.revision,
        "url": report.url,
        "image": report.image,
        "created": _instant(report.created),
        "build": report.build,
        "build_log": report.build_log,
        "serving": [{"revision": name, "percent": percent} for name, percent in report.serving.items()],
        "chain": [
            {
                "name": link.name,
                "proof": link.proof.value,
                "reason": link.reason,
                "remedy": link.remedy,
                "evidence": _pieces(link.evidence),
            }
            for link in report.chain
        ],
        "logs": _logs(report.logs),
        "probes": report.probes,
    }


def _logs(logs: LogStatistics) -> doc.Logs:
    return {
        "entries": logs.entries,
        "reads": logs.reads,
        "echo_delay": None if logs.echo_delay is None else _seconds(logs.echo_delay),
        "watermarks": [
            {"stream": mark.stream, "up_to": _instant(mark.up_to), "how": mark.how.value} for mark in logs.watermarks
        ],
        "volume": None if logs.volume is None else round(logs.volume),
    }


def _pieces(evidence: tuple[Excerpt, ...]) -> list[doc.Piece]:
    pieces: list[doc.Piece] = [
        {"text": excerpt.text, "at": _instant(excerpt.at), "source": excerpt.source}
        for excerpt in evidence[:MOST_EXCERPTS]
    ]
    if len(evidence) > MOST_EXCERPTS:
        pieces.append({"text": f"… ({len(evidence) - MOST_EXCERPTS} more excerpts)", "at": None, "source": ""})
    return pieces


def _word(outcome: Outcome) -> doc.Word:
    return outcome.value


def _instant(at: float | None) -> str | None:
    """RFC 3339, or None for a time that is unknown or none at all (a watermark before the first read)."""
    return rfc3339(at) if at is not None and math.isfinite(at) and at > 0 else None


def _seconds(length: float) -> float:
    return round(length, 3) if math.isfinite(length) else 0.0
