"""`validator replay`: of one recording what a run says, of several the matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from validator import reporting
from validator.engine.outcome import known_secrets
from validator.recording.ndjson import RecordingError
from validator.replaying.replayed import Edited, Replayed, replayed
from validator.report import compare, matrix
from validator.report.reports import Reports
from validator.report.summary import without_secrets
from validator.surroundings import Surroundings
from validator.usage import FAILED, INCONCLUSIVE, PASSED, UsageError

_CUT = "the recording has no end: its run was killed; what was not decided by then is inconclusive"


def replay(file: Path, edited: Edited | None, form: str, out: Path | None, around: Surroundings) -> int:
    """Judge one recording and say what it comes to; returns the exit code, as a run's.

    Raises:
        UsageError: the recording cannot be read; nothing was judged.
        BadSpec: the edited spec cannot be run.
    """
    try:
        found = replayed(file, edited)
    except RecordingError as error:
        raise UsageError(str(error)) from None
    around.learn(known_secrets(found.made.verdicts) | found.recorded.pseudonyms)
    summary, written = found.summary(), []
    if out is not None:
        reports = Reports(out, {}, "")
        try:
            reports.prepare()
        except OSError as error:
            raise UsageError(f"the reports cannot be written to {out}: {error.strerror}") from None
        summary, written = reports.write(summary), reports.written
    reporting.show(without_secrets(summary, around.out.redact), form, around, written)
    for line in _notes(found):
        around.err.line(f"validator: {line}")
    code = summary["exit_code"]
    return min(code, INCONCLUSIVE)


def backtest(files: Sequence[Path], edited: Edited | None, form: str, around: Surroundings) -> int:
    """Judge several recordings, and show what each check comes to on which deploy.

    Returns: 0 if each deploy keeps its verdict, 3 if one would be inconclusive instead, 1 if one would be another yet.

    Raises:
        UsageError: a recording cannot be read, or not be shown so; nothing is shown.
        BadSpec: the edited spec cannot be run.
    """
    if form not in compare.FORMS:
        raise UsageError(f"several recordings are judged as {', '.join(compare.FORMS)}, not as {form}")
    deploys = []
    for file in files:
        try:
            found = replayed(file, edited)
        except RecordingError as error:
            raise UsageError(str(error)) from None
        around.learn(known_secrets(found.made.verdicts) | found.recorded.pseudonyms)
        deploys.append(matrix.deploy(str(file), found.summary(), found.verdict, found.verdicts))
    if form == "json":
        around.out.json(matrix.as_json(deploys))
    else:
        for line in matrix.markdown(deploys) if form == "markdown" else matrix.for_people(deploys):
            around.out.line(line)
    turned = {each.after for each in deploys if each.after != each.before}
    return FAILED if turned - {"inconclusive"} else INCONCLUSIVE if turned else PASSED


def _notes(found: Replayed) -> Iterator[str]:
    """What to know of a replay besides its summary."""
    if not found.before.whole:
        yield f"{found.recorded.path}: {_CUT}"
    if found.own:
        return
    for name, standing in found.made.verdicts.standings.items():
        was = found.verdicts.get(name, "")
        if was != standing.verdict.outcome.value:
            yield f"{name}: {was or 'new'} -> {standing.verdict.outcome.value}"
