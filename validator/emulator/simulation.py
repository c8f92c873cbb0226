"""The world without a network: what the engine's virtual-clock driver asks instead of real sources."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

from validator.emulator.world import World, apply
from validator.model.call import Answer, Call, Exchange, Problem, Result

API_LATENCY = 0.05
"""Seconds that an API call takes."""
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 10


class Simulation:
    """A world and its caller; `world` is the state after the newest call."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, call: Call, sent: float) -> tuple[float, Result]:
        """Make a call that is sent at a world time: its latency in seconds, and what came of it."""
        if isinstance(call, Exchange):
            return self._exchange(call, sent)
        self.world, came = apply(self.world, call, sent)
        return API_LATENCY + came.delay, came.result

    def _exchange(self, call: Exchange, sent: float) -> tuple[float, Result]:
        asked = call.url
        spent, result = self._hop(call, sent)
        for _ in range(_MAX_REDIRECTS if call.redirects else 0):
            to = _location(result)
            if not to:
                break
            call = replace(call, url=urljoin(call.url, to))
            took, result = self._hop(call, sent + spent)
            spent += took
        if not isinstance(result, Answer):
            return spent, result
        landed = {} if call.url == asked else {"url": call.url}
        return spent, Answer({**result.content, **landed, "latency": spent})

    def _hop(self, call: Exchange, sent: float) -> tuple[float, Result]:
        self.world, came = apply(self.world, call, sent)
        result = came.result
        if not isinstance(result, Answer):
            return came.delay, result
        if came.cut:
            return came.delay, Problem("BROKEN", "the answer ended before its end by the scenario")
        return result.content["latency"] + came.delay, result


def _location(result: Result) -> str:
    """Where a redirect leads; empty if it is none."""
    if isinstance(result, Answer) and result.content["status"] in _REDIRECTS:
        return str(dict(result.content["headers"]).get("location", ""))
    return ""
