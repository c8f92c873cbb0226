"""What a message or a request has to have: a pattern that is found in it, or JSON that it contains."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import re2

_QUIET = re2.Options()
_QUIET.log_errors = False


def pattern(text: Any) -> Any:
    """A pattern (RE2), compiled.

    Raises:
        ValueError: it is none.
    """
    try:
        return re2.compile(str(text), _QUIET)
    except re2.error as error:
        told = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"not a pattern (RE2): {text!r}: {told}") from error


def contains(text: str, wanted: Any) -> bool:
    """Whether a text is JSON that has all of `wanted`: objects partially, everything else whole."""
    try:
        return _has(json.loads(text), wanted)
    except (ValueError, RecursionError):
        return False


def _has(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(key in found and _has(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(_has, found, wanted))
    return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)
