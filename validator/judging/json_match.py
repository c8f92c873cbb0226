"""Whether JSON contains what is wanted: objects match partially, all else whole, and a type is not another's value."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from validator.judging.look_alike import told_apart, twin

_SHOWN = 100
"""Characters of a value that are shown."""


def difference(wanted: Any, body: Any, path: str = "json") -> str:
    """Where a body does not contain what is wanted, or nothing.

    Objects match partially, but within an array whole. Numbers are compared by value (1 is 1.0), and nothing else is:
    1 is not true. Texts are compared by code points.
    """
    if not isinstance(wanted, dict):
        return _unlike(wanted, body, path)
    if not isinstance(body, dict):
        return f"{path}: not an object"
    for key, value in wanted.items():
        if key not in body:
            like = twin(key, body)
            return f"{_member(path, key)}: missing{f' (there is {like})' if like else ''}"
        if found := difference(value, body[key], _member(path, key)):
            return found
    return ""


def _unlike(wanted: Any, body: Any, path: str) -> str:
    """Where two values differ, whole."""
    match wanted, body:
        case list(), list() if len(wanted) == len(body):
            pairs = enumerate(zip(wanted, body, strict=True))
            return next((found for i, (a, b) in pairs if (found := _unlike(a, b, f"{path}[{i}]"))), "")
        case dict(), dict() if wanted.keys() == body.keys():
            parts = ((_member(path, key), wanted[key], body[key]) for key in wanted)
            return next((found for where, a, b in parts if (found := _unlike(a, b, where))), "")
        case str(), str():
            actual, meant = told_apart(body, wanted)
            return "" if wanted == body else f"{path}: {actual} and not {meant}"
    return "" if _same(wanted, body) else f"{path}: {_shown(body)} and not {_shown(wanted)}"


def _same(wanted: Any, body: Any) -> bool:
    if _number(wanted) and _number(body):
        return bool(wanted == body) and math.isfinite(wanted)  # of two numbers past all doubles nothing is known
    return type(wanted) is type(body) and not isinstance(wanted, (list, dict)) and wanted == body


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _member(path: str, key: str) -> str:
    return f"{path}.{key}" if re.fullmatch(r"[\w-]+", key) else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
