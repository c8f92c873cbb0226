"""Conversations: tails of the log, WebSockets and gRPC of the deployed services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from validator.emulator.api.calls import CallMethod, CloseSocket, CloseTail, OpenSocket, OpenTail, Session, Tell
from validator.emulator.api.grpc_health import answered
from validator.emulator.api.log_filter import FilterError, parse
from validator.emulator.api.refusal import RefusalError
from validator.emulator.world.answers import Request
from validator.emulator.world.deployment import Deployment
from validator.emulator.world.entries import Stored
from validator.emulator.world.front import Arrival, Visits, arrival, content_of, visited
from validator.emulator.world.log_reads import projects
from validator.emulator.world.mishaps import befallen
from validator.emulator.world.plot import Scenario
from validator.emulator.world.request_log import Log, Visit
from validator.emulator.world.socket_script import Message
from validator.emulator.world.spoken import OK, Spoken
from validator.words.call import Json, ListEntries

TAILS = 10
"""Open tails of a project (cloud.google.com/logging/quotas)."""


@dataclass(frozen=True)
class Socket:
    """An open WebSocket."""

    url: str
    headers: Mapping[str, str]
    arrived: Arrival
    start: float
    number: int
    log: Log
    sent: int = 0
    """Bytes from the visitor."""
    received: int = 0
    """Bytes to the visitor."""
    heard: int = 0
    """Messages from the visitor."""


@dataclass(frozen=True)
class Sessions:
    """What is open."""

    tails: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Session -> projects."""
    sockets: Mapping[int, Socket] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """What came of a call of a conversation."""

    content: Json
    sessions: Sessions
    visits: Visits
    entries: tuple[Stored, ...] = ()


def hold(
    call: Session,
    at: float,
    *,
    deployment: Deployment,
    scenario: Scenario,
    sessions: Sessions,
    visits: Visits,
    number: int,
) -> Held:
    """Make the `number`-th call of its method.

    Raises:
        RefusalError: a tail that cannot be.
    """
    match call:
        case OpenTail():
            return Held({"session": number}, _tailing(sessions, call, number), visits)
        case CloseTail(session):
            left = {key: value for key, value in sessions.tails.items() if key != session}
            return Held({}, replace(sessions, tails=left), visits)
        case OpenSocket(url, headers):
            named = {name.lower(): value for name, value in headers}
            asked = Request("GET", url, named)
            arrived = arrival(asked, at, deployment=deployment, scenario=scenario, visits=visits, number=number)
            log = Log.of(deployment, arrived.revision, number, scenario.seed, scenario.streams)
            return _opened(Socket(url, named, arrived, at, number, log), sessions, visits, at, scenario)
        case Tell():
            return _told(call, sessions, visits, at, scenario)
        case CloseSocket(session):
            return _closed(sessions, session, visits, at, scenario)
        case CallMethod():
            return _called(
                call, at, deployment=deployment, scenario=scenario, sessions=sessions, visits=visits, number=number
            )  # fmt: skip


def _tailing(sessions: Sessions, call: OpenTail, number: int) -> Sessions:
    asked = projects(ListEntries(call.resource_names, call.filter))
    if not 0 <= call.window <= 60:
        raise RefusalError("INVALID_ARGUMENT", "buffer_window is between 0 and 60 seconds.")
    try:
        parse(call.filter)
    except FilterError as error:
        raise RefusalError("INVALID_ARGUMENT", f"Unparseable filter: {error}") from error
    for project in asked:
        if sum(project in each for each in sessions.tails.values()) >= TAILS:
            raise RefusalError("RESOURCE_EXHAUSTED", f"Project {project} has {TAILS} open tails already.")
    return replace(sessions, tails={**sessions.tails, number: asked})


def _opened(socket: Socket, sessions: Sessions, visits: Visits, at: float, scenario: Scenario) -> Held:
    """A script makes a WebSocket of it; anything else is answered as a plain request."""
    arrived = socket.arrived
    script = arrived.reply.socket
    log = socket.log
    started = (log.cold_start(at),) if arrived.waiting else ()
    after = visited(visits, arrived, at)
    if script is None:
        content = content_of(arrived.reply, "GET")
        visit = Visit("GET", socket.url, socket.headers, arrived.reply.status, 0, len(content["text"]), at, 0.01)
        logged = arrived.behaviour or arrived.refusal
        entries = (*started, log.request(visit, arrived.refusal)) if logged else ()
        return Held(content, sessions, after, befallen(entries, scenario.mishaps, scenario.seed))
    content = {
        "status": 101,
        "session": socket.number,
        "latency": arrived.reply.latency + arrived.waiting,
        "subprotocol": script.chosen(socket.headers.get("sec-websocket-protocol", "")),
        "messages": _shown(script.greeting),
    }
    known = replace(socket, received=sum(each.size for each in script.greeting))
    entries = befallen(started, scenario.mishaps, scenario.seed)
    return Held(content, replace(sessions, sockets={**sessions.sockets, socket.number: known}), after, entries)


