"""Worlds for the tests: written as YAML, started at a fixed time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from validator.emulator.scenario.loading import load
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World

EPOCH = 1_790_000_000.0

SMALL = """
seed: 7
services:
  shop:
    name: projects/p/locations/l/services/shop
    uri: https://shop-x.a.run.app
    urls: [https://shop-1.l.run.app]
    latestReadyRevision: projects/p/locations/l/services/shop/revisions/shop-2
    latestCreatedRevision: projects/p/locations/l/services/shop/revisions/shop-2
    trafficStatuses:
      - {type: TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST, percent: 100}
      - {type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: shop-1, tag: old, uri: "https://old---shop-x.a.run.app"}
revisions:
  shop-1: {name: projects/p/locations/l/services/shop/revisions/shop-1, createTime: "@-2d"}
  shop-2: {name: projects/p/locations/l/services/shop/revisions/shop-2, createTime: "@-1m"}
builds:
  b1:
    name: projects/p/locations/l/builds/b1
    id: b1
    projectId: p
    status: SUCCESS
    createTime: "@-3m"
    results: {images: [{name: i, digest: "sha256:aa"}]}
  b2: {id: b2, projectId: p, status: FAILURE, createTime: "@-2m", tags: [red]}
behaviour:
  shop:
    /health: {json: {ok: true}, latency: 80ms}
    /flaps: [{status: 200, text: up}, {status: 503, text: down}]
    /broken: {status: 500}
    /moved: {status: 302, headers: {Location: /health}}
    /talks: {log: [plain, {text: with trace, traced: true, severity: WARNING}, {stream: stderr, json: {message: data}}]}
  shop-1: {/health: {text: old}}
logs:
  delay: {stdout: 3s}
  groups:
    lines: {revision: shop-2, stream: stdout, at: "@-1m", lines: [[0s, first], [1s, second, ERROR], [1s, third]]}
"""


@pytest.fixture
def simulate(tmp_path: Path) -> Callable[..., Simulation]:
    """A simulation of the small world with more YAML laid over it."""

    def build(more: str = "") -> Simulation:
        (tmp_path / "small.yaml").write_text(SMALL)
        (tmp_path / "scenario.yaml").write_text("extends: small.yaml\n" + more)
        return Simulation(World.of(load(tmp_path / "scenario.yaml", EPOCH)))

    return build
