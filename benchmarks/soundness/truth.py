"""The truth about a run: which claims hold, and which evidence was never to be had, told by the world's full trace.

It knows when each thing happened, not when it could be seen. It shares no code with the engine or the checks.
Where a claim holds or not by less than the gate's own sampling can tell (stated below), it says neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.soundness.claims import ERRORS, STARTED, TRACEBACK, Suite
from benchmarks.soundness.story import FOREVER, OURS, Line, Span, Story, latest

BLIND = 4.0
"""Seconds: two probes are 2 s apart and one may be missed, so a shorter outage is not claimed to be seen."""
EDGE = 0.3
"""Seconds about a window's end that belong to neither side: what echoes leave open of the clocks' skew."""
PROBE_TIMEOUT = 10.0
_PATIENCE = 5.0
"""Seconds after an outage within which nobody must have asked again."""
_BACK_OFF = 30.0
"""Seconds after a refusal to read the log within which nobody must have asked again: the quota is a minute's."""
_CAUTION = 3.0
"""Times the worst delay that one waits before one says that a line is absent."""

Holds = bool | None
"""None: too close to call."""


@dataclass(frozen=True)
class Windows:
    """When a gate's claims begin and end, platform time as in a story."""

    starts: Mapping[str, float]
    """Claim -> when it started; a claim that did not start is judged from the moment it could have."""
    ended: float
    """When the gate said its verdict."""
    deadline: float
    edge: float = EDGE
    """Seconds about a window's end that belong to neither side: a gate without echoes cannot know the clocks' skew."""


@dataclass(frozen=True)
class Judgement:
    """What is true of a run."""

    claims: Mapping[str, Holds]
    missing: tuple[str, ...]
    """Evidence that a claim needs and that nobody could have: a pass without it is none."""
    scarce: tuple[str, ...]
    """Evidence that came late or in part: a verdict may be had or not."""

    @property
    def bad(self) -> bool:
        """Whether a claim is false."""
        return any(holds is False for holds in self.claims.values())

    @property
    def good(self) -> bool:
        """Whether every claim is true."""
        return all(self.claims.values())


def judge(story: Story, suite: Suite, windows: Windows) -> Judgement:
    """Tell which claims of a suite hold in a story."""
    claims: dict[str, Holds] = {
        "Deploy": _deploy(story, windows),
        "Traffic": _traffic(story, suite, windows),
        "Started": _started(story, suite, windows),
        "Quiet": _quiet(story, suite, windows),
    }
    if suite.health_within is not None:
        claims["Healthy"] = _healthy(story, suite, windows)
    if suite.chain:
        claims["Proven"] = None if story.chain == "unproven" else story.chain == "proven"
    return Judgement(claims, tuple(_missing(story, suite, windows)), tuple(_scarce(story, suite, windows)))


def _start(story: Story, windows: Windows, claim: str) -> float:
    return windows.starts.get(claim, story.nominal_start)


def _deploy(story: Story, windows: Windows) -> Holds:
    """The newest revision is this deploy's, becomes ready by the deadline, and is the newest until the gate is done."""
    if story.foreign or story.ready is None or story.ready > windows.deadline:
        return False
    newer = FOREVER if story.superseded is None else story.superseded
    return None if abs(newer - windows.ended) < EDGE else newer > windows.ended


def _traffic(story: Story, suite: Suite, windows: Windows) -> Holds:
    """The revision gets its share by the deadline, and has it when the gate is done."""
    reached = [
        change.at for change in story.traffic if change.at <= windows.deadline and _as_wanted(story, suite, change.at)
    ]
    if not reached:
        return False
    end = max(windows.ended, reached[0])
    if any(abs(change.at - end) < EDGE for change in story.traffic[1:]):
        return None
    return _as_wanted(story, suite, end)


def _as_wanted(story: Story, suite: Suite, at: float) -> bool:
    traffic = latest(story.traffic, at)
    followed = not (suite.pinned is False and traffic.pinned)
    return traffic.percent == suite.percent and followed


def _started(story: Story, suite: Suite, windows: Windows) -> Holds:
    """The revision logged its line by the end of the window."""
    end = _start(story, windows, "Started") + suite.started_within
    return _logged([line for line in _own(story) if STARTED in line.text], end, windows.edge)


def _quiet(story: Story, suite: Suite, windows: Windows) -> Holds:
    """The revision logged no traceback and nothing of severity ERROR or worse up to the end of the window."""
    end = _start(story, windows, "Quiet") + suite.quiet_for
    wrong = [line for line in _own(story) if TRACEBACK in line.text or line.severity in ERRORS]
    found = _logged(wrong, end, windows.edge)
    return None if found is None else not found


def _own(story: Story) -> Iterator[Line]:
    return (line for line in story.lines if line.revision == OURS and line.at >= story.created)


def _logged(lines: list[Line], end: float, edge: float) -> Holds:
    """Whether one of the lines stands before the end; whatever its delay, its own time counts."""
    if any(line.at <= end - edge for line in lines):
        return True
    return None if any(line.at <= end + edge for line in lines) else False


