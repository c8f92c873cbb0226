"""A story as the emulator's world: resources, changes, faults and log entries; and its caller on the gate's clock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.soundness import resources
from benchmarks.soundness.regime import Regime
from benchmarks.soundness.resources import BUILD, NAMES
from benchmarks.soundness.stored import EPOCH, stored
from benchmarks.soundness.story import FOREVER, NEWER, OURS, PREVIOUS, Span, Story
from validator.emulator.scenario.loading import load
from validator.emulator.world.deployment import Deployment
from validator.emulator.world.entries import Stored, nanos, stamp
from validator.emulator.world.faults import Fault
from validator.emulator.world.moments import resolved
from validator.emulator.world.plot import Change, Detour, Scenario
from validator.emulator.world.simulation import API_LATENCY, Simulation
from validator.emulator.world.world import World
from validator.words.call import Answer, Call, Exchange, Json, ListEntries, Problem, Result

_RUN = ("GetService", "GetRevision", "ListRevisions")
_LISTINGS = ("ListLogEntries", "ListRevisions", "ListBuilds")
_NOBODY = ("serviceAccount:shop-frontend@shop.iam.gserviceaccount.com",)
"""Who may call the service while the gate may not."""
_ABORTED_AFTER = 0.5
"""Seconds until the platform gives a request up for which there is no instance."""
_ABORTED = "The request was aborted because there was no available instance."
_base: list[Scenario] = []


def _empty() -> Scenario:
    """A scenario without anything in it, read once: stories are laid over it."""
    if not _base:
        _base.append(load(Path(__file__).parent / "empty.yaml", EPOCH))
    return _base[0]


def world(story: Story) -> World:
    """The world of a story before the first call."""
    guarded = {"status": 403, "json": {"error": "administrators only"}, "latency": "30ms"}
    everywhere = {"/health": _healthy(200, 0.08), "/admin": guarded, "/": {"text": "front", "latency": "20ms"}}
    sections = {
        "services": {"front": resources.service(story)},
        "revisions": resources.revisions(story),
        "builds": {BUILD: resources.build(story)},
        "behaviour": {
            "front": everywhere,
            NAMES[OURS]: {"/health": _healthy(story.health[0].status, story.health[0].latency)},
        },
    }
    scenario = replace(
        _empty(),
        seed=random.Random(story.key).randrange(2**31),
        deployment=Deployment.read(resolved(sections, EPOCH), EPOCH),
        entries=tuple(stored(number, line) for number, line in enumerate(story.lines) if line.readable < FOREVER),
        changes=tuple(sorted(_changes(story), key=lambda change: change.at)),
        detours=tuple(_detour(story, span) for span in story.astray),
        invokers={"front": _NOBODY},
        faults=tuple(_paged(story)),
    )
    return World.of(scenario)


def _paged(story: Story) -> Iterator[Fault]:
    """Pages that are short, or empty at first, in every other listing."""
    for method in _LISTINGS if story.paging is not None else ():
        yield Fault.read({"method": method, "page": story.paging, "probability": 0.5}, EPOCH)


def _changes(story: Story) -> Iterator[Change]:
    """What happens during the run."""
    for turn in (story.imported, story.ready, story.broken):
        if turn is not None and turn > 0 and not story.foreign:
            yield _change(turn, revision={"conditions": resources.conditions(story, turn)})
    if story.ready is not None and story.ready > 0 and not story.foreign:
        settled = {"latestReadyRevision": resources.full(OURS), "reconciling": None}
        yield _change(story.ready, service={**settled, "terminalCondition": resources.terminal(story, settled=True)})
    if story.broken is not None and story.broken > 0:
        given_up = {"reconciling": None, "terminalCondition": resources.terminal(story, settled=True)}
        yield _change(story.broken, service=given_up)
    for health in story.health[1:]:
        yield _change(health.at, behaviour={NAMES[OURS]: {"/health": _healthy(health.status, health.latency)}})
    for traffic in story.traffic[1:]:
        # That LATEST follows a newer revision, or the one that has just become ready, is what the emulator does itself.
        by_itself = (story.superseded is not None and traffic.at >= story.superseded) or traffic.at == story.ready
        if not by_itself:
            yield _change(traffic.at, service=resources.traffic(story, traffic, traffic.at))
    if story.tag_moved is not None and story.tag_moved > 0:
        yield _change(story.tag_moved, service=resources.traffic(story, story.traffic[-1], story.tag_moved))
    for at in {edge for page in story.pages for edge in (page.start, page.until) if 0 < edge < FOREVER}:
        yield _change(at, service=resources.doors(story, at))
    if story.superseded is not None:
        newer = resources.revision(NEWER, story.superseded, story)
        yield _change(story.superseded, service={"latestCreatedRevision": resources.full(NEWER)}, newer=newer)
        yield _change(story.superseded + 8, service={"latestReadyRevision": resources.full(NEWER)})


def _change(at: float, **parts: Json) -> Change:
    sections: dict[str, Json] = {}
    if "service" in parts:
        sections["services"] = {"front": parts["service"]}
    for part, role in (("revision", OURS), ("newer", NEWER)):
        if part in parts:
            sections["revisions"] = {NAMES[role]: parts[part]}
    if "behaviour" in parts:
        sections["behaviour"] = parts["behaviour"]
    return Change(EPOCH + at, resolved(sections, EPOCH))


def _healthy(status: int, latency: float) -> Json:
    said = "healthy" if status == 200 else "unhealthy"
    return {"status": status, "json": {"status": said}, "latency": f"{latency:.3f}s"}


def _detour(story: Story, span: Span) -> Detour:
    tagged = story.suite == "candidate"
    split, tags = ({}, {"candidate": NAMES[PREVIOUS]}) if tagged else ({NAMES[PREVIOUS]: 100.0}, {})
    return Detour("front", split, tags, EPOCH + span.start, EPOCH + span.until)


class Told(Simulation):
    """A world that is called on the gate's clock, whose request log entries come as late as the regime has it, or never."""

    def __init__(self, story: Story, regime: Regime) -> None:
        super().__init__(world(story))
        self.story, self.delays = story, regime.delays(story.key)
        self.requests = 0

    def __call__(self, call: Call, sent: float) -> tuple[float, Result]:
        """Make a call that is sent at a time of the gate's clock."""
        at = sent + self.story.skew - EPOCH
        problem = _problem(self.story, call, at)
        if problem is not None:
            return API_LATENCY, problem
        before = len(self.world.entries)
        latency, result = super().__call__(call, sent + self.story.skew)
        if isinstance(call, Exchange):
            new: tuple[Stored, ...] = self.world.entries[before:]
            if isinstance(result, Answer) and _without_instance(self.story, new, at):
                status = 429 if self.requests % 2 else 503
                latency, result, new = _ABORTED_AFTER, _aborted(status), tuple(_aborted_entry(e, status) for e in new)
            kept = tuple(delayed for entry in new if (delayed := self._delayed(entry)))
            self.world = replace(self.world, entries=(*self.world.entries[:before], *kept))
        return latency, result

    def _delayed(self, entry: Stored) -> Stored | None:
        if "httpRequest" not in entry.raw:
            return entry
        self.requests += 1
        name = f"request {self.requests}"
        if self.story.lost and random.Random(f"{self.story.key} {name} lost").random() < self.story.lost:
            return None
        latency = float(entry.raw["httpRequest"]["latency"].rstrip("s"))
        ended = entry.order[0] / 1e9 + latency - EPOCH
        readable = EPOCH + self.delays.readable("requests", 0, ended, name)
        return replace(entry, readable=readable, raw={**entry.raw, "receiveTimestamp": stamp(nanos(readable))})


