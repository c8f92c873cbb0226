"""Scenarios: a deployment and what befalls it, written in YAML.

A file may hold these keys; resources are the APIs' own JSON (v2 of run and logging, v1 of builds), as REST prints it.

    extends: other.yaml       # laid over that file: see overlay.py (null removes, numbers reach into lists)
    title: one line
    speed: 10                 # world seconds in a real second, under servers
    seed: 1                   # of chance: the split of traffic, fresh trace and span ids
    env: {PROJECT_ID: p}      # given to the command that runs inside
    services: {S: {...}}      # short name -> Service; its `name` is the full one
    revisions: {R: {...}}
    builds: {ID: {...}}       # name, or id and projectId, tell where it is
    behaviour:                # what a service or one revision of it (which comes first) answers to a path; `*`: any other
      S:
        /health: {status: 200, json: {...}, latency: 80ms, headers: {a: b}, log: [line, {text: ..., traced: true}]}
        /flaps: [{status: 200}, {status: 503}]      # in turn
    logs:
      delay: {requests: 2s, stdout: 3s}             # until an entry is readable: stdout stderr requests system; default 2 s
      order: newest first                           # the API's answers come the wrong way round
      groups:                                       # lines of one stream of one revision
        startup: {revision: R, stream: stdout, at: "@-4m", severity: INFO, lines: [[1.2s, text], [2s, text, ERROR], {...}]}
      entries: [{...}]                              # LogEntry, as exported
    routing: [{service: S, split: {R: 100}, tags: {T: R}, from: "@0s", until: "@+20s"}]   # where requests really go
    changes: [{at: "@+20s", services: {...}, revisions: {...}, builds: {...}, behaviour: {...}}]   # laid over
    faults: [{method: ListLogEntries, code: UNAVAILABLE, message: ..., from: "@0s", until: "@+9s", first: 3}]

A time is RFC 3339 or an offset from the scenario's start: `"@-4m"`, `"@0s"`, `"@+20s"`. A line of a group is
`[time after the group's at, text]`, with a severity if it had one, or a LogEntry, laid over what the group says. An
entry is readable after its stream's delay, counted from its end, or at the receiveTimestamp that it brings.
Without a `log` line of its own an answer is written to the request log alone; `traced` gives a line the request's trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from validator.emulator.deployment import Deployment
from validator.emulator.entries import Stored, Streams, exported, group
from validator.emulator.moments import moment, resolved
from validator.emulator.overlay import overlaid
from validator.emulator.shape import SCENARIO, unknown
from validator.model.call import Json
from validator.spec import yaml

T = TypeVar("T")
_DEPLOYMENT = ("services", "revisions", "builds", "behaviour")
METHODS = ("GetService", "GetRevision", "ListRevisions", "GetBuild", "ListBuilds", "ListLogEntries")
CODES = (
    *("CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE"),
    *("UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)


class ScenarioError(Exception):
    """A scenario that cannot be used; the message names the file, the key and what is wrong with it."""


@dataclass(frozen=True)
class Detour:
    """Where requests of a service really go for a while, whatever its status says."""

    service: str
    split: Mapping[str, float]
    """Revision -> percent; empty: as the status says."""
    tags: Mapping[str, str]
    """Tag -> revision; others as the status says."""
    start: float
    until: float


@dataclass(frozen=True)
class Change:
    """What is laid over the deployment at a time."""

    at: float
    sections: Json


@dataclass(frozen=True)
class Fault:
    """An error that an API method answers for a while."""

    method: str
    code: str
    message: str
    start: float
    until: float
    first: int | None
    """How many calls fail; None: all of that while."""


@dataclass(frozen=True)
class Scenario:
    """A scenario with its times fixed."""

    path: Path
    title: str
    speed: float
    seed: int
    env: Mapping[str, str]
    epoch: float
    """The Unix time of its start, `@0s`."""
    deployment: Deployment
    entries: tuple[Stored, ...]
    streams: Streams
    newest_first: bool
    detours: tuple[Detour, ...]
    changes: tuple[Change, ...]
    """By time."""
    faults: tuple[Fault, ...]
    document: Json = field(repr=False)
    """As it was written, parents merged in."""

    def starting(self, epoch: float) -> Scenario:
        """The same scenario with another start, Unix seconds."""
        return _scenario(self.path, self.document, epoch)


def load(path: Path, epoch: float = 0.0) -> Scenario:
    """Read a scenario that starts at `epoch`, Unix seconds.

    Raises:
        ScenarioError: it cannot be read or used.
    """
    scenario = _scenario(path, _document(path, ()), epoch)
    _try_changes(scenario)
    return scenario


def _document(path: Path, children: tuple[Path, ...]) -> Json:
    if path.resolve() in children:
        raise ScenarioError(f"{path}: extends itself")
    try:
        document = yaml.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: it is not UTF-8 text") from error
    except yaml.BadYaml as error:
        raise ScenarioError(f"{path}:{error.line}:{error.column}: {error.message}") from error
    data = document.data
    if not isinstance(data, dict):
        raise ScenarioError(f"{path}: a scenario is a map of keys")
    complaint = unknown(data, SCENARIO)
    if complaint:
        line, column = document.key_place(complaint.path)
        raise ScenarioError(f"{path}:{line}:{column}: {complaint.message}")
    parent = data.pop("extends", None)
    if parent is None:
        return data
    try:
        merged: Json = overlaid(_document(path.parent / str(parent), (*children, path.resolve())), data)
    except ValueError as error:
        raise ScenarioError(f"{path}: {error}") from error
    return merged


def _try_changes(scenario: Scenario) -> None:
    deployment = scenario.deployment
    for number, change in enumerate(scenario.changes):
        with _naming(scenario.path, f"changes[{number}]"):
            deployment = deployment.changed(change.sections)


@contextmanager
def _naming(path: Path, key: str) -> Iterator[None]:
    """Name the file and the key in whatever goes wrong inside."""
    try:
        yield
    except KeyError as error:
        raise ScenarioError(f"{path}: {key}: the key {error} is missing") from error
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        raise ScenarioError(f"{path}: {key}: {error}") from error


def _scenario(path: Path, document: Json, epoch: float) -> Scenario:
    with _naming(path, "a time"):
        data = resolved(document, epoch)
    logs: Json = data.get("logs") or {}
    with _naming(path, "deployment"):
        deployment = Deployment.read({key: data.get(key) or {} for key in _DEPLOYMENT}, epoch)
    with _naming(path, "logs.delay"):
        streams = Streams.read(logs.get("delay") or {})
    with _naming(path, "title, speed, seed, env or logs.order"):
        scenario = Scenario(
            path=path,
            title=str(data.get("title", path.stem)),
            speed=_speed(data.get("speed", 1)),
            seed=int(data.get("seed", 0)),
            env={str(key): str(value) for key, value in (data.get("env") or {}).items()},
            epoch=epoch,
            deployment=deployment,
            entries=(),
            streams=streams,
            newest_first=_order(logs.get("order", "as asked")),
            detours=(),
            changes=(),
            faults=(),
            document=document,
        )
    changes = _each(path, data, "changes", lambda item: _change(item, epoch))
    return replace(
        scenario,
        entries=tuple(_entries(scenario, logs)),
        detours=_each(path, data, "routing", lambda item: _detour(item, epoch, deployment)),
        changes=tuple(sorted(changes, key=lambda change: change.at)),
        faults=_each(path, data, "faults", lambda item: _fault(item, epoch)),
    )


def _each(path: Path, data: Json, key: str, build: Callable[[Json], T]) -> tuple[T, ...]:
    found = []
    for number, item in enumerate(data.get(key) or []):
        with _naming(path, f"{key}[{number}]"):
            found.append(build(item))
    return tuple(found)


def _entries(scenario: Scenario, logs: Json) -> Iterator[Stored]:
    for name, data in (logs.get("groups") or {}).items():
        with _naming(scenario.path, f"logs.groups.{name}"):
            yield from group(
                name,
                data,
                deployment=scenario.deployment,
                streams=scenario.streams,
                seed=scenario.seed,
                epoch=scenario.epoch,
            )
    for number, data in enumerate(logs.get("entries") or []):
        with _naming(scenario.path, f"logs.entries[{number}]"):
            yield exported(number, data, scenario.streams)


def _speed(value: Any) -> float:
    speed = float(value)
    if not speed > 0:
        raise ValueError(f"a speed is a number above 0, not {value!r}")
    return speed


def _order(value: str) -> bool:
    if value not in ("as asked", "newest first"):
        raise ValueError(f"`as asked` or `newest first`, not {value!r}")
    return value == "newest first"


def _span(data: Json, epoch: float) -> tuple[float, float]:
    start = moment(data["from"], epoch) if "from" in data else float("-inf")
    return start, moment(data["until"], epoch) if "until" in data else float("inf")


def _detour(data: Json, epoch: float, deployment: Deployment) -> Detour:
    start, until = _span(data, epoch)
    if data["service"] not in deployment.sections["services"]:
        raise ValueError(f"there is no service {data['service']!r} here")
    split = {str(name): float(percent) for name, percent in (data.get("split") or {}).items()}
    return Detour(data["service"], split, dict(data.get("tags") or {}), start, until)


def _change(data: Json, epoch: float) -> Change:
    return Change(moment(data["at"], epoch), {key: data[key] for key in _DEPLOYMENT if key in data})


def _fault(data: Json, epoch: float) -> Fault:
    if data["method"] not in METHODS:
        raise ValueError(f"no method {data['method']!r}; there are {', '.join(METHODS)}")
    if data["code"] not in CODES:
        raise ValueError(f"no status code {data['code']!r}; there are {', '.join(CODES)}")
    start, until = _span(data, epoch)
    first = data.get("first")
    message = str(data.get("message", f"{data['code']} by the scenario"))
    return Fault(data["method"], data["code"], message, start, until, None if first is None else int(first))
