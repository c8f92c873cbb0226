"""What befalls log entries on their way: late, twice, never, or stamped by a clock that is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

from validator.emulator.world.chance import fraction
from validator.emulator.world.entries import LOGS, Stored, nanos, stamp
from validator.emulator.world.moments import length, moment
from validator.words.call import Json

EFFECTS = ("late", "twice", "lost", "skewed")


@dataclass(frozen=True)
class Mishap:
    """What befalls the entries of some streams for a while."""

    effect: str
    streams: frozenset[str]
    """Log ids; empty: all."""
    revision: str
    """Short name; empty: all."""
    start: float
    until: float
    probability: float
    by: float
    """Seconds: how much later, or how far the clock is ahead."""

    @classmethod
    def read(cls, data: Json, epoch: float) -> Mishap:
        """From one of the scenario's `logs.mishaps`.

        Raises:
            ValueError: a time that is none, an effect without its `by`.
        """
        effect = data["effect"]
        if ("by" in data) != (effect in ("late", "skewed")):
            raise ValueError("`late` and `skewed` need `by`, the others have none")
        text = str(data.get("by", "0s"))
        sign = -1 if text.startswith("-") else 1
        return cls(
            effect,
            frozenset({LOGS[data["stream"]]} if "stream" in data else ()),
            str(data.get("revision", "")),
            moment(data["from"], epoch) if "from" in data else -inf,
            moment(data["until"], epoch) if "until" in data else inf,
            float(data.get("probability", 1)),
            sign * length(text.lstrip("+-")),
        )

    def befalls(self, entry: Stored, draw: float) -> bool:
        """Whether it befalls an entry; `draw` is a number from 0 up to but not including 1."""
        log = entry.raw["logName"].split("/logs/", 1)[-1].replace("%2F", "/")
        revision = (entry.raw.get("resource") or {}).get("labels", {}).get("revision_name", "")
        there = (not self.streams or log in self.streams) and (not self.revision or self.revision == revision)
        return there and self.start <= entry.order[0] / 1e9 < self.until and draw < self.probability


def befallen(entries: Iterable[Stored], mishaps: tuple[Mishap, ...], seed: int) -> tuple[Stored, ...]:
    """The entries as they reach the store."""
    found = list(entries)
    for place, mishap in enumerate(mishaps):
        after: list[Stored] = []
        for entry in found:
            draw = fraction(seed, "mishap", place, *entry.order) if mishap.probability < 1 else 0.0
            after.extend(_after(mishap, entry) if mishap.befalls(entry, draw) else (entry,))
        found = after
    return tuple(found)


def _after(mishap: Mishap, entry: Stored) -> tuple[Stored, ...]:
    if mishap.effect == "lost":
        return ()
    if mishap.effect == "twice":
        return entry, entry
    if mishap.effect == "late":
        readable = entry.readable + mishap.by
        return (replace(entry, readable=readable, raw={**entry.raw, "receiveTimestamp": stamp(nanos(readable))}),)
    at = entry.order[0] + round(mishap.by * 1e9)
    return (replace(entry, order=(at, entry.order[1]), raw={**entry.raw, "timestamp": stamp(at)}),)
