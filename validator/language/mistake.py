"""Mistakes in a spec: each names its place and the remedy; a bad spec is refused with all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from validator.words.check import Position


class Mistake(Exception):
    """Something wrong within a value, at a path of keys and indices below it."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    def below(self, *path: str | int) -> Mistake:
        """The same mistake seen from further up."""
        return Mistake(self.message, *path, *self.path)


class Mistakes(Exception):
    """Several mistakes of one value, told together."""

    def __init__(self, found: Sequence[Mistake], made: object = None) -> None:
        super().__init__("; ".join(mistake.message for mistake in found))
        self.found = tuple(found)
        self.made = made
        """What could be made of the value all the same, so that more can be said of it."""


Made = TypeVar("Made")


def sound(made: Made, found: Iterable[Mistake]) -> Made:
    """What was made of a value, if nothing is wrong with that.

    Raises:
        Mistakes: all that is wrong.
    """
    if several := tuple(found):
        raise Mistakes(several, made)
    return made


@dataclass(frozen=True, order=True)
class SpecError:
    """One mistake, or one warning, with its place in the file."""

    position: Position
    message: str
    warning: bool = False
    """Whether the spec can be used all the same."""
    quotable: bool = True
    """Whether the line that it points at may be shown: not of what is no spec, nor one that holds a secret."""

    def __str__(self) -> str:
        return f"{self.position}: {'warning: ' if self.warning else ''}{self.message}"


class BadSpec(Exception):
    """The spec is refused; nothing was run."""

    def __init__(self, errors: Sequence[SpecError]) -> None:
        self.errors = in_order(errors)
        super().__init__("\n".join(map(str, self.errors)))


def in_order(errors: Sequence[SpecError]) -> tuple[SpecError, ...]:
    """Each mistake once, by its place."""
    return tuple(sorted(set(errors), key=lambda e: (e.position.file, e.position.line, e.position.column, e.message)))


def meant(word: str, known: Sequence[str]) -> str:
    """` (did you mean X?)` for a misspelt word, or nothing."""
    close = closest(word, known)
    return f" (did you mean {close}?)" if close else ""


def closest(word: str, known: Sequence[str]) -> str:
    """The known word that a misspelt one is nearest to; empty if none is near."""
    return next(iter(get_close_matches(word[:100], known, n=1, cutoff=0.6)), "")
