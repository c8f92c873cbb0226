"""A recording that is judged again, and its summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from validator import offline
from validator.checks import kinds
from validator.engine.outcome import outcome
from validator.engine.replay import Replay, judge_anew, replay
from validator.engine.verdicts import overall
from validator.language.pipeline import NAMES
from validator.recording.recorded import Recorded
from validator.report.document import Summary
from validator.report.summary import summarize
from validator.usage import INCONCLUSIVE
from validator.words.check import Spec
from validator.words.verdict import Outcome

_TAKEN_OUT = "the recording does not hold what it looks into: a secret, which was taken out; the run itself said {}"
_ASK_THE_RUN = "see the run's own summary"


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

    @property
    def verdicts(self) -> Mapping[str, str]:
        """What each check came to in the run."""
        standings = self.before.verdicts.standings
        return {**{name: each.verdict.outcome.value for name, each in standings.items()}, **self.recorded.verdicts}

    @property
    def verdict(self) -> str:
        """What the run came to."""
        found = overall(self.before.verdicts)
        return (Outcome.INCONCLUSIVE if found is Outcome.SKIPPED else found).value

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
        doubt(before, recorded, before)
        return Replayed(recorded, before, before, left_out)
    made = judge_anew(edited.spec(recorded), kinds(), recorded.records(), before)
    doubt(made, recorded, before)
    return Replayed(recorded, before, made, ())


def doubt(made: Replay, recorded: Recorded, before: Replay) -> None:
    """What comes to something else than it came to in the run rests on a secret: it is not judged."""
    standings = dict(before.verdicts.standings)
    for name, said in recorded.verdicts.items():
        if name in made.verdicts.standings and name in standings and standings[name].verdict.outcome.value != said:
            made.doubt(name, _TAKEN_OUT.format(said), _ASK_THE_RUN)
