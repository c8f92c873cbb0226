"""The truth about a run: which claims hold, told by the world's full trace.

It knows when each thing happened, not when it could be seen; what could be seen is `lacking`'s to tell. Neither shares any
code with the engine or the checks. Where a claim holds or not by less than the gate's own sampling can tell (stated below),
it says neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from benchmarks.soundness.claims import ERRORS, KNOWN, STARTED, SUITES, TRACEBACK, Probe, Suite
from benchmarks.soundness.story import FOREVER, Line, Span, Story, latest

BLIND = 4.0
"""Seconds: two probes are 2 s apart and one may be missed, so a shorter outage is not claimed to be seen."""
EDGE = 0.3
"""Seconds about a window's end that belong to neither side: what echoes leave open of the clocks' skew."""
PROBE_TIMEOUT = 10.0

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

    def start(self, story: Story, claim: str) -> float:
        """When a claim started, or could have."""
        return self.starts.get(claim, story.nominal_start)


def claims(story: Story, suite: Suite, windows: Windows) -> Mapping[str, Holds]:
    """Tell which claims of a suite hold in a story."""
    found: dict[str, Holds] = {
        "Deploy": _deploy(story, windows),
        "Traffic": _traffic(story, suite, windows),
        "Started": _started(story, suite, windows),
    }
    found |= {"Fresh": _fresh(story, suite, windows)} if suite.fresh else {"Quiet": _quiet(story, suite, windows)}
    if suite.probe is not None:
        found["Healthy"] = healthy(story, suite.probe, windows)
    if suite.startup is not None:
        found["Wired"] = _wired(story, suite.startup)
    if suite.chain:
        found["Proven"] = _proven(story, windows)
    return found


def _deploy(story: Story, windows: Windows) -> Holds:
    """The target is this deploy's, becomes ready by the deadline, and is what it was resolved to until the gate is done."""
    if story.foreign or story.ready is None or story.ready > windows.deadline:
        return False
    moved = min(at for at in (story.superseded, story.tag_moved, FOREVER) if at is not None)
    return None if abs(moved - windows.ended) < EDGE else moved > windows.ended


def _traffic(story: Story, suite: Suite, windows: Windows) -> Holds:
    """The revision gets its share by the deadline, and has it when the gate is done, or up to a newer revision."""
    reached = [
        change.at for change in story.traffic if change.at <= windows.deadline and _as_wanted(story, suite, change.at)
    ]
    if not reached:
        return False
    end = max(_last_moment(story, windows), reached[0])
    if any(abs(change.at - end) < EDGE for change in story.traffic[1:]):
        return None
    return _as_wanted(story, suite, end)


def _last_moment(story: Story, windows: Windows) -> float:
    """What comes after the gate is done, or after somebody else's deploy, says nothing of this one."""
    return min(windows.ended, FOREVER if story.superseded is None else story.superseded)


def _as_wanted(story: Story, suite: Suite, at: float) -> bool:
    traffic = latest(story.traffic, at)
    followed = not (suite.pinned is False and traffic.pinned)
    return traffic.percent == suite.percent and followed


def _started(story: Story, suite: Suite, windows: Windows) -> Holds:
    """The revision logged its line by the end of the window."""
    end = windows.start(story, "Started") + suite.started_within
    return _logged([line for line in story.own if STARTED in line.text], end, windows.edge)


def _quiet(story: Story, suite: Suite, windows: Windows) -> Holds:
    """Nothing of severity ERROR or worse, and no stack trace, was logged up to the end of the window.

    By the application, or by the platform of its containers. Requests are another claim's; what the platform says of its
    resources is no part of it.
    """
    end = windows.start(story, "Quiet") + suite.quiet_for
    told = [line for line in story.own if line.application or line.stream == "system"]
    found = _logged(list(filter(_wrong, told)), end, windows.edge)
    return None if found is None else not found


def _fresh(story: Story, suite: Suite, windows: Windows) -> Holds:
    """The application logged no error up to the end of the window that the older revision did not.

    A stack trace is one where nothing says how bad it is.
    """
    end = windows.start(story, "Fresh") + suite.quiet_for
    own = [line for line in story.own if line.application and KNOWN not in _whole(line)]
    new = [line for line in own if (_severity(line) or ("ERROR" if TRACEBACK in _whole(line) else "")) in ERRORS]
    found = _logged(new, end, windows.edge)
    return None if found is None else not found


