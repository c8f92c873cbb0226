"""A client of the simulation's own that holds a conversation over a WebSocket, as the gate's source does under servers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from validator.emulator.api.calls import CloseSocket, OpenSocket, Tell
from validator.emulator.world.faults import Outcome
from validator.emulator.world.matching import contains, pattern
from validator.emulator.world.world import World, apply
from validator.words.call import Answer, Json, Problem, Result
from validator.words.conversation import Converse, Step


@dataclass
class Visitor:
    """One conversation; `world` is the state after its newest call."""

    world: World
    at: float
    """The world's time as far as it has come."""
    coming: list[tuple[float, Json]] = field(default_factory=list)
    """What the service says, and when."""
    closing: tuple[float, int] | None = None
    """When the service closes it, and the code."""
    heard: list[Json] = field(default_factory=list)
    last: float | None = None
    """Seconds from the beginning to the newest message that was waited for."""

    def hold(self, call: Converse) -> tuple[float, Result]:
        """Hold it: seconds until its end, infinite if the service says no more, and what came of it."""
        began = self.at
        opening = OpenSocket("https://" + call.url.partition("://")[2], _offering(call))
        self.world, came = apply(self.world, opening, self.at)
        if not isinstance(came.result, Answer):
            return came.delay, came.result
        opened = came.result.content
        self.at += came.delay + opened["latency"]
        if opened["status"] != 101:
            return self.at - began, Answer({**opened, "latency": self.at - began})
        if came.cut:
            self._ask(CloseSocket(opened["session"]))
            return self.at - began, Problem("BROKEN", "the connection ended before its end by the scenario")
        latency = self.at - began
        self._say(opened["messages"])
        end = self._follow(call, opened["session"], began)
        if end == "done" and not call.awaited:
            self.closing = self.closing or (self.at, 1000)
        self._ask(CloseSocket(opened["session"]))
        content = {
            "status": 101,
            "headers": [["upgrade", "websocket"], ["connection", "upgrade"], ["server", "Google Frontend"]],
            "subprotocol": opened["subprotocol"],
            "messages": self.heard,
            "opened": latency,
            "latency": latency if self.last is None else self.last,
            "end": end,
        }
        if self.closing and end != "late":
            content["close"] = [self.closing[1], ""]
        return float("inf") if end == "late" else self.at - began, Answer(content)

    def _ask(self, call: Tell | CloseSocket) -> Outcome:
        """Go on. What is due by then does not happen yet: others ask in the meantime."""
        pending = self.world.pending
        after, came = apply(replace(self.world, pending=()), call, self.at)
        self.world = replace(after, pending=pending)
        return came

    def _say(self, messages: list[Json]) -> None:
        """What the service says from now on, one message after the other."""
        due = max([self.at, *(at for at, _ in self.coming)])
        for message in messages:
            due += message["after"]
            self.coming.append((due, message))

    def _follow(self, call: Converse, session: int, began: float) -> str:
        """Take the steps; how that ended."""
        for step in call.steps:
            if step.sends:
                self._tell(step, session)
            elif not self._wait(step, began):
                return "closed" if self.closing else "late"
        if call.awaited:
            self._drain(began)
            return "done" if self.closing else "late"
        return "done"

    def _tell(self, step: Step, session: int) -> None:
        came = self._ask(Tell(session, step.binary or step.text or "", step.binary is not None))
        assert isinstance(came.result, Answer)
        self._say(came.result.content["messages"])
        if came.result.content["close"]:
            self.closing = max([self.at, *(at for at, _ in self.coming)]), came.result.content["close"]

    def _wait(self, step: Step, began: float) -> bool:
        """Whether a message comes that a step waits for."""
        while self.coming:
            if _hears(step, self._next(began)):
                self.last = self.heard[-1]["at"]
                return True
        self._drain(began)
        return False

    def _next(self, began: float) -> Json:
        due, message = self.coming.pop(0)
        self.at = max(self.at, due)
        self.heard.append({"binary" if message["binary"] else "text": message["text"], "at": self.at - began})
        return message

    def _drain(self, began: float) -> None:
        """Hear what comes until the service closes it."""
        while self.coming:
            self._next(began)
        if self.closing:
            self.at = max(self.at, self.closing[0])


def _offering(call: Converse) -> tuple[tuple[str, str], ...]:
    offered = (("Sec-WebSocket-Protocol", ", ".join(call.subprotocols)),) if call.subprotocols else ()
    return (*call.headers, *offered)


def _hears(step: Step, message: Json) -> bool:
    if step.binary is not None or message["binary"]:
        return bool(message["binary"] and message["text"] == step.binary)
    if step.text is not None and not pattern(step.text).search(message["text"]):
        return False
    return step.json is None or contains(message["text"], json.loads(step.json))
