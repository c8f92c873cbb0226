"""Regular expressions that are compiled when they are first used: `lint` loads all kinds and reads no log line."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

_Found = Callable[..., re.Match[str] | None]


class Pattern:
    """A pattern of Python's `re`; its methods are those of `re.Pattern`."""

    def __init__(self, text: str, flags: int = 0) -> None:
        self._text, self._flags = text, flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._text, self._flags)

    @cached_property
    def match(self) -> _Found:
        """Match at the beginning of a text, or at a place of it."""
        return self._compiled.match

    @cached_property
    def search(self) -> _Found:
        """Match anywhere in a text."""
        return self._compiled.search

    @cached_property
    def fullmatch(self) -> _Found:
        """Match a whole text."""
        return self._compiled.fullmatch

    @cached_property
    def sub(self) -> Callable[..., str]:
        """Put something in place of all that it matches."""
        return self._compiled.sub

    @cached_property
    def findall(self) -> Callable[..., list[str]]:
        """All that it matches in a text."""
        return self._compiled.findall
