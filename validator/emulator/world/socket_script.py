"""How a service talks over a WebSocket: what it says first, and what it answers to which message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from validator.emulator.world.line import Line
from validator.emulator.world.matching import contains, pattern
from validator.emulator.world.moments import length


@dataclass(frozen=True)
class Message:
    """Something that is said."""

    text: str
    """Of a binary message its bytes in hexadecimal digits."""
    binary: bool = False
    after: float = 0.0
    """Seconds after what it answers."""

    @classmethod
    def read(cls, data: Any) -> Message:
        """From a text or a map with `text`, `json` or `hex`, and `after`."""
        if not isinstance(data, Mapping):
            return cls(str(data))
        if sum(key in data for key in ("text", "json", "hex")) != 1:
            raise ValueError("a message has either text, json or hex")
        text = (
            json.dumps(data["json"], ensure_ascii=False) if "json" in data else str(data.get("text", data.get("hex")))
        )
        return cls(text.lower() if "hex" in data else text, "hex" in data, length(data.get("after", "0s")))

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.text) // 2 if self.binary else len(self.text.encode())


@dataclass(frozen=True)
class Rule:
    """What is answered to messages of a sort."""

    text: Any
    """A pattern that is found in the message; None: any message."""
    json: Any
    """JSON whose keys the message has, with these values; None: any message."""
    hex: str
    """The bytes of a binary message; empty: it is for texts."""
    send: tuple[Message, ...]
    log: tuple[Line, ...]
    """What the service writes to its log when it answers."""
    close: int
    """The code with which it closes afterwards; 0: it stays open."""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Rule:
        """From a map of the scenario."""
        wanted = data.get("on") or {}
        send = tuple(map(Message.read, data.get("send") or []))
        text = pattern(wanted["text"]) if "text" in wanted else None
        log = tuple(map(Line.read, data.get("log") or []))
        hexadecimal = str(wanted.get("hex", "")).lower()
        return cls(text, wanted.get("json"), hexadecimal, send, log, int(data.get("close", 0)))

    def answers(self, message: Message) -> bool:
        """Whether it answers a message; without `on` it answers all."""
        if self.hex:
            return message.binary and message.text == self.hex
        if message.binary:
            return self.text is None and self.json is None
        if self.text is not None and not self.text.search(message.text):
            return False
        return self.json is None or contains(message.text, self.json)


@dataclass(frozen=True)
class Script:
    """The service's side of a conversation."""

    subprotocols: tuple[str, ...]
    """Those that it takes."""
    greeting: tuple[Message, ...]
    rules: tuple[Rule, ...]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Script:
        """From `websocket` of a reply."""
        greeting = tuple(map(Message.read, data.get("greeting") or []))
        return cls(
            tuple(map(str, data.get("subprotocols") or [])), greeting, tuple(map(Rule.read, data.get("rules") or []))
        )

    def chosen(self, offered: str) -> str:
        """The subprotocol that it chooses of those of a `Sec-WebSocket-Protocol`; empty for none."""
        return next((name for each in offered.split(",") if (name := each.strip()) in self.subprotocols), "")

    def answer(self, message: Message) -> Rule | None:
        """The first rule that answers a message; None: nothing is said."""
        return next((rule for rule in self.rules if rule.answers(message)), None)
