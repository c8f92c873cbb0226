"""Mutated answers of the APIs and of the service: the gate neither breaks nor turns green by them.

python -m tests.fuzz.answers 10000 1      that many runs from that seed, on virtual time; finds are told with their number
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.simulated import START
from validator.checks import kinds
from validator.emulator.scenario.loading import load as load_scenario
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World
from validator.engine.outcome import outcome
from validator.engine.run import Engine
from validator.engine.virtual import drive
from validator.language.load import load
from validator.report.markdown import markdown
from validator.report.summary import summarize
from validator.words.call import Answer, Call, Exchange, GetBuild, GetRevision, GetService, ListEntries, Result
from validator.words.check import Spec

SPEC = r"""
version: 1
timeout: 40s
target: {project: acme, region: europe-west4, service: cart}
checks:
  - {name: Build, build: {duration: {max: 10m}}}
  - {name: Chain, custody: {}}
  - {name: Traffic, traffic: {percent: 100, pinned: false}}
  - {name: Settings, revision: {startup: {max: 30s}, env: {MODE: live}}, assert: "revision.containers[0].ports[0].container_port == 8080"}
  - {name: Health, within: 10s, http: {path: /health, expect: {status: 200, json: {state: up}}}, assert: json.parts > 1}
  - {name: Quiet, within: 5s, logs: {forbid: ['panic', {severity: ERROR}]}}
  - {name: Started, logs: {expect: ['listening on \d+']}}
  - {name: Nothing new, regression: {}}
"""
_GOOD = {
    "revisions": {"cart-00007-new": {"containers": {0: {"env": [{"name": "MODE", "value": "live"}]}}}},
    "behaviour": {"cart": {"/health": {"json": {"state": "up", "parts": 2}, "latency": "30ms"}}},
}
BAD: dict[str, tuple[type[Call], dict[str, Any]]] = {
    "traffic is pinned": (
        GetService,
        {
            "services": {
                "cart": {
                    key: [
                        {
                            "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
                            "revision": "cart-00006-old",
                            "percent": 100,
                        }
                    ]
                    for key in ("traffic", "trafficStatuses")
                }
            }
        },
    ),
    "the build failed": (GetBuild, {"builds": {"7c7c7c7c-7777-4777-8777-7c7c7c7c7c7c": {"status": "FAILURE"}}}),
    "another mode": (
        GetRevision,
        {"revisions": {"cart-00007-new": {"containers": {0: {"env": [{"name": "MODE", "value": "test"}]}}}}},
    ),
    "not healthy": (Exchange, {"behaviour": {"cart": {"/health": {"status": 500, "text": "down"}}}}),
    "a panic": (
        ListEntries,
        {
            "logs": {
                "groups": {
                    "bad": {
                        "revision": "cart-00007-new",
                        "stream": "stderr",
                        "at": "@-40s",
                        "lines": [["0s", "panic: no"]],
                    }
                }
            }
        },
    ),
}
"""What is wrong with a world -> the call that tells it: mutated answers of any other must not turn it green."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_ENUMS = ("state", "status", "severity", "ingress", "launchStage", "revisionReason", "executionReason", "protocol")
"""Keys of enums: a number that the installed messages do not know comes as a number."""
_TIMES = ("9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2286-11-20T17:46:40Z")
_TEXTS = (
    "",
    "\0",
    "x" * 5000,
    "\u202e\u2066",
    "\n::error::x",
    "é" * 300,
    "\ud83d".encode("utf-8", "replace").decode(),
    "0",
)
_NUMBERS = (0, -1, 99, 2**31 - 1, 250)
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutation:
    """One change of the answers to one sort of call."""

    number: int
    call: type[Call]
    world: str
    first: int
    """The first answer that is changed, counted from 0."""
    forever: bool

    def __str__(self) -> str:
        return (
            f"{self.number}: {self.call.__name__} from {self.first}{' on' if self.forever else ' once'} ({self.world})"
        )


@cache
def spec() -> Spec:
    """The spec of all runs."""
    return load(SPEC, "checks.yaml", kinds(), {})


