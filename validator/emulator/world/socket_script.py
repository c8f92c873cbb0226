"""How a service talks over a WebSocket: what it says first, and what it answers to which message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from validator.emulator.world.matching import contains, pattern
from validator.emulator.world.moments import length


@dataclass(frozen=True)
class Message:
    """Something that is said."""

    text: str
    after: float
    """Seconds after what it answers."""

    @classmethod
    def read(cls, data: Any) -> Message:
        """From a text or a map with `text` or `json`, and `after`."""
        if not isinstance(data, Mapping):
            return cls(str(data), 0.0)
        if ("text" in data) == ("json" in data):
            raise ValueError("a message has either text or json")
        text = str(data["text"]) if "text" in data else json.dumps(data["json"], ensure_ascii=False)
        return cls(text, length(data.get("after", "0s")))


@dataclass(frozen=True)
class Rule:
    """What is answered to messages of a sort."""

    text: Any
    """A pattern that is found in the message; None: any message."""
    json: Any
    """JSON whose keys the message has, with these values; None: any message."""
    send: tuple[Message, ...]
    close: int
    """The code with which it closes afterwards; 0: it stays open."""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Rule:
        """From a map of the scenario."""
        wanted = data.get("on") or {}
        send = tuple(map(Message.read, data.get("send") or []))
        text = pattern(wanted["text"]) if "text" in wanted else None
        return cls(text, wanted.get("json"), send, int(data.get("close", 0)))

    def answers(self, message: str) -> bool:
        """Whether it answers a message."""
        if self.text is not None and not self.text.search(message):
            return False
        return self.json is None or contains(message, self.json)


@dataclass(frozen=True)
class Script:
    """The service's side of a conversation."""

    greeting: tuple[Message, ...]
    rules: tuple[Rule, ...]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Script:
        """From `websocket` of a reply."""
        greeting = tuple(map(Message.read, data.get("greeting") or []))
        return cls(greeting, tuple(map(Rule.read, data.get("rules") or [])))

    def answer(self, message: str) -> Rule | None:
        """The first rule that answers a message; None: nothing is said."""
        return next((rule for rule in self.rules if rule.answers(message)), None)
