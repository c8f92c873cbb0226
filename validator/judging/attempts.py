"""What many attempts come to over time: the rule that all kinds share."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.sort import Query
from validator.words.call import Answer, Json
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State
from validator.words.instant import span
from validator.words.pace import INTERVAL
from validator.words.verdict import Outcome, Verdict

_TOLD = 3
"""Different reasons of failed attempts that are told."""


@dataclass(frozen=True)
class Timing:
    """When a rule has to hold: from when, beginning by when, for how long (all seconds), and how often."""

    start: float
    within: float
    hold: float = 0.0
    times: int = 1
    """Attempts in a row that have to hold."""
    attempts: int | None = None
    """Decided attempts after which it is judged; None for as many as there is time for."""

    @property
    def deadline(self) -> float:
        """The latest moment at which holding may begin."""
        return self.start + self.within


def timing(check: Check[Any], evidence: Evidence, within: float | None = None) -> Timing:
    """When a started check has to hold.

    Args:
        check: the check.
        evidence: what tells when it started and when the run ends.
        within: seconds that its kind waits where the check does not say; None: until the run's end.
    """
    start = evidence.start_of(check.name)
    assert start is not None, "a check is judged only once it has started"
    left = evidence.deadline - start
    wanted = check.within if check.within is not None else within
    return Timing(start, left if wanted is None else wanted, check.hold, check.times, check.attempts)


def looks(
    check: Check[Any], query: Query[Any], evidence: Evidence, judge: Callable[[Observation, Json], Attempt]
) -> Iterator[Attempt]:
    """An attempt for each answer to a query; for a problem an unknown one, conclusive if it is a refusal."""
    refusal = evidence.refusal(query)
    for observation in evidence.answers(query):
        if isinstance(observation.result, Answer):
            content = observation.result.content
            key = (check.name, check.part, observation.seq)
            yield evidence.derive(key, partial(judge, observation, content), lasting=_decided)
        else:
            reason = f"{observation.result.code}: {observation.result.message}"
            yield Attempt(observation.sent, Finding(State.UNKNOWN, reason), (observation.seq,))
    if refusal:
        finding = Finding(State.UNKNOWN, refusal.reason, remedy=refusal.remedy)
        yield Attempt(math.inf, finding, refusal.rests_on, conclusive=True)


def _decided(attempt: Attempt) -> bool:
    return attempt.finding.state is not State.UNKNOWN


def eventually(attempts: Iterable[Attempt], timing: Timing, now: float) -> Verdict:
    """Judge a rule that has to come true, and stay true for `timing.hold` and `timing.times` attempts.

    Passes at the first holds, or once holds that began by the deadline went on long enough: `times` in a row, over
    `hold` with no gap longer than two intervals and the slowest answer. Holds under way at the deadline are followed
    until they are enough or break; the break decides. The attempt number `attempts` decides in any case.
    At the deadline: failed if the newest decided attempt was violated, inconclusive otherwise; and also if it may have
    held as long as it has to at attempts of which nothing is known.
    """
    made = sorted((a for a in attempts if a.at >= timing.start), key=lambda a: a.at)
    course = _Course(timing, made)
    for attempt in made:
        verdict = course.take(attempt)
        if verdict:
            return verdict
    return course.open(now)


@dataclass
class _Course:
    """The attempts of a check so far, in the order in which they were made."""

    timing: Timing
    made: list[Attempt]
    began: float | None = None
    """When the first of the attempts was made that hold one after another now."""
    latest: float = 0.0
    """When the last of them was made."""
    row: int = 0
    """How many they are."""
    slowest: float = 0.0
    """Seconds that the slowest answer took."""
    decided: list[Attempt] = field(default_factory=list)

    @property
    def following(self) -> bool:
        """Whether holds that began in time are under way."""
        return self.began is not None and self.began <= self.timing.deadline

    def take(self, attempt: Attempt) -> Verdict | None:
        """Take the next attempt; its verdict if it decides."""
        if attempt.at > self.timing.deadline and not self.following and not attempt.decides:
            return None  # made after the deadline, it comes too late
        if attempt.finding.state is State.UNKNOWN:
            return self._verdict(Outcome.INCONCLUSIVE, attempt) if attempt.decides else None
        self.decided.append(attempt)
        last = attempt.decides or len(self.decided) == self.timing.attempts
        if attempt.finding.state is State.VIOLATED:
            self.began, self.row = None, 0
            return self._verdict(Outcome.FAILED, attempt, self._failed(attempt)) if last else None
        self._hold(attempt)
        if self._enough:
            return self._verdict(Outcome.PASSED, attempt, self._passed(attempt))
        return self._verdict(Outcome.INCONCLUSIVE, self._short(attempt)) if last and self._counted else None

    @property
    def _counted(self) -> bool:
        """Whether the number of attempts is what ends it."""
        return len(self.decided) == self.timing.attempts

    def _hold(self, attempt: Attempt) -> None:
        broken = self.timing.hold and attempt.at - self.latest > 2 * INTERVAL + self.slowest
        if self.began is None or broken:
            self.began, self.row = attempt.at, 0
        self.latest, self.row = attempt.at, self.row + 1
        self.slowest = max(self.slowest, attempt.took)

    @property
    def _enough(self) -> bool:
        held = self.latest - self.began if self.began is not None else 0.0
        return self.following and held >= self.timing.hold and self.row >= self.timing.times

    def open(self, now: float) -> Verdict:
        """What it comes to while no attempt decides, or at the deadline."""
        deadline = self.timing.deadline
        waiting = any(a.pending and (a.at <= deadline or self.following) for a in self.made)
        final = now >= deadline and not self.following and not waiting
        until = deadline if now < deadline else None
        # An attempt that is not told yet may turn out to be holds under way: those are to be followed without a gap.
        polling = now < deadline or self.following or (waiting and (self.timing.hold > 0 or self.timing.times > 1))
        if not self.decided:
            told = [attempt for attempt in self.made if not attempt.pending] or self.made
            if not told:
                return Verdict(Outcome.INCONCLUSIVE, "no attempt was made yet", final=final, until=until)
            return self._verdict(Outcome.INCONCLUSIVE, told[-1], final=final, until=until, polling=polling)
        newest = self.decided[-1]
        if newest.finding.state is State.VIOLATED:
            untold = self._untold() if now >= deadline else None
            if untold:
                reason = f"it may have held {self._wanted}: nothing is known of one attempt: {untold.finding.reason}"
                return self._verdict(Outcome.INCONCLUSIVE, untold, reason, final=final, until=until, polling=polling)
            reason = self._failed(newest)
            return self._verdict(Outcome.FAILED, newest, reason, final=final, until=until, polling=polling)
        return self._verdict(Outcome.INCONCLUSIVE, self._short(newest), final=final, until=until, polling=polling)

    def _untold(self) -> Attempt | None:
        """The last of attempts that nothing is known of, without which it may have held as long as it has to; else None."""
        if not self.timing.hold and self.timing.times == 1:
            return None  # the newest decided attempt decides
        alike = _Course(self.timing, self.made)
        unknown: Attempt | None = None
        for attempt in self.made:
            if attempt.finding.state is State.VIOLATED:
                alike.began, alike.row, unknown = None, 0, None
            elif attempt.at <= self.timing.deadline or alike.following:
                unknown = attempt if attempt.finding.state is State.UNKNOWN else unknown
                alike._hold(attempt)
                if alike._enough and unknown:
                    return unknown
        return None

    @property
    def _wanted(self) -> str:
        if self.timing.hold:
            return f"for {span(self.timing.hold)} without a break"
        return f"{self.timing.times} times in a row"

    @property
    def _violated(self) -> list[Attempt]:
        return [attempt for attempt in self.decided if attempt.finding.state is State.VIOLATED]

    def _failed(self, attempt: Attempt) -> str:
        """The reason of a failure: the newest violation, and in how many attempts there was one."""
        more = f" (in {len(self._violated)} of {len(self.made)} attempts)" if len(self.made) > 1 else ""
        return attempt.finding.reason + more

    def _passed(self, attempt: Attempt) -> str:
        """The reason of a pass: what holds, how often if that was asked for, and how many attempts failed before."""
        often = f" ({self.row} times in a row)" if self.timing.times > 1 else ""
        reasons = Counter(each.finding.reason for each in self._violated)
        if not reasons:
            return attempt.finding.reason + often
        failed = reasons.total()
        told = [
            reason + (f" ({count} times)" if 1 < count < failed else "") for reason, count in reasons.most_common(_TOLD)
        ]
        more = f", and {len(reasons) - _TOLD} more" if len(reasons) > _TOLD else ""
        attempts = f"{failed} failed attempt{'s' * (failed > 1)}"
        return f"{attempt.finding.reason}{often}, after {attempts}: {'; '.join(told)}{more}"

    def _short(self, newest: Attempt) -> Attempt:
        """The newest attempt that holds, as one of holds that are too short; if an attempt is not told, by what."""
        reason, remedy = f"it holds, but not yet {self._wanted}", newest.finding.remedy
        if self.timing.times > 1:
            reason = f"it holds, {self.row} of {self.timing.times} times in a row"
        for attempt in self.made:
            if attempt.finding.state is State.UNKNOWN and not attempt.pending:
                reason = f"it holds, but not {self._wanted}: nothing is known of one attempt: {attempt.finding.reason}"
                remedy = attempt.finding.remedy
        return replace(newest, finding=replace(newest.finding, reason=reason, remedy=remedy))

    def _verdict(
        self,
        outcome: Outcome,
        attempt: Attempt,
        reason: str = "",
        *,
        final: bool = True,
        until: float | None = None,
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
            len(self.made),
            finding.captured if final else (),
            polling=polling,
        )
