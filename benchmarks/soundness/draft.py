"""A story while it is being written: its plain course, and the verbs with which faults change it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.soundness.claims import KNOWN, STARTED, TRACEBACK
from benchmarks.soundness.regime import Delays
from benchmarks.soundness.story import FOREVER, NEWER, OURS, PREVIOUS, Line, Outage, Story, Traffic

_HORIZON = 180.0
"""Seconds for which the service goes on writing lines."""
LONG_AGO = -90_000.0
"""When the previous revision was created."""


@dataclass
class Draft:
    """A story, its lines still without delays, and the chance that writes it."""

    story: Story
    chance: random.Random
    lines: list[Line] = field(default_factory=list)
    started: bool = True
    """Whether the application logs that it has started."""
    stored: bool = True
    """Whether what the containers write is kept at all."""
    silent: bool = False
    """Whether the containers write nothing."""

    def change(self, **fields: object) -> None:
        """Change the story."""
        self.story = replace(self.story, **fields)  # type: ignore[arg-type]

    def outage(self, method: str, code: str, start: float, length: float) -> None:
        """Let an API method fail for a while."""
        self.story = replace(self.story, outages=(*self.story.outages, Outage(method, code, start, start + length)))

    def traffic(self, *changes: Traffic) -> None:
        """Let the traffic go another way."""
        self.story = replace(self.story, traffic=changes)

    def write(
        self,
        at: float,
        text: str,
        stream: str = "stdout",
        *,
        severity: str = "",
        revision: str = OURS,
        instance: int = 0,
        payload: Mapping[str, Any] | None = None,
        means: str = "",
    ) -> None:
        """Let a container, or the platform, write a line."""
        self.lines.append(Line(at, stream, text, at, at, severity, instance, revision, payload, means))

    def traceback(self, at: float) -> None:
        """A Python traceback as plain text: one entry a line, no severity."""
        stream, instance = self.chance.choice(("stderr", "stdout")), self.chance.randrange(3)
        text = (f"{TRACEBACK}:", '  File "/app/main.py", line 12, in <module>', "ImportError: No module named 'driver'")
        for place, line in enumerate(text):
            self.write(at + place / 1000, line, stream, instance=instance)

    def in_window(self, length: float) -> float:
        """A moment in a window of this length; half of them near its end, where it is hard."""
        begin = self.story.nominal_start
        last = self.chance.random() < 0.5
        return begin + self.chance.uniform(length - 4 if last else 0.0, length)

    def told(self, delays: Delays) -> Story:
        """The finished story: its plain lines written, every line with its delay."""
        self._plain_lines()
        self.lines.sort(key=lambda line: line.at)
        delayed = tuple(self._delayed(number, line, delays) for number, line in enumerate(self.lines))
        return replace(self.story, lines=delayed, stall=delays.stall)

    def _plain_lines(self) -> None:
        story = self.story
        if not story.foreign:
            self._own_lines(random.Random(f"{story.key} lines"))
        self.write(LONG_AGO + 1, "Starting front, environment: production", revision=PREVIOUS)
        for at, text, severity in (
            (9, f"cart 9913 of customer 41: {KNOWN}", "ERROR"),
            (14, f"ERROR: cart 8 of customer 2: {KNOWN}", ""),
        ):
            self.write(LONG_AGO + at, text, "stderr", severity=severity, revision=PREVIOUS)
        self.write(story.created - 300, f"{TRACEBACK}:", "stderr", revision=PREVIOUS)
        self.write(
            random.Random(f"{story.key} old").uniform(0, 60),
            "old trouble",
            "stderr",
            severity="ERROR",
            revision=PREVIOUS,
        )
        if story.superseded is not None:
            self.write(story.superseded + 7, f"{STARTED}.", revision=NEWER)

    def _own_lines(self, chance: random.Random) -> None:
        """What the application prints when all is well."""
        story = self.story
        if self.silent:
            self.lines = [line for line in self.lines if not line.application]
            return
        self.write(story.created + 1.2, "Starting front, environment: production")
        if story.ready is not None and self.started:
            self.write(max(story.created + 1.3, story.ready - 0.5), f"{STARTED}.")
        at = (story.ready if story.ready is not None else story.created) + 2
        while at < (_HORIZON if story.ready is not None else story.created + 20):
            stream = chance.choice(("stdout", "stdout", "stderr"))
            self.write(at, f"tick {at:.1f}", stream, instance=chance.randrange(2))
            at += chance.uniform(6, 30)

    def _delayed(self, number: int, line: Line, delays: Delays) -> Line:
        if line.revision == OURS and line.application and not self.stored:
            return replace(line, readable=FOREVER, received=FOREVER)
        readable = delays.readable(line.stream, line.instance, line.at, f"line {number}")
        received = max(line.at, readable - random.Random(f"{self.story.key} {number}").uniform(0, 2))
        return replace(line, readable=readable, received=received)