def _healthy(story: Story, suite: Suite, windows: Windows) -> Holds:
    """This revision itself answers as it should, beginning in time and then for long enough without a break."""
    start = _start(story, windows, "Healthy")
    within = suite.health_within or 0.0
    if suite.percent not in (0, 100):
        return _answers_some(story, start, start + within)
    if latest(story.traffic, start + within).percent not in (0, 100):
        return None  # requests are split where they should not be: the claim on traffic tells
    raw = list(sound(story))
    merged = _bridged(raw)
    may = any(_holds_from(span, start, within, suite.health_for) for span in merged)
    must = any(_holds_from(span, start, within - BLIND, suite.health_for + BLIND) for span in raw)
    return must if may is must else None


def _holds_from(span: Span, start: float, within: float, hold: float) -> bool:
    begin = max(span.start, start)
    return begin <= start + within and span.until - begin >= hold


def _answers_some(story: Story, start: float, until: float) -> Holds:
    spans = [Span(max(span.start, start), min(span.until, until)) for span in sound(story)]
    longest = max((span.until - span.start for span in spans), default=0.0)
    return False if longest <= 0 else True if longest > until - start - BLIND else None


def sound(story: Story) -> Iterator[Span]:
    """When a request to the URL is answered by this revision, as it should be."""
    turns = {turn.at for turn in story.health[1:]} | {turn.at for turn in story.traffic[1:]}
    edges = turns | {edge for span in story.astray for edge in (span.start, span.until)}
    moments = sorted({*edges, FOREVER if story.ready is None else story.ready})
    begun: float | None = None
    for moment in [-FOREVER, *moments]:
        sound = moment < FOREVER and _answers(story, moment)
        if sound and begun is None:
            begun = moment
        elif not sound and begun is not None:
            yield Span(begun, moment)
            begun = None
    if begun is not None:
        yield Span(begun, FOREVER)


def _answers(story: Story, at: float) -> bool:
    if story.ready is None or story.ready > at or any(span.start <= at < span.until for span in story.astray):
        return False
    health = next(turn for turn in reversed(story.health) if turn.at <= at)
    reached = latest(story.traffic, at).percent > 0 or story.suite == "candidate"
    return reached and health.status == 200 and health.latency < PROBE_TIMEOUT


def _bridged(spans: list[Span]) -> list[Span]:
    """The same with breaks that no prober at this interval must see."""
    found: list[Span] = []
    for span in spans:
        if found and span.start - found[-1].until < BLIND:
            found[-1] = Span(found[-1].start, span.until)
        else:
            found.append(span)
    return found


def _missing(story: Story, suite: Suite, windows: Windows) -> Iterator[str]:
    if story.foreign:
        yield "deploy"
        return
    if story.run_denied:
        yield "run permission"
        return
    if story.ready is None and story.broken is None:
        yield "readiness"
    if story.superseded is not None and story.superseded <= windows.ended - EDGE:
        yield "newer revision"
    if story.logs_denied < _start(story, windows, "Quiet") + suite.quiet_for:
        yield "log permission"
    if story.lost == 1.0 and suite.health_within is not None:
        yield from ("request log", "readable log")  # without echoes nobody knows how far it is readable
    if not any(line.readable < FOREVER for line in _own(story)):
        yield "log lines"
    if suite.chain and story.chain == "unproven":
        yield "digest"


def _scarce(story: Story, suite: Suite, windows: Windows) -> Iterator[str]:
    if 0 < story.lost < 1:
        yield "request log"
    if suite.split:
        yield "answers"  # whom a request reaches is chance, and only so many are made
    if story.superseded is not None and abs(story.superseded - windows.ended) < EDGE:
        yield "newer revision"
    if any(o.method == "GetService" and o.start < windows.ended <= o.until + _PATIENCE for o in story.outages):
        yield "last reading"
    quiet = _start(story, windows, "Quiet") + suite.quiet_for
    if windows.ended >= windows.deadline - EDGE and quiet + _CAUTION * _worst_delay(story) > windows.deadline:
        yield "readable log"


def _worst_delay(story: Story) -> float:
    """Seconds that an entry may have to wait until somebody reads it, who was refused while it became readable."""
    readable = [(line.at, line.readable) for line in story.lines if line.readable < FOREVER]
    readable += [(outage.start, outage.start) for outage in story.outages if outage.method == "ListEntries"]
    readable += [(story.stall.start, story.stall.until)] if story.stall else []
    return max((_read(story, at) - written for written, at in readable), default=0.0)


def _read(story: Story, readable: float) -> float:
    """When at the latest somebody reads what became readable, who asks again within a while after a refusal."""
    at = readable
    for outage in sorted(story.outages, key=lambda outage: outage.start):
        if outage.method == "ListEntries" and outage.start <= at < outage.until + _BACK_OFF:
            at = outage.until + _BACK_OFF
    return at
