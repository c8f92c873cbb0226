"""Conversations with a target over WebSockets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from validator.evidence.probe import Probe, as_json
from validator.words.conversation import Converse, Step


@dataclass(frozen=True)
class WebSocket(Probe):
    """A conversation over a WebSocket with the target."""

    subprotocols: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    awaited: bool = False
    """Whether the server has to close it."""

    def call(self, url: str) -> Converse:
        """One conversation; https is wss."""
        scheme, _, rest = url.partition("://")
        named = {"http": "ws", "https": "wss"}.get(scheme.lower(), scheme)
        return Converse(f"{named}://{rest}", self.headers, self.subprotocols, self.steps, self.awaited)

    @property
    def shown(self) -> str:
        """It with its place."""
        return f"WebSocket {self.location}"

    def sensitive(self) -> Iterable[tuple[str, Any]]:
        """What is sent too."""
        for step in self.steps:
            if step.sends and step.text:
                yield "message", as_json(step.text)
        yield from super().sensitive()
