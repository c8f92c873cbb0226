"""The grammar of the Cloud Logging query language: a filter's text becomes a tree.

Rules: cloud.google.com/logging/docs/view/logging-query-language. NOT binds tightest, then OR, then AND, which may be
left out; the words are upper case; a comparison with a parenthesised value applies to each of its elements.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, UnexpectedToken

from validator.emulator.api.log_match import FilterError
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

MAX_LENGTH = 20_000
"""Characters that a filter may have."""

_GRAMMAR = r"""
start: conjunction?
conjunction: disjunction (AND? disjunction)*
disjunction: unary (OR unary)*
?unary: (NOT | MINUS) unary -> negation
      | "(" conjunction ")"
      | comparison
      | call
      | TERM -> restriction
comparison: TERM OPERATOR value
?value: TERM | SIGNED | STAR | "(" all_of ")" | call
all_of: any_of (AND? any_of)*
any_of: none_of (OR none_of)*
?none_of: (NOT | MINUS) none_of -> no
        | value
call: NAME "(" [argument ("," argument)*] ")"
?argument: TERM | SIGNED | call

AND.3: /AND(?![\w.\/@$-])/
OR.3: /OR(?![\w.\/@$-])/
NOT.3: /NOT(?![\w.\/@$-])/
NAME.2: /[A-Za-z_]\w*(?=\()/
TERM: /(?!(?:AND|OR|NOT)(?![\w.\/@$-]))(?:"(?:[^"\\]|\\.)*"|[^\s"()=<>!~:,.*+-][^\s"()=<>!~:,.*]*)(?:\.(?:"(?:[^"\\]|\\.)*"|[^\s"()=<>!~:,.*]+))*/s
SIGNED: /[+-]\.?\d[^\s"()=<>!~:,*]*/
STAR: "*"
OPERATOR: "=~" | "!~" | "!=" | "<=" | ">=" | "=" | "<" | ">" | ":"
MINUS: "-"
COMMENT.4: /--[^\n]*/
%ignore COMMENT
%ignore /\s+/
"""

_SEGMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^".]+)', re.DOTALL)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "a": "\a", "f": "\f", "v": "\v"}


def _unescaped(quoted: str, regex: bool) -> str:
    def one(found: re.Match[str]) -> str:
        what = found[1]
        if regex:
            return '"' if what == '"' else "\\" if what == "\\" else found[0]
        if what[0] in "xu" and len(what) > 1:
            return chr(int(what[1:], 16))
        return chr(int(what, 8)) if what[0] in "01234567" else _PLAIN.get(what, found[0])

    return _ESCAPE.sub(one, quoted)


def _segments(term: Token) -> tuple[str, ...]:
    return tuple(_unescaped(q, False) if q or not bare else bare for q, bare in _SEGMENT.findall(term))


def _literal(term: Token, regex: bool = False) -> str:
    found = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', term, re.DOTALL)
    return _unescaped(found[1], regex) if found else str(term)


def _parts(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Without the words between them."""
    return tuple(part for part in parts if not (isinstance(part, Token) and part.type in ("AND", "OR")))


def _meant(value: Any, operator: str) -> Value:
    """A value of the grammar as it is meant under an operator: regular expressions keep their escapes."""
    if isinstance(value, _Pending):
        parts = tuple(_meant(part, operator) for part in value.parts)
        if value.word == "NOT":
            return NotValue(parts[0])
        return parts[0] if len(parts) == 1 else Values(value.word, parts)
    if not isinstance(value, Token):
        raise FilterError("a function cannot be a value here", getattr(value, "position", 0))
    if value.type == "STAR":
        return Star()
    regex = operator in ("=~", "!~")
    if regex and not value.startswith('"'):
        raise FilterError("a regular expression must be in double quotes", value.start_pos or 0)
    return Literal(_literal(value, regex), value.startswith('"'))


class _Pending:
    """A parenthesised value whose operator is not known yet."""

    def __init__(self, word: str, parts: tuple[Any, ...]) -> None:
        self.word, self.parts = word, parts


@v_args(inline=True)
class _Planter(Transformer[Token, Tree]):
    def start(self, found: Tree | None = None) -> Tree:
        return found or Everything()

    def conjunction(self, *parts: Any) -> Tree:
        return _joined("AND", _parts(parts))

    def disjunction(self, *parts: Any) -> Tree:
        return _joined("OR", _parts(parts))

    def negation(self, _sign: Token, part: Tree) -> Tree:
        return Negation(part)

    def restriction(self, term: Token) -> Tree:
        return Search(_literal(term))

    def comparison(self, name: Token, operator: Token, value: Any) -> Tree:
        return Comparison(_segments(name), str(operator), _meant(value, str(operator)), name.start_pos or 0)

    def all_of(self, *parts: Any) -> _Pending:
        return _Pending("AND", _parts(parts))

    def any_of(self, *parts: Any) -> _Pending:
        return _Pending("OR", _parts(parts))

    def no(self, _sign: Token, part: Any) -> _Pending:
        return _Pending("NOT", (part,))

    def call(self, name: Token, *arguments: Any) -> Tree:
        given = [argument for argument in arguments if argument is not None]
        position = name.start_pos or 0
        if name.lower() != "log_id":
            raise FilterError(f"unknown function {name}", position)
        if len(given) != 1 or not isinstance(given[0], Token):
            raise FilterError("log_id takes one text", position)
        return Function("log_id", (_literal(given[0]),), position)


def _joined(word: str, parts: tuple[Tree, ...]) -> Tree:
    return parts[0] if len(parts) == 1 else Joined(word, parts)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=_Planter())


def planted(filter_text: str) -> Tree:
    """The tree of a filter.

    Raises:
        FilterError: it cannot be parsed, calls a function that is not there, or is too long.
    """
    if len(filter_text) > MAX_LENGTH:
        raise FilterError(f"the filter has more than {MAX_LENGTH} characters", MAX_LENGTH)
    try:
        return cast("Tree", _parser().parse(filter_text))
    except UnexpectedInput as error:
        position = _position(error, filter_text)
        near = filter_text[position : position + 20].partition("\n")[0]
        raise FilterError(f"syntax error at {near!r}" if near else "the filter ends too early", position) from error


def _position(error: UnexpectedInput, filter_text: str) -> int:
    """Where the text stops making sense; its end when there is too little of it."""
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return len(filter_text)
    found: Any = error.pos_in_stream
    return found if isinstance(found, int) and found >= 0 else len(filter_text)
