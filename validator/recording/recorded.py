"""A recording that is read: its header, its records one at a time, and what the run came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from validator.evidence.journal import Record
from validator.evidence.record_json import UnknownSortError, read
from validator.recording import ndjson
from validator.recording.header import Header
from validator.recording.ndjson import RecordingError
from validator.recording.recorder import FINISHED, TAKEN_OUT


class Recorded:
    """One recording's file.

    Raises:
        RecordingError: it is none; also while its records are read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = ndjson.read(path)
        self.header = Header.read(next(lines), str(path))
        lines.close()
        self.pseudonyms: set[str] = set()
        """What stands in place of secrets; of the records that were read."""
        self.exit_code: int | None = None
        """The run's, once the end was read; None of a run that was killed."""
        self.verdicts: Mapping[str, str] = {}
        """Check -> what the run itself came to; likewise."""

    def records(self) -> Iterator[Record]:
        """The journal."""
        lines = ndjson.read(self.path)
        next(lines)
        for number, line in enumerate(lines, 2):
            try:
                if line["is"] == TAKEN_OUT:
                    self.pseudonyms.update(line["values"])
                elif line["is"] == FINISHED:
                    self.exit_code, self.verdicts = int(line["exit_code"]), dict(line["verdicts"])
                else:
                    yield read(line)
            except UnknownSortError as error:
                told = f"{self.path} cannot be read whole: {error}; install validator {self.header.tool} or newer"
                raise RecordingError(told) from None
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                told = f"{self.path} is damaged: line {number} is no record ({type(error).__name__}: {error})"
                raise RecordingError(told) from None
