"""What befalls TCP connections by script: resets and drips."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from validator.emulator.world.moments import moment
from validator.words.call import Json


@dataclass(frozen=True)
class Disturbance:
    """What befalls the connections of a port for a while."""

    port: str
    """`http` or `grpc`; empty: both."""
    effect: str
    """`reset` or `drip`."""
    after: int
    """Bytes of the answer that pass unharmed."""
    rate: int
    """Bytes a world second, for `drip`."""
    start: float
    until: float
    first: int | None
    """How many connections it befalls; None: all of that while."""
    probability: float

    @classmethod
    def read(cls, data: Json, epoch: float) -> Disturbance:
        """From one of the scenario's `connections`.

        Raises:
            KeyError: a drip without its rate.
            ValueError: a reset with one.
        """
        effect = str(data["effect"])
        if effect == "reset" and "rate" in data:
            raise ValueError("a reset has no rate")
        return cls(
            str(data.get("port", "")),
            effect,
            int(data.get("after", 0)),
            int(data["rate"]) if effect == "drip" else 0,
            moment(data["from"], epoch) if "from" in data else -inf,
            moment(data["until"], epoch) if "until" in data else inf,
            int(data["first"]) if "first" in data else None,
            float(data.get("probability", 1)),
        )

    def befalls(self, port: str, at: float, befallen: int, draw: float) -> bool:
        """Whether it befalls a new connection; `draw` is a number from 0 up to but not including 1."""
        spent = self.first is not None and befallen >= self.first
        there = not self.port or self.port == port
        return there and self.start <= at < self.until and not spent and draw < self.probability
