"""Many requests that an http check judges together: `samples`, one after the other, or a small `load` at a steady rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from validator.language.http_expect import PERCENTILES
from validator.language.mistake import Mistake
from validator.language.values import LENGTH, PACE, bound, duration, pace
from validator.words.instant import span

FASTEST = 20.0
"""Requests a second at most: this is a gate and no load test."""
LONGEST = 120.0
"""Seconds of a load at most."""
SCHEMA: Final = {
    "samples": {
        "type": "integer",
        "minimum": 2,
        "maximum": 200,
        "description": "So many answers are judged together, asked for one after the other: each as `expect` says, their latency and error rate besides. Without `within` there is time until the run's `timeout`.",
    },
    "load": {
        "type": "object",
        "properties": {
            "rate": {**PACE, "description": f"Requests a second, {FASTEST:g}/s at most."},
            "for": {**LENGTH, "description": f"How long, {span(LONGEST)} at most."},
        },
        "required": ["rate", "for"],
        "additionalProperties": False,
        "description": "The same of requests at a steady rate, whatever the answers take. It is no load test.",
    },
}


@dataclass(frozen=True)
class Series:
    """So many requests."""

    count: int
    rate: float = 0.0
    """A second; 0 for one after the other."""

    @property
    def length(self) -> float:
        """Seconds over which they are sent, of a load."""
        return self.count / self.rate if self.rate else 0.0


def series(value: Mapping[str, Any]) -> Series | None:
    """Read `samples` or `load`; None of a single request."""
    if "load" in value:
        rate, length = pace(value["load"]["rate"]), duration(value["load"]["for"])
        return Series(max(1, round(rate * length)), rate)
    return Series(value["samples"]) if "samples" in value else None


def mistakes(value: Mapping[str, Any], made: Series | None) -> Iterator[Mistake]:
    """What cannot be judged of so many answers; `value` is the whole http check."""
    expect = value.get("expect", {})
    latency = expect.get("latency", {})
    percentiles = [name for name in PERCENTILES if isinstance(latency, dict) and name in latency]
    if made is None:
        if "error_rate" in expect:
            yield Mistake("one answer has no rate; write `samples: 20` beside `expect`", "expect", "error_rate")
        for name in percentiles:
            yield Mistake("one answer has no percentiles; write `samples: 20`, or `max`", "expect", "latency", name)
        return
    rate = bound(expect["error_rate"]) if "error_rate" in expect else None
    if rate and rate.max is not None and rate.max >= 100:
        yield Mistake("this demands nothing: all requests may fail; write less than 100%", "expect", "error_rate")
    if "samples" in value and "load" in value:
        yield Mistake("`samples` come one after the other and a `load` at a rate; keep one of them", "samples")
    if made.rate > FASTEST:
        yield Mistake(f"{made.rate:g}/s is more than {FASTEST:g}/s; use a load test for that", "load", "rate")
    if made.rate and made.length > LONGEST + 0.5 / made.rate:
        yield Mistake(f"it lasts longer than {span(LONGEST)}; use a load test for that", "load", "for")
    if made.count < 2:
        yield Mistake("that is one request; write a higher `rate` or a longer `for`", "load")
    for name in percentiles:
        if made.count < PERCENTILES[name]:
            told = f"{name} of {made.count} answers is the slowest of them; ask for {PERCENTILES[name]}, or write `max`"
            yield Mistake(told, "expect", "latency", name)
