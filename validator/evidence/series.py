"""Many HTTP requests of one check, judged together: one after the other, or at a steady rate over several lanes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from validator.evidence.http import Http
from validator.evidence.identity import Who, identify
from validator.evidence.journal import Observation, Sent
from validator.evidence.known import Evidence
from validator.evidence.limits import Bucket, Limit
from validator.evidence.sort import Impossible, Told
from validator.words.asked import Asked
from validator.words.call import Answer, Call, Json
from validator.words.check import Target
from validator.words.counting import volume
from validator.words.pace import ECHO

if TYPE_CHECKING:
    from validator.evidence.fold import Folded

_LANES = 40
"""Requests of a load that are under way at once, at most."""
_KEPT, _KEPT_OF_LOAD = 64 << 10, 8 << 10
"""Characters of each body that are kept, and of all headers of one answer."""
_AGAIN = 2
"""Times as many requests as are wanted that are sent at most, where some are not told to be the target's."""
_SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass
class Sampling:
    """What was sent of a series, and what came back."""

    sent: int = 0
    newest: int = 0
    """The lane that sent the last of them."""
    began: float = math.inf
    ended: float = -math.inf
    """When the first and the last of those that were wanted was sent, Unix seconds."""
    answers: list[Observation] = field(default_factory=list)
    """In the order in which they came, problems among them."""


@dataclass(frozen=True)
class SeriesOf(Told[Sampling]):
    """All requests of one check's series, whichever lane sent them."""

    check: str

    def fresh(self, known: Folded) -> Sampling:
        """Nothing was sent."""
        return Sampling()


@dataclass(frozen=True)
class Sampled(Http):
    """One lane of a series: it sends one request after the other, as long as the series wants more."""

    count: int = 0
    """Requests of the whole series."""
    rate: float = 0.0
    """A second, of all lanes together; 0: as fast as politeness lets one lane be."""
    lane: int = 0

    @classmethod
    def of(cls, single: Http, count: int, rate: float) -> Sampled:
        """The first lane of a series of one request."""
        own = {each.name: getattr(single, each.name) for each in fields(single)}
        return cls(**own, count=count, rate=rate)

    @property
    def series(self) -> SeriesOf:
        """What all lanes made."""
        return SeriesOf(self.target, self.check)

    @property
    def lanes(self) -> Iterator[Sampled]:
        """All of them: as many as it takes to keep the rate while each answer takes its whole time."""
        wanted = math.ceil(self.rate * self.timeout) if self.rate else 1
        return (replace(self, lane=lane) for lane in range(min(_LANES, self.count, wanted)))

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """With no more of the body than many of them leave room for, and none whose headers have more than that."""
        text, most = content.get("text", ""), _KEPT_OF_LOAD if self.rate else _KEPT
        headers = sum(len(name) + len(value) for name, value in content.get("headers", ()))
        if headers > most:
            raise ValueError(f"its headers have {volume(headers)}, and of many answers {volume(most)} each are read")
        return content if len(text) <= most else {**content, "text": text[:most], "cut": True}

    def sent(self, record: Sent, known: Folded) -> None:
        """Count it."""
        super().sent(record, known)
        series = known.state(self.series)
        series.sent, series.newest = series.sent + 1, self.lane
        if series.sent <= self.count:
            series.began, series.ended = min(series.began, record.at), max(series.ended, record.at)

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in what came of it."""
        super().take(seen, known)
        known.state(self.series).answers.append(seen)

    def stage(self, known: Folded) -> Call | Impossible | None:
        """As long as more are wanted."""
        return super().stage(known) if self.wanted(known) else None

    def pause(self, known: Folded, *, waited: bool) -> float:
        """None, the limit says how fast; from one more to the next an echo's."""
        return 0.0 if known.of(self.series).sent < self.count else ECHO

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once no more are wanted."""
        return not self.wanted(known)

    def wanted(self, known: Evidence) -> bool:
        """Whether this lane has to send another.

        One more now and then, if it changes nothing, while fewer are told to be the target's than there should be: it shows
        how far the request log is readable, and stands in for one whose entry was lost.
        """
        series = known.of(self.series)
        if series.sent < self.count:
            return True
        more = self.lane == series.newest and self.method in _SAFE
        if not (more and len(series.answers) == series.sent < _AGAIN * self.count):
            return False
        return sum(self._told(seen, known) for seen in series.answers) < self.count

    def _told(self, seen: Observation, known: Evidence) -> bool:
        """Whether it is known of an answer that it is the target's; what never answered needs no entry."""
        if not isinstance(seen.result, Answer):
            return True
        return identify(seen, known.targets[self.target], known).who is Who.TARGET

    def limit(self, call: Call) -> Limit:
        """Of a load its own rate; else what one host is asked at a time."""
        return Bucket(f"load of {self.check}", self.rate, 1) if self.rate else super().limit(call)

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """All lanes as one."""
        first = () if target.url else ("the service",)
        pace = f" at {self.rate:g}/s" if self.rate else ""
        return Asked("many probes", f"{self.shown}, {self.count} times{pace}", None, first, checks)
