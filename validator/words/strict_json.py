"""JSON by RFC 8259 to the letter: what two parsers may read differently is no JSON, and the reason says which and where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

DEEPEST = 200
"""Levels of objects and arrays that are read; RFC 8259, section 9, lets a parser set a limit."""
MOST = 50_000
"""Objects, arrays and their members that are read: in memory each takes some hundred times its text, and judging its time."""
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_LONGEST = 400
"""Digits of an integer that is kept exactly; a double ends at 309."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class NotJsonError(ValueError):
    """A text that is no JSON, or not the same JSON to every parser."""


class TooLargeError(ValueError):
    """JSON whose objects and arrays lie in one another more than DEEPEST times, or are more than MOST with their members."""


def parse(text: str) -> Any:
    """Read a text; integers stay exact.

    Raises:
        NotJsonError: it is no JSON: a mistake, NaN or Infinity, a key twice in one object, half of a surrogate pair,
            anything after its end.
        TooLargeError: it may be JSON, and too deep or too much to be read.
    """
    if not text.strip():
        raise NotJsonError("it is empty")
    if _members(text) > MOST and _members(bare := _STRING.sub("", text)) > MOST:
        raise _too_deep() if _nested(bare) > DEEPEST else TooLargeError(f"it has more than {MOST:,} values")
    try:
        value = json.loads(text, parse_constant=_constant, parse_int=_integer, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise NotJsonError(_mistake(text, error)) from None
    except _SuspectError as error:
        raise NotJsonError(f"{error} at {_place(text, _position(text, error))}") from None
    except RecursionError:
        raise _too_deep() from None
    if _depth(value) > DEEPEST:
        raise _too_deep()
    if re.search(r"\\u[dD][89a-fA-F]", text) and _halved(value):
        raise NotJsonError(f"half of a surrogate pair at {_place(text, _half(text))}")
    return value


class _SuspectError(ValueError):
    """What the standard library would read, and what is no JSON."""

    def __init__(self, what: str, token: str) -> None:
        super().__init__(what)
        self.token = token


class _RepeatedError(_SuspectError):
    def __init__(self, key: str) -> None:
        super().__init__(f"the key {json.dumps(key, ensure_ascii=False)} stands twice in one object", key)


def _constant(name: str) -> Any:
    raise _SuspectError(f"{name} is no number of JSON", name)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST else float(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        raise _RepeatedError(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return made


def _mistake(text: str, error: json.JSONDecodeError) -> str:
    where = _place(text, error.pos)
    if error.msg == "Extra data":
        return f"something follows its end at {where}"
    return f"{error.msg[0].lower()}{error.msg[1:].removesuffix(' at')} at {where}"


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line} column {position - text.rfind(chr(10), 0, position)}"


def _position(text: str, error: _SuspectError) -> int:
    """Where the constant stands, or the second of two keys."""
    if isinstance(error, _RepeatedError):
        return next(position for position, key in _repeated(text) if key == error.token)
    found = (token for token in _TOKEN.finditer(text) if token[0] == error.token)
    return next(found).start()


def _repeated(text: str) -> Iterator[tuple[int, str]]:
    """The keys that stand in their object already, with their positions."""
    open_: list[set[str] | None] = []
    last: re.Match[str] | None = None
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "{":
                open_.append(set())
            case "[":
                open_.append(None)
            case "}" | "]":
                open_.pop()
            case ":" if last is not None and (keys := open_[-1]) is not None:
                key = json.loads(last[0])
                if key in keys:
                    yield last.start(), key
                keys.add(key)
        last = token


def _half(text: str) -> int:
    found = re.search(r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]", text)
    return found.start() if found else 0


def _halved(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _depth(value: Any) -> int:
    """How deep the containers lie, without recursion."""
    depth, layer = 0, [value]
    while layer := [each for each in layer if isinstance(each, (dict, list))]:
        depth += 1
        layer = [inner for each in layer for inner in (each.values() if isinstance(each, dict) else each)]
    return depth


def _members(text: str) -> int:
    return text.count(",") + text.count("[") + text.count("{")


def _nested(bare: str) -> int:
    """How deep the brackets of a text without its strings lie in one another."""
    return max(accumulate((char in "[{") - (char in "]}") for char in bare))


def _too_deep() -> TooLargeError:
    return TooLargeError(f"its objects and arrays are more than {DEEPEST} deep")
