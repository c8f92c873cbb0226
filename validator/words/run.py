"""A run as reports see it: every verdict with its circumstances."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from validator.words.check import Check, Spec, Target
from validator.words.deployment import Configuration, Origin
from validator.words.ending import Ending
from validator.words.link import Link
from validator.words.verdict import Outcome, Verdict
from validator.words.watermark import Watermark


@dataclass(frozen=True)
class Judged:
    """A check and its verdict."""

    check: Check[Any]
    verdict: Verdict
    started: float | None
    """When it started, Unix seconds; None if it never did."""
    decided: float
    """When its verdict became final."""
    excused: bool = False
    """Whether a known issue excuses its failure."""
    skipped_for: str = ""
    """The name of the check that caused a skip."""
    blocks: bool = True
    """Whether its verdict counts for the run's."""
    implicit: bool = False
    """Whether it is the target's own first check, "resolved and ready"."""
    chain: bool = False
    """Whether it judges its target's whole chain of custody."""
    reads_logs: bool = False
    """Whether it judges log entries."""


@dataclass(frozen=True)
class LogStatistics:
    """What was read of one target's logs."""

    entries: int
    watermarks: tuple[Watermark, ...]
    reads: int
    """ListLogEntries calls to the target's project (shared by its targets)."""
    echo_delay: float | None
    """The worst delay from a probe's end to its entry being readable, seconds; None if none came back."""
    volume: float | None = None
    """Entries a minute, if that was more than the budget of reads carries: then only what the checks are about was read."""


@dataclass(frozen=True)
class Probed:
    """A marked request, and who answered it."""

    sent: float
    """Unix seconds."""
    took: float
    """Seconds to its answer."""
    asked: str
    answer: str
    """The status, or the code of why there is none: `200`, `TIMEOUT`."""
    who: str
    """`target`, `other`, `pending`, `untold`, `front end`, or `nobody` if there was no answer."""
    revision: str
    """What the request log names; empty if it names none."""


@dataclass(frozen=True)
class TargetReport:
    """What became known of one target."""

    target: Target
    revision: str
    """Short name; empty if it was not resolved."""
    url: str
    created: float | None
    image: str
    serving: Mapping[str, int]
    """Percent of the traffic by revision."""
    build: str
    build_log: str
    chain: tuple[Link, ...]
    logs: LogStatistics
    probes: int
    """Marked requests that were sent."""
    tag_url: str = ""
    """Where a tag reaches it: one that was named by tag, or has no traffic."""
    identified_by: str = ""
    """What told that the revision is of this deploy; empty if nothing did."""
    origin: Origin = field(default_factory=Origin)
    configuration: Configuration = field(default_factory=Configuration)
    probed: tuple[Probed, ...] = ()
    """The marked requests, by time."""

    @property
    def rollback(self) -> str:
        """The command that gives all traffic back to the previous revision; empty unless this one has any."""
        if not (self.origin.previous and self.serving.get(self.revision)):
            return ""
        to = shlex.quote(f"--to-revisions={self.origin.previous}=100")
        return f"gcloud run services update-traffic {self.target.service} {to} {self.target.flags}"


@dataclass(frozen=True)
class Run:
    """Everything that is known at the end (or now)."""

    spec: Spec
    run_id: str
    outcome: Outcome
    started: float
    ended: float
    ending: Ending
    judged: tuple[Judged, ...]
    """In the order of the spec; the targets' implicit checks first."""
    targets: tuple[TargetReport, ...]
    not_selected: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    emulated: bool = False
    """Whether times are those of an emulator's world."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Values that no report may show, besides those of the spec's variables."""

    outputs: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the spec wants the steps after the gate to be told, by name."""

    @property
    def exit_code(self) -> int:
        """0 passed, 1 failed, 3 inconclusive (130 and 143 are the signal handler's)."""
        return {Outcome.PASSED: 0, Outcome.FAILED: 1}.get(self.outcome, 3)
