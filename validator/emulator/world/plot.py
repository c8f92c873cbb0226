"""A scenario with its times fixed: the deployment at the start, and what befalls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from validator.emulator.world.connections import Disturbance
from validator.emulator.world.deployment import Deployment
from validator.emulator.world.entries import Stored, Streams
from validator.emulator.world.faults import Fault
from validator.emulator.world.images import Images
from validator.emulator.world.mishaps import Mishap
from validator.emulator.world.rollout import Timing
from validator.words.call import Json


@dataclass(frozen=True)
class Change:
    """What is laid over the deployment at a time."""

    at: float
    sections: Json


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
class Account:
    """The account that the metadata server gives tokens of."""

    email: str
    identity: bool
    """Whether ID tokens can be had."""


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
    order: str
    """How answers of the Logging API are ordered: `as asked`, `newest first`, `shuffled`."""
    mishaps: tuple[Mishap, ...]
    timing: Timing
    detours: tuple[Detour, ...]
    invokers: Mapping[str, tuple[str, ...]]
    """Service -> who may invoke it."""
    cold_starts: Mapping[str, float]
    """Service or revision -> seconds."""
    account: Account | None
    """None: there is no metadata server."""
    token_makers: Mapping[str, tuple[str, ...]]
    """Service account -> who may make its ID tokens: accounts, and federated identities by their `sub`."""
    changes: tuple[Change, ...]
    """By time."""
    faults: tuple[Fault, ...]
    disturbances: tuple[Disturbance, ...]
    images: Images = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What of the files is not known here and was left out, as `file:line:column: note: ...`."""
    again: Callable[[float], Scenario] | None = field(default=None, repr=False, compare=False)
    """The same with another start."""

    def starting(self, epoch: float) -> Scenario:
        """The same scenario with another start, Unix seconds."""
        assert self.again, "only what was loaded can start again"
        return self.again(epoch)
