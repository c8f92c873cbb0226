"""A log filter as a predicate over entries."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

from validator.emulator.log_grammar import MAX_LENGTH, planted
from validator.emulator.log_match import (
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
from validator.emulator.log_tree import (
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

    Raises:
        FilterError: it is no filter, or only a part of one.
    """
    return compiled(planted(text))


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
