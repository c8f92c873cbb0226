"""The summary: a run as one JSON document, with secrets taken out and lengths bounded."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any, cast

from validator import __version__
from validator.report import document as doc
from validator.report.door import Redact, redacted
from validator.report.explorer import logs_url
from validator.report.headline import headline
from validator.report.redaction import Redactor
from validator.report.safety import cut, inert_json
from validator.usage import INCONCLUSIVE
from validator.words.check import Check, Spec
from validator.words.counting import counted
from validator.words.ending import Ending
from validator.words.instant import rfc3339
from validator.words.link import Link
from validator.words.run import Judged, LogStatistics, Probed, Run, TargetReport
from validator.words.verdict import Excerpt, Outcome

LONGEST_TEXT = 8192
"""Characters of one text of the summary."""
_MOST_READ = 4 * LONGEST_TEXT
MOST_EXCERPTS = 50
"""Excerpts of one check or link; a last one says how many more there are."""
MOST_PROBES = 200
"""Probes of one target that are told one by one."""
_OWN = frozenset(
    {"verdict", "who", "proof", "how", "ending", "run_id", "digest", "started", "ended", "decided", "at", "up_to"}
)
"""Keys whose texts are the gate's own words, hashes and times."""


def summarize(run: Run, exit_code: int | None = None, *, warn_only: bool = False) -> doc.Summary:
    """Write down a run. `exit_code` replaces the run's own where a signal decided it (130, 143)."""
    spec = run.spec
    own = 0 if warn_only else run.exit_code
    summary: doc.Summary = {
        "version": 1,
        "tool": {"name": "validator", "version": __version__},
        "run_id": run.run_id,
        "title": spec.title,
        "verdict": _word(Outcome.INCONCLUSIVE if run.outcome is Outcome.SKIPPED else run.outcome),
        "exit_code": own if exit_code is None else exit_code,
        "headline": headline(run),
        "started": rfc3339(run.started),
        "ended": rfc3339(run.ended),
        "duration": _seconds(run.ended - run.started),
        "ending": run.ending.value,
        "emulated": run.emulated,
        "warn_only": warn_only,
        "spec": {"file": spec.file, "digest": spec.digest, "timeout": _seconds(spec.timeout)},
        "counts": _counts(run.judged),
        "targets": [_target(target) for target in run.targets],
        "groups": _groups(spec, run.judged),
        "checks": [_check(judged, run) for judged in run.judged],
        "outputs": [{"name": name, "value": value} for name, value in run.outputs.items()],
        "not_selected": list(run.not_selected),
        "warnings": [*spec.warnings, *run.warnings],
    }
    redact = Redactor.of(spec.variables).knowing(run.secrets)

    def bounded(text: str) -> str:
        """Secrets go before the text is cut, as half a secret is not recognised; but no book is read for a page."""
        beyond = max(len(text) - _MOST_READ, 0)
        return cut(redact(text[: len(text) - beyond]), LONGEST_TEXT, beyond)

    return without_secrets(summary, bounded)


def without_secrets(summary: doc.Summary, redact: Redact) -> doc.Summary:
    """A copy of which each foreign text went through `redact`."""
    safe = cast("doc.Summary", redacted(summary, redact, _OWN))
    for told in (*safe["checks"], *(link for target in safe["targets"] for link in target["chain"])):
        for piece in told["evidence"]:
            _keep_shown(piece)
    return safe


def _keep_shown(piece: doc.Piece) -> None:
    """Keep of an excerpt's parts what its text still shows: a secret that is told by its surroundings is not told alone."""
    if piece["matched"] not in piece["text"]:
        piece["matched"] = ""
    change = piece["change"]
    if change and not all(value in piece["text"] for value in (change["path"], change["before"], change["after"])):
        piece["change"] = None


def without_report(summary: doc.Summary, lost: Sequence[str]) -> doc.Summary:
    """The summary of a run of which reports were lost: it says so, and a green whose report is lost is none."""
    if not lost:
        return summary
    changed = summary.copy()
    changed["warnings"] = list(dict.fromkeys([*summary["warnings"], *lost]))
    if summary["verdict"] == "passed":
        changed["verdict"] = "inconclusive"
        changed["exit_code"] = summary["exit_code"] or (0 if summary["warn_only"] else INCONCLUSIVE)
        text = f"{lost[0]}; no check failed, but a green needs its reports"
        changed["headline"] = {"text": text, "remedy": "", "check": ""}
    return changed


