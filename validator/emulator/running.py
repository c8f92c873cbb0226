"""A world that lives: its clock runs with the machine's, `speed` times as fast, and calls are made one at a time."""

from __future__ import annotations

import time

from validator.emulator.scenario import Scenario
from validator.emulator.world import World, apply
from validator.model.call import Call, Result


class Running:
    """A world under servers. Calls come from one thread; any thread may look at `world`, which never changes inside."""

    def __init__(self, scenario: Scenario) -> None:
        self.epoch = time.time()
        """Unix seconds at which the world's clock and the machine's agreed: its start."""
        self.speed = scenario.speed
        self.world = World.of(scenario.starting(self.epoch))

    def now(self) -> float:
        """The world's time, Unix seconds."""
        return self.epoch + (time.time() - self.epoch) * self.speed

    def __call__(self, call: Call) -> Result:
        """Make a call now."""
        self.world, result = apply(self.world, call, self.now())
        return result
