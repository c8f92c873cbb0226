"""The driver of real runs: one daemon thread a call, so that no stuck call holds the process past a deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from validator.engine.run import Engine
from validator.words.call import Call, Completion, Problem, Request, Result

Sources = Callable[[Call, float], Result]
"""(call, timeout in seconds of the gate's time) -> what came of it."""
Clock = Callable[[], float]
"""The gate's time, Unix seconds."""


def drive(
    engine: Engine,
    sources: Sources,
    clock: Clock,
    speed: float,
    changed: Callable[[float], None],
    *,
    inbox: SimpleQueue[Completion | None] | None = None,
) -> bool:
    """Run the engine to its end; returns whether it came there by itself.

    Args:
        engine: the run.
        sources: makes one call; called on threads of its own.
        clock: the gate's time.
        speed: seconds of the gate's time that go by in one real second.
        changed: told the time after every step (for the live report).
        inbox: where what comes back is put; None put into it, by a signal handler for one, interrupts the run.
    """
    completions: SimpleQueue[Completion | None] = SimpleQueue() if inbox is None else inbox
    waiting: list[Completion | None] = []
    while True:
        now = clock()
        if None in waiting:
            engine.interrupt(now)
            return False
        step = engine.step(now, [each for each in waiting if each])
        changed(now)
        if step.done:
            return True
        for request in step.requests:
            work = threading.Thread(target=_call, args=(request, sources, clock, completions), daemon=True)
            work.start()
        waiting = _wait(completions, None if step.wake_at is None else max(0.0, step.wake_at - clock()) / speed)


def _wait(completions: SimpleQueue[Completion | None], timeout: float | None) -> list[Completion | None]:
    """All completions that are there, after waiting for the first at most `timeout` real seconds."""
    found: list[Completion | None] = []
    try:
        found.append(completions.get(timeout=timeout))
        while True:
            found.append(completions.get_nowait())
    except Empty:
        return found


def _call(request: Request, sources: Sources, clock: Clock, completions: SimpleQueue[Completion | None]) -> None:
    sent = clock()
    try:
        result = sources(request.call, request.timeout)
    except Exception as error:  # noqa: BLE001 - a defect of a source must not lose the run
        result = Problem("INTERNAL", f"{type(error).__name__}: {error}")
    completions.put(Completion(request.id, sent, clock(), result))
