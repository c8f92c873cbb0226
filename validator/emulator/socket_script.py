"""How a service talks over a WebSocket: what it says first, and what it answers to which message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import re2

from validator.emulator.moments import length


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

    text: str | None
    """A pattern (RE2) that is found in the message."""
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
        return cls(wanted.get("text"), wanted.get("json"), send, int(data.get("close", 0)))

    def answers(self, message: str) -> bool:
        """Whether it answers a message."""
        if self.text is not None and not re2.search(self.text, message):
            return False
        if self.json is None:
            return True
        try:
            return _has(json.loads(message), self.json)
        except ValueError:
            return False


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


def _has(found: Any, wanted: Any) -> bool:
    """Objects partially, all else whole."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(key in found and _has(found[key], wanted[key]) for key in wanted)
    return bool(found == wanted)
