"""Replaying: recordings judged again, offline, by their own spec or by an edited one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from validator import offline
from validator.checks import kinds
from validator.engine.outcome import known_secrets, outcome
from validator.engine.replay import Replay, judge_anew, replay
from validator.language.pipeline import NAMES
from validator.recording.ndjson import RecordingError
from validator.recording.recorded import Recorded
from validator.report.console import Console
from validator.report.document import Summary
from validator.report.markdown import markdown
from validator.report.reports import Reports
from validator.report.summary import summarize
from validator.surroundings import Surroundings
from validator.usage import INCONCLUSIVE, UsageError
from validator.words.check import Spec

_TAKEN_OUT = "the recording does not hold what it looks into: a secret, which was taken out; the run itself said {}"
_ASK_THE_RUN = "see the run's own summary"
_CUT = "the recording has no end: its run was killed; what was not decided by then is inconclusive"


@dataclass(frozen=True)
class Edited:
    """Another spec than the recorded one, and what it is read with."""

    file: Path
    given: Mapping[str, str]
    """The values of `--set`."""
    environment: Mapping[str, str]

    def spec(self, recorded: Recorded) -> Spec:
        """The spec for a recording: a name means what it meant then, unless `--set` says something else.

        Raises:
            BadSpec, UsageError: it cannot be run.
        """
        around = {name: value for name, value in self.environment.items() if name not in NAMES}
        variables = {**around, **recorded.header.spec.variables, **self.given}
        today = date.fromisoformat(recorded.header.spec.today)
        return offline.load_file(self.file, variables, command="replay --spec", wanted=self.given, today=today)


@dataclass(frozen=True)
class Replayed:
    """A recording, judged again."""

    recorded: Recorded
    before: Replay
    """By its own spec."""
    made: Replay
    """By the edited spec, or the same."""
    left_out: tuple[str, ...]

    @property
    def own(self) -> bool:
        """Whether it was judged by its own spec alone."""
        return self.made is self.before

    def summary(self) -> Summary:
        """As a run's; by its own spec it is the run's own."""
        header, verdicts = self.recorded.header, self.made.verdicts
        run = outcome(
            verdicts,
            not_selected=self.left_out,
            emulated=header.emulated,
            secrets=frozenset(self.recorded.pseudonyms),
        )
        code = self.recorded.exit_code if self.own else None
        signal = code if code and code > INCONCLUSIVE else None
        return summarize(run, signal, warn_only=header.warn_only and self.own)


def replayed(file: Path, edited: Edited | None) -> Replayed:
    """Judge a recording.

    Raises:
        RecordingError: it cannot be read.
        BadSpec, UsageError: the edited spec cannot be run.
    """
    recorded = Recorded(file)
    spec, left_out = recorded.header.recorded_spec(str(file))
    before = replay(spec, kinds(), recorded.records())
    if edited is None:
        _doubt(before, recorded, before)
        return Replayed(recorded, before, before, left_out)
    made = judge_anew(edited.spec(recorded), kinds(), recorded.records(), before)
    _doubt(made, recorded, before)
    return Replayed(recorded, before, made, ())


def _doubt(made: Replay, recorded: Recorded, before: Replay) -> None:
    """What comes to something else than it came to in the run rests on a secret: it is not judged."""
    standings = dict(before.verdicts.standings)
    for name, said in recorded.verdicts.items():
        if name in made.verdicts.standings and name in standings and standings[name].verdict.outcome.value != said:
            made.doubt(name, _TAKEN_OUT.format(said), _ASK_THE_RUN)


def command(file: Path, edited: Edited | None, form: str, out: Path | None, around: Surroundings) -> int:
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
    _show(summary, written, form, around)
    for line in _notes(found):
        around.err.line(f"validator: {line}")
    code = summary["exit_code"]
    return min(code, INCONCLUSIVE)


def _show(summary: Summary, written: Sequence[str], form: str, around: Surroundings) -> None:
    if form == "json":
        around.out.json(summary)
    elif form == "markdown":
        around.out.lines(markdown(summary))
    else:
        Console(around.out, live=False, color=around.colored(around.out), folds=False).finish(summary, written)


def _notes(found: Replayed) -> Iterator[str]:
    """What to know of a replay besides its summary."""
    if not found.before.whole:
        yield f"{found.recorded.path}: {_CUT}"
    if found.own:
        return
    before = found.before.verdicts.standings
    for name, standing in found.made.verdicts.standings.items():
        was = found.recorded.verdicts.get(name) or (before[name].verdict.outcome.value if name in before else "")
        if was != standing.verdict.outcome.value:
            yield f"{name}: {was or 'new'} -> {standing.verdict.outcome.value}"
