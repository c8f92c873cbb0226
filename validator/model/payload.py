"""The JSON that a log entry carries, as text; however deep it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_ESCAPED = re.compile(r'["\\\x00-\x1f]')
"""What JSON writes otherwise than it is."""


def compact(payload: Any) -> str:
    """A payload as JSON on one line; of one that is nested too deep, what stands in it, one below the other."""
    try:
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return "\n".join(_word(part) for path, value in leaves(payload) for part in (*path, value))


def escaped(payload: Any) -> Iterator[str]:
    """The texts of a payload that its JSON does not hold as they are: of several lines, or with a quotation mark."""
    for _, value in leaves(payload):
        if isinstance(value, str) and _ESCAPED.search(value):
            yield value


def leaves(payload: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Each value in a payload that holds no others, with the keys and places that lead to it; in its order."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), payload)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(((*path, key), value[key]) for key in reversed(value))
        elif isinstance(value, list):
            waiting.extend(((*path, place), value[place]) for place in range(len(value) - 1, -1, -1))
        else:
            yield path, value


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
