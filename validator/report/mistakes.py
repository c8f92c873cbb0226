"""What is wrong with a spec, for a person (with a caret) and for programs (JSON, SARIF)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from validator import __version__
from validator.report.safety import inert, visible
from validator.spec.mistake import SpecError

_BOLD, _RED, _YELLOW, _BLUE, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[0m"
_WIDEST = 160
"""Characters of a line of the spec that are shown."""

Lines = Callable[[str], Sequence[str]]
"""The lines of a file of the spec; empty if it cannot be read."""


def for_people(found: Sequence[SpecError], lines: Lines, *, color: bool) -> Iterator[str]:
    """Each mistake on one line (`file:line:column: message`), and below it the spec's line with a caret."""
    for each in found:
        place, message = visible(str(each.position)), visible(each.message)
        word = "warning: " if each.warning else ""
        if color:
            yield f"{_BOLD}{place}:{_PLAIN} {_YELLOW if each.warning else _RED}{word or 'error: '}{_PLAIN}{message}"
        else:
            yield inert(f"{place}: {word}{message}")
        yield from _pointed(each, lines(each.position.file), color=color)


def _pointed(each: SpecError, lines: Sequence[str], *, color: bool) -> Iterator[str]:
    line, column = each.position.line, each.position.column
    if not 0 < line <= len(lines):
        return
    text = lines[line - 1].replace("\t", " ")
    first = max(0, column - 1 - _WIDEST * 3 // 4)
    before, after = text[first : column - 1], text[column - 1 : first + _WIDEST]
    number = f"{line:5d} | "
    caret = " " * (sum(map(_width, visible(before)))) + "^"
    yield f"{_BLUE if color else ''}{number}{_PLAIN if color else ''}{visible(before)}{visible(after)}"
    yield f"{' ' * (len(number) - 2)}{_BLUE if color else ''}|{_PLAIN if color else ''} {_RED if color else ''}{caret}{_PLAIN if color else ''}"


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def as_json(found: Sequence[SpecError], file: str, checks: int) -> str:
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
    return json.dumps({"version": 1, "spec": file, "checks": checks, "mistakes": listed}, indent=2)


def as_sarif(found: Sequence[SpecError]) -> str:
    """All as SARIF 2.1.0, which code scanning reads."""
    return json.dumps(
        {
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {"driver": {"name": "validator", "version": __version__, "rules": [{"id": "spec"}]}},
                    "columnKind": "unicodeCodePoints",
                    "results": [_result(each) for each in found],
                }
            ],
        },
        indent=2,
    )


def _result(each: SpecError) -> dict[str, Any]:
    region = {"startLine": each.position.line, "startColumn": each.position.column}
    place = {"physicalLocation": {"artifactLocation": {"uri": each.position.file}, "region": region}}
    level = "warning" if each.warning else "error"
    return {"ruleId": "spec", "level": level, "message": {"text": each.message}, "locations": [place]}
