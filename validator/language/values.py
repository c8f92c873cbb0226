"""The values that many kinds share: durations, shares, bounds, patterns. The schema alone says what fits."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final, cast

import re2

from validator.logs.selector import compiled
from validator.resources.quantity import canonical
from validator.words.counting import volume
from validator.words.instant import span

ABSENT: Final = object()
"""In place of JSON: none is wanted. `null` is some."""
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?", re.ASCII)
_SECONDS = (86400, 3600, 60, 1, 0.001)
_BYTES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "kiB": 2**10, "MiB": 2**20, "GiB": 2**30}

DURATION: Final = {
    "type": "string",
    "format": "duration",
    "pattern": r"^(?=\d)(\d{1,9}d)?(\d{1,9}h)?(\d{1,9}m)?(\d{1,9}(\.\d{1,9})?s)?(\d{1,9}ms)?$",
    "description": "A length of time: `500ms`, `30s`, `5m`, `1h30m`, `7d`.",
}
LENGTH: Final = {**DURATION, "format": "length"}
"""A duration that is not 0."""
PERCENT: Final = {"type": "integer", "minimum": 0, "maximum": 100}
RATE: Final = {
    "type": "string",
    "format": "rate",
    "pattern": r"^-?\d{1,9}(\.\d{1,9})?%$",
    "description": "A share: `1%`, `0.5%`.",
}
SIZE: Final = {
    "type": "string",
    "format": "size",
    "pattern": r"^\d{1,9}(\.\d{1,9})?([kMG]i?)?B$",
    "x-form": "is not a size; write one such as 400MB or 120MiB",
    "description": "A size: `400MB`, `1.5GB`, `120MiB`.",
}
PACE: Final = {
    "type": "string",
    "pattern": r"^\d{1,3}(\.\d{1,3})?/s$",
    "x-form": "is not a rate; write 5/s or 0.5/s",
    "examples": ["5/s"],
    "description": "So many a second: `5/s`.",
}
PATTERN: Final = {"type": "string", "minLength": 1, "format": "re2", "description": "An RE2 pattern, unanchored."}
LOCATION: Final = {"type": "string", "minLength": 1, "format": "location"}
"""A path or a URL: what is captured is quoted in it, unless it is its beginning."""


def bound_of(schema: Any) -> dict[str, Any]:
    """The schema of a bound on a measured value: a value for exactly this, or `{min, max}`."""
    return {
        "anyOf": [
            schema,
            {
                "type": "object",
                "properties": {"min": schema, "max": schema},
                "additionalProperties": False,
                "minProperties": 1,
                "x-bound": True,
            },
        ]
    }


def duration(text: Any) -> float:
    """Seconds of `500ms`, `30s`, `5m`, `1h30m`, `7d`: text that fits DURATION."""
    found = _DURATION.fullmatch(str(text))
    assert found, text
    return sum(float(number) * size for number, size in zip(found.groups(default="0"), _SECONDS, strict=True))


def rate(text: str) -> float:
    """Percent of `1%`, `0.5%`: text that fits RATE."""
    return float(text.removesuffix("%"))


def size(text: str) -> float:
    """Bytes of `400MB`, `120MiB`: text that fits SIZE."""
    number, unit = text.rstrip("kMGiB"), text.lstrip("0123456789.")
    return float(number) * _BYTES[unit]


def pace(text: str) -> float:
    """How many a second `5/s` are: text that fits PACE."""
    return float(text.removesuffix("/s"))


def measure(value: Any) -> float:
    """The end of a bound as a number, whatever it bounds."""
    if isinstance(value, str):
        read = rate if value.endswith("%") else size if value.endswith("B") else duration
        return read(value)
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _memory(size: float) -> str:
    """Bytes as Cloud Run writes them."""
    return canonical(f"{size:.0f}")


@dataclass(frozen=True)
class Bound:
    """What a measured value may be, both ends included."""

    min: float | None = None
    max: float | None = None

    def holds(self, value: float) -> bool:
        """Whether the value lies within."""
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)

    @property
    def only_grows_true(self) -> bool:
        """Whether more of what is counted can only make it hold."""
        return self.max is None

    def text(self, unit: str = "") -> str:
        """`exactly 24`, `at least 1`, `at most 2 s`, `1 to 3`; `unit` may be `%`, `s` for seconds, `B` for bytes, `Mi` for memory."""

        def show(value: float) -> str:
            written = {"s": span, "B": volume, "Mi": _memory}.get(unit)
            return written(value) if written else f"{value:g}{' ' if unit else ''}{unit}"

        if self.min is not None and self.min == self.max:
            return f"exactly {show(self.min)}"
        if self.max is None:
            return f"at least {show(cast(float, self.min))}"
        if self.min is None:
            return f"at most {show(self.max)}"
        return f"{show(self.min)} to {show(self.max)}"


def bound(value: Any) -> Bound:
    """Read a bound that fits its schema; durations become seconds, shares percent."""
    if not isinstance(value, dict):
        return Bound(measure(value), measure(value))
    return Bound(*(measure(value[key]) if key in value else None for key in ("min", "max")))


def refusal(pattern: str) -> str:
    """Why RE2 refuses a pattern; empty if it takes it."""
    try:
        compiled(pattern)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        hint = " (RE2 has no lookaround and no backreferences)" if "(?" in reason or "escape" in reason else ""
        return f"{reason}{hint}"
    return ""
