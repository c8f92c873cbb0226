"""The command `report`: a summary in another format, or two of them compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from validator.files import content
from validator.report import compare, github
from validator.report.console import Console
from validator.report.document import Summary
from validator.report.formats import FORMATS
from validator.report.in_toto import NoStatementError
from validator.report.reading import NotASummaryError, read
from validator.surroundings import Surroundings
from validator.usage import PASSED, UsageError

_LARGEST = 64 << 20
"""Bytes of a summary."""


def command(files: Sequence[Path], form: str, around: Surroundings) -> int:
    """Show a summary, or what changed from one to another; returns the exit code.

    Raises:
        UsageError: a file is no summary, or the format cannot be made of it.
    """
    if len(files) > 2:
        raise UsageError("one summary at a time, or two to compare")
    if len(files) == 2 and form not in compare.FORMS:
        raise UsageError(f"two summaries are compared as {', '.join(compare.FORMS)}, not as {form}")
    first, *second = (_load(file, around) for file in files)
    if second:
        around.out.made(compare.compared(first, second[0], form))
    else:
        show(first, form, around)
    return PASSED


def show(summary: Summary, form: str, around: Surroundings, written: Sequence[str] = ()) -> None:
    """Show a summary in a format; the console also names the files that were written.

    Raises:
        UsageError: the format cannot be made of it.
    """
    if form == "console":
        Console(around.out, live=False, color=around.colored(around.out), folds=False).finish(summary, written)
    elif form == "github":
        around.out.commands(github.verdicts(summary, around.workspace))
    else:
        try:
            around.out.made(FORMATS[form].write(summary))
        except NoStatementError as error:
            raise UsageError(f"--format {form}: {error}") from None


def _load(file: Path, around: Surroundings) -> Summary:
    try:
        text = content(file, _LARGEST).decode("utf-8")
        return read(text, str(file), around.out.redact)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is no summary: it is no UTF-8") from None
    except NotASummaryError as error:
        raise UsageError(str(error)) from None
