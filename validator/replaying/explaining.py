"""`validator explain`: what led to the verdict of one check."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from validator.checks import kinds
from validator.engine.outcome import known_secrets
from validator.engine.story import story
from validator.engine.verdicts import Verdicts
from validator.language.mistake import meant
from validator.recording.ndjson import RecordingError
from validator.recording.recorded import Recorded
from validator.replaying.replayed import Replayed, doubt
from validator.report import told
from validator.report.document import Summary
from validator.surroundings import Surroundings
from validator.usage import PASSED, UsageError


def explain(file: Path, name: str, around: Surroundings) -> int:
    """Say what led to the verdict of one check, of a recording or a summary; returns the exit code.

    Raises:
        UsageError: it is neither of them, or has no such check.
    """
    try:
        with file.open("rb") as opened:
            packed = opened.read(2) == b"\x1f\x8b"
        if packed:
            _explain_recording(file, name, around)
        else:
            _explain_summary(file, name, around)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from None
    except RecordingError as error:
        raise UsageError(str(error)) from None
    return PASSED


def _explain_recording(file: Path, name: str, around: Surroundings) -> None:
    recorded = Recorded(file)
    spec, left_out = recorded.header.recorded_spec(str(file))
    implicit = [each.name for each in Verdicts(spec, kinds()).implicit.values()]
    _named(name, [*implicit, *(check.name for check in spec.checks)], file)
    events, made = story(spec, kinds(), recorded.records(), name)
    doubt(made, recorded, made)
    summary = Replayed(recorded, made, made, left_out).summary()
    around.learn(known_secrets(made.verdicts) | recorded.pseudonyms)
    check = next(each for each in summary["checks"] if each["name"] == name)
    began = made.verdicts.evidence.started
    said = told.of_events((f"{each.at - began:.1f}", each.text, each.seq) for each in events)
    for line in (*told.of_check(check), *said, *told.of_evidence(check), *told.of_targets(check, summary)):
        around.out.line(line)


def _explain_summary(file: Path, name: str, around: Surroundings) -> None:
    try:
        summary: Summary = json.loads(file.read_text("utf-8"))
        checks = {check["name"]: check for check in summary["checks"]}
        _named(name, list(checks), file)
        check = checks[name]
        lines = [*told.of_check(check), *told.of_evidence(check), *told.of_targets(check, summary)]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise UsageError(f"{file} is neither a recording nor a summary of validator's") from None
    for line in lines:
        around.out.line(line)


def _named(name: str, known: Sequence[str], file: Path) -> None:
    if name not in known:
        raise UsageError(f"{file} has no check {name!r}{meant(name, known)}; it has {', '.join(map(repr, known))}")
