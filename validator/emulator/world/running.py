"""A world that lives: its clock runs with the machine's, `speed` times as fast, and calls are made one at a time."""

from __future__ import annotations

import time
from threading import Lock

from validator.emulator.api.calls import Question
from validator.emulator.world.faults import Outcome
from validator.emulator.world.plot import Scenario
from validator.emulator.world.world import World, advanced, apply


class Running:
    """A world under servers. Any thread may call, and look at `world`, which never changes inside."""

    def __init__(self, scenario: Scenario) -> None:
        self.epoch = time.time()
        """Unix seconds at which the world's clock and the machine's agreed: its start."""
        self.speed = scenario.speed
        self.scenario = scenario.starting(self.epoch)
        self.world = World.of(self.scenario)
        self._lock = Lock()

    def now(self) -> float:
        """The world's time, Unix seconds."""
        return self.epoch + (time.time() - self.epoch) * self.speed

    def moved(self) -> float:
        """Let what is due happen; the world's time."""
        with self._lock:
            now = self.now()
            self.world = advanced(self.world, now)
        return now

    def __call__(self, call: Question) -> Outcome:
        """Make a call now."""
        with self._lock:
            self.world, came = apply(self.world, call, self.now())
        return came
