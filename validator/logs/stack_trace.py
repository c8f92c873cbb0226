"""Stack traces among the lines of a log: which lines are one trace, and which error it tells.

Knows Python, Node.js, Java, Go, Ruby and .NET as their runtimes print them, chains of causes among them. Pure text:
which entry a line came from is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import Any

from validator.words.pattern import Pattern

_MOST_ASIDE = 4
"""Lines of others that may stand between two lines of one trace (threads share a stream)."""
_MOST_FIELDS = 20
"""Fields of a validation error that are told."""
_DEEPEST = 8
"""How deep in a payload a trace is looked for."""
_MOST = 300_000
"""Characters of a text that are looked at; Cloud Logging takes no entry of more than 256 kB."""
_LONGEST = 1000
"""Characters of a line that are looked at."""

_CHAIN = Pattern(
    r"""During\ handling\ of\ the\ above\ exception|The\ above\ exception\ was\ the\ direct\ cause   # Python
    |\s*(?:Caused\ by:|Suppressed:)\ |\s*\.{3}\ \d+\ (?:more|common\ frames|lines)                      # Java, Node.js
    |\s*--->\ |\s*---\ End\ of\ (?:inner\ exception\ )?stack\ trace                                     # .NET
    |Emitted\ '|\s*\[cause\]:|Node\.js\ v\d                                                             # Node.js
    |goroutine\ \d+\ .*\[|\[signal\ |created\ by\ |exit\ status\ \d                                     # Go
    """,
    re.VERBOSE,
)
"""Lines that carry a trace on; by themselves they are none."""
_LINK = Pattern(r"During handling of the above|The above exception was the direct")
"""After these Python starts the next trace of the chain."""
_START = Pattern(
    r"""[\s|+]*(?:Exception\ Group\ )?Traceback\ \(most\ recent\ call\ last\):?$                       # Python, Ruby
    |panic:\ |fatal\ error:\ |goroutine\ \d+\ .*\[[a-z]|.{0,40}http:\ panic\ serving\                    # Go
    |Exception\ in\ thread\ "                                                                          # Java
    |Unhandled\ exception\.\ \S                                                                        # .NET
    |\S+:\d+:in\ [`'].*\([A-Z][\w:]*\)$                                                                # Ruby
    """,
    re.VERBOSE,
)
_FRAME = Pattern(
    r"""[\s|]*File\ "(?P<python_file>[^"]+)",\ line\ \d+(?:,\ in\ (?P<python>.+))?$
    |\s+at\ (?:async\ |new\ )?(?P<at>\S.*)$
    |\s*(?:\d+:\ )?(?:from\ )?\S+:\d+:in\ [`'](?P<ruby>.*)'$
    |\t(?P<go_file>\S+\.(?:go|s)):\d+(?:\ \+0x[0-9a-f]+)?$
    """,
    re.VERBOSE,
)
_GO = Pattern(r"(?:[^\s()]|\(\*?[\w.\[\]]+\)\.)+\(.*\)$")
"""A call, as Go prints it above its file."""
_GO_BEFORE = Pattern(r"goroutine \d|\[signal |\t\S+\.(?:go|s):\d")
"""What a call stands below."""
_OLD_RUBY = Pattern(r"\s+1: from ")
"""The frame above the last line of a trace of Ruby 2.5 to 2.7, which stands on its head."""
_ERROR = Pattern(r"[A-Za-z_][\w.]*(?:: .*|:)?$", re.DOTALL)
"""The last line of a Python trace."""
_LEVEL = Pattern(r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b")
_HEAD = Pattern(r"(?:^|[\s:\[(])[\w$.:/]*(?:Error|Exception|Throwable|Failure|Fault)\b")
"""What stands above the first `at` of a trace names an error."""
_CAUSE = Pattern(r"\s*(?:Caused by:|--->|\[cause\]:) +(.+)")
_OUTERMOST = Pattern(r'Exception in thread "[^"]*" |Unhandled exception\. |Uncaught |\S+:\d+:in [`\'][^\']*\': ')
_BAR = Pattern(r" *[|+][-+| ]*")
"""The margin of a Python exception group."""
_FIELD = Pattern(r"[A-Za-z_][\w.\[\]-]*(?: -> [\w.\[\]-]+)*$")
"""The name of a field, as pydantic prints it below a validation error; what is wrong with it stands indented below."""
_WRONG = Pattern(r"\s+(?P<what>\S.*?)(?:\s+[\[(]type=.*)?$")
_MORE = Pattern(r"\[(?:SQL|parameters): |\(Background on this error at: ")
"""Lines that SQLAlchemy prints below the last one of a Python trace."""
_GROUP_END = Pattern(r" *\+-{10,}$")
_RUNTIME = Pattern(r"panic\(|runtime\.|net/http\.\(\*conn\)\.serve\.func")
"""Go's own frames above the one that panicked."""


@dataclass(frozen=True)
class Trace:
    """What a stack trace tells."""

    error: str
    """The line that names the error that came out, without what the runtime puts before it; empty if it is cut off."""
    cause: str = ""
    """The line that names the first error of the chain; empty if there is only one."""
    function: str = ""
    """Where the error was raised: the innermost function, without file and line; empty if it is not told."""
    fields: tuple[str, ...] = ()
    """What is wrong with which field, of a validation error: `order.total: Field required`."""


class _Sort(Enum):
    START = auto()
    FRAME = auto()
    CHAIN = auto()
    INDENTED = auto()
    BLANK = auto()
    OTHER = auto()


def _sort(line: str) -> _Sort:
    if not line.strip():
        return _Sort.BLANK
    if _FRAME.match(line):
        return _Sort.FRAME
    if _CHAIN.match(line):
        return _Sort.CHAIN
    if _START.match(line):
        return _Sort.START
    return _Sort.INDENTED if line[0] in " \t" else _Sort.OTHER


def lines_of(text: str) -> list[str]:
    """The lines of a text in which traces are looked for."""
    return text[:_MOST].splitlines()


def suggests(text: str) -> bool:
    """Whether a text may be of a trace: it starts one, or has one of its frames. Quick, and right about whole traces."""
    return any(_sort(line[:_LONGEST]) in (_Sort.START, _Sort.FRAME, _Sort.CHAIN) for line in lines_of(text))


def within(value: Any, depth: int = _DEEPEST) -> str:
    """The first text in a payload that is a trace, however its logger calls the field; empty if there is none."""
    if isinstance(value, str):
        return value if "\n" in value and find(lines_of(value)) else ""
    if depth and isinstance(value, Mapping):
        return next(filter(None, (within(part, depth - 1) for part in value.values())), "")
    if depth and isinstance(value, list):
        if value and all(isinstance(line, str) for line in value):
            return within("\n".join(value))
        return next(filter(None, (within(part, depth - 1) for part in value)), "")
    return ""


def named_fields(lines: Sequence[str]) -> tuple[str, ...]:
    """What is wrong with which field, as pydantic tells it in two lines below `... validation error for Order`."""
    found = []
    for name, below in pairwise(lines):
        wrong = _WRONG.match(below[:_LONGEST])
        if wrong and _FIELD.match(name[:_LONGEST]):
            found.append(f"{name.strip()}: {wrong['what']}")
    return tuple(found[:_MOST_FIELDS])


def find(lines: Sequence[str]) -> list[list[int]]:
    """The traces among lines that were logged one after another: the indices of each one's lines."""
    scan = _Scan([line[:_LONGEST] for line in lines])
    for number, line in enumerate(scan.lines):
        scan.take(number, _sort(line))
    scan.finish()
    return scan.found


class _Scan:
    """One pass over the lines; at most one trace is open."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.found: list[list[int]] = []
        self.taken: set[int] = set()
        """All lines of the traces that were found."""
        self.open: list[int] = []
        self.aside: list[int] = []
        """Lines since the last one of the open trace that are not of it, so far."""
        self.ended = False
        """Whether the open trace has its last line (only Python has one)."""
        self.validation = False
        """Whether that line says that fields are wrong."""

    def finish(self) -> None:
        """End the open trace; a single line is none."""
        if len(self.open) > 1:
            self.found.append(self.open)
            self.taken.update(self.open)
        self.open, self.aside, self.ended, self.validation = [], [], False, False

    def take(self, number: int, sort: _Sort) -> None:
        """Take the next line."""
        if not self.open:
            self._begin(number, sort)
        elif sort is _Sort.BLANK:
            self.aside.append(number)
        elif sort is _Sort.CHAIN:
            self._extend(number, ended=False)
        elif sort is _Sort.START:
            self._start(number)
        elif sort is _Sort.FRAME:
            self._frame(number)
        elif sort is _Sort.INDENTED and self._field():
            self.open, self.aside = [*self.open, *self.aside, number], []
        elif sort is _Sort.INDENTED and (not self.aside or self._group(number)):
            self._extend(number, ended=self.ended or _GROUP_END.match(self.lines[number]) is not None)
        else:
            self._other(number)

    def _begin(self, number: int, sort: _Sort) -> None:
        if sort is _Sort.START or (sort is _Sort.CHAIN and self.lines[number].startswith("goroutine ")):
            self.open = [number]
        elif sort is _Sort.FRAME:
            self.open = [*self._head(number), number]

    def _head(self, number: int) -> list[int]:
        """The lines above the first frame that name the error: one, with its causes below it, or with blank lines."""
        above: list[int] = []
        for index in range(number - 1, max(-1, number - 6), -1):
            if index in self.taken:
                break
            above.insert(0, index)
            line = self.lines[index]
            if line.strip() and not _CHAIN.match(line):
                return above if _HEAD.search(line[:300]) else []
        return []

    def _extend(self, number: int, *, ended: bool) -> None:
        blank = [index for index in self.aside if not self.lines[index].strip()]
        self.open += [*blank, number]
        self.aside, self.ended = [], ended

    def _start(self, number: int) -> None:
        last = self.lines[self.open[-1]]
        if _OLD_RUBY.match(last):
            self._extend(number, ended=True)
        elif _LINK.match(last) or self.lines[number][0] in " \t":
            self._extend(number, ended=False)
        else:
            self.finish()
            self.open = [number]

    def _frame(self, number: int) -> None:
        headed = bool(self.aside) and _HEAD.search(self.lines[self.aside[-1]][:300])
        if self.ended or (headed and not self._python()):
            self.finish()
            self._begin(number, _Sort.FRAME)
        else:
            self._extend(number, ended=False)

    def _python(self) -> bool:
        return any('File "' in self.lines[index] for index in self.open[:3])

    def _group(self, number: int) -> bool:
        return not self.ended and self._python() and _BAR.match(self.lines[number]) is not None

    def _field(self) -> bool:
        """Whether the line before names a field of the error above."""
        return self.validation and len(self.aside) == 1 and _FIELD.match(self.lines[self.aside[0]]) is not None

    def _other(self, number: int) -> None:
        line, last = self.lines[number], self.lines[self.open[-1]]
        closing = self._python() and not self.ended and not _BAR.match(last)
        error = closing and _ERROR.match(line) and not _LEVEL.match(line)
        go = _GO_BEFORE.match(last) and _GO.match(line)
        if error or (self.ended and not self.aside and _MORE.match(line)):
            self.validation = self.validation or "validation error" in line
            self._extend(number, ended=True)
        elif go or line == "}":
            self._extend(number, ended=False)
        else:
            self.aside.append(number)
            if len(self.aside) > _MOST_ASIDE:
                self.finish()
                # What stood aside may be the head of a trace itself, but it has no frame yet: nothing is lost.


def read(lines: Sequence[str]) -> Trace:
    """What the lines of one trace tell."""
    lines = [line[:_LONGEST] for line in lines]
    if any(_FRAME.match(line) and 'File "' in line for line in lines):
        return _read_python(lines)
    if lines[0].startswith("Traceback"):
        return _told(lines[-1], _function(lines[-1:]))  # of old Ruby
    head = next((line for line in lines if line.strip()), "")
    if _FRAME.match(head) and not _START.match(head):
        return Trace("")
    causes = [found[1].strip() for line in lines if (found := _CAUSE.match(line))]
    told = _told(head, _function(lines))
    return Trace(told.error, causes[-1] if causes else "", told.function)


def _told(head: str, function: str) -> Trace:
    return Trace(_OUTERMOST.sub("", head.strip(), count=1), function=function)


def _read_python(lines: Sequence[str]) -> Trace:
    errors: list[str] = []
    function = ""
    inside = False
    last = 0
    for number, line in enumerate(lines):
        bare = _BAR.sub("", line, count=1) if _BAR.match(line) else line
        frame = _FRAME.match(line)
        if frame:
            inside, innermost = True, frame["python"] or ""
        elif inside and bare[:1] not in ("", " ", "\t"):
            errors.append(bare)
            inside, last = False, number
            if bare == line or not function:
                function = innermost
    outermost = errors[-1] if errors and not inside else ""
    if any(_BAR.match(line) for line in lines):  # an exception group stands above the exceptions in it
        outermost = next((e for e in errors if "Group" in e.split(":", 1)[0]), outermost)
    first = errors[0] if len(errors) > 1 and errors[0] != outermost else ""
    return Trace(outermost, first, function, named_fields(lines[last + 1 :]) if outermost else ())


def _function(lines: Sequence[str]) -> str:
    """The innermost function of a trace whose innermost frame stands first."""
    if any(line.startswith("goroutine ") for line in lines):
        calls = [line for line in lines if _GO.match(line) and not _RUNTIME.match(line)]
        return calls[0].rsplit("(", 1)[0] if calls else ""
    for line in lines:
        found = _FRAME.match(line) or re.match(r"\S+:\d+:in [`'](?P<ruby>[^']*)'", line)
        if found and "ruby" in found.groupdict() and found["ruby"]:
            return found["ruby"]
        at = found.groupdict().get("at") if found else None
        if at:
            return re.split(r"[ (\[]", at, maxsplit=1)[0] if "(" in at else ""
    return ""
