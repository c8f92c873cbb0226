"""The driver of simulations and tests: a clock that jumps, and an event heap."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

from validator.engine.run import Engine
from validator.words.call import Call, Completion, Result

_MOST_IDLE_STEPS = 1000
Answering = Callable[[Call, float], tuple[float, Result]]
"""(call, time of sending) -> (seconds until the answer, the answer)."""


def drive(engine: Engine, answer: Answering, start: float) -> float:
    """Run the engine to its end on virtual time, from `start`; returns when it ended. Nothing sleeps."""
    events: list[tuple[float, int, Completion]] = []
    order = count()
    now = start
    due: list[Completion] = []
    idle = 0
    while True:
        step = engine.step(now, due)
        if step.done:
            return now
        for request in step.requests:
            latency, result = answer(request.call, now)
            if latency > request.timeout:
                latency, result = request.timeout, request.call.overdue(request.timeout, result)
            done = now + latency
            heapq.heappush(events, (done, next(order), Completion(request.id, now, done, result)))
        following = [at for at in (step.wake_at, events[0][0] if events else None) if at is not None]
        assert following, "the engine waits for nothing"
        upcoming = min(following)
        idle = 0 if upcoming > now or step.requests else idle + 1
        assert idle < _MOST_IDLE_STEPS, "the engine spins without anything to do"
        now = max(now, upcoming)
        due = []
        while events and events[0][0] <= now:
            due.append(heapq.heappop(events)[2])
