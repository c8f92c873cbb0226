"""Which evidence a claim needs and nobody could have, and which came late or in part; told by the story alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.soundness.claims import Suite
from benchmarks.soundness.story import FOREVER, Outage, Story
from benchmarks.soundness.truth import EDGE, Holds, Windows, claims, healthy, open_doors

_PATIENCE = 5.0
"""Seconds after an outage within which nobody must have asked again."""
_BACK_OFF = 30.0
"""Seconds after a refusal to read the log within which nobody must have asked again: the quota is a minute's."""
_CLOSING = 30.0
"""Seconds before the end within which the last reading may have been made."""
_CAUTION = 3.0
"""Times the worst delay that one waits before one says that a line is absent."""
Lack = tuple[str, str]
"""(claim, the evidence)"""


@dataclass(frozen=True)
class Judgement:
    """What is true of a run."""

    claims: Mapping[str, Holds]
    lacking: Mapping[str, tuple[str, ...]]
    """Claim -> evidence that it needs and that nobody could have: a pass without it is none."""
    scarce: tuple[str, ...]
    """Evidence that came late or in part: a verdict may be had or not."""

    @property
    def missing(self) -> tuple[str, ...]:
        """All that is lacking for some claim."""
        return tuple(dict.fromkeys(evidence for each in self.lacking.values() for evidence in each))

    @property
    def bad(self) -> bool:
        """Whether a claim is false."""
        return any(holds is False for holds in self.claims.values())

    @property
    def good(self) -> bool:
        """Whether every claim is true."""
        return all(self.claims.values())


def judge(story: Story, suite: Suite, windows: Windows) -> Judgement:
    """Tell what is true of a run, and what of that could be known."""
    lacking: dict[str, tuple[str, ...]] = {}
    for claim, evidence in dict.fromkeys(_lacking(story, suite, windows)):
        lacking[claim] = (*lacking.get(claim, ()), evidence)
    scarce = tuple(dict.fromkeys(_scarce(story, suite, windows)))
    return Judgement(claims(open_doors(story), suite, windows), lacking, scarce)


def _lacking(story: Story, suite: Suite, windows: Windows) -> Iterator[Lack]:
    """A deployment that nobody can name, then what each claim rests on."""
    if story.foreign:
        yield "Deploy", "deploy"
    elif story.tag_moved is not None and story.tag_moved <= 0:
        yield "Deploy", "tag"
    elif story.run_denied:
        yield "Deploy", "run permission"
    else:
        yield from _of_deploy(story, windows)
        yield from _of_log(story, suite, windows)
        yield from _of_service(story, suite, windows)
        for outage in story.outages:
            if outage.until == FOREVER:
                yield from _down(outage, story, suite, windows)


def _of_deploy(story: Story, windows: Windows) -> Iterator[Lack]:
    if story.ready is None and story.broken is None:
        yield "Deploy", "readiness"
    for at, evidence in ((story.superseded, "newer revision"), (story.tag_moved, "tag")):
        if at is not None and at <= windows.ended - EDGE:
            yield "Deploy", evidence


def _of_log(story: Story, suite: Suite, windows: Windows) -> Iterator[Lack]:
    """What is needed to read the log, and to know how far it is readable."""
    absent = "Fresh" if suite.fresh else "Quiet"
    if story.logs_denied < windows.start(story, absent) + suite.quiet_for:
        yield absent, "log permission"
    unlogged = any(page.sort == "ingress" and page.until == FOREVER for page in story.pages)
    if (story.lost == 1.0 or unlogged) and suite.probe is not None:
        yield absent, "readable log"  # without echoes nobody knows how far it is readable
    if not any(line.readable < FOREVER for line in story.own if line.application):
        yield absent, "log lines"
        yield "Started", "log lines"


def _of_service(story: Story, suite: Suite, windows: Windows) -> Iterator[Lack]:
    """What is needed to know what the service answers, that it is this revision, and what it is made of."""
    if suite.probe is not None:
        begin = windows.start(story, "Healthy")
        if story.lost == 1.0:
            yield "Healthy", "request log"
        if story.logs_denied < begin + suite.probe.hold:
            yield "Healthy", "log permission"
        if healthy(story, suite.probe, windows) is False and story.pages:
            yield "Healthy", "front end"
    if suite.chain:
        if story.chain in ("unproven", "doubtful"):
            yield (
                "Proven",
                "digest" if story.chain == "unproven" else "manifest",
            )  # of an index: only the registry tells
        if any(page.start <= 0 and page.until == FOREVER for page in story.pages):
            yield "Proven", "front end"


def _down(outage: Outage, story: Story, suite: Suite, windows: Windows) -> Iterator[Lack]:
    """What one method that fails for good keeps anybody from knowing."""
    start, code = outage.start, outage.code
    if outage.method == "GetService" and start < windows.ended - _CLOSING - EDGE:
        yield (
            ("Deploy" if start <= 0 else "Run"),
            code,
        )  # whether a newer revision came is not known: no check's, but the run's
    if outage.method == "GetRevision" and start <= story.nominal_start:
        yield "Deploy", code
    if outage.method == "GetBuild" and start <= windows.start(story, "Proven"):
        yield "Proven", code
    if outage.method == "ListEntries":
        absent = "Fresh" if suite.fresh else "Quiet"
        if start <= windows.start(story, absent) + suite.quiet_for:
            yield absent, code
        if suite.probe is not None and start <= windows.start(story, "Healthy") + suite.probe.hold:
            yield "Healthy", code


def _scarce(story: Story, suite: Suite, windows: Windows) -> Iterator[str]:
    if 0 < story.lost < 1:
        yield "request log"
    if suite.split:
        yield "answers"  # whom a request reaches is chance, and only so many are made
    for at, evidence in ((story.superseded, "newer revision"), (story.tag_moved, "tag")):
        if at is not None and abs(at - windows.ended) < EDGE:
            yield evidence
    if any(o.method == "GetService" and o.start < windows.ended <= o.until + _PATIENCE for o in story.outages):
        yield "last reading"
    if story.pages:
        yield "front end"
    for outage in story.outages:
        if outage.until == FOREVER and outage.start < windows.ended:
            yield outage.code
    absent = "Fresh" if suite.fresh else "Quiet"
    quiet = windows.start(story, absent) + suite.quiet_for
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
