"""Which messages of a conversation are those that its steps want; messages in between are passed over.

What the client waits for and what the judge wants is this one rule.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from validator.judging.json_match import difference
from validator.logs.selector import compiled
from validator.words.call import Json
from validator.words.conversation import Step
from validator.words.strict_json import NotJsonError, TooLargeError, parse


def wanted(step: Step) -> str:
    """What a step waits for, for a person."""
    ways = (
        (step.json, f"with JSON {step.json}"),
        (step.text, f"like {step.text}"),
        (step.binary, f"of the bytes {step.binary}"),
    )
    return "a message " + " and ".join(told for given, told in ways if given is not None)


def answers(step: Step, message: Json) -> bool:
    """Whether a message is what a step waits for."""
    if step.binary is not None:
        return bool(message.get("binary") == step.binary)
    if "text" not in message:
        return False
    if step.text is not None and not compiled(step.text).search(message["text"]):
        return False
    return step.json is None or not difference(_parsed(step.json), _read(message["text"]))


@cache
def _parsed(text: str) -> Any:
    return json.loads(text)


_NOTHING = object()
"""What a text that is no JSON contains."""


def _read(text: str) -> Any:
    try:
        return parse(text)
    except (NotJsonError, TooLargeError):
        return _NOTHING


@dataclass
class Progress:
    """How far a conversation has come."""

    steps: Sequence[Step]
    done: int = 0
    """Steps that are behind it."""
    last: Json | None = None
    """The message that the newest of them waited for."""

    @property
    def step(self) -> Step | None:
        """The step that is next; None after the last."""
        return self.steps[self.done] if self.done < len(self.steps) else None

    def sent(self) -> None:
        """The next step's message was sent."""
        self.done += 1

    def hear(self, message: Json) -> bool:
        """Whether a message that came is what the next step waits for; then that is behind it."""
        step = self.step
        if step is None or step.sends or not answers(step, message):
            return False
        self.done, self.last = self.done + 1, message
        return True


def followed(steps: Sequence[Step], messages: Sequence[Json]) -> Progress:
    """How far a whole conversation came: what is sent is sent as soon as the steps before it are done."""
    progress = Progress(steps)
    for message in messages:
        while progress.step and progress.step.sends:
            progress.sent()
        progress.hear(message)
    while progress.step and progress.step.sends:
        progress.sent()
    return progress
