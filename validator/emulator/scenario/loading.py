"""Scenarios: a deployment and what befalls it, written in YAML.

A file may hold these keys; scenario.schema.json says the same for editors. Resources are the APIs' own JSON (v2 of run
and logging, v1 of builds), or what gcloud prints of them: see exports.py.

    extends: other.yaml       # laid over that file: see overlay.py (null removes, numbers reach into lists)
    title: one line
    speed: 10                 # world seconds in a real second, under servers
    seed: 1                   # of chance: the split of traffic, fresh trace and span ids, faults
    service: {name: cart, project: acme, region: europe-west4, image: ..., revision: ..., previous: ..., commit: ..., build: ..., url: ...}
    answers: {/health: {json: {status: ok}}}        # the short form of one healthy service (short_form.py), over which
    lines: [listening on 8080]                      # the rest is laid; previous_lines: of the revision before
    env: {PROJECT_ID: p, KNOWN_UNTIL: "@+30d"}      # given to the command that runs inside; whole days are a day
    projects: {p: 123456}     # project id -> number, where resources are named by the number
    services: {S: {...}}      # short name -> Service; its `name` is the full one
    revisions: {R: {...}}
    builds: {ID: {...}}       # name, or id and projectId, tell where it is
    images: {HOST/NAME: [{...}]}                    # manifests of the registry: their JSON, or a text as it was pushed
    behaviour:                # what a service or one revision of it (which comes first) answers to a path; `*`: any other
      S:
        /health: {status: 200, json: {...}, latency: 80ms, headers: {a: b}, log: [line, {text: ..., traced: true}]}
        /flaps: [{status: 200}, {status: 503}]      # in turn
        /orders: [{when: {method: POST, json: {sku: ""}}, status: 422}, {status: 401}]   # when: method query headers body json
        /ws: {websocket: {greeting: [hello], rules: [{on: {json: {type: ping}}, send: [{json: {type: pong}, after: 20ms}], log: [line]}]}}
        /grpc.health.v1.Health/Check: {health: SERVING}
        /shop: {text: hi, certificate: "@+30d"}     # over https: when its TLS certificate ends; else none is told of
        /acme.Orders/Get: {grpc: {code: NOT_FOUND, message: no such order}}     # or json (simulations) and hex (servers)
        /busy: {status: 429, instance: false}       # no instance was there: Google's front end answers
    invokers: {S: [gate@p.iam.gserviceaccount.com]} # who may invoke; a service that is not here is open to all
    cold_start: {S: 4s}       # waited for by a request that finds no instance
    metadata: {account: gate@p.iam.gserviceaccount.com, identity: false}   # the metadata server; identity false: 404
    token_makers: {gate@p.iam.gserviceaccount.com: ["repo:acme/shop:ref:refs/heads/main"]}   # who may make whose ID tokens
    logs:
      delay: {requests: 2s, stdout: 3s}             # until an entry is readable: stdout stderr requests system; default 2 s
      order: newest first                           # the API's answers come the wrong way round; or: shuffled
      groups:                                       # lines of one stream of one revision
        startup: {revision: R, stream: stdout, at: "@-4m", severity: INFO, lines: [[1.2s, text], [2s, text, ERROR], [3s, {msg: x}], {...}]}
      entries: [{...}]                              # LogEntry, as exported
      mishaps: [{effect: late, by: 30s, stream: stdout, probability: 0.2}]   # late, twice, lost, skewed: see mishaps.py
    rollout: {imported: 2s, ready: 6s, routed: 2s, failure: {reason: HEALTH_CHECK_CONTAINER_ERROR, message: ...}}
    routing: [{service: S, split: {R: 100}, tags: {T: R}, from: "@0s", until: "@+20s"}]   # where requests really go
    changes: [{at: "@+20s", services: {...}, revisions: {...}, builds: {...}, behaviour: {...}}]   # laid over
    faults:                   # of calls: code, status (HTTP), latency, stall, cut, page
      - {method: ListLogEntries, code: UNAVAILABLE, message: ..., from: "@0s", until: "@+9s", first: 3, probability: 0.5}
      - {api: http, service: S, status: 502, first: 2}
    connections: [{port: http, effect: reset, after: 20}, {effect: drip, rate: 10}]   # of TCP connections

A time is RFC 3339 or an offset from the scenario's start: `"@-4m"`, `"@0s"`, `"@+20s"`. A line of a group is
`[time after the group's at, text]`, with a severity if it had one; a map in place of the text is the JSON that was printed
(structured.py), or LogEntry fields if it has a payload; or it is a whole LogEntry, laid over what the group says. An entry is
readable after its stream's delay, counted from its end, or at the receiveTimestamp that it brings.
Without a `log` line of its own an answer is written to the request log alone; `traced` gives a line the request's trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from validator.emulator.scenario import exports
from validator.emulator.scenario import parts as scenario_deployment
from validator.emulator.scenario.files import Mistakes, Written, written
from validator.emulator.scenario.short_form import expanded
from validator.emulator.world.connections import Disturbance
from validator.emulator.world.deployment import Deployment
from validator.emulator.world.entries import Stored, Streams, exported, group
from validator.emulator.world.faults import Fault
from validator.emulator.world.images import Images, images
from validator.emulator.world.mishaps import Mishap, befallen
from validator.emulator.world.moments import length, moment, resolved, variable
from validator.emulator.world.plot import Account, Detour, Scenario
from validator.emulator.world.rollout import Timing
from validator.words.call import Json

T = TypeVar("T")


def load(path: Path, epoch: float = 0.0, *, speed: float | None = None) -> Scenario:
    """Read a scenario, or a recording as one, that starts at `epoch`, Unix seconds; `speed` replaces its own.

    Raises:
        ScenarioError: it cannot be read or used; the message has every mistake, each with its place.
    """
    return _scenario(path, written(path), epoch, speed)


def _scenario(path: Path, source: Written, epoch: float, speed: float | None) -> Scenario:
    mistakes = Mistakes(source)
    whole, data = _data(source, epoch, mistakes)
    logs: Json = data.get("logs") or {}
    deployment = scenario_deployment.deployment(data, epoch, mistakes)
    streams = Streams({})
    with mistakes.at("logs", "delay"):
        streams = Streams.read(logs.get("delay") or {})
    seed = int(data.get("seed") or 0)
    mishaps = _each(mistakes, logs.get("mishaps"), ("logs", "mishaps"), lambda item: Mishap.read(item, epoch))
    entries = tuple(_entries(logs, mistakes, deployment=deployment, streams=streams, seed=seed, epoch=epoch))
    scenario = Scenario(
        path=path,
        title=str(data.get("title") or path.stem),
        speed=speed or float(data.get("speed") or 1),
        seed=seed,
        env={key: variable(str(text), epoch) for key, text in (whole.get("env") or {}).items() if text is not None},
        epoch=epoch,
        deployment=deployment,
        entries=befallen(entries, mishaps, seed),
        streams=streams,
        order=str(logs.get("order") or "as asked"),
        mishaps=mishaps,
        timing=Timing.read(data.get("rollout") or {}),
        detours=_each(mistakes, data.get("routing"), ("routing",), lambda item: _detour(item, epoch, deployment)),
        invokers=_owned(mistakes, data, "invokers", deployment, lambda item: tuple(map(str, item or ()))),
        cold_starts=_owned(mistakes, data, "cold_start", deployment, length),
        account=_account(data.get("metadata"), mistakes),
        token_makers={str(who): tuple(map(str, by or ())) for who, by in (data.get("token_makers") or {}).items()},
        changes=scenario_deployment.changes(data, deployment, mistakes),
        faults=_each(mistakes, data.get("faults"), ("faults",), lambda item: Fault.read(item, epoch)),
        disturbances=_each(
            mistakes, data.get("connections"), ("connections",), lambda item: Disturbance.read(item, epoch)
        ),
        images=_images(data, mistakes),
        notes=source.notes,
        again=lambda epoch: _scenario(path, source, epoch, speed),
    )
    mistakes.tell()
    return scenario


def _data(source: Written, epoch: float, mistakes: Mistakes) -> tuple[Json, Json]:
    """What is written, its short form written out; and the same with its moments put in."""
    data: Json = {}
    whole: Json = {}
    with mistakes.at("service"):
        whole = expanded(source.data)
    with mistakes.at():
        data = resolved(whole, epoch)
    return whole, data


def _entries(
    logs: Json, mistakes: Mistakes, *, deployment: Deployment, streams: Streams, seed: int, epoch: float
) -> Iterator[Stored]:
    for name, data in (logs.get("groups") or {}).items():
        with mistakes.at("logs", "groups", name):
            yield from group(name, data, deployment=deployment, streams=streams, seed=seed, epoch=epoch)
    pasted: list[Any] = []
    with mistakes.at("logs", "entries"):
        pasted = exports.entries(logs.get("entries"))
    for number, data in enumerate(pasted):
        with mistakes.at("logs", "entries", number):
            yield exported(number, data, streams)


def _each(mistakes: Mistakes, data: Any, path: tuple[str, ...], build: Callable[[Json], T]) -> tuple[T, ...]:
    found = []
    for number, item in enumerate(data or []):
        with mistakes.at(*path, number):
            found.append(build(item))
    return tuple(found)


def _owned(mistakes: Mistakes, data: Json, key: str, deployment: Deployment, build: Callable[[Any], T]) -> dict[str, T]:
    """What a section says of services or revisions, by their short names."""
    found = {}
    for owner, item in (data.get(key) or {}).items():
        with mistakes.at(key, owner):
            if owner not in deployment.sections["services"] and owner not in deployment.sections["revisions"]:
                raise ValueError(f"there is no service or revision {owner!r} here")
            found[owner] = build(item)
    return found


def _images(data: Json, mistakes: Mistakes) -> Images:
    found: list[Images] = []
    with mistakes.at("images"):
        found.append(images(data.get("images")))
    return found[0] if found else {}


def _account(data: Any, mistakes: Mistakes) -> Account | None:
    if data is None:
        return None
    found = []
    with mistakes.at("metadata"):
        found.append(Account(str(data["account"]), bool(data.get("identity", True))))
    return found[0] if found else None


def _detour(data: Json, epoch: float, deployment: Deployment) -> Detour:
    start = moment(data["from"], epoch) if "from" in data else float("-inf")
    until = moment(data["until"], epoch) if "until" in data else float("inf")
    if data["service"] not in deployment.sections["services"]:
        raise ValueError(f"there is no service {data['service']!r} here")
    split = {str(name): float(percent) for name, percent in (data.get("split") or {}).items()}
    return Detour(data["service"], split, dict(data.get("tags") or {}), start, until)
