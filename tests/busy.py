"""The example deployment on virtual time, with a service that logs far more than anyone wants to read."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.simulated import BACKEND, START, Finished
from validator.checks import kinds
from validator.emulator.api.log_filter import Predicate, parse
from validator.emulator.scenario.loading import load as load_scenario
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World
from validator.engine.run import Engine
from validator.engine.virtual import drive
from validator.evidence.log_calls import NEWEST_FIRST
from validator.language.load import load
from validator.words.call import PAGE, Answer, Call, Json, ListEntries, Result
from validator.words.instant import nanoseconds, rfc3339

CREATED = START - 240
_DELAY = 2.0
"""Seconds until a line can be read."""
Order = tuple[int, str]


@dataclass
class Busy:
    """A world in which one revision prints a line `a_minute` times a minute, besides what the scenario tells."""

    simulation: Simulation
    a_minute: float
    payload: Json = field(default_factory=lambda: {"textPayload": "order placed"})
    revision: str = BACKEND
    created: float = CREATED
    """When the first of them is printed, and"""
    until: float = float("inf")
    """the last."""
    calls: list[tuple[float, ListEntries]] = field(default_factory=list)
    """When and how the logs were read."""

    def __call__(self, call: Call, sent: float) -> tuple[float, Result]:
        """Make a call that is sent at a time."""
        if not isinstance(call, ListEntries):
            return self.simulation(call, sent)
        self.calls.append((sent, call))
        latency, told = self.simulation(replace(call, page_token="", order_by="timestamp asc"), sent)
        assert isinstance(told, Answer)
        assert "nextPageToken" not in told.content
        return latency, Answer(self._page(call, told.content.get("entries", ()), sent))

    def _page(self, call: ListEntries, others: Any, sent: float) -> Json:
        if call.order_by == NEWEST_FIRST:
            return self._newest(call, others, sent)
        after: Order = tuple(json.loads(base64.b64decode(call.page_token))) if call.page_token else (0, "")
        lines = self._lines(parse(call.filter), after, sent)
        told = [entry for entry in others if _order(entry) > after]
        page = sorted([*lines, *told], key=_order)
        found: dict[str, Any] = {"entries": page[:PAGE]}
        if len(page) > PAGE:
            found["nextPageToken"] = base64.b64encode(json.dumps(_order(page[PAGE - 1])).encode()).decode()
        return found

    def _newest(self, call: ListEntries, others: Any, sent: float) -> Json:
        """The log's last page, backwards."""
        end = self._last(sent)
        lets = parse(call.filter)
        if not lets(self._line(end)) and lets(self._line(PAGE)):
            end = self._end(lets, end)
        lines = [line for number in range(max(0, end - PAGE), end + 1) if lets(line := self._line(number))]
        return {"entries": sorted([*lines, *others], key=_order)[: -PAGE - 1 : -1], "nextPageToken": "more"}

    def _last(self, sent: float) -> int:
        """The number of the last line that can be read."""
        until = min(sent - _DELAY, self.until)
        return int((until - self.created) / 60 * self.a_minute)

    def _lines(self, lets: Predicate, after: Order, sent: float) -> list[Json]:
        """The next lines that a filter lets through, one more than a page: of all, from a time on, or up to one."""
        last = self._last(sent)
        if not lets(self._line(last)):
            if not lets(self._line(PAGE)):
                return [line for number in range(10) if lets(line := self._line(number)) and _order(line) > after]
            last = self._end(lets, last)
        low, high = 0, last
        while low < high:
            middle = (low + high) // 2
            line = self._line(middle)
            low, high = (low, middle) if lets(line) and _order(line) > after else (middle + 1, high)
        return [line for number in range(low, min(last, low + PAGE + 1)) if _order(line := self._line(number)) > after]

    def _end(self, lets: Predicate, last: int) -> int:
        """The last line of a span that begins with the first line."""
        low, high = PAGE, last
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if lets(self._line(middle)) else (low, middle - 1)
        return low

    def _line(self, number: int) -> Json:
        at = self.created + number * 60 / self.a_minute
        labels = {
            "project_id": "netra-staging",
            "location": "us-central1",
            "service_name": "netra-backend-staging",
            "revision_name": self.revision,
        }
        return {
            "logName": "projects/netra-staging/logs/run.googleapis.com%2Fstdout",
            "resource": {"type": "cloud_run_revision", "labels": labels},
            "labels": {"instanceId": "0"},
            "timestamp": rfc3339(at),
            "receiveTimestamp": rfc3339(at + 0.3),
            "insertId": f"line{number:09d}",
            **self.payload,
        }


def _order(entry: Json) -> Order:
    return nanoseconds(entry["timestamp"]), entry["insertId"]


def busy(checks: str, scenario: Path, a_minute: float, **more: Any) -> tuple[Finished, Busy]:
    """Judge a scenario by a spec's text, with a service that logs this much."""
    spec = load(checks, "checks.yaml", kinds(), {"PROJECT_ID": "netra-staging"})
    world = Busy(Simulation(World.of(load_scenario(scenario, START))), a_minute, **more)
    engine = Engine(spec, kinds(), "0123456789abcdef")
    ended = drive(engine, world, START + 0.5)
    return Finished(engine, world.simulation.world, ended - START), world
