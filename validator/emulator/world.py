"""The world: one deployment, its logs and its visitors as pure data, and `apply`, the only way it moves on.

No I/O and no clock: the time of each call is handed in, chance comes from the scenario's seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from validator.emulator import log_reads, resource_reads
from validator.emulator.deployment import Deployment
from validator.emulator.entries import Stored
from validator.emulator.front import serve
from validator.emulator.refusal import RefusalError
from validator.emulator.scenario import Change, Scenario
from validator.model.call import (
    Answer,
    Call,
    Exchange,
    GetBuild,
    GetRevision,
    GetService,
    Json,
    ListBuilds,
    ListEntries,
    ListRevisions,
    Problem,
    Result,
)

METHODS: Mapping[type, str] = {
    GetService: "GetService",
    GetRevision: "GetRevision",
    ListRevisions: "ListRevisions",
    GetBuild: "GetBuild",
    ListBuilds: "ListBuilds",
    ListEntries: "ListLogEntries",
    Exchange: "HTTP",
}
"""The name under which a call is counted and scenarios speak of it."""
READS_A_MINUTE = 60
"""ListLogEntries calls of a project in a minute (cloud.google.com/logging/quotas)."""


@dataclass(frozen=True)
class World:
    """The state of everything at one moment."""

    scenario: Scenario = field(repr=False)
    deployment: Deployment = field(repr=False)
    entries: tuple[Stored, ...] = field(repr=False)
    """All that was ever written, readable yet or not."""
    pending: tuple[Change, ...] = field(repr=False)
    """Changes still to come, by time."""
    calls: Mapping[str, int]
    """Method -> how often it was called; requests to services are `HTTP`."""
    turns: Mapping[str, int] = field(repr=False)
    """Behaviour -> how often it replied."""
    hits: Mapping[int, int] = field(repr=False)
    """Fault, by its place in the scenario -> how often it struck."""
    reads: tuple[tuple[float, str], ...] = field(repr=False)
    """Time and project of the ListLogEntries calls that the quota counts."""

    @classmethod
    def of(cls, scenario: Scenario) -> World:
        """The world of a scenario before the first call."""
        return cls(scenario, scenario.deployment, scenario.entries, scenario.changes, {}, {}, {}, ())

    @property
    def projects(self) -> set[str]:
        """The projects that exist here."""
        named = (*self.deployment.services, *self.deployment.builds)
        return {name.split("/")[1] for name in named} | {entry.project for entry in self.entries}


def apply(world: World, call: Call, at: float) -> tuple[World, Result]:
    """Make a call at a time (Unix seconds, the world's): the world after it, and the answer.

    An answer to an Exchange tells its latency in its content; API calls have none of their own.
    """
    method = METHODS[type(call)]
    world = _counted(advanced(world, at), method)
    struck = _striking(world, method, at)
    if struck is not None:
        fault = world.scenario.faults[struck]
        hits = {**world.hits, struck: world.hits.get(struck, 0) + 1}
        return replace(world, hits=hits), Problem(fault.code, fault.message)
    try:
        if isinstance(call, Exchange):
            return _exchange(world, call, at)
        if isinstance(call, ListEntries):
            world = _charged(world, call, at)
        return world, Answer(_read(world, call, at))
    except RefusalError as refusal:
        return world, Problem(refusal.code, refusal.message)


def advanced(world: World, at: float) -> World:
    """The world with the changes made that are due at a time."""
    while world.pending and world.pending[0].at <= at:
        changed = world.deployment.changed(world.pending[0].sections)
        world = replace(world, deployment=changed, pending=world.pending[1:])
    return world


def _counted(world: World, method: str) -> World:
    return replace(world, calls={**world.calls, method: world.calls.get(method, 0) + 1})


def _striking(world: World, method: str, at: float) -> int | None:
    """The fault that strikes a call, by its place in the scenario."""
    for number, fault in enumerate(world.scenario.faults):
        spent = fault.first is not None and world.hits.get(number, 0) >= fault.first
        if fault.method == method and fault.start <= at < fault.until and not spent:
            return number
    return None


def _charged(world: World, call: ListEntries, at: float) -> World:
    """Count a read against each project's quota; a refused one is not counted."""
    recent = tuple(read for read in world.reads if read[0] > at - 60)
    projects = log_reads.projects(call)
    for project in projects:
        if sum(read[1] == project for read in recent) >= READS_A_MINUTE:
            raise RefusalError(
                "RESOURCE_EXHAUSTED",
                "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service "
                f"'logging.googleapis.com' for consumer 'project:{project}'.",
            )
    return replace(world, reads=(*recent, *((at, project) for project in projects)))


def _read(world: World, call: Call, at: float) -> Json:
    match call:
        case GetService():
            return resource_reads.get_service(world.deployment, call)
        case GetRevision():
            return resource_reads.get_revision(world.deployment, call)
        case ListRevisions():
            return resource_reads.list_revisions(world.deployment, call)
        case GetBuild():
            return resource_reads.get_build(world.deployment, call)
        case ListBuilds():
            return resource_reads.list_builds(world.deployment, call)
        case ListEntries():
            return log_reads.list_entries(world.entries, world.projects, world.scenario.newest_first, call, at)
        case _:
            raise RefusalError("UNIMPLEMENTED", f"{type(call).__name__} is not known here.")


def _exchange(world: World, call: Exchange, at: float) -> tuple[World, Result]:
    scenario = world.scenario
    served = serve(
        call,
        at,
        deployment=world.deployment,
        detours=scenario.detours,
        streams=scenario.streams,
        turns=world.turns,
        seed=scenario.seed,
        number=world.calls["HTTP"],
    )
    turns = {**world.turns, served.turn: world.turns.get(served.turn, 0) + 1} if served.turn else world.turns
    return replace(world, entries=world.entries + served.entries, turns=turns), Answer(served.content)
