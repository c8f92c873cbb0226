"""Safety: evidence is hostile text. Here it is made visible, inert and bounded before a person or a program reads it."""

from __future__ import annotations

import json
import re
import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that show nothing, reorder text or steer a terminal (bidi overrides are Cf)."""
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters that show nothing."""
_IGNORED = frozenset({"Mn", "Me", *_INVISIBLE})
"""Categories that a culture-sensitive comparison, such as the GitHub runner's, looks past."""
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e", "\0": "\\0"}
_COMMAND = re.compile("##\\[")
_ODD = re.compile(r"[^\n\x20-\x7e]")


def cut(text: str, longest: int, beyond: int = 0) -> str:
    """At most `longest` characters, and how many are missing; `beyond` characters are missing already."""
    if len(text) + beyond <= longest:
        return text
    more = max(len(text) - longest, 0) + beyond
    return f"{text[:longest]}… ({more} more {'character' if more == 1 else 'characters'})"


def visible(text: str) -> str:
    """One line in which every control, bidi or otherwise invisible character is written as its escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_show(character) for character in text)


def lines(text: str) -> list[str]:
    """The text's lines, each made visible; tabs become spaces."""
    return [visible(line.replace("\t", "    ")) for line in re.split(r"\r\n|\n", text.rstrip("\n"))]


def inert(line: str) -> str:
    r"""A line that the GitHub runner does not take for a workflow command.

    The runner trims a line and then looks for `::` at its start, and for `##[` anywhere (actions/runner,
    ActionCommand.cs), both culture-sensitively; a backslash keeps either from being one: `\::error::`, `##\[error]`.
    """
    bare = "".join(character for character in line if unicodedata.category(character) not in _IGNORED)
    if "##[" in bare:
        line = _COMMAND.sub("##\\\\[", bare)
        bare = line
    text = bare.lstrip()
    if text.startswith("::"):
        return f"{line[: len(line) - len(line.lstrip())]}\\{text}"
    return line


def inert_json(text: str) -> str:
    """JSON that reads the same: what shows nothing and what the GitHub runner takes for a command become escapes."""
    shown = _ODD.sub(lambda found: found[0] if _shows(found[0]) else _escape(found[0]), text)
    bare = _ODD.sub(lambda found: "" if unicodedata.category(found[0]) in _IGNORED else found[0], shown)
    if "##[" in bare:
        shown = _ODD.sub(lambda found: _escape(found[0]), shown).replace("##[", "#\\u0023[")
    return shown


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1] if not character.isascii() else f"\\u{ord(character):04x}"


def _shows(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE and character not in _FILLERS


def _show(character: str) -> str:
    if _shows(character):
        return character
    code = ord(character)
    return _NAMED.get(character) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )
