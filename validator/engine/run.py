"""The engine: told the time and what came back, it says what to ask next and when to be called again."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from validator.engine.verdicts import Standing, Verdicts
from validator.evidence.journal import Deadline, Ended, Observation, Record, Sent, Started, Unobtainable
from validator.evidence.limits import Limit
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Impossible, Query
from validator.judging.kind import Kind
from validator.words.call import Answer, Call, Completion, Problem, Request
from validator.words.check import MAIN, Spec
from validator.words.ending import Ending
from validator.words.pace import INTERVAL

_GRACE = 2.0
"""Seconds after its timeout at which a call is given up that its source has not ended itself."""
_LONGEST_PAUSE = 30.0
_LONGEST_CLOSING = 30.0
"""Seconds that the end waits for the last readings of the services."""
_CLOSING_PAUSE = 5.0
"""Seconds at most between tries of a last reading."""
_SLOW = 2.0
"""Seconds after which an answer is called slow."""
_LAST_WORD = 0.3
"""Seconds before the run's deadline at which a call ends, so that a stall has its name in the report."""


@dataclass(frozen=True)
class Step:
    """What the engine wants: requests to send now, and to be called again at `wake_at` or when something came back."""

    requests: tuple[Request, ...] = ()
    wake_at: float | None = None
    done: bool = False


@dataclass
class _Errand:
    """One query's way: when it is asked next, and what is under way."""

    due: float
    """When it is asked at the earliest: at first, for another page, or after a problem."""
    request: Request | None = None
    limit: Limit | None = None
    """What the call under way, or the one that was held, counts under."""
    sent: float | None = None
    """When it was asked last."""
    failures: int = 0
    next_page: Call | None = None
    held: bool = False
    """Whether the limits did not allow it when it was due."""
    slow: bool = False
    """Whether its last answer took long: it may not take all places from others."""


_Errands = Sequence[tuple[Query[Any], _Errand]]