def defective(spec: Spec, run_id: str, defect: str, code: int, *, warn_only: bool = False) -> doc.Summary:
    """The summary of a run that the gate has a defect in summing up: inconclusive, and what the defect is."""
    bare = Run(spec, run_id, Outcome.INCONCLUSIVE, 0, 0, Ending.INTERRUPTED, (), ())
    summary = summarize(bare, code or None, warn_only=warn_only)
    text = cut(Redactor.of(spec.variables)(f"a defect of the gate: {defect}"), LONGEST_TEXT)
    summary["headline"] = {"text": text, "remedy": "please report it", "check": ""}
    return summary


def dumps(summary: doc.Summary) -> str:
    """The summary as the text of `summary.json`."""
    return inert_json(json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def schema() -> Mapping[str, Any]:
    """The published JSON Schema (draft 2020-12) of `summary.json`."""
    text = files("validator.report").joinpath("summary.schema.json").read_text("utf-8")
    return cast("Mapping[str, Any]", json.loads(text))


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
        "chain": judged.chain,
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
    check: Check[Any] = judged.check
    interesting = judged.verdict.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE) or judged.reads_logs
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
        "tag_url": report.tag_url,
        "image": report.image,
        "created": _instant(report.created),
        "identified_by": report.identified_by,
        "origin": _origin(report),
        "configuration": cast(doc.Configuration, asdict(report.configuration)),
        "build": report.build,
        "build_log": report.build_log,
        "serving": [{"revision": name, "percent": percent} for name, percent in report.serving.items()],
        "chain": [_link(link) for link in report.chain],
        "logs": _logs(report.logs),
        "probes": report.probes,
        "probed": [_probe(probe) for probe in _in_steps(report.probed)],
    }


def _in_steps(probed: Sequence[Probed]) -> Iterable[Probed]:
    """All probes by time, or in even steps as many as are told, the first and the last among them."""
    ordered, last = sorted(probed, key=lambda probe: probe.sent), len(probed) - 1
    if last < MOST_PROBES:
        return ordered
    return [ordered[number * last // (MOST_PROBES - 1)] for number in range(MOST_PROBES)]


def _probe(probe: Probed) -> doc.ProbeSummary:
    return {
        "at": rfc3339(probe.sent),
        "took": _seconds(probe.took),
        "asked": probe.asked,
        "answer": probe.answer,
        "who": cast(Any, probe.who),
        "revision": probe.revision,
    }


def _origin(report: TargetReport) -> doc.OriginSummary:
    origin = report.origin
    return {
        "by": origin.by,
        "commit": origin.commit,
        "commit_link": origin.commit_link,
        "trigger": origin.trigger,
        "trigger_link": origin.trigger_link,
        "previous": origin.previous,
        "rollback": report.rollback,
    }


def _link(link: Link) -> doc.LinkSummary:
    return {
        "name": link.name,
        "proof": link.proof.value,
        "reason": link.reason,
        "remedy": link.remedy,
        "evidence": _pieces(link.evidence),
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
    pieces: list[doc.Piece] = [_piece(excerpt) for excerpt in evidence[:MOST_EXCERPTS]]
    if len(evidence) > MOST_EXCERPTS:
        pieces.append(_piece(Excerpt(f"… ({counted(len(evidence) - MOST_EXCERPTS, 'more excerpt')})")))
    return pieces


def _piece(excerpt: Excerpt) -> doc.Piece:
    return {
        "text": excerpt.text,
        "at": _instant(excerpt.at),
        "source": excerpt.source,
        "matched": excerpt.matched,
        "change": cast(doc.Change, asdict(excerpt.change)) if excerpt.change else None,
    }


def _word(outcome: Outcome) -> doc.Word:
    return outcome.value


def _instant(at: float | None) -> str | None:
    """RFC 3339, or None for a time that is unknown or none at all (a watermark before the first read)."""
    return rfc3339(at) if at is not None and math.isfinite(at) and at > 0 else None


def _seconds(length: float) -> float:
    return round(length, 3) if math.isfinite(length) else 0.0
