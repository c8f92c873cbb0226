"""The values that many kinds share: durations, bounds, patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, cast

import re2

from validator.model.instant import span
from validator.model.selector import compiled
from validator.spec.mistake import Mistake

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?", re.ASCII)

_MOST_DIGITS = 12

DURATION: Final = {
    "type": "string",
    "pattern": r"^(?=\d)(\d+h)?(\d+m)?(\d+(\.\d+)?s)?(\d+ms)?$",
    "description": "A length of time: `500ms`, `30s`, `5m`, `1h30m`.",
}
PERCENT: Final = {"type": "integer", "minimum": 0, "maximum": 100}
RATE: Final = {
    "type": "string",
    "pattern": r"^-?\d+(\.\d+)?%$",
    "description": "A share: `1%`, `0.5%`.",
}
PATTERN: Final = {"type": "string", "minLength": 1, "description": "An RE2 pattern, unanchored."}


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
            },
        ]
    }


def duration(text: Any, *path: str | int) -> float:
    """Seconds of `500ms`, `30s`, `5m`, `1h30m`.

    Raises:
        Mistake: it is not a duration.
    """
    found = _DURATION.fullmatch(str(text))
    if not found or not any(found.groups()):
        raise Mistake(f"{text!r} is not a duration; write 500ms, 30s, 5m or 1h30m", *path)
    if any(len(number or "") > _MOST_DIGITS for number in found.groups()):
        raise Mistake(f"{text!r} is longer than anything lasts", *path)
    hours, minutes, seconds, milliseconds = found.groups(default="0")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds) + int(milliseconds) / 1000


def rate(text: str) -> float:
    """Percent of `1%`, `0.5%`: text that fits RATE."""
    return float(text.removesuffix("%"))


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
        """`exactly 24`, `at least 1`, `at most 2 s`, `1 to 3`; `unit` may be `%`, or `s` for seconds."""

        def show(value: float) -> str:
            return span(value) if unit == "s" else f"{value:g}{' ' if unit else ''}{unit}"

        if self.min is not None and self.min == self.max:
            return f"exactly {show(self.min)}"
        if self.max is None:
            return f"at least {show(cast(float, self.min))}"
        if self.min is None:
            return f"at most {show(self.max)}"
        return f"{show(self.min)} to {show(self.max)}"


def bound(value: Any, *path: str | int, of: Any = float) -> Bound:
    """Read a bound whose ends are read by `of` (`float`, or `duration`)."""

    def end(key: str) -> float | None:
        if key not in value:
            return None
        return cast(float, duration(value[key], *path, key) if of is duration else of(value[key]))

    if not isinstance(value, dict):
        exact = duration(value, *path) if of is duration else of(value)
        return Bound(exact, exact)
    low, high = end("min"), end("max")
    if low is not None and high is not None and low > high:
        raise Mistake(f"min {value['min']} is more than max {value['max']}", *path)
    return Bound(low, high)


def check_pattern(pattern: str, *path: str | int) -> str:
    """Return the pattern if RE2 takes it.

    Raises:
        Mistake: RE2 refuses it; names the construct.
    """
    try:
        compiled(pattern)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        hint = " (RE2 has no lookaround and no backreferences)" if "(?" in reason or "escape" in reason else ""
        raise Mistake(f"RE2 refuses the pattern {pattern!r}: {reason}{hint}", *path) from None
    return pattern
