"""Times and lengths of time as a scenario writes them: `@-4m` from its start, `80ms`, RFC 3339, `@+30d` as a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from validator.words.instant import rfc3339, seconds

_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|d)", re.ASCII)
_LENGTH = re.compile(rf"(?:{_PARTS.pattern})+", re.ASCII)
_OFFSET = re.compile(rf"@([+-]?)({_LENGTH.pattern})", re.ASCII)
_DAYS = re.compile(r"@[+-]?\d+d", re.ASCII)
_VERBATIM = frozenset({"textPayload", "jsonPayload"})


def length(text: Any) -> float:
    """Read a length of time such as `80ms`, `2s`, `2m29s`, in seconds.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(text, str) or not _LENGTH.fullmatch(text):
        raise ValueError(f"not a length of time such as 80ms, 2s or 2m29s: {text!r}")
    return sum(float(number) * _UNITS[unit] for number, unit in _PARTS.findall(text))


def moment(text: Any, epoch: float) -> float:
    """Read a point in time, `@-4m` from the epoch or RFC 3339, as Unix seconds.

    Raises:
        ValueError: it is none.
    """
    found = _OFFSET.fullmatch(text) if isinstance(text, str) else None
    if found:
        return epoch + length(found[2]) * (-1 if found[1] == "-" else 1)
    try:
        return seconds(text)
    except (ValueError, TypeError) as error:
        raise ValueError(f"not a time such as @-4m, @+20s or 2026-01-01T00:00:00Z: {text!r}") from error


def variable(text: str, epoch: float) -> str:
    """A variable's value: an offset in whole days is that day (UTC, `YYYY-MM-DD`), any other offset an RFC 3339 time.

    So an example's end, such as that of a known issue, lies ahead whenever the example is run.
    """
    if _DAYS.fullmatch(text):
        return rfc3339(moment(text, epoch))[: len("YYYY-MM-DD")]
    return str(resolved(text, epoch))


def resolved(data: Any, epoch: float) -> Any:
    """The same data with every `@...` time in it written as RFC 3339; payloads of log entries stay as they are."""
    if isinstance(data, str):
        return rfc3339(moment(data, epoch)) if _OFFSET.fullmatch(data) else data
    if isinstance(data, Mapping):
        return {key: value if key in _VERBATIM else resolved(value, epoch) for key, value in data.items()}
    if isinstance(data, list):
        return [resolved(value, epoch) for value in data]
    return data
