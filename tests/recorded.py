"""Simulated runs, recorded record by record as a real run is, and replayed from the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.simulated import ROOT
from validator.checks import kinds
from validator.engine.outcome import outcome
from validator.engine.verdicts import Verdicts
from validator.evidence.journal import Record
from validator.language.load import examine
from validator.recording.header import Header, Written, target_of
from validator.recording.recorder import Recorder
from validator.replaying.replayed import Edited, Replayed, replayed
from validator.report.summary import dumps, summarize
from validator.words.check import Spec

KEY = b"a key of the tests, 32 bytes long"[:32]


@dataclass(frozen=True)
class Recorded:
    """A recorded run."""

    path: Path
    live: str
    """The canonical summary of the run itself."""

    def again(self, spec: Path | None = None, **given: str) -> Replayed:
        """Judged again."""
        return replayed(self.path, Edited(spec, given, {}) if spec else None)

    @property
    def replayed(self) -> str:
        """The canonical summary of the replay."""
        return dumps(self.again().summary())


def record(
    path: Path,
    spec: Spec,
    text: str,
    variables: Mapping[str, str],
    journal: Sequence[Record],
    *,
    batch: int = 1,
    folder: Path = ROOT,
) -> Recorded:
    """Record a journal as it came about, some records at a time; `folder` has the files that the spec refers to."""
    texts = {spec.file: text}

    def read(name: str) -> bytes:
        texts[name] = (folder / name).read_text(encoding="utf-8")
        return texts[name].encode()

    names = examine(text, spec.file, kinds(), variables, read=read).names
    today = datetime.fromtimestamp(journal[0].at, UTC).date()
    written = Written.of(spec.file, texts, variables, names, today)
    header = Header(written, spec.digest, "0123456789abcdef", target_of(spec), emulated=True, warn_only=False)
    recorder = Recorder([path], header, spec.variables, KEY)
    verdicts = Verdicts(spec, kinds())
    for length, each in enumerate(journal, 1):
        verdicts.absorb(each)
        if length % batch == 0:
            recorder.take(journal[:length], verdicts)
    run = outcome(verdicts, emulated=True, secrets=recorder.secrets)
    recorder.finish(journal, verdicts, run.exit_code)
    assert not recorder.lost
    return Recorded(path, dumps(summarize(outcome(verdicts, emulated=True, secrets=recorder.secrets))))
