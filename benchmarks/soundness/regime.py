"""Regimes: how long log entries take to become readable, as distributions that each world draws its delays from.

A regime is a JSON file: `name`, `description`, and any of these, all in seconds and added up:

    shared    one draw for the world, of all streams
    stream    one draw for each of stdout, stderr and requests
    instance  one draw for each instance (of what containers write)
    entry     one draw for each entry
    stall     with `chance`, for a while in the run nothing becomes readable; then all of it at once
    outlier   with `chance` for each entry, on top

A distribution is `{"low", "high"}` (uniform) or `{"median", "sigma", "most"}` (lognormal, cut off at `most`).
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log
from pathlib import Path
from typing import Any

from benchmarks.soundness.story import Span

_FOLDER = Path(__file__).parent / "regimes"
COVERED = ("shared", "independent")
"""The regimes that the top-level figures are about."""
REPORTED = ("heavy",)
"""Those that come on top and are reported as they are."""
_PARTS = ("shared", "stream", "instance", "entry", "stall", "outlier")
_KEYS = {"low", "high", "median", "sigma", "most", "chance"}


class RegimeError(Exception):
    """A regime that cannot be used; the message says why."""


@dataclass(frozen=True)
class Spread:
    """A distribution of seconds."""

    low: float = 0.0
    high: float = 0.0
    median: float | None = None
    sigma: float = 0.0
    most: float = float("inf")
    chance: float = 1.0
    """Of being drawn at all."""

    def draw(self, chance: random.Random) -> float:
        """Seconds; 0 where it is not drawn at all."""
        if self.chance < 1 and chance.random() >= self.chance:
            return 0.0
        if self.median is None:
            return chance.uniform(self.low, self.high)
        return min(self.most, chance.lognormvariate(log(self.median), self.sigma)) if self.median else 0.0


_NONE = Spread()


@dataclass(frozen=True)
class Regime:
    """How delays are drawn."""

    name: str
    shared: Spread = _NONE
    stream: Spread = _NONE
    instance: Spread = _NONE
    entry: Spread = _NONE
    stall: Spread = _NONE
    outlier: Spread = _NONE

    @classmethod
    def read(cls, data: Any) -> Regime:
        """From a file's content.

        Raises:
            RegimeError: a key that is not known, a name that is missing.
        """
        if not isinstance(data, Mapping):
            raise RegimeError("a regime is an object")
        unknown = set(data) - {"name", "description", *_PARTS}
        if unknown or not isinstance(data.get("name"), str):
            raise RegimeError(
                f"a regime has name, description, {', '.join(_PARTS)}; not {sorted(unknown) or 'no name'}"
            )
        return cls(data["name"], **{part: _spread(part, data[part]) for part in _PARTS if part in data})

    def delays(self, key: str) -> Delays:
        """The delays of the world of this name."""
        return Delays.drawn(self, key, random.Random(f"{key} delays"))


def _spread(part: str, data: Any) -> Spread:
    if not isinstance(data, Mapping) or set(data) - _KEYS:
        raise RegimeError(f"{part}: a distribution has {', '.join(sorted(_KEYS))}")
    return Spread(**{key: float(value) for key, value in data.items()})


def load(path: Path) -> Regime:
    """Read a regime.

    Raises:
        RegimeError: the file cannot be read or is none.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Regime.read(data)
    except (OSError, ValueError, RegimeError) as error:
        raise RegimeError(f"{path}: {error}") from error


def named(name: str) -> Regime:
    """One of the repository's regimes."""
    return load(_FOLDER / f"{name}.json")


@dataclass(frozen=True)
class Delays:
    """The delays of one world, seconds."""

    regime: Regime = field(repr=False)
    key: str
    shared: float
    streams: Mapping[str, float]
    instances: Mapping[int, float]
    stall: Span | None
    """When ingestion stands still."""

    @classmethod
    def drawn(cls, regime: Regime, key: str, chance: random.Random) -> Delays:
        """Draw those of a world."""
        shared = regime.shared.draw(chance)
        streams = {name: regime.stream.draw(chance) for name in ("stdout", "stderr", "requests", "system", "audit")}
        instances = {number: regime.instance.draw(chance) for number in range(4)}
        stalled, begins = regime.stall.draw(chance), chance.uniform(-20, 80)
        return cls(regime, key, shared, streams, instances, Span(begins, begins + stalled) if stalled else None)

    def readable(self, stream: str, instance: int, written: float, entry: str) -> float:
        """When an entry that was written at a time becomes readable; `entry` identifies it."""
        chance = random.Random(f"{self.key} {entry}")
        delay = self.shared + self.streams[stream] + self.regime.entry.draw(chance) + self.regime.outlier.draw(chance)
        if stream in ("stdout", "stderr"):
            delay += self.instances[instance]
        stalled = self.stall is not None and self.stall.start <= written < self.stall.until
        return delay + (self.stall.until if self.stall and stalled else written)
