"""What many answers come to together: each of them, how many failed, and how long they took.

An answer counts once the request log names the target's revision for it. What is unknown is never counted as a success: a
series passes only if it would even if all that is unknown had failed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from validator.evidence.identity import Who, identify
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.probe import probed_enough
from validator.evidence.series import Sampled, Sampling
from validator.judging.attempts import timing
from validator.judging.probed import Attempts, Says
from validator.judging.served import percentile
from validator.language.http_check import Options
from validator.words.call import Problem
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State
from validator.words.instant import span
from validator.words.verdict import Excerpt, Outcome, Verdict

_LATE = 1.2
"""Times as long as it should last that a load may take, and a second more."""
_SHOWN = 3
_RESTS = 200
"""Observations that are named as what a verdict rests on."""


@dataclass
class _Tally:
    """What the answers of a series are known to be."""

    latencies: list[float] = field(default_factory=list)
    """Of those that are known to be the target's, seconds; of those that did not come, no end."""
    errors: list[Attempt] = field(default_factory=list)
    """No answer in time, or a status of 500 or more that is not expected."""
    wrong: list[Attempt] = field(default_factory=list)
    pending: list[Attempt] = field(default_factory=list)
    unknown: list[Attempt] = field(default_factory=list)
    """That will not be known."""
    rests_on: list[int] = field(default_factory=list)


def judge(check: Check[Options], lane: Sampled, says: Says, evidence: Evidence, now: float) -> Verdict:
    """Judge a series once all its answers are there, or at the deadline as far as it came."""
    when, series = timing(check, evidence), evidence.of(lane.series)
    over = now >= when.deadline
    refusal = evidence.refusal(lane)
    if refusal:
        return Verdict(Outcome.INCONCLUSIVE, refusal.reason, True, remedy=refusal.remedy, rests_on=refusal.rests_on)
    if len(series.answers) < lane.count and not over:
        reason = f"{len(series.answers)} of {lane.count} answers so far"
        return Verdict(Outcome.INCONCLUSIVE, reason, False, until=when.deadline)
    tally = _tally(check, lane, series, says, evidence)
    waiting = bool(tally.pending) or len(series.answers) < series.sent
    final = not waiting and (over or not any(each.wanted(evidence) for each in lane.lanes))
    enough = probed_enough(lane, check.target, evidence)
    return _Judging(check, lane, series, tally, enough, final, None if over else when.deadline).verdict()


def _tally(check: Check[Options], lane: Sampled, series: Sampling, says: Says, evidence: Evidence) -> _Tally:
    attempts, tally = Attempts(check, lane, says, evidence), _Tally()
    for seen in series.answers:
        attempt = attempts.of(seen)
        if attempt is None:
            continue  # another revision's, where that says nothing of the target
        if attempt.finding.state is State.UNKNOWN:
            (tally.pending if attempt.pending else tally.unknown).append(attempt)
            continue
        tally.rests_on.append(seen.seq)
        if attempt.finding.state is State.VIOLATED and not _failed(check, seen, evidence):
            tally.wrong.append(attempt)
            continue
        tally.latencies.append(_latency(seen))
        if attempt.finding.state is State.VIOLATED:
            tally.errors.append(attempt)
    return tally


def _failed(check: Check[Options], seen: Observation, evidence: Evidence) -> bool:
    """Whether a violation is the failure of a request, and no wrong answer or another revision's."""
    if isinstance(seen.result, Problem):
        return True
    status = int(seen.result.content["status"])
    unexpected = status >= 500 and not check.options.expect.status.holds(status)
    return unexpected and identify(seen, check.target, evidence).who is Who.TARGET


def _latency(seen: Observation) -> float:
    return math.inf if isinstance(seen.result, Problem) else float(seen.result.content["latency"])


