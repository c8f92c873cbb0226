"""The door: all text that leaves for a terminal, a build log or a pipe goes through here, in one order.

Secrets are taken out first, as half a secret is not recognised; then it is cut; then what cannot be seen is written as
its escape; then it is made inert for whoever reads it.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterable
from typing import TextIO

from validator.report.safety import cut, inert, inert_json, visible

LONGEST = 10_000
"""Characters of one line."""

_ANSI = {"bold": "\x1b[1m", "red": "\x1b[31m", "yellow": "\x1b[33m", "blue": "\x1b[34m"}

Redact = Callable[[str], str]
Span = tuple[str, str]
"""A text and its style."""


class Outlet:
    """A stream whose failure ends nothing: what cannot be written is dropped, and it is noted that it was."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.lost = "it is closed" if stream is None else ""
        """Why something could not be written; empty as long as all was, and for a reader who has read enough."""
        self.encoding = (stream and stream.encoding) or "utf-8"

    @property
    def open(self) -> bool:
        """Whether what is written is taken by somebody."""
        return self._stream is not None

    def write(self, text: str) -> int:
        """Write text that the encoding may not be able to take."""
        self._attempt(lambda stream: stream.write(text.encode(self.encoding, "backslashreplace").decode(self.encoding)))
        return len(text)

    def flush(self) -> None:
        """Hand on what is held back."""
        self._attempt(lambda stream: stream.flush())

    def isatty(self) -> bool:
        """Whether a person may be watching."""
        try:
            return self._stream is not None and self._stream.isatty()
        except (OSError, ValueError):
            return False

    def fileno(self) -> int:
        """The descriptor.

        Raises:
            OSError: there is none.
        """
        if self._stream is None:
            raise OSError(errno.EBADF, "closed")
        return self._stream.fileno()

    def _attempt(self, act: Callable[[TextIO], object]) -> None:
        if self._stream is None:
            return
        try:
            act(self._stream)
        except BrokenPipeError:
            self._stream = None
        except (OSError, ValueError) as error:  # ValueError: closed by somebody else
            self._stream, self.lost = None, getattr(error, "strerror", None) or str(error)


class Door:
    """One stream, and what is secret to its readers."""

    def __init__(self, stream: TextIO | None, redact: Redact) -> None:
        self.outlet = Outlet(stream)
        self.redact = redact

    def text(self, raw: str, longest: int = LONGEST) -> str:
        """A text as it may be shown within a line."""
        return visible(cut(self.redact(raw), longest))

    def line(self, raw: str) -> bool:
        """Write one line; returns whether it was taken."""
        self._put(inert(self.text(raw)))
        return self.outlet.open

    def setting(self, raw: str) -> bool:
        """Write one line for a shell, whole: what a command needs is no secret, whatever it is called."""
        self._put(inert(visible(raw)))
        return self.outlet.open

    def spans(self, spans: Iterable[Span], *, color: bool) -> None:
        """Write one line of several parts, in colour if that is wanted."""
        shown = [(self.text(raw), style) for raw, style in spans]
        plain = "".join(text for text, _ in shown)
        if not color or inert(plain) != plain:
            self._put(inert(plain))
        else:
            self._put("".join(f"{_ANSI[style]}{text}\x1b[0m" if style else text for text, style in shown))

    def lines(self, raw: str) -> None:
        """Write a text of several lines."""
        for line in self.redact(raw).rstrip("\n").split("\n"):
            self._put(inert(visible(cut(line, LONGEST))))

    def json(self, document: object) -> None:
        """Write JSON for a program: it reads as it was but for the secrets, and no line of it says anything else."""
        self._put(inert_json(json.dumps(redacted(document, self.redact), indent=2, ensure_ascii=False)))

    def commands(self, made: Iterable[str]) -> None:
        """Write workflow commands, as `report.github` makes them."""
        for each in made:
            self._put(each)

    def made(self, report: str) -> None:
        """Write a report as its writer made it: it is safe already, and half of it is none."""
        self._put(report.rstrip("\n"))

    def _put(self, line: str) -> None:
        self.outlet.write(f"{line}\n")
        self.outlet.flush()


def redacted(value: object, redact: Redact, kept: frozenset[str] = frozenset()) -> object:
    """A copy of a JSON tree without secrets in its texts; those of the keys in `kept` stay as they are."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {
            key if key.isidentifier() else redact(key): part if key in kept else redacted(part, redact, kept)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [redacted(part, redact, kept) for part in value]
    return value
