"""The driver of what was seen before: time stands still, and each query is answered once, or never."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from validator.engine.replay import NOT_JUDGED
from validator.engine.run import Engine
from validator.evidence.sort import Query
from validator.words.call import Call, Completion, Result
from validator.words.ending import Ending
from validator.words.verdict import Outcome

Held = Callable[[Query[Any], Call], Result | None]
"""What a call is answered with; None if nothing that is there tells it."""
_MOST_STEPS = 1000
_REMEDY = "run the gate against the deployment, or hand in what tells it"


def drive(engine: Engine, held: Held, now: float) -> frozenset[Query[Any]]:
    """Ask all that can be asked at one moment, and end the run; returns what was not answered.

    What is open then, and nothing speaks against, is not judged: it would want what is not there.
    """
    unanswered: set[Query[Any]] = set()
    due: list[Completion] = []
    for _ in range(_MOST_STEPS):
        step = engine.step(now, due)
        if step.done:
            break
        due = []
        for request in step.requests:
            asked = engine.asked[request.id]
            result = held(asked, request.call)
            if result is None:
                unanswered.add(asked)
            else:
                due.append(Completion(request.id, now, now, result))
        if not due and (step.wake_at is None or step.wake_at > now):
            break
    open_ = [name for name, standing in engine.standings.items() if not standing.verdict.final]
    engine.end(now, Ending.COMPLETE)
    _doubt(engine, open_)
    return frozenset(unanswered)


def _doubt(engine: Engine, names: list[str]) -> None:
    for name in names:
        standing = engine.standings[name]
        if standing.verdict.outcome is Outcome.INCONCLUSIVE:
            reason = f"{NOT_JUDGED}: what is here does not tell it: {standing.verdict.reason}"
            verdict = replace(standing.verdict, reason=reason, remedy=_REMEDY)
            engine.verdicts.standings[name] = replace(standing, verdict=verdict)