@dataclass
class Engine:
    """One run. Sans-I/O: time and answers are handed to `step`, requests come out."""

    spec: Spec
    kinds: Mapping[str, Kind[Any]]
    run_id: str
    """16 hex digits, unique to the run."""
    journal: list[Record] = field(default_factory=list)
    seq: int = 0
    marks: int = 0
    requests: int = 0
    closing: set[Query[Any]] | None = None
    """The last readings of the services that the end waits for; None while the run is on."""
    closed_at: float = 0.0
    """When all was decided."""

    def __post_init__(self) -> None:
        self.verdicts = Verdicts(self.spec, self.kinds)
        self.errands: dict[Query[Any], _Errand] = {}
        self.asked: dict[int, Query[Any]] = {}
        self.limits: dict[str, Limit] = {}
        self.chance = random.Random(self.run_id)
        self.open: _Errands = ()
        """What is under way or to be asked some time, as of `looked_at`: what changes it is a record, or the closing."""
        self.looked_at = (0, True)
        self.waited: frozenset[Query[Any]] = frozenset()
        self.held: frozenset[Query[Any]] = frozenset()

    @property
    def standings(self) -> Mapping[str, Standing]:
        """Where each check stands."""
        return self.verdicts.standings

    def step(self, now: float, completions: Iterable[Completion] = ()) -> Step:
        """Advance to `now` with what came back since the last step."""
        if not self.journal:
            self._record(Started(now, self.run_id))
        for completion in completions:
            self._complete(now, completion)
        self._give_up(now)
        until = self.verdicts.until()
        if until is not None and until <= now:
            self._record(Deadline(now))
        if self.verdicts.ended is None:
            self._maybe_end(now)
        if self.verdicts.ended is not None:
            return Step(done=True)
        state = len(self.journal), self.closing is None
        if state != self.looked_at:
            self.looked_at, self.open = state, self._open_errands(now)
        errands = self.open
        before = len(self.journal)
        requests = tuple(self._ask(now, errands))
        # What cannot be asked may decide a check, or let another be asked for.
        impossible = any(isinstance(record, Unobtainable) for record in self.journal[before:])
        return Step(requests, now if impossible or self.closing == set() else self._wake_at(now, errands))

    def interrupt(self, now: float) -> None:
        """End the run at once; what is not decided stays inconclusive."""
        self.end(now, Ending.INTERRUPTED)

    def end(self, now: float, ending: Ending) -> None:
        """End the run, if it is not over: nothing more can be had."""
        if not self.journal:
            self._record(Started(now, self.run_id))
        if self.verdicts.ended is None:
            self._record(Ended(now, ending))

    # What came back.

    def _record(self, record: Record) -> None:
        self.journal.append(record)
        self.verdicts.absorb(record)

    def _complete(self, now: float, completion: Completion) -> None:
        asked = self.asked.pop(completion.id, None)
        if asked is None or self.verdicts.ended:
            return  # given up before
        errand = self.errands[asked]
        assert errand.request is not None
        call, errand.request = errand.request.call, None
        if errand.limit:
            errand.limit.done(slow=errand.slow)
        errand.slow = completion.received - completion.sent > _SLOW
        self.seq += 1
        result = self.verdicts.evidence.taken(asked, call, completion.result)
        record = Observation(now, self.seq, asked, call, completion.sent, completion.received, result)
        self._schedule(now, asked, errand, record)
        self._record(record)
        if not asked.goes_on(self.verdicts.evidence):
            errand.next_page = None
        if self.closing is not None and asked.watched:
            read = isinstance(record.result, Answer) and record.sent >= self.closed_at
            if read and self.verdicts.settled(asked):
                self.closing.discard(asked)

    def _schedule(self, now: float, asked: Query[Any], errand: _Errand, seen: Observation) -> None:
        """Decide when the query is asked next."""
        errand.next_page = None
        if isinstance(seen.result, Problem) and asked.retried:
            errand.failures += 1
            longest = min(_LONGEST_PAUSE, 2.0**errand.failures)
            if seen.result.code == "RESOURCE_EXHAUSTED":
                longest = _LONGEST_PAUSE  # 429 comes without Retry-After, and the quota is a minute's
            if self.closing is not None:
                longest = min(longest, _CLOSING_PAUSE)
            errand.due = now + self.chance.uniform(0.5, longest)
            return
        errand.failures = 0
        errand.due = now
        token = seen.result.content.get("nextPageToken", "") if isinstance(seen.result, Answer) else ""
        errand.next_page = seen.call.page(token) if token else None

    def _due(self, asked: Query[Any], errand: _Errand) -> float:
        """When a query is asked next: as often as its sort is, later after a problem, at once for another page."""
        first = errand.sent is None or (self.closing is not None and errand.sent < self.closed_at)
        if errand.sent is None or first or errand.next_page:
            return errand.due
        return max(errand.due, errand.sent + self._pause(asked))

    def _pause(self, asked: Query[Any]) -> float:
        if self.closing is not None:
            return INTERVAL
        return asked.pause(self.verdicts.evidence, waited=asked in self.waited)

    def _give_up(self, now: float) -> None:
        """End calls that are long over their time, whatever their source does."""
        for asked, errand in self.errands.items():
            request = errand.request
            if request and errand.sent is not None and now >= errand.sent + request.timeout + _GRACE:
                late = Problem(request.call.late, f"no answer within {request.timeout:g} s")
                assert self.asked[request.id] == asked
                self._complete(now, Completion(request.id, errand.sent, now, late))

    # How it ends.

    def _maybe_end(self, now: float) -> None:
        evidence = self.verdicts.evidence
        if evidence.superseded():
            self._record(Ended(now, Ending.SUPERSEDED))
        elif now >= evidence.deadline:
            self._record(Ended(now, Ending.TIMEOUT))
        elif self.verdicts.decided:
            self._close(now)

    def _close(self, now: float) -> None:
        """All is decided: read each resolved service once more, for a newer revision, then end."""
        evidence = self.verdicts.evidence
        if self.closing is None:
            self.closed_at = now
            self.closing = set(self.verdicts.watched(passed=True))
            for asked in self.closing:
                self.errands[asked].due = now
            return  # judging takes time: by the next step it may be past the deadline
        unanswered = {asked for asked in self.closing if not evidence.refusal(asked)}
        if not unanswered or now >= self.closed_at + _LONGEST_CLOSING:
            self._record(Ended(now, Ending.COMPLETE))

    # What is asked next.

    def _wanted(self) -> list[Query[Any]]:
        """All queries that something open rests on, and what only the report tells of a service that is there."""
        if self.closing is not None:
            return sorted(self.closing, key=repr)
        wanted: dict[Query[Any], None] = dict.fromkeys(self.verdicts.watched())
        if self.verdicts.evidence.of(ServiceOf(MAIN)).newest:
            wanted |= dict.fromkeys(self.verdicts.reported)
        for standing in self.verdicts.open_checks():
            for asked in standing.queries:
                if asked.askable and (standing.verdict.polling or not asked.polled):
                    wanted[asked] = None
        return [asked for asked in wanted if asked.needed(wanted.keys(), self.verdicts.evidence)]

    def _open_errands(self, now: float) -> _Errands:
        """Those that are under way, and those that are to be asked some time."""
        open_ = [(asked, standing.check) for standing in self.verdicts.open_checks() for asked in standing.queries]
        self.waited = frozenset(asked for asked, check in open_ if asked.concerns(check.target))
        self.held = frozenset(asked for asked, check in open_ if check.hold)
        wanted = [(asked, self.errands.setdefault(asked, _Errand(now))) for asked in self._wanted()]
        return [(asked, errand) for asked, errand in wanted if errand.request or not self._settled(asked)]

    def _ask(self, now: float, errands: _Errands) -> Iterable[Request]:
        ready = [(self._due(asked, errand), asked, errand) for asked, errand in errands if not errand.request]
        for due, asked, errand in sorted(ready, key=lambda each: each[0]):
            if due > now:
                break
            call = errand.next_page or asked.stage(self.verdicts.evidence)
            if isinstance(call, Impossible):
                self._record(Unobtainable(now, asked, call.reason, call.remedy))
                continue
            errand.held = call is not None and not self._afford(now, asked, errand, call)
            if call is not None and not errand.held:
                yield self._send(now, asked, errand, call)

    def _settled(self, asked: Query[Any]) -> bool:
        """Whether what is known of it will not change."""
        evidence = self.verdicts.evidence
        return evidence.refusal(asked) is not None or asked.settled(evidence, held=asked in self.held)

    def _afford(self, now: float, asked: Query[Any], errand: _Errand, call: Call) -> bool:
        """Whether the limits allow the call now."""
        limit = asked.limit(call)
        errand.limit = self.limits.setdefault(limit.name, limit) if limit else None
        return errand.limit is None or errand.limit.take(now, slow=errand.slow)

    def _send(self, now: float, asked: Query[Any], errand: _Errand, call: Call) -> Request:
        if asked.marked:
            self.marks += 1
            call = asked.mark(call, f"{self.run_id}{self.marks:016x}", self.run_id)
        self.requests += 1
        left = max(0.1, self.verdicts.evidence.deadline - now - _LAST_WORD)
        errand.request = Request(self.requests, call, min(asked.call_timeout, left))
        errand.sent = now
        if asked.marked:
            self._record(Sent(now, asked, call))
        self.asked[self.requests] = asked
        return errand.request

    def _wake_at(self, now: float, errands: _Errands) -> float:
        evidence = self.verdicts.evidence
        moments = [evidence.deadline]
        until = self.verdicts.until()
        if until is not None:
            moments.append(until)
        for asked, errand in errands:
            due = self._due(asked, errand)
            if errand.request:
                moments.append((errand.sent or now) + errand.request.timeout + _GRACE)
            elif due > now:
                moments.append(due)
            elif errand.held and errand.limit:
                moments.append(errand.limit.next_at(now))
        if self.closing is not None:
            moments.append(self.closed_at + _LONGEST_CLOSING)
        return max(now, min(moments))
