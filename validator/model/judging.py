"""What many attempts come to over time: the rule that all kinds share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from validator.model.call import Answer, Json
from validator.model.check import Check
from validator.model.evidence import Evidence
from validator.model.finding import Attempt, Finding, State
from validator.model.instant import span
from validator.model.journal import Observation
from validator.model.query import Query
from validator.model.verdict import Outcome, Verdict

INTERVAL = 2.0
"""Seconds between attempts."""


@dataclass(frozen=True)
class Timing:
    """When a rule has to hold: from when, beginning by when, for how long (all seconds)."""

    start: float
    within: float
    hold: float = 0.0

    @property
    def deadline(self) -> float:
        """The latest moment at which holding may begin."""
        return self.start + self.within


def timing(check: Check, evidence: Evidence) -> Timing:
    """When a started check has to hold; without `within`, until the run's own deadline."""
    start = evidence.start_of(check.name)
    assert start is not None, "a check is judged only once it has started"
    within = evidence.deadline - start if check.within is None else check.within
    return Timing(start, within, check.hold)


def looks(
    check: Check, query: Query, evidence: Evidence, judge: Callable[[Observation, Json], Attempt]
) -> Iterator[Attempt]:
    """An attempt for each answer to a query; for a problem an unknown one, conclusive if it is a refusal."""
    refusal = evidence.refusal(query)
    for observation in evidence.answers(query):
        if isinstance(observation.result, Answer):
            content = observation.result.content
            yield evidence.once((check.name, observation.seq), partial(judge, observation, content))
        else:
            reason = f"{observation.result.code}: {observation.result.message}"
            yield Attempt(observation.sent, Finding(State.UNKNOWN, reason), (observation.seq,))
    if refusal:
        finding = Finding(State.UNKNOWN, refusal.reason, remedy=refusal.remedy)
        yield Attempt(math.inf, finding, refusal.rests_on, conclusive=True)


def eventually(attempts: Iterable[Attempt], timing: Timing, now: float) -> Verdict:
    """Judge a rule that has to come true, and stay true for `timing.hold`.

    Passes at the first holds, or once holds that began by the deadline went on for `hold` with no gap over two
    intervals. Holds under way at the deadline are followed until they are long enough or break; the break decides.
    At the deadline: failed if the newest decided attempt was violated, inconclusive otherwise.
    """
    made = sorted((a for a in attempts if a.at >= timing.start), key=lambda a: a.at)
    began = latest = None
    decided: Attempt | None = None
    for attempt in made:
        under_way = began is not None and began <= timing.deadline
        if attempt.at > timing.deadline and not under_way and not attempt.decides:
            continue  # made after the deadline, it comes too late
        if attempt.finding.state is State.HOLDS:
            if began is None or latest is None or attempt.at - latest > 2 * INTERVAL:
                began = attempt.at
            latest = attempt.at
            if began <= timing.deadline and latest - began >= timing.hold:
                return _verdict(Outcome.PASSED, attempt, len(made))
        elif attempt.finding.state is State.VIOLATED:
            began = None
            if attempt.decides:
                return _verdict(Outcome.FAILED, attempt, len(made))
        elif attempt.decides:
            return _verdict(Outcome.INCONCLUSIVE, attempt, len(made))
        else:
            continue
        decided = attempt

    following = began is not None and began <= timing.deadline
    waiting = any(a.pending and (a.at <= timing.deadline or following) for a in made)
    final = now >= timing.deadline and not following and not waiting
    until = timing.deadline if now < timing.deadline else None
    # An attempt that is not told yet may turn out to be holds under way: those are to be followed without a gap.
    polling = now < timing.deadline or following or (waiting and timing.hold > 0)
    if decided is None:
        told = [attempt for attempt in made if not attempt.pending] or made
        newest = told[-1] if told else None
        if newest is None:
            return Verdict(Outcome.INCONCLUSIVE, "no attempt was made yet", final=final, until=until)
        return _verdict(Outcome.INCONCLUSIVE, newest, len(made), final=final, until=until, polling=polling)
    if decided.finding.state is State.VIOLATED:
        bad = sum(attempt.finding.state is State.VIOLATED for attempt in made)
        reason = decided.finding.reason + (f" (in {bad} of {len(made)} attempts)" if len(made) > 1 else "")
        return _verdict(Outcome.FAILED, decided, len(made), final=final, until=until, reason=reason, polling=polling)
    short = _short(decided, made, timing.hold)
    return _verdict(Outcome.INCONCLUSIVE, short, len(made), final=final, until=until, polling=polling)


def _short(newest: Attempt, made: Iterable[Attempt], hold: float) -> Attempt:
    """The newest attempt that holds, as one of holds that are too short; if an attempt is not told, by what."""
    reason, remedy = f"it holds, but not yet for {span(hold)} without a break", newest.finding.remedy
    for attempt in made:
        if attempt.finding.state is State.UNKNOWN and not attempt.pending:
            reason = f"it holds, but not for {span(hold)} without an attempt of which nothing is known: {attempt.finding.reason}"
            remedy = attempt.finding.remedy
    return replace(newest, finding=replace(newest.finding, reason=reason, remedy=remedy))


def _verdict(
    outcome: Outcome,
    attempt: Attempt,
    attempts: int,
    *,
    final: bool = True,
    until: float | None = None,
    reason: str = "",
    polling: bool = True,
) -> Verdict:
    finding = attempt.finding
    return Verdict(
        outcome,
        reason or finding.reason,
        final,
        finding.expected,
        finding.actual,
        finding.remedy,
        finding.evidence,
        attempt.rests_on,
        until,
        attempts,
        finding.captured if final else (),
        polling=polling,
    )