def _without_instance(story: Story, entries: tuple[Stored, ...], at: float) -> bool:
    """Whether the platform has no instance to answer a request, by what it logged of that."""
    if any(page.sort == "capacity" and page.start <= at < page.until for page in story.pages):
        return True
    down = story.imported is not None and (story.ready is None or at < story.ready)
    return down and any(e.raw["resource"]["labels"]["revision_name"] == NAMES[OURS] for e in entries)


def _aborted(status: int) -> Answer:
    """What Google's front end says then."""
    text = "Rate exceeded." if status == 429 else "Service Unavailable"
    headers = [["content-type", "text/html"], ["server", "Google Frontend"]]
    return Answer({"status": status, "headers": headers, "text": text, "latency": _ABORTED_AFTER})


def _aborted_entry(entry: Stored, status: int) -> Stored:
    """What the request log says then: no instance, and why."""
    if "httpRequest" not in entry.raw:
        return entry
    request: dict[str, Any] = {**entry.raw["httpRequest"], "status": status, "latency": f"{_ABORTED_AFTER:.3f}s"}
    severity = "ERROR" if status >= 500 else "WARNING"
    told = {"httpRequest": request, "severity": severity, "textPayload": _ABORTED, "labels": {}}
    return replace(entry, raw={**entry.raw, **told})


def _problem(story: Story, call: Call, at: float) -> Problem | None:
    """What an API says instead of an answer, platform time as in a story."""
    method = type(call).__name__
    if story.run_denied and method in _RUN:
        return Problem("PERMISSION_DENIED", "Permission 'run.services.get' denied")
    if isinstance(call, ListEntries) and at >= story.logs_denied:
        return Problem("PERMISSION_DENIED", "Permission 'logging.logEntries.list' denied")
    for outage in story.outages:
        if outage.method == method and outage.start <= at < outage.until:
            return Problem(outage.code, f"{outage.code} by the story")
    return None