@dataclass(frozen=True)
class _Judging:
    """The judging of what a series came to."""

    check: Check[Options]
    lane: Sampled
    series: Sampling
    tally: _Tally
    enough: str
    """Why no more were sent while the traffic is split; else empty."""
    final: bool
    """Whether nothing more will be known of them."""
    until: float | None
    """Its deadline; None once that is past."""

    def verdict(self) -> Verdict:
        """What it comes to."""
        tally, count = self.tally, self.lane.count
        known = len(tally.latencies)
        if tally.wrong:
            found = tally.wrong[0].finding
            reason = f"{len(tally.wrong)} of {len(self.series.answers)} answers: {found.reason}"
            return self._verdict(
                Finding(State.VIOLATED, reason, found.expected, found.actual, found.remedy, found.evidence)
            )
        best = self._worst(tally.latencies, len(tally.errors), max(0, count - known), 0.0)
        if best.state is State.VIOLATED:
            return self._verdict(best)
        untold = len(tally.unknown) + len(tally.pending)
        worst = self._worst([*tally.latencies, *[math.inf] * untold], len(tally.errors) + untold, 0, math.inf)
        if known < count or worst.state is not State.HOLDS:
            return self._untold()
        late = self._late()
        return self._verdict(late or worst)

    def _worst(self, latencies: Sequence[float], errors: int, missing: int, taken: float) -> Finding:
        """The rules over all answers, `missing` ones of which took so long and did not fail."""
        wanted, all_ = self.check.options.expect, sorted([*latencies, *[taken] * missing])
        if not all_:
            return Finding(State.UNKNOWN, "no answer came")
        share = 100 * errors / len(all_)
        told = f"{errors} of {len(all_)} requests failed, {share:.3g} %"
        if not wanted.error_rate.holds(share) and not (missing and share < (wanted.error_rate.min or 0)):
            first = self.tally.errors[0].finding if self.tally.errors else Finding(State.UNKNOWN, "")
            reason = told + (f": {first.reason}" if first.reason else "")
            expected = f"an error rate of {wanted.error_rate.text('%')}"
            return Finding(State.VIOLATED, reason, expected, f"{share:.3g} %", evidence=first.evidence)
        for name, bound in wanted.percentiles:
            value = percentile(all_, float(name[1:]))
            if not (bound.holds(value) or (missing and value < (bound.min or 0))):
                return Finding(
                    State.VIOLATED, f"{name} is {_shown(value)}", f"{name} of {bound.text('s')}", _shown(value)
                )
        limits = [f"{name} of {bound.text('s')}" for name, bound in wanted.percentiles]
        expected = "; ".join([f"an error rate of {wanted.error_rate.text('%')}", *limits])
        return Finding(State.HOLDS, f"{told}; {self._measured()}", expected)

    def _measured(self) -> str:
        known = sorted(self.tally.latencies)
        if not known:
            return "none is known to be the target's"
        named = [("p50", 50), ("p95", 95)]
        return ", ".join(
            [f"{name} {_shown(percentile(known, at))}" for name, at in named] + [f"slowest {_shown(known[-1])}"]
        )

    def _late(self) -> Finding | None:
        """Why a load was none: its requests were not sent at the rate that is wanted."""
        took, length = self.series.ended - self.series.began, self.check.options.series.length  # type: ignore[union-attr]
        if not self.lane.rate or took <= length * _LATE + 1:
            return None
        reason = f"the load was not kept: {self.lane.count} requests took {span(took)} and not {span(length)}"
        remedy = "write a lower `rate`: its answers take so long that too many are waited for at once"
        return Finding(State.UNKNOWN, reason, remedy=remedy)

    def _untold(self) -> Verdict:
        """What it comes to while too little is known to be the target's."""
        tally, count = self.tally, self.lane.count
        newest = next(iter([*tally.unknown[::-1], *tally.pending[::-1]]), None)
        reason = f"of {len(self.series.answers)} answers {len(tally.latencies)} are known to be the target's, {count} are wanted"
        if len(tally.latencies) >= count:
            reason = f"{len(tally.unknown) + len(tally.pending)} answers more are not known to be the target's, and count as failed"
        found = newest.finding if newest else Finding(State.UNKNOWN, "")
        if self.enough:
            found = Finding(State.UNKNOWN, self.enough, remedy="give the target a tag, so that its own URL is used")
        told = f"{reason}: {found.reason}" if found.reason else reason
        return self._verdict(
            Finding(State.UNKNOWN, told, remedy=found.remedy, evidence=found.evidence), final=self.final
        )

    def _verdict(self, found: Finding, *, final: bool = True) -> Verdict:
        outcomes = {State.HOLDS: Outcome.PASSED, State.VIOLATED: Outcome.FAILED, State.UNKNOWN: Outcome.INCONCLUSIVE}
        return Verdict(
            outcomes[found.state],
            found.reason,
            final,
            found.expected,
            found.actual,
            found.remedy,
            tuple(self._evidence(found)),
            tuple(self.tally.rests_on[:_RESTS]),
            None if final else self.until,
            len(self.series.answers),
            polling=self.until is not None,
        )

    def _evidence(self, found: Finding) -> Iterator[Excerpt]:
        """All of them in one line, and those that tell most."""
        if self.tally.latencies:
            seconds = self.series.ended - self.series.began
            told = f"{self.lane.shown}, {len(self.tally.latencies)} times within {span(max(0.0, seconds))}: {self._measured()}"
            yield Excerpt(f"{told}; {len(self.tally.errors)} failed", self.series.ended, "http")
        yield from found.evidence
        for each in self.tally.errors[:_SHOWN]:
            yield from (excerpt for excerpt in each.finding.evidence if excerpt not in found.evidence)


def _shown(seconds: float) -> str:
    return span(seconds) if math.isfinite(seconds) else "no answer"
