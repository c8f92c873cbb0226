"""Each line that the example deployment's team once ticked by hand, broken in turn: the gate names that line and no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.simulated import BACKEND, NETRA, PREVIOUS, ROOT, START, Finished, overlaid, simulate
from validator.emulator.scenario.loading import load
from validator.evidence.command import RunCommand
from validator.report.markdown import markdown
from validator.report.summary import summarize
from validator.sources.command import open_source
from validator.sources.connection import Direct
from validator.words.call import Call, Result

CHECKS = (ROOT / "checks.yaml").read_text(encoding="utf-8")
BUILD = "3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42"
IMAGE = "sha256:f5884728d254c99ce226f3fb54341065fdfdfe9b2711ab5926335b4f12a96a23"
SCENARIO = NETRA / "scenario.yaml"
VARIABLES = {**load(SCENARIO, START).env, "KNOWN_UNTIL": "2027-01-31"}


@dataclass(frozen=True)
class Row:
    """One line of the report, and how it is broken."""

    checks: tuple[str, ...]
    """What does not pass then."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Laid over the scenario."""
    variables: Mapping[str, str] = field(default_factory=dict)


def revision(**changes: Any) -> dict[str, Any]:
    return {"revisions": {BACKEND: changes}}


def logged(line: str, severity: str = "DEFAULT") -> dict[str, Any]:
    lines = {"revision": BACKEND, "stream": "stderr", "at": "@+5s", "lines": [["0s", line, severity]]}
    return {"logs": {"groups": {"broken": lines}}}


def unlogged(text: str) -> dict[str, Any]:
    """What the backend prints at its start, without one line."""
    lines = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))["logs"]["groups"]["startup"]["lines"]
    kept = [line for line in lines if text not in line[1]]
    assert len(kept) == len(lines) - 1
    return {"logs": {"groups": {"startup": {"lines": kept}}}}


CONDITIONS = [
    {"type": "Ready", "state": "CONDITION_SUCCEEDED", "lastTransitionTime": "@-3m30s"},
    {"type": "ContainerHealthy", "state": "CONDITION_SUCCEEDED", "lastTransitionTime": "@-3m30s"},
    {"type": "ResourcesAvailable", "state": "CONDITION_SUCCEEDED", "lastTransitionTime": "@-3m53s"},
]
SAME = [{"name": "netra-backend-1", "image": f"us-central1-docker.pkg.dev/netra-staging/netra/backend@{IMAGE}"}]
OTHER = {"name": "us-central1-docker.pkg.dev/netra-staging/other/backend:8c0f3a9", "digest": f"sha256:{'1' * 64}"}
PINNED = [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": BACKEND, "percent": 100}]
MUTE = {"websocket": {"rules": [{"on": {"json": {"type": "ping"}}, "send": [{"json": {"type": "error"}}]}]}}
UNLOGGED = {"websocket": {"rules": [{"on": {"json": {"type": "ping"}}, "send": [{"json": {"type": "pong"}}]}]}}
HEALTH = {"status": "healthy", "service": "netra-ai-platform", "version": "0.9.9"}
PROVEN = "Only what may differ from the proven configuration differs"
ROWS = {
    "1 configuration": Row((PROVEN,), revision(timeout="60s")),
    "2 build": Row(("Build succeeded",), {"builds": {BUILD: {"startTime": "@-20m"}}}),
    "3 custody": Row(("Commit to response proven",), {"builds": {BUILD: {"results": {"images": [OTHER]}}}}),
    "3 traffic": Row(
        ("All traffic",), {"services": {"netra-backend-staging": {"traffic": PINNED, "trafficStatuses": PINNED}}}
    ),
    "4 health": Row(("Healthy",), {"behaviour": {"netra-backend-staging": {"/health": {"json": HEALTH}}}}),
    "5 driver": Row(("ClickHouse connects",), unlogged("[ClickHouse] Client params")),
    "6 imports": Row(("Driver and engine import",), variables={"ENGINE_MODULE": "no_such_engine"}),
    "6 import errors": Row(("No import errors",), logged("optional tracing is off: ImportError of opentelemetry")),
    "7 deprecations": Row(("Deprecation warnings present",), unlogged("SSOT consolidation active")),
    "8 websocket": Row(
        ("Ping answered", "Golden path logged"), {"behaviour": {"netra-backend-staging": {"/ws": MUTE}}}
    ),
    "8 golden path": Row(
        ("Golden path logged",),
        {"behaviour": {"netra-backend-staging": {"/ws": UNLOGGED}}, "logs": {"groups": {"golden": {"lines": []}}}},
    ),
    "9 races": Row(("Race detection active",), unlogged("Race condition pattern detected")),
    "10 critical": Row(("Nothing critical", "No new error"), logged("out of disk", "CRITICAL")),
    "10 regression": Row(("No new error",), logged("cannot charge order 17", "ERROR")),
    "12 auth": Row(("Auth untouched",), {"services": {"netra-auth-staging": {"updateTime": "@-1m"}}}),
    "13 known issue": Row(("Auth reachable",), variables={"KNOWN_UNTIL": "2026-01-31"}),
    "14 secrets": Row(
        ("Ready and wired", PROVEN), revision(vpcAccess={"egress": "PRIVATE_RANGES_ONLY", "connector": ""})
    ),
    "15 image": Row(("Image smaller",), {"revisions": {PREVIOUS: {"containers": SAME}}}),
    "15 start-up": Row(("Ready and wired",), revision(conditions=CONDITIONS)),
}


def broken(row: Row, folder: Path) -> Finished:
    changes = "".join(f"{key}: {json.dumps(value)}\n" for key, value in row.changes.items())
    return simulate(CHECKS, overlaid(folder, changes), variables={**VARIABLES, **row.variables}, wrap=really)


COMMANDS = open_source(Direct())


def really(world: Callable[[Call, float], tuple[float, Result]], call: Call, at: float) -> tuple[float, Result]:
    """The world's answer, and a command's own."""
    return (0.1, COMMANDS(replace(call, folder=str(ROOT)), 20)) if isinstance(call, RunCommand) else world(call, at)


def not_passed(run: Finished) -> set[str]:
    """The checks that did not pass; what is known to fail is excused."""
    return {
        judged.check.name
        for judged in run.run.judged
        if judged.verdict.outcome.value != "passed" and not judged.excused
    }


def test_as_it_is_every_line_is_ticked(tmp_path: Path) -> None:
    assert not_passed(broken(Row(()), tmp_path)) == set()


@pytest.mark.parametrize("name", ROWS)
def test_a_broken_line_is_named_and_no_other(name: str, tmp_path: Path) -> None:
    row = ROWS[name]
    run = broken(row, tmp_path)
    assert not_passed(run) == set(row.checks), {
        n: s.verdict.reason for n, s in run.engine.standings.items() if s.verdict.outcome != "passed"
    }
    report = markdown(summarize(run.run))
    assert all(check in report for check in row.checks)
