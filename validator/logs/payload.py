"""The JSON that a log entry carries, as text; however deep it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_ESCAPED = re.compile(r'["\\\x00-\x1f]')
"""What JSON writes otherwise than it is."""
_EXACT = 2**53
"""The largest whole number up to which a double holds each."""


def compact(payload: Any) -> str:
    """A payload as JSON on one line, keys by the alphabet: the API hands them out in any order.

    Of one that is nested too deep, what stands in it, one below the other.
    """
    try:
        return json.dumps(_as_written(payload), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except RecursionError:
        return "\n".join(_word(part) for path, value in leaves(payload) for part in (*path, value))


def _as_written(value: Any) -> Any:
    """A payload with its whole numbers as such: Cloud Logging hands them out as doubles (google.protobuf.Struct)."""
    if isinstance(value, Mapping):
        return {key: _as_written(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_as_written(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT else value


def escaped(payload: Any) -> Iterator[str]:
    """The texts of a payload that its JSON does not hold as they are: of several lines, or with a quotation mark."""
    for _, value in leaves(payload):
        if isinstance(value, str) and _ESCAPED.search(value):
            yield value


def leaves(payload: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Each value in a payload that holds no others, with the keys and places that lead to it; in the order of its JSON."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), payload)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(((*path, key), value[key]) for key in sorted(value, reverse=True))
        elif isinstance(value, list):
            waiting.extend(((*path, place), value[place]) for place in range(len(value) - 1, -1, -1))
        else:
            yield path, value


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
