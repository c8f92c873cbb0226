"""A log filter as a predicate over entries."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

from validator.emulator.api.log_grammar import MAX_LENGTH, planted
from validator.emulator.api.log_match import (
    FilterError,
    Predicate,
    both,
    comparison,
    either,
    everything,
    log_id,
    negated,
    text,
)
from validator.emulator.api.log_tree import (
    Comparison,
    Everything,
    Function,
    Joined,
    Literal,
    Negation,
    NotValue,
    Search,
    Star,
    Tree,
    Value,
    Values,
)

_TIME = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)"', re.ASCII)
_ANY_TIME = "0001-01-01T00:00:00Z"
"""Stands for each time of a line while it is parsed."""

__all__ = ["MAX_LENGTH", "FilterError", "Predicate", "compiled", "parse", "parts"]


@lru_cache(maxsize=1024)
def parse(filter_text: str) -> Predicate:
    """The predicate that a filter stands for.

    Raises:
        FilterError: it cannot be parsed, names a field or a function that is not there, or is too long.
    """
    return both(list(parts(filter_text)))


@lru_cache(maxsize=1024)
def parts(filter_text: str) -> tuple[Predicate, ...]:
    """Predicates that an entry has to fulfil, all of them: one a line, or one alone where lines are no filters.

    Raises:
        FilterError: as `parse` does.
    """
    if len(filter_text) <= MAX_LENGTH:
        with suppress(FilterError):
            return tuple(map(_line, filter_text.split("\n")))
    return (compiled(planted(filter_text)),)


@lru_cache(maxsize=1024)
def _line(text: str) -> Predicate:
    """The predicate of a line that is a filter by itself: lines one below the other are joined by AND.

    Lines that differ in their times alone are parsed once: who follows a log asks with other times at each read.

    Raises:
        FilterError: it is no filter, or only a part of one.
    """
    times = _TIME.findall(text)
    if not times:
        return compiled(planted(text))
    left = list(times)
    tree = _dated(_form(_TIME.sub(f'"{_ANY_TIME}"', text)), left)
    return compiled(planted(text) if left else tree)


@lru_cache(maxsize=256)
def _form(text: str) -> Tree:
    return planted(text)


def _dated(tree: Tree, times: list[str]) -> Tree:
    """The tree with its times put in; those that are no value of a comparison are left over."""
    match tree:
        case Comparison(_, _, Literal(text)) if text == _ANY_TIME:
            return replace(tree, value=Literal(times.pop(0)))
        case Negation(part):
            return Negation(_dated(part, times))
        case Joined(word, parts):
            return Joined(word, tuple(_dated(part, times) for part in parts))
        case _:
            return tree


def compiled(tree: Tree) -> Predicate:
    """The predicate that a tree stands for.

    Raises:
        FilterError: it names a field that is not there, or has a pattern that is none.
    """
    match tree:
        case Everything():
            return everything
        case Search(wanted):
            return text(wanted)
        case Function(_, arguments):
            return log_id(arguments[0])
        case Negation(part):
            return negated(compiled(part))
        case Joined(word, parts):
            return (both if word == "AND" else either)([compiled(part) for part in parts])
        case Comparison(_, _, value, position):
            try:
                return _compared(tree, value)
            except FilterError as error:
                raise FilterError(error.message, position) from error


def _compared(tree: Comparison, value: Value) -> Predicate:
    match value:
        case Literal(meant, quoted):
            return comparison(tree.path, tree.operator, meant, False, quoted)
        case Star():
            return comparison(tree.path, tree.operator, "*", True, False)
        case NotValue(part):
            return negated(_compared(tree, part))
        case Values(word, parts):
            return (both if word == "AND" else either)([_compared(tree, part) for part in parts])
