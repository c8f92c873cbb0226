"""What is wrong with a spec, for a person (with a caret) and for programs (JSON, SARIF)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence

from validator import __version__
from validator.language.mistake import SpecError
from validator.report.document import Place
from validator.report.door import Redact, Span
from validator.report.safety import visible
from validator.report.sarif import log, result
from validator.words.call import Json

_WIDEST = 160
"""Characters of a line of the spec that are shown."""

_RULE = "spec"
"""The rule of SARIF that all mistakes break."""

Lines = Callable[[str], Sequence[str]]
"""The lines of a file of the spec; empty if it cannot be read."""


def for_people(found: Sequence[SpecError], lines: Lines, redact: Redact) -> Iterator[Sequence[Span]]:
    """Each mistake on one line (`file:line:column: message`), and below it the spec's line with a caret."""
    for each in found:
        warning = (("warning: ", "yellow"),) if each.warning else ()
        yield (f"{each.position}: ", "bold" if each.warning else "red"), *warning, (each.message, "")
        if each.quotable:
            yield from _pointed(each, lines(each.position.file), redact)


def _pointed(each: SpecError, lines: Sequence[str], redact: Redact) -> Iterator[Sequence[Span]]:
    line, column = each.position.line, each.position.column
    if not 0 < line <= len(lines):
        return
    whole = lines[line - 1].replace("\t", " ")
    text = redact(whole)
    same = next((at for at, (one, other) in enumerate(zip(whole, text, strict=False)) if one != other), len(whole))
    at = min(column - 1, same)
    first = max(0, at - _WIDEST * 3 // 4)
    number = f"{line:5d} | "
    caret = " " * (sum(map(_width, visible(text[first:at])))) + "^"
    yield (number, "blue"), (text[first : first + _WIDEST], "")
    yield (f"{' ' * (len(number) - 2)}| ", "blue"), (caret, "red")


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def as_json(found: Sequence[SpecError], file: str, checks: int) -> Json:
    """All as one JSON object, version 1."""
    listed = [
        {
            "file": each.position.file,
            "line": each.position.line,
            "column": each.position.column,
            "severity": "warning" if each.warning else "error",
            "message": each.message,
        }
        for each in found
    ]
    return {"version": 1, "spec": file, "checks": checks, "mistakes": listed}


def as_sarif(found: Sequence[SpecError]) -> Json:
    """All as SARIF 2.1.0, which code scanning reads."""
    return log(__version__, [{"id": _RULE}], [_result(each) for each in found])


def _result(each: SpecError) -> Json:
    place: Place = {"file": each.position.file, "line": each.position.line, "column": each.position.column}
    return result(_RULE, "warning" if each.warning else "error", each.message, place)
