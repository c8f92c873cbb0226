"""The story of one verdict: what was asked, seen and decided about a check, in the order in which it came about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from validator.engine.replay import Replay
from validator.engine.verdicts import Standing, Verdicts
from validator.evidence.journal import Observation, Record, Sent, Unobtainable
from validator.evidence.log_of import LogOf
from validator.evidence.logs import LogsOf
from validator.judging.kind import Kind
from validator.logs.entry import REQUESTS, STDERR, STDOUT
from validator.words.call import Answer, Result
from validator.words.check import Spec
from validator.words.counting import counted
from validator.words.instant import rfc3339, span
from validator.words.watermark import Watermark


@dataclass(frozen=True)
class Event:
    """One thing that happened."""

    at: float
    """Unix seconds."""
    text: str
    seq: int | None = None
    """The number of the observation, as the summary refers to it."""


def story(
    spec: Spec, kinds: Mapping[str, Kind[Any]], records: Iterable[Record], name: str
) -> tuple[list[Event], Replay]:
    """What led to a check's verdict, and the replay that it was told by."""
    made = Replay(Verdicts(spec, kinds))
    teller = _Teller(made, name)
    events: list[Event] = []
    for record in records:
        before = teller.standing
        made.take(record)
        events += teller.told(record, before)
    before = teller.standing
    made.end()
    events += teller.changed(made.last, before)
    return events, made


class _Teller:
    """Says what each record means for one check."""

    def __init__(self, made: Replay, name: str) -> None:
        self._made, self._name = made, name
        self._seen: dict[Any, Result] = {}
        self._marks: Sequence[Watermark] = ()

    @property
    def standing(self) -> Standing:
        return self._made.verdicts.standings[self._name]

    def told(self, record: Record, before: Standing) -> Iterator[Event]:
        after = self.standing
        if before.started is None and after.started is not None:
            needs = dict.fromkeys(self._made.verdicts.needs(after.check))
            yield Event(record.at, f"it starts{': passed before it: ' + ', '.join(needs) if needs else ''}")
        changed = list(self.changed(record.at, before))
        open_ = not before.verdict.final and after.started is not None
        if open_ and isinstance(record, Observation | Sent | Unobtainable) and record.query in after.queries:
            yield from self._about(record, news=bool(changed))
        yield from changed

    def changed(self, at: float, before: Standing) -> Iterator[Event]:
        """The verdict, if it is another one now."""
        was, now = before.verdict, self.standing.verdict
        if (was.outcome, was.final, was.reason) != (now.outcome, now.final, now.reason):
            yield Event(at, f"{now.outcome if now.final else 'open'}: {now.reason}")

    def _about(self, record: Observation | Sent | Unobtainable, *, news: bool) -> Iterator[Event]:
        asked = record.query.planned(self.standing.check.target, ()).call
        if isinstance(record, Sent):
            return
        if isinstance(record, Unobtainable):
            yield Event(record.at, f"{asked} cannot be asked: {record.reason}")
            return
        new = self._seen.get(record.query) != record.result
        self._seen[record.query] = record.result
        if isinstance(record.query, LogsOf):
            yield from self._logs(record, asked, news=news)
        elif new or news or record.query.private:
            yield Event(record.received, f"{asked} -> {_short(record)}", record.seq)

    def _logs(self, record: Observation, asked: str, *, news: bool) -> Iterator[Event]:
        """A read that brought something, and how far the log is readable since."""
        evidence, target = self._made.verdicts.evidence, self.standing.check.target.name
        marks = tuple(evidence.of(LogOf(target)).watermark(stream) for stream in (REQUESTS, STDOUT, STDERR))
        fresh = isinstance(record.result, Answer) and record.result.content.get("entries")
        if fresh or news or not isinstance(record.result, Answer):
            yield Event(record.received, f"{asked} -> {_short(record)}", record.seq)
        if marks != self._marks and evidence.of(LogOf(target)).read_at is not None:
            told = [
                f"{each.stream.rpartition('/')[2]} to {rfc3339(each.up_to)} ({each.how})"
                for each in marks
                if each.up_to > 0
            ]
            yield Event(record.received, f"readable: {', '.join(told)}", record.seq)
        self._marks = marks


def _short(seen: Observation) -> str:
    """What an answer says, in a few words."""
    took = span(seen.received - seen.sent)
    if not isinstance(seen.result, Answer):
        return f"{seen.result.code} after {took}: {seen.result.message}"
    content = seen.result.content
    if "status" in content and "latency" in content:
        return f"{content['status']} in {took}"
    if "entries" in content or isinstance(seen.query, LogsOf):
        return f"{counted(len(content.get('entries', ())), 'new entry', 'new entries')} in {took}"
    return f"answered in {took}"
