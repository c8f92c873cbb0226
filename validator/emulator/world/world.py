"""The world: one deployment, its logs and its visitors as pure data, and `apply`, the only way it moves on.

No I/O and no clock: the time of each call is handed in, chance comes from the scenario's seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from validator.emulator.api.calls import (
    CallMethod,
    CloseSocket,
    CloseTail,
    GetOperation,
    ListServices,
    OpenSocket,
    OpenTail,
    Question,
    Session,
    Tell,
    WriteService,
    method_of,
)
from validator.emulator.api.refusal import RefusalError
from validator.emulator.world import audit, log_reads, resource_reads, rollout
from validator.emulator.world.deployment import Deployment
from validator.emulator.world.entries import Stored
from validator.emulator.world.faults import Fault, Outcome, outcome, striking
from validator.emulator.world.front import Visits, serve, service_at
from validator.emulator.world.images import manifest
from validator.emulator.world.operations import Operation, answered
from validator.emulator.world.plot import Change, Scenario
from validator.emulator.world.service_writes import write
from validator.emulator.world.sessions import Sessions, hold
from validator.words.call import (
    Answer,
    Exchange,
    GetBuild,
    GetManifest,
    GetRevision,
    GetService,
    Json,
    ListBuilds,
    ListEntries,
    ListRevisions,
    Problem,
)

READS_A_MINUTE = 60
"""ListLogEntries calls of a project in a minute (cloud.google.com/logging/quotas)."""


@dataclass(frozen=True)
class World:
    """The state of everything at one moment."""

    scenario: Scenario = field(repr=False)
    deployment: Deployment = field(repr=False)
    entries: tuple[Stored, ...] = field(repr=False)
    """All that was ever written, readable yet or not."""
    pending: tuple[Change | rollout.Stage, ...] = field(repr=False)
    """What is still to come, by time."""
    operations: Mapping[str, Operation] = field(repr=False)
    """Full name -> the write that it stands for."""
    calls: Mapping[str, int]
    """Method -> how often it was called; requests to services are `HTTP`."""
    visits: Visits = field(repr=False)
    """What the services remember of their visitors."""
    sessions: Sessions = field(repr=False)
    """Tails and WebSockets that are open."""
    hits: Mapping[int, int] = field(repr=False)
    """Fault, by its place in the scenario -> how often it struck."""
    reads: tuple[tuple[float, str], ...] = field(repr=False)
    """Time and project of the ListLogEntries calls that the quota counts."""

    @classmethod
    def of(cls, scenario: Scenario) -> World:
        """The world of a scenario before the first call."""
        return cls(
            scenario,
            scenario.deployment,
            scenario.entries,
            pending=scenario.changes,
            operations={},
            calls={},
            visits=Visits(),
            sessions=Sessions(),
            hits={},
            reads=(),
        )

    @property
    def projects(self) -> set[str]:
        """The projects that exist here."""
        named = (*self.deployment.services, *self.deployment.builds)
        return {name.split("/")[1] for name in named} | {entry.project for entry in self.entries}


def apply(world: World, call: Question, at: float) -> tuple[World, Outcome]:
    """Make a call at a time (Unix seconds, the world's): the world after it, and what came of it.

    An answer to an Exchange tells its latency in its content; API calls have none of their own.
    """
    method = method_of(call)
    world = advanced(world, at)
    fault = None
    if method:
        world, fault = _struck(_counted(world, method), method, call, at)
    problem = fault.problem() if fault else None
    if problem is not None:
        return world, outcome(fault, problem)
    try:
        world, content = _answer(world, call, at, fault)
    except RefusalError as refusal:
        return world, outcome(fault, Problem(refusal.code, refusal.message))
    return world, outcome(fault, Answer(content))


def advanced(world: World, at: float) -> World:
    """The world with everything done that is due at a time."""
    while world.pending and world.pending[0].at <= at:
        due, rest = world.pending[0], world.pending[1:]
        if isinstance(due, Change):
            world = replace(world, deployment=world.deployment.changed(due.sections), pending=rest)
            continue
        scenario = world.scenario
        told = audit.of_stage(due, scenario.timing, seed=scenario.seed, streams=scenario.streams)
        after = rollout.happened(world.deployment, due, scenario.timing)
        world = replace(world, deployment=after, pending=rest, entries=world.entries + told)
    return world


def _counted(world: World, method: str) -> World:
    return replace(world, calls={**world.calls, method: world.calls.get(method, 0) + 1})


def _struck(world: World, method: str, call: Question, at: float) -> tuple[World, Fault | None]:
    """The fault that strikes a call, and the world that remembers it."""
    scenario = world.scenario
    visit = call if isinstance(call, Exchange | OpenSocket | CallMethod) else None
    service = service_at(world.deployment, visit.url) if visit else ""
    place = striking(scenario.faults, world.hits, method, service, at, seed=scenario.seed, number=world.calls[method])
    if place is None:
        return world, None
    return replace(world, hits={**world.hits, place: world.hits.get(place, 0) + 1}), scenario.faults[place]


def _answer(world: World, call: Question, at: float, fault: Fault | None) -> tuple[World, Json]:
    page = fault.page if fault else None
    match call:
        case Exchange():
            return _exchange(world, call, at, fault)
        case OpenSocket(url, headers) if fault and fault.status:
            return _exchange(world, Exchange("GET", url, headers), at, fault)
        case CallMethod() if fault and fault.status:
            return world, {"status": fault.status, "headers": [], "code": "", "text": "", "latency": 0.0}
        case OpenTail() | CloseTail() | OpenSocket() | Tell() | CloseSocket() | CallMethod():
            return _hold(world, call, at)
        case WriteService():
            return _write(world, call, at)
        case ListEntries():
            world = _charged(world, call, at)
            order = world.scenario.order
            return world, log_reads.list_entries(world.entries, world.projects, order, call, at, limit=page)
        case GetOperation():
            return world, answered(world.operations, world.deployment, call.name)
        case _:
            return world, _read(world, call, page)


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


def _read(world: World, call: Question, page: int | None) -> Json:
    match call:
        case GetService():
            return resource_reads.get_service(world.deployment, call)
        case ListServices():
            return resource_reads.list_services(world.deployment, call, page)
        case GetRevision():
            return resource_reads.get_revision(world.deployment, call)
        case ListRevisions():
            return resource_reads.list_revisions(world.deployment, call, page)
        case GetBuild():
            return resource_reads.get_build(world.deployment, call)
        case ListBuilds():
            return resource_reads.list_builds(world.deployment, call, page)
        case GetManifest():
            return manifest(world.scenario.images, call)
        case _:
            raise RefusalError("UNIMPLEMENTED", f"{type(call).__name__} is not known here.")


def _write(world: World, call: WriteService, at: float) -> tuple[World, Json]:
    scenario = world.scenario
    written = write(world.deployment, call, at, seed=scenario.seed, timing=scenario.timing)
    project, location = call.name.split("/")[1], call.name.split("/")[3]
    name = f"projects/{project}/locations/{location}/operations/" + rollout.uuid(
        scenario.seed, call.name, written.service["generation"]
    )
    operation = Operation(call.name, written.service["generation"])
    entry = audit.written(
        call.name,
        call.method,
        f"emulated-caller@{project}.iam.gserviceaccount.com",
        at,
        seed=scenario.seed,
        delay=scenario.streams.delay(audit.ACTIVITY),
    )
    after = replace(
        world,
        deployment=written.deployment,
        pending=tuple(sorted((*world.pending, *written.stages), key=lambda due: due.at)),
        entries=(*world.entries, entry),
        operations={**world.operations, name: operation},
    )
    return after, answered(after.operations, after.deployment, name)


def _exchange(world: World, call: Exchange, at: float, fault: Fault | None) -> tuple[World, Json]:
    served = serve(
        call,
        at,
        deployment=world.deployment,
        scenario=world.scenario,
        visits=world.visits,
        number=world.calls["HTTP"],
        status=fault.status if fault else 0,
    )
    return replace(world, entries=world.entries + served.entries, visits=served.visits), served.content


def _hold(world: World, call: Session, at: float) -> tuple[World, Json]:
    held = hold(
        call,
        at,
        deployment=world.deployment,
        scenario=world.scenario,
        sessions=world.sessions,
        visits=world.visits,
        number=world.calls.get(method_of(call), 0),
    )
    after = replace(world, entries=world.entries + held.entries, sessions=held.sessions, visits=held.visits)
    return after, held.content
