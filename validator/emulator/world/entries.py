"""Log entries: how a scenario's lines and exports become stored entries with the moment they can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from validator.emulator.world.chance import digits
from validator.emulator.world.deployment import Deployment
from validator.emulator.world.moments import length, moment
from validator.emulator.world.overlay import overlaid
from validator.emulator.world.structured import is_entry, structured
from validator.logs.entry import REQUESTS, STDERR, STDOUT, SYSTEM
from validator.words.call import Json
from validator.words.instant import nanoseconds

LOGS = {"stdout": STDOUT, "stderr": STDERR, "requests": REQUESTS, "system": SYSTEM}
"""A stream's name in scenarios -> the log's id."""
_LOGS_OF = {
    **{stream: (log,) for stream, log in LOGS.items()},
    "audit": ("cloudaudit.googleapis.com/activity", "cloudaudit.googleapis.com/system_event"),
}
DEFAULT_DELAY = 2.0
"""Seconds until an entry can be read, unless the scenario says."""


@dataclass(frozen=True)
class Streams:
    """How long entries of each log take to become readable, in seconds."""

    delays: Mapping[str, float]
    """Log id -> seconds."""

    @classmethod
    def read(cls, data: Json) -> Streams:
        """From the scenario's `logs.delay`."""
        delays = {log: length(text) for stream, text in data.items() for log in _LOGS_OF[stream]}
        return cls(delays)

    def delay(self, log: str) -> float:
        """Seconds for a log, by its id."""
        return self.delays.get(log, DEFAULT_DELAY)


@dataclass(frozen=True, eq=False)
class Stored:
    """An entry in Cloud Logging's store."""

    order: tuple[int, str]
    """Nanoseconds and insert id: the order of entries.list."""
    readable: float
    """Unix seconds from which entries.list finds it."""
    project: str
    raw: Json = field(repr=False)


def stamp(nanos: int) -> str:
    """Nanoseconds since the epoch as RFC 3339, with 0, 3, 6 or 9 digits, as proto JSON has it."""
    whole, rest = divmod(nanos, 1_000_000_000)
    places = 0 if not rest else 3 if not rest % 1_000_000 else 6 if not rest % 1000 else 9
    fraction = f".{rest:09d}"[: places + 1] if places else ""
    return datetime.fromtimestamp(whole, UTC).isoformat().removesuffix("+00:00") + fraction + "Z"


def nanos(at: float) -> int:
    """Unix seconds as nanoseconds, exact to the microsecond (a float carries no more)."""
    return round(at * 1e6) * 1000


def log_name(project: str, log: str) -> str:
    """The logName of a log id."""
    return f"projects/{project}/logs/{log.replace('/', '%2F')}"


def instance(seed: int, revision: str) -> str:
    """The id of the one instance that a revision has here."""
    return digits(seed, "instance", revision, size=64)


def resource(revision: str) -> Json:
    """The monitored resource of a revision, by its full name."""
    _, project, _, location, _, service, _, name = revision.split("/")
    labels = {
        "configuration_name": service,
        "location": location,
        "project_id": project,
        "revision_name": name,
        "service_name": service,
    }
    return {"type": "cloud_run_revision", "labels": labels}


def store(entry: Json, readable: float) -> Stored:
    """Put a whole entry in the store; it is received when it becomes readable, unless it says otherwise."""
    received = {"receiveTimestamp": stamp(nanos(readable))}
    project = entry["logName"].split("/")[1]
    return Stored((nanoseconds(entry["timestamp"]), entry["insertId"]), readable, project, {**received, **entry})


def exported(number: int, entry: Json, streams: Streams) -> Stored:
    """An entry of the scenario's `logs.entries`, as the API or an export printed it.

    Raises:
        ValueError: it has no logName or no timestamp.
    """
    for key in ("logName", "timestamp"):
        if not isinstance(entry.get(key), str):
            raise ValueError(f"an entry needs {key}")  # noqa: TRY004  it is missing
    whole = {"insertId": f"exported{number:08d}", **entry}
    return store(whole, _readable(whole, streams))


def group(name: str, data: Json, *, deployment: Deployment, streams: Streams, seed: int, epoch: float) -> list[Stored]:
    """The entries of one of the scenario's `logs.groups`.

    Raises:
        ValueError: an unknown revision or stream, a line that is none.
        KeyError: a key is missing.
    """
    revision = deployment.revision(data["revision"])
    if data["stream"] not in LOGS:
        raise ValueError(f"no stream {data['stream']!r}; there are {', '.join(LOGS)}")
    common = {
        "resource": resource(revision),
        "logName": log_name(revision.split("/")[1], LOGS[data["stream"]]),
        "labels": {"instanceId": instance(seed, data["revision"]), **(data.get("labels") or {})},
        **({"severity": data["severity"]} if "severity" in data else {}),
    }
    start = nanos(moment(data.get("at", "@0s"), epoch))
    found = []
    for number, line in enumerate(data["lines"]):
        own = {
            "timestamp": stamp(start),
            "insertId": digits(seed, name, size=12) + f"{number:06d}",
            **_line(line, start, data["stream"]),
        }
        entry = overlaid(common, own)
        found.append(store(entry, _readable(entry, streams)))
    return found


def _line(line: Any, start: int, stream: str) -> Json:
    if isinstance(line, Mapping):
        return line
    if not isinstance(line, list) or len(line) not in (2, 3) or isinstance(line[1], list):
        raise ValueError(f"a line is [time, text], [time, text, severity] or a LogEntry, not {line!r}")
    what = line[1]
    if isinstance(what, Mapping):
        own = structured(what) if stream in ("stdout", "stderr") and not is_entry(what) else what
    else:
        own = {"textPayload": str(what)}
    entry = {"timestamp": stamp(start + round(length(line[0]) * 1e9)), **own}
    return {**entry, "severity": line[2]} if len(line) == 3 else entry


def _readable(entry: Json, streams: Streams) -> float:
    if "receiveTimestamp" in entry:
        return nanoseconds(entry["receiveTimestamp"]) / 1e9
    log = entry["logName"].split("/logs/", 1)[-1].replace("%2F", "/")
    duration = float(entry.get("httpRequest", {}).get("latency", "0s").rstrip("s") or 0)
    return nanoseconds(entry["timestamp"]) / 1e9 + duration + streams.delay(log)
