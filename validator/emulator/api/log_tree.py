"""A log filter as a tree, and the tree written out again: parse(printed(tree)) == tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_PLAIN_SEGMENT = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_WORDS = ("AND", "OR", "NOT")


@dataclass(frozen=True)
class Literal:
    """A value as it was meant: unquoted it may be NULL_VALUE."""

    text: str
    quoted: bool = True


@dataclass(frozen=True)
class Star:
    """The value `*`: anything that is there."""


@dataclass(frozen=True)
class Values:
    """A value in parentheses: the comparison applies to each part."""

    word: str
    """`AND` or `OR`."""
    parts: tuple[Value, ...]


@dataclass(frozen=True)
class NotValue:
    """A value that is negated inside parentheses."""

    part: Value


Value = Literal | Star | Values | NotValue


@dataclass(frozen=True)
class Comparison:
    """FIELD OPERATOR VALUE."""

    path: tuple[str, ...]
    operator: str
    value: Value
    position: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Search:
    """A text alone: any field has it."""

    text: str


@dataclass(frozen=True)
class Function:
    """NAME(TEXT, ...)."""

    name: str
    arguments: tuple[str, ...]
    position: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Joined:
    """Parts joined by a word."""

    word: str
    """`AND` or `OR`."""
    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Negation:
    """NOT PART."""

    part: Tree


@dataclass(frozen=True)
class Everything:
    """The empty filter."""


Tree = Comparison | Search | Function | Joined | Negation | Everything


def printed(tree: Tree) -> str:
    """The filter's text; what it is parsed to is the same tree."""
    match tree:
        case Everything():
            return ""
        case Search(text):
            return _quoted(text)
        case Function(name, arguments):
            return f"{name}({', '.join(map(_quoted, arguments))})"
        case Comparison(path, operator, value):
            return f"{'.'.join(map(_segment, path))}{operator}{_value(value)}"
        case Negation(part):
            return f"NOT {_inner(part)}"
        case Joined(word, parts):
            return f" {word} ".join(map(_inner, parts))


def _inner(tree: Tree) -> str:
    text = printed(tree)
    return f"({text})" if isinstance(tree, Joined) else text


def _segment(name: str) -> str:
    return name if _PLAIN_SEGMENT.fullmatch(name) and name not in _WORDS else _quoted(name)


def _value(value: Value) -> str:
    match value:
        case Star():
            return "*"
        case Literal(text, quoted):
            return _quoted(text) if quoted else text
        case NotValue(part):
            return f"(NOT {_value(part)})"
        case Values(word, parts):
            return "(" + f" {word} ".join(map(_value, parts)) + ")"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
