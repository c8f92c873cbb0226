"""Points in time: Unix seconds as float inside, RFC 3339 in UTC at the edges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def nanoseconds(text: str) -> int:
    """Read an RFC 3339 timestamp as nanoseconds since the epoch.

    Raises:
        ValueError: the text is not RFC 3339.
    """
    found = _RFC3339.fullmatch(text)
    if not found:
        raise ValueError(f"not an RFC 3339 timestamp: {text!r}")
    whole, fraction, zone = found.groups()
    moment = datetime.fromisoformat(whole + ("+00:00" if zone in "Zz" else zone))
    return int(moment.timestamp()) * 1_000_000_000 + int((fraction or "0").ljust(9, "0"))


def seconds(text: str) -> float:
    """Read an RFC 3339 timestamp as Unix seconds."""
    return nanoseconds(text) / 1e9


def moment(data: Mapping[str, Any], key: str) -> float | None:
    """A timestamp of an API's JSON as Unix seconds; None where it is absent."""
    return seconds(data[key]) if data.get(key) else None


_EARLIEST, _LATEST = -62135596800.0, 253402300799.0
"""The first and the last second that RFC 3339 can write, Unix seconds."""


def utc(at: float) -> datetime:
    """Unix seconds as a moment in UTC; one outside of the years that RFC 3339 can write as the nearest inside."""
    return datetime.fromtimestamp(min(max(at, _EARLIEST), _LATEST), UTC)


def rfc3339(at: float) -> str:
    """Write Unix seconds as RFC 3339 in UTC with milliseconds."""
    return utc(at).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def clock(at: float) -> str:
    """Write Unix seconds as the time of day in UTC, to the second that began last: `06:35:37Z`."""
    return utc(at).strftime("%H:%M:%SZ")


def span(length: float) -> str:
    """Write a length of time in seconds as a person would: `31 ms`, `1.5 s`, `12 s`, `2 min 29 s`, `7 d`."""
    if length < 0:
        return "-" + span(-length)
    if 0 < length < 0.9995:
        return f"{max(length * 1000, 1):.0f} ms"
    if length < 10:
        return f"{length:.1f} s".replace(".0 s", " s")
    whole = round(length)
    for size, unit, smaller, small in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"