@cache
def scenario(world: str, folder: Path) -> Path:
    """The scenario file of a world."""
    path = folder / f"{world.replace(' ', '-')}.yaml"
    good = folder / "good.yaml"
    base = Path(__file__).parent.parent / "cases" / "base.yaml"
    good.write_text(yaml.safe_dump({"extends": str(base), **_GOOD}), encoding="utf-8")
    if world in BAD:
        path.write_text(yaml.safe_dump({"extends": str(good), **BAD[world][1]}), encoding="utf-8")
    return path if world in BAD else good


def places(content: Any, at: Place = ()) -> Iterator[Place]:
    """Every place in an answer, the whole first."""
    yield at
    parts = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in parts:
        yield from places(value, (*at, key))


def mutated(content: Any, chance: random.Random) -> Any:
    """An answer in which one place is another, of a type that the API's own messages allow there."""
    changed = deepcopy(content)
    found = list(places(changed))
    at = chance.choice(found)
    if not at:
        return {}
    inside = changed
    for key in at[:-1]:
        inside = inside[key]
    if chance.random() < 0.3:
        del inside[at[-1]]
    else:
        inside[at[-1]] = _other(inside[at[-1]], chance, enum=at[-1] in _ENUMS)
    return changed


def _other(value: Any, chance: random.Random, *, enum: bool = False) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return chance.choice(_NUMBERS)
    if isinstance(value, list):
        return chance.choice(([], value * 2, value * 50, value[::-1]))
    if isinstance(value, dict):
        return {}
    if _TIME.fullmatch(value):
        return chance.choice(_TIMES)
    if enum:
        return chance.choice((99, 250, "SOMETHING_NEW"))
    return chance.choice(_TEXTS)


def mutation(number: int, seed: int) -> Mutation:
    """The number-th mutation of a seed."""
    chance = random.Random(f"{seed} {number}")
    call = chance.choice((GetService, GetRevision, GetBuild, ListEntries, Exchange))
    world = chance.choice(("good", *BAD))
    return Mutation(number, call, world, chance.choice((0, 0, 0, 1, 2, 5)), chance.random() < 0.7)


def answering(change: Mutation, seed: int, simulation: Simulation) -> Callable[[Call, float], tuple[float, Result]]:
    """The world, with answers changed."""
    seen = 0

    def answer(call: Call, sent: float) -> tuple[float, Result]:
        nonlocal seen
        took, result = simulation(call, sent)
        if not isinstance(call, change.call) or not isinstance(result, Answer):
            return took, result
        seen += 1
        if seen <= change.first or (seen > change.first + 1 and not change.forever):
            return took, result
        content = dict(result.content)
        chance = random.Random(f"{seed} {change.number} place")  # the same place each time, where it is there
        if isinstance(call, Exchange):
            return took, replace(result, content={**content, "text": str(_other(str(content.get("text", "")), chance))})
        return took, replace(result, content=mutated(content, chance))

    return answer


def survive(number: int, seed: int, folder: Path) -> str:
    """Run one mutation; what is wrong, or nothing."""
    change = mutation(number, seed)
    simulation = Simulation(World.of(load_scenario(scenario(change.world, folder), START)))
    engine = Engine(spec(), kinds(), "0123456789abcdef")
    try:
        drive(engine, answering(change, seed, simulation), START + 0.5)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a find
        return f"{change}: {type(error).__name__}: {error}"
    return find(engine, change)


def find(engine: Engine, change: Mutation) -> str:
    """What is wrong with a run that came to its end, or nothing."""
    try:
        run = outcome(engine.verdicts)
        summary = summarize(run)
        told = json.dumps(summary) + markdown(summary)
    except Exception as error:  # noqa: BLE001 - as above
        return f"{change}: {type(error).__name__}: {error}"
    if "a defect of the gate" in told:
        reasons = [judged.verdict.reason for judged in run.judged if "a defect" in judged.verdict.reason]
        return f"{change}: {reasons[:1]}"
    told_by = BAD[change.world][0] if change.world in BAD else change.call
    if run.outcome == "passed" and change.call is not told_by:
        return f"{change}: passed"
    return ""


def main() -> int:
    """Fuzz; print what was found."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    runs, seed = int(sys.argv[1]), int(sys.argv[2])
    finds = 0
    with TemporaryDirectory() as folder:
        for number in range(runs):
            find = survive(number, seed, Path(folder))
            if find:
                finds += 1
                print(find)
    print(f"{runs} runs with mutated answers, {finds} finds")
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