def _shown(messages: tuple[Message, ...]) -> list[Json]:
    return [{"text": each.text, "binary": each.binary, "after": each.after} for each in messages]


def _told(call: Tell, sessions: Sessions, visits: Visits, at: float, scenario: Scenario) -> Held:
    socket, message = sessions.sockets[call.session], Message(call.text, call.binary)
    script = socket.arrived.reply.socket
    rule = script.answer(message) if script else None
    messages = rule.send if rule else ()
    received = socket.received + sum(each.size for each in messages)
    grown = replace(socket, sent=socket.sent + message.size, received=received, heard=socket.heard + 1)
    content = {"messages": _shown(messages), "close": rule.close if rule else 0}
    lines = socket.log.lines(rule.log, socket.headers, at, f"said {socket.heard}") if rule else ()
    entries = befallen(lines, scenario.mishaps, scenario.seed)
    return Held(content, replace(sessions, sockets={**sessions.sockets, call.session: grown}), visits, entries)


def _closed(sessions: Sessions, session: int, visits: Visits, at: float, scenario: Scenario) -> Held:
    """A WebSocket is logged at its end, with its whole length."""
    socket = sessions.sockets[session]
    length = max(0.0, at - socket.start)
    visit = Visit("GET", socket.url, socket.headers, 101, socket.sent, socket.received, socket.start, length)
    entries = [socket.log.request(visit), *socket.log.lines(socket.arrived.reply.lines, socket.headers, at)]
    left = {key: value for key, value in sessions.sockets.items() if key != session}
    return Held({}, replace(sessions, sockets=left), visits, befallen(entries, scenario.mishaps, scenario.seed))


def _called(
    call: CallMethod,
    at: float,
    *,
    deployment: Deployment,
    scenario: Scenario,
    sessions: Sessions,
    visits: Visits,
    number: int,
) -> Held:
    """What speaks no gRPC answers with a status of HTTP; of a server that does, another path is a method not known."""
    headers = {name.lower(): value for name, value in call.headers}
    asked = Request("POST", call.url, headers, call.request)
    arrived = arrival(asked, at, deployment=deployment, scenario=scenario, visits=visits, number=number)
    spoken = _spoken(arrived, deployment)
    latency = arrived.reply.latency + arrived.waiting
    content: Json = {"status": arrived.reply.status, "headers": [], "code": "", "text": "", "latency": latency}
    if spoken is not None:
        told = {"json": spoken.json, "hex": spoken.hex} if spoken.code == OK else {}
        content = {**content, "status": 200, "code": spoken.code, "text": spoken.message, **told}
    if not arrived.revision or not (arrived.behaviour or arrived.refusal):
        return Held(content, sessions, visits)
    log = Log.of(deployment, arrived.revision, number, scenario.seed, scenario.streams)
    visit = Visit("POST", call.url, headers, content["status"], 5, 7, at, latency, "HTTP/2")
    started = [log.cold_start(at)] if arrived.waiting else []
    lines = log.lines(arrived.reply.lines, headers, at + latency)
    entries = [*started, log.request(visit, arrived.refusal), *lines]
    after = visited(visits, arrived, at + latency)
    return Held(content, sessions, after, befallen(entries, scenario.mishaps, scenario.seed))


def _spoken(arrived: Arrival, deployment: Deployment) -> Spoken | None:
    """What is said over gRPC; None where none is spoken."""
    reply = arrived.reply
    if not arrived.behaviour or arrived.refusal:
        return None
    if reply.health:
        return Spoken(OK, "", {"status": reply.health}, answered(reply.health).hex())
    names = arrived.revision.split("/")
    paths = (deployment.behaviour.get(owner, {}) for owner in (names[-1], names[-3]))
    speaks = any(each.health or each.spoken for own in paths for replies in own.values() for each in replies)
    return reply.spoken or (Spoken("UNIMPLEMENTED", "Method not found!", {}, "") if speaks else None)
