"""The recorder: writes a run's journal as it goes, without secrets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from validator.engine.outcome import known_secrets
from validator.engine.verdicts import Verdicts
from validator.evidence.journal import Observation, Record
from validator.evidence.logs import LogsOf
from validator.evidence.record_json import written
from validator.recording.concealment import Concealment, secrets_of, texts
from validator.recording.header import Header
from validator.recording.ndjson import Writer
from validator.report.redaction import secret_values
from validator.words.call import Answer
from validator.words.finding import Attempt
from validator.words.secret import named, within

TAKEN_OUT = "TakenOut"
FINISHED = "Finished"


class Recorder:
    """Writes one run to one file or several. Should that fail, the run goes on, and `lost` says why."""

    def __init__(self, paths: Sequence[Path], header: Header, variables: Mapping[str, str], key: bytes) -> None:
        self._paths = paths
        self._header = header
        self._concealment = Concealment(key, "\n".join(header.spec.texts.values()))
        self._concealment.learn(secret_values(variables))
        self._writer: Writer | None = None
        self._at = 0
        self._told = 0
        self.lost = ""
        """Why the recording is not whole; empty while it is."""

    @property
    def secrets(self) -> frozenset[str]:
        """What was taken out: no report may show it either."""
        return self._concealment.values

    @property
    def paths(self) -> Sequence[Path]:
        """Where it is written."""
        return self._paths

    def take(self, journal: Sequence[Record], verdicts: Verdicts) -> None:
        """Write what the journal has since the last time."""
        if self._paths:
            self._attempt(lambda: self._write(journal, verdicts))

    def finish(self, journal: Sequence[Record], verdicts: Verdicts, exit_code: int) -> None:
        """Write what is left, and what the run came to."""
        self.take(journal, verdicts)
        writer = self._writer
        if writer is not None:
            self._attempt(lambda: self._end(writer, verdicts, exit_code))

    def _attempt(self, write: Callable[[], None]) -> None:
        """Write; whatever goes wrong costs the recording, and neither the run nor its summary."""
        if self.lost:
            return
        try:
            write()
        except OSError as error:
            self.lost = f"the recording cannot be written: {error.strerror or error}"
        except Exception as error:  # noqa: BLE001 - as said
            self.lost = f"the recording cannot be written: a defect of the gate: {type(error).__name__}: {error}"

    def _write(self, journal: Sequence[Record], verdicts: Verdicts) -> None:
        if self._writer is None:
            self._concealment.learn(known_secrets(verdicts))
            self._writer = Writer(self._paths)
            self._writer.write([self._begin()])
        records = journal[self._at :]
        self._at = len(journal)
        if records:
            self._concealment.learn(known_secrets(verdicts))
            self._writer.write([*self._lines(records, verdicts)])

    @staticmethod
    def _end(writer: Writer, verdicts: Verdicts, exit_code: int) -> None:
        came_to = {name: standing.verdict.outcome.value for name, standing in verdicts.standings.items()}
        writer.write([{"is": FINISHED, "exit_code": exit_code, "verdicts": came_to}])
        writer.close()

    def _begin(self) -> Mapping[str, Any]:
        """The header, concealed; what the spec then says in plain is no secret."""
        sent, spec = self._concealment.sent, self._header.spec
        concealed = replace(
            spec,
            texts={sent(file): sent(text) for file, text in spec.texts.items()},
            file=sent(spec.file),
            variables={name: sent(value) for name, value in spec.variables.items()},
        )
        self._concealment.plain = "\n".join(concealed.texts.values())
        return replace(self._header, spec=concealed).line()

    def _lines(self, records: Sequence[Record], verdicts: Verdicts) -> Iterator[Mapping[str, Any]]:
        for record in records:
            if isinstance(record, Observation) and isinstance(record.result, Answer):
                self._concealment.learn(_learned(record, verdicts))
        lines = [self._concealment.record(written(record)) for record in records]
        taken = list(self._concealment.put.made.values())
        if taken[self._told :]:
            yield {"is": TAKEN_OUT, "values": taken[self._told :]}
            self._told = len(taken)
        yield from lines


def _learned(seen: Observation, verdicts: Verdicts) -> Iterator[str]:
    """What an answer tells of secrets by itself, and what checks capture of it."""
    assert isinstance(seen.result, Answer)
    if isinstance(seen.query, LogsOf):
        return  # each request may log one of its own: they are taken out where they stand
    yield from secrets_of(seen.result.content)
    for standing in verdicts.standings.values():
        check = standing.check
        if seen.query not in standing.queries:
            continue
        secret = {name: f"{name} {each.text}" for name, each in check.captures if named(f"{name} {each.text}")}
        if not secret:
            continue
        attempt = verdicts.evidence.derived.get((check.name, check.part, seen.seq))
        if isinstance(attempt, Attempt):
            for name, value in attempt.finding.captured:
                yield from within(secret.get(name, name), value)
        else:  # not told yet: all of it, as it is not known which
            yield from _leaves(seen.result.content)


def _leaves(content: Mapping[str, Any]) -> Iterator[str]:
    for text in texts(content):
        try:
            yield from texts(json.loads(text))
        except (ValueError, RecursionError):
            continue
