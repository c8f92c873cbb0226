r"""The text of a scenario's file, as people have it, made into text that YAML can read; places stay those of the file.

Pasted JSON begins with a byte order mark where an editor or a shell wrote one, and has characters beyond U+FFFF as two
escapes (`\ud83d\ude80`), which JSON allows (RFC 8259, section 7) and YAML does not: such a pair becomes its character, half
of one becomes U+FFFD, as there is no character that it could be.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

_MARK = "\ufeff"
_MARK_BEFORE_JSON = re.compile(rf"^([ \t]*){_MARK}(?=[ \t]*[\[{{])", re.MULTILINE)
_SURROGATES = re.compile(
    r"(?<!\\)(?P<before>(?:\\\\)*)"
    r"\\u(?:(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})|[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Text:
    """A text that YAML can read, and how its places are told."""

    text: str
    _shortened: dict[int, list[tuple[int, int]]] = field(default_factory=dict, repr=False)
    """Line -> (column from which, characters that the file has more), in order."""

    def place(self, line: int, column: int) -> tuple[int, int]:
        """Where the file has what stands at a line and column of the text."""
        more = [count for start, count in self._shortened.get(line, ()) if start < column]
        return line, column + sum(more)


def decoded(data: bytes) -> Text:
    """Read the bytes of a file.

    Raises:
        ValueError: they are not UTF-8 text.
    """
    if data.startswith(_UTF_16):
        raise ValueError("it is UTF-16 text; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(f"it is not UTF-8 text (line {line})") from error
    text = text.replace("\r\n", "\n")
    if _MARK in text:
        text = _MARK_BEFORE_JSON.sub(r"\1 ", text)
    return _joined(text) if "\\u" in text else Text(text)


def _joined(text: str) -> Text:
    """Escaped surrogates as the characters that they are."""
    parts: list[str] = []
    shortened: dict[int, list[tuple[int, int]]] = {}
    end = line = start = 0  # of what was copied; of the file: the line's number and where it begins
    removed = 0  # in this line so far
    for found in _SURROGATES.finditer(text):
        between = text.count("\n", end, found.start())
        if between:
            line, start, removed = line + between, text.rfind("\n", end, found.start()) + 1, 0
        parts += [text[end : found.start()], found["before"], _character(found)]
        end = found.end()
        length = end - found.start() - len(found["before"]) - 1
        removed += length
        shortened.setdefault(line + 1, []).append((end - start - removed, length))
    return Text("".join([*parts, text[end:]]), shortened)


def _character(found: re.Match[str]) -> str:
    if not found["high"]:
        return "\ufffd"
    return chr(0x10000 + ((int(found["high"], 16) - 0xD800) << 10) + int(found["low"], 16) - 0xDC00)
