"""A terminal or a build log: hostile text goes in, safe lines that fit its width and its encoding come out."""

from __future__ import annotations

import os
from typing import TextIO, cast

from rich.console import Console as RichConsole
from rich.text import Text

from validator.report import github
from validator.report.door import LONGEST, Door, Outlet, Span
from validator.report.safety import inert

WIDE = 120
"""Columns of what is no terminal: a build log."""
_PLAIN = {"✓": "+", "✗": "x", "\N{EN DASH}": "-", "…": "...", "│": "|", "─": "-", "·": "-", "→": "->"}


class Terminal:
    """Writes lines through a door.

    Nothing that is written can steer the terminal or start a workflow command, and all of it can be encoded.
    """

    def __init__(self, door: Door, *, color: bool, live: bool = False, width: int | None = None) -> None:
        self._door = door
        self.rich = RichConsole(
            file=cast("TextIO", door.outlet),
            force_terminal=color or live,
            color_system="standard" if color else None,
            no_color=not color,
            width=width or _columns(door.outlet),
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            _environ={},
        )
        self.unicode = self._encodes("".join(_PLAIN))

    @property
    def width(self) -> int:
        """Columns."""
        return self.rich.width

    def show(self, text: str, longest: int = LONGEST) -> str:
        """A text on one line, made of characters that the stream can take."""
        text = self._door.text(text, longest)
        if not self.unicode:
            for character, plain in _PLAIN.items():
                text = text.replace(character, plain)
        return text.encode(self._door.outlet.encoding, "backslashreplace").decode(self._door.outlet.encoding)

    def line(self, *spans: Span, indent: str = "", hang: str | None = None, fold: bool = True) -> None:
        """Write one line, folded at the width: `indent` before its first part, `hang` before the others."""
        hang = indent if hang is None else hang
        text = Text.assemble(*((self.show(part), style) for part, style in spans))
        if not fold:
            self._put(indent, text)
            return
        first, rest = self._fold(text, self.width - len(indent))
        self._put(indent, first)
        while rest.plain:
            part, rest = self._fold(rest, self.width - len(hang))
            self._put(hang, part)

    def _fold(self, text: Text, room: int) -> tuple[Text, Text]:
        """What fits on one line, and the rest."""
        if text.cell_len <= room:
            return text, Text()
        first = text.wrap(self.rich, max(room, 20), overflow="fold")[0]
        rest = text[len(first.plain) :]
        return first, rest[len(rest.plain) - len(rest.plain.lstrip()) :]

    def gap(self) -> None:
        """Write an empty line."""
        self.rich.print()

    def rule(self, title: str) -> None:
        """Write a heading."""
        room = max(self.width - 5, 20)
        title = title if len(title) <= room else title[: room - 1] + "…"
        self.gap()
        self.line(
            ("── ", "dim"),
            (title, "bold"),
            (" " + "─" * max(min(self.width, 100) - len(title) - 4, 0), "dim"),
            fold=False,
        )

    def fold(self, title: str) -> None:
        """On GitHub: fold what follows under this heading, and end what was folded before."""
        self._door.commands([github.group(self.show(title))])

    def unfold(self) -> None:
        """On GitHub: what follows is shown."""
        self._door.commands([github.END_OF_GROUP])

    def _put(self, indent: str, text: Text) -> None:
        whole = Text.assemble(self.show(indent), text)
        whole.rstrip()
        safe = inert(whole.plain)
        self.rich.print(whole if safe == whole.plain else Text(safe), soft_wrap=True)

    def _encodes(self, text: str) -> bool:
        try:
            text.encode(self._door.outlet.encoding)
        except UnicodeEncodeError:
            return False
        return True


def _columns(outlet: Outlet) -> int:
    """The terminal's columns, or those of a build log."""
    try:
        return max(os.get_terminal_size(outlet.fileno()).columns, 40) if outlet.isatty() else WIDE
    except (OSError, ValueError):
        return WIDE
