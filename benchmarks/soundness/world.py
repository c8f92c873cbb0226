"""A story as the emulator's world: resources, changes, faults and log entries; and its caller on the gate's clock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.soundness.claims import COMMIT
from benchmarks.soundness.regime import Regime
from benchmarks.soundness.story import FOREVER, NEWER, OURS, PREVIOUS, Line, Span, Story, Traffic
from validator.emulator.deployment import Deployment
from validator.emulator.entries import LOGS, Stored, instance, log_name, nanos, resource, stamp
from validator.emulator.moments import resolved
from validator.emulator.scenario import Change, Detour, Scenario, load
from validator.emulator.simulation import API_LATENCY, Simulation
from validator.emulator.world import World
from validator.model.call import Call, Exchange, Json, ListEntries, Problem, Result

EPOCH = 1_790_000_000.0
"""Unix time (the platform's) at which a story's 0 is."""
SERVICE = "projects/shop/locations/europe-west1/services/front"
HOST = "front-abc123-ew.a.run.app"
NAMES = {PREVIOUS: "front-00011-old", OURS: "front-00012-new", NEWER: "front-00013-nxt"}
_BUILD = "3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42"
_IMAGE = "europe-west1-docker.pkg.dev/shop/front/front"
_DIGESTS = {PREVIOUS: "sha256:" + "0a" * 32, OURS: "sha256:" + "5d" * 32, NEWER: "sha256:" + "e1" * 32}
_LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
_NAMED = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
_RUN = ("GetService", "GetRevision", "ListRevisions")
_LONG_AGO = -90_000.0
_base: list[Scenario] = []


def _empty() -> Scenario:
    """A scenario without anything in it, read once: stories are laid over it."""
    if not _base:
        _base.append(load(Path(__file__).parent / "empty.yaml", EPOCH))
    return _base[0]


def world(story: Story) -> World:
    """The world of a story before the first call."""
    sections = {
        "services": {"front": _service(story)},
        "revisions": {NAMES[PREVIOUS]: _revision(PREVIOUS, _LONG_AGO, story), **_new(story)},
        "builds": {_BUILD: _build(story)},
        "behaviour": {
            "front": {"/health": _healthy(200, 0.08), "/": {"text": "front", "latency": "20ms"}},
            NAMES[OURS]: {"/health": _healthy(story.health[0].status, story.health[0].latency)},
        },
    }
    scenario = replace(
        _empty(),
        seed=random.Random(story.key).randrange(2**31),
        deployment=Deployment.read(resolved(sections, EPOCH), EPOCH),
        entries=tuple(_stored(number, line) for number, line in enumerate(story.lines) if line.readable < FOREVER),
        changes=tuple(sorted(_changes(story), key=lambda change: change.at)),
        detours=tuple(_detour(story, span) for span in story.astray),
    )
    return World.of(scenario)


def _at(seconds: float) -> str:
    return f"@{'-' if seconds < 0 else '+'}{abs(seconds):.3f}s"


def _full(role: str) -> str:
    return f"{SERVICE}/revisions/{NAMES[role]}"


def _condition(kind: str, state: str, at: float, **more: str) -> Json:
    return {"type": kind, "state": f"CONDITION_{state}", "lastTransitionTime": _at(at), **more}


def _new(story: Story) -> Json:
    return {} if story.foreign else {NAMES[OURS]: _revision(OURS, story.created, story)}


def _revision(role: str, created: float, story: Story) -> Json:
    ours = role == OURS
    labels = {"commit-sha": COMMIT if ours else "1f4c7b2a90e35d68a1b2c3d4e5f60718293a4b5c"}
    if ours:
        labels["gcb-build-id"] = _BUILD
        state = _readiness(story, 0.0)
    else:
        state = _condition("Ready", "SUCCEEDED", created + 8)
    image = f"{_IMAGE}:8c0f3a9" if ours and story.chain == "unproven" else f"{_IMAGE}@{_DIGESTS[role]}"
    return {
        "name": _full(role),
        "labels": labels,
        "createTime": _at(created),
        "service": "front",
        "containers": [{"name": "front", "image": image, "ports": [{"containerPort": 8080}]}],
        "conditions": [state],
    }


def _readiness(story: Story, at: float) -> Json:
    """The Ready condition of this deploy's revision at a moment."""
    if story.ready is not None and story.ready <= at:
        return _condition("Ready", "SUCCEEDED", story.ready)
    if story.broken is not None and story.broken <= at:
        told = {
            "revisionReason": "HEALTH_CHECK_CONTAINER_ERROR",
            "message": "The user-provided container failed to start.",
        }
        return _condition("Ready", "FAILED", story.broken, **told)
    return _condition("Ready", "RECONCILING", story.created)


def _service(story: Story) -> Json:
    newest = PREVIOUS if story.foreign else OURS
    settled = story.foreign or (story.ready is not None and story.ready <= 0) or (story.broken or FOREVER) <= 0
    ready = newest if settled and story.broken is None else PREVIOUS
    return {
        "name": SERVICE,
        "uri": f"https://{HOST}",
        "urls": [f"https://{HOST}"],
        "latestCreatedRevision": _full(newest),
        "latestReadyRevision": _full(ready),
        **({} if settled else {"reconciling": True}),
        "terminalCondition": _terminal(story, settled),
        **_traffic(story, story.traffic[0]),
    }


def _terminal(story: Story, settled: bool) -> Json:
    state = "FAILED" if story.broken is not None and settled else "SUCCEEDED" if settled else "RECONCILING"
    return {"type": "Ready", "state": f"CONDITION_{state}", "lastTransitionTime": _at(story.created)}


def _traffic(story: Story, traffic: Traffic) -> Json:
    if story.suite == "candidate":
        holder = NAMES[PREVIOUS if story.foreign else OURS]
        tagged = {"type": _NAMED, "revision": holder, "tag": "candidate", "uri": f"https://candidate---{HOST}"}
        asked = [{"type": _NAMED, "revision": NAMES[PREVIOUS], "percent": 100 - traffic.percent}, tagged]
        if traffic.percent:
            asked.insert(0, {"type": _NAMED, "revision": NAMES[OURS], "percent": traffic.percent})
        return {"traffic": asked, "trafficStatuses": asked}
    old = {"type": _NAMED, "revision": NAMES[PREVIOUS], "percent": 100 - traffic.percent}
    new = {"type": _LATEST, "percent": traffic.percent or 100}
    if traffic.pinned:
        own = {"type": _NAMED, "revision": NAMES[OURS], "percent": traffic.percent}
        asked = [share for share in (own, old) if share["percent"]]
    else:
        asked = [new] if traffic.percent in (0, 100) else [new, old]
    return {"traffic": asked, "trafficStatuses": asked}


def _changes(story: Story) -> Iterator[Change]:
    """What happens during the run."""
    if story.ready is not None and story.ready > 0 and not story.foreign:
        yield _change(story.ready, revision={"conditions": [_readiness(story, story.ready)]})
        settled = {"latestReadyRevision": _full(OURS), "reconciling": None, "terminalCondition": _terminal(story, True)}
        yield _change(story.ready, service=settled)
    if story.broken is not None and story.broken > 0:
        yield _change(story.broken, revision={"conditions": [_readiness(story, story.broken)]})
        yield _change(story.broken, service={"reconciling": None, "terminalCondition": _terminal(story, True)})
    for health in story.health[1:]:
        yield _change(health.at, behaviour={NAMES[OURS]: {"/health": _healthy(health.status, health.latency)}})
    for traffic in story.traffic[1:]:
        # That LATEST follows a newer revision, or the one that has just become ready, is what the emulator does itself.
        by_itself = (story.superseded is not None and traffic.at >= story.superseded) or traffic.at == story.ready
        if not by_itself:
            yield _change(traffic.at, service=_traffic(story, traffic))
    if story.superseded is not None:
        newer = _revision(NEWER, story.superseded, story)
        yield _change(story.superseded, service={"latestCreatedRevision": _full(NEWER)}, newer=newer)
        yield _change(story.superseded + 8, service={"latestReadyRevision": _full(NEWER)})


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


def _build(story: Story) -> Json:
    digest = _DIGESTS[NEWER if story.chain == "broken" else OURS]
    return {
        "name": f"projects/shop/locations/europe-west1/builds/{_BUILD}",
        "id": _BUILD,
        "projectId": "shop",
        "status": "SUCCESS",
        "startTime": _at(story.created - 150),
        "finishTime": _at(story.created - 5),
        "substitutions": {"COMMIT_SHA": COMMIT},
        "results": {"images": [{"name": f"{_IMAGE}:8c0f3a9", "digest": digest}]},
    }


def _healthy(status: int, latency: float) -> Json:
    said = "healthy" if status == 200 else "unhealthy"
    return {"status": status, "json": {"status": said}, "latency": f"{latency:.3f}s"}


def _detour(story: Story, span: Span) -> Detour:
    tagged = story.suite == "candidate"
    split, tags = ({}, {"candidate": NAMES[PREVIOUS]}) if tagged else ({NAMES[PREVIOUS]: 100.0}, {})
    return Detour("front", split, tags, EPOCH + span.start, EPOCH + span.until)


def _stored(number: int, line: Line) -> Stored:
    at, revision, log = nanos(EPOCH + line.at), _full(line.revision), LOGS[line.stream]
    entry: dict[str, Any] = {
        "logName": log_name("shop", log),
        "resource": resource(revision),
        "timestamp": stamp(at),
        "receiveTimestamp": stamp(nanos(EPOCH + line.received)),
        "insertId": f"line{number:06d}",
        "labels": {"instanceId": instance(line.instance, NAMES[line.revision])},
        **({"severity": line.severity} if line.severity else {}),
    }
    if line.stream == "requests":
        entry["httpRequest"] = {
            "requestMethod": "GET",
            "requestUrl": f"https://{HOST}/{line.text}",
            "status": 500 if line.severity == "ERROR" else 200,
            "userAgent": "Mozilla/5.0",
            "latency": "0.050s",
        }
    else:
        entry["textPayload"] = line.text
    return Stored((at, entry["insertId"]), EPOCH + line.readable, "shop", entry)


class Told(Simulation):
    """A world that is called on the gate's clock, whose request log entries come as late as the regime has it, or never."""

    def __init__(self, story: Story, regime: Regime) -> None:
        super().__init__(world(story))
        self.story, self.delays = story, regime.delays(story.key)
        self.requests = 0

    def __call__(self, call: Call, sent: float) -> tuple[float, Result]:
        """Make a call that is sent at a time of the gate's clock."""
        problem = _problem(self.story, call, sent + self.story.skew - EPOCH)
        if problem is not None:
            return API_LATENCY, problem
        before = len(self.world.entries)
        answer = super().__call__(call, sent + self.story.skew)
        if isinstance(call, Exchange):
            new = [kept for entry in self.world.entries[before:] if (kept := self._delayed(entry))]
            self.world = replace(self.world, entries=(*self.world.entries[:before], *new))
        return answer

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
