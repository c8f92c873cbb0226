"""Faults by script: which calls they strike, and what they do to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from validator.emulator.world.chance import fraction
from validator.emulator.world.moments import length, moment
from validator.words.call import Answer, Json, Problem, Result

APIS: Mapping[str, tuple[str, ...]] = {
    "run": (
        *("GetService", "ListServices", "CreateService", "UpdateService", "GetRevision", "ListRevisions"),
        "GetOperation",
    ),
    "build": ("GetBuild", "ListBuilds"),
    "registry": ("GetManifest",),
    "logging": ("ListLogEntries", "TailLogEntries"),
    "http": ("HTTP",),
}
"""API -> the methods of it that can be struck; requests to the deployed services are `HTTP`."""
METHODS = tuple(method for methods in APIS.values() for method in methods)
CODES = (
    *("CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE"),
    *("UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)


@dataclass(frozen=True)
class Outcome:
    """What came of a call, and how it comes."""

    result: Result
    delay: float = 0.0
    """World seconds that a fault holds it back; infinite: it never comes."""
    cut: bool = False
    """Whether the answer breaks off: a body in its middle, a stream after its first message."""


@dataclass(frozen=True)
class Fault:
    """What befalls the calls of some methods for a while."""

    methods: tuple[str, ...]
    service: str
    """Short name of the only service whose HTTP it strikes; empty: all."""
    start: float
    until: float
    first: int | None
    """How many calls it strikes; None: all of that while."""
    probability: float
    code: str
    """The status to answer; empty if it is not this that happens."""
    message: str
    status: int
    """The HTTP status to answer; 0 if it is not this that happens."""
    delay: float
    """Seconds to hold the answer back; infinite: it never comes."""
    cut: bool
    page: int | None
    """The most items in a page of a list; 0: an empty page that says go on. None: as asked."""

    @classmethod
    def read(cls, data: Json, epoch: float) -> Fault:
        """From one of the scenario's `faults`.

        Raises:
            ValueError: it does nothing, or what it does cannot befall the methods.
        """
        methods = _methods(data)
        start = moment(data["from"], epoch) if "from" in data else -inf
        until = moment(data["until"], epoch) if "until" in data else inf
        code, status = str(data.get("code", "")), int(data.get("status", 0))
        delay = inf if data.get("stall") else length(data["latency"]) if "latency" in data else 0.0
        page = data.get("page")
        if not (code or status or delay or data.get("cut") or page is not None):
            raise ValueError("what happens? one of code, status, latency, stall, cut, page")
        http = methods == APIS["http"]
        if code and http:
            raise ValueError("a service's HTTP has a status, not a code")
        if (status or "service" in data) and not http:
            raise ValueError("status and service are for HTTP")
        if page is not None and not all(method.startswith("List") for method in methods):
            raise ValueError("a page is for the methods that list")
        if data.get("cut") and not set(methods) <= {"HTTP", "TailLogEntries"}:
            raise ValueError("only HTTP and TailLogEntries can be cut; connections can be reset for all")
        first = data.get("first")
        return cls(
            methods,
            str(data.get("service", "")),
            start,
            until,
            None if first is None else int(first),
            float(data.get("probability", 1)),
            code,
            str(data.get("message", f"{code} by the scenario")),
            status,
            delay,
            bool(data.get("cut")),
            None if page is None else int(page),
        )

    def strikes(self, method: str, service: str, at: float, hits: int, draw: float) -> bool:
        """Whether it strikes a call; `draw` is a number from 0 up to but not including 1."""
        spent = self.first is not None and hits >= self.first
        there = method in self.methods and (not self.service or self.service == service)
        return there and self.start <= at < self.until and not spent and draw < self.probability

    def problem(self) -> Problem | None:
        """The answer that it gives in the API's place, if it does."""
        return Problem(self.code, self.message) if self.code else None


def _methods(data: Json) -> tuple[str, ...]:
    if ("api" in data) == ("method" in data):
        raise ValueError("either an api or a method")
    return APIS[data["api"]] if "api" in data else (data["method"],)


def striking(
    faults: tuple[Fault, ...], hits: Mapping[int, int], method: str, service: str, at: float, *, seed: int, number: int
) -> int | None:
    """The first fault that strikes the `number`-th call of a method, by its place in the scenario."""
    for place, fault in enumerate(faults):
        draw = fraction(seed, "fault", place, method, number) if fault.probability < 1 else 0.0
        if fault.strikes(method, service, at, hits.get(place, 0), draw):
            return place
    return None


def outcome(fault: Fault | None, result: Result) -> Outcome:
    """What comes of a call whose result would be this."""
    if fault is None:
        return Outcome(result)
    if fault.status and isinstance(result, Answer):
        text = f"{fault.status} by the scenario"
        result = Answer({**result.content, "status": fault.status, "text": text})
    return Outcome(result, fault.delay, fault.cut)