def _wrong(line: Line) -> bool:
    return TRACEBACK in _whole(line) or _severity(line) in ERRORS


def _severity(line: Line) -> str:
    """The platform's, else what the application means."""
    return line.severity or line.means


def _whole(line: Line) -> str:
    return line.text if line.payload is None else json.dumps(line.payload)


def _logged(lines: list[Line], end: float, edge: float) -> Holds:
    """Whether one of the lines stands before the end; whatever its delay, its own time counts."""
    if any(line.at <= end - edge for line in lines):
        return True
    return None if any(line.at <= end + edge for line in lines) else False


def healthy(story: Story, probe: Probe, windows: Windows) -> Holds:
    """This revision itself answers as it should, beginning in time and then for long enough without a break.

    Pages of the front end hide it: what is hidden is no answer. Without the story's pages this is what is true.
    """
    start = windows.start(story, "Healthy")
    suite, blind = SUITES[story.suite], _blind(story)
    if suite.percent not in (0, 100):
        return _answers_some(story, start, start + probe.within)
    if latest(story.traffic, start + probe.within).percent not in (0, 100):
        return None  # requests are split where they should not be: the claim on traffic tells
    raw = list(sound(story))
    may = any(_holds_from(span, start, probe.within, probe.hold) for span in _bridged(raw, blind))
    must = any(_holds_from(span, start, probe.within - blind, probe.hold + blind) for span in raw)
    return must if may is must else None


def open_doors(story: Story) -> Story:
    """The same deployment, every request let through to it."""
    return replace(story, pages=())


def _blind(story: Story) -> float:
    """Seconds of an outage that two probes may miss: one is sent when the one before it was answered."""
    slowest = max((turn.latency for turn in story.health if turn.latency < PROBE_TIMEOUT), default=0.0)
    return max(BLIND, 2 * slowest + 2)


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
    hidden = (*story.astray, *story.pages)
    edges = turns | {edge for span in hidden for edge in (span.start, span.until)}
    moved = FOREVER if story.tag_moved is None else story.tag_moved
    moments = sorted({*edges, moved, FOREVER if story.ready is None else story.ready})
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
    hidden = any(span.start <= at < span.until for span in (*story.astray, *story.pages))
    if (
        story.ready is None
        or story.ready > at
        or hidden
        or at >= (FOREVER if story.tag_moved is None else story.tag_moved)
    ):
        return False
    reached = latest(story.traffic, at).percent > 0 or story.suite == "candidate"
    probe = SUITES[story.suite].probe
    if probe is not None and probe.path != "/health":
        return reached  # the application keeps that path closed whatever its health
    health = next(turn for turn in reversed(story.health) if turn.at <= at)
    return reached and health.status == 200 and health.latency < PROBE_TIMEOUT


def _bridged(spans: list[Span], blind: float) -> list[Span]:
    """The same with breaks that no prober at this interval must see."""
    found: list[Span] = []
    for span in spans:
        if found and span.start - found[-1].until < blind:
            found[-1] = Span(found[-1].start, span.until)
        else:
            found.append(span)
    return found


def _wired(story: Story, startup: float) -> Holds:
    """The application's container has the wanted setting, and was started in time; an import of the image is no start."""
    if story.ready is None or story.setting != "info":
        return None if story.ready is None else False
    least = story.ready - (story.created if story.imported is None else story.imported)
    return False if least > startup else True if story.ready - story.created <= startup else None


def _proven(story: Story, windows: Windows) -> Holds:
    """The build pushed what the revision runs, and the revision has traffic and answers.

    Whether errors of its own break that is not claimed.
    """
    if story.chain in ("broken", "doubtful") or latest(story.traffic, _last_moment(story, windows)).percent == 0:
        return False
    ailing = any(turn.status != 200 for turn in story.health) or story.astray or len(story.traffic) > 1
    return None if story.chain == "unproven" or ailing else True
