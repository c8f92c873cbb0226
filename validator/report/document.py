"""The summary's shape: the one JSON document that every other report is written from.

Every key is always there: an unknown time or place is null, an unknown text is empty. `summary.schema.json` publishes it.
"""

from __future__ import annotations

from typing import Literal, TypedDict

VERSION = 1
"""Raised when a key goes or changes its meaning; new keys leave it as it is."""

Word = Literal["passed", "failed", "inconclusive", "skipped"]


class Tool(TypedDict):
    """What wrote the summary."""

    name: str
    version: str


class SpecFile(TypedDict):
    """The spec that was judged."""

    file: str
    digest: str
    timeout: float


class Headline(TypedDict):
    """The sentence that leads all reports."""

    text: str
    remedy: str
    check: str
    """The check it is about; empty if about none."""


class Counts(TypedDict):
    """Checks by verdict."""

    total: int
    passed: int
    failed: int
    inconclusive: int
    skipped: int
    excused: int
    """Of the failed ones, those that a known issue excuses."""
    not_blocking: int
    """Of the failed ones, the others that do not count for the run."""


class Change(TypedDict):
    """One setting that differs from what it was."""

    path: str
    before: str
    after: str
    allowed: bool


class Piece(TypedDict):
    """One excerpt of evidence."""

    text: str
    at: str | None
    source: str
    matched: str
    """The part of the text that a pattern of the check matches."""
    change: Change | None


class Place(TypedDict):
    """Where something stands in the spec; line and column count from 1."""

    file: str
    line: int
    column: int


class Known(TypedDict):
    """A known issue."""

    reason: str
    link: str
    expires: str


class CheckSummary(TypedDict):
    """A check and all that its verdict rests on."""

    name: str
    kind: str
    group: str
    target: str
    description: str
    verdict: Word
    blocking: bool
    """As the spec says."""
    blocks: bool
    """Whether its verdict counts for the run's: a known issue and the cause of a skip matter too."""
    implicit: bool
    """Whether it is its target's own first check, "resolved and ready"."""
    chain: bool
    """Whether it judges its target's whole chain of custody."""
    excused: bool
    known_issue: Known | None
    reason: str
    expected: str
    actual: str
    remedy: str
    evidence: list[Piece]
    logs_url: str
    """The Logs Explorer on the target's revision and window; empty where it would not help."""
    position: Place
    needs: list[str]
    skipped_for: str
    started: str | None
    decided: str
    duration: float | None
    """Seconds from start to decision."""
    attempts: int
    observations: list[int]
    """The journal's sequence numbers that the verdict rests on."""


class GroupSummary(TypedDict):
    """A chapter: a group of the spec, or (with an empty name, first) the checks of none."""

    name: str
    title: str
    description: str
    link: str
    verdict: Word
    """The worst of its checks that count; `skipped` if none was judged."""
    counts: Counts


class LinkSummary(TypedDict):
    """One link of the chain of custody."""

    name: str
    proof: Literal["proven", "unproven", "broken"]
    reason: str
    remedy: str
    evidence: list[Piece]


class Share(TypedDict):
    """Percent of the traffic of one revision."""

    revision: str
    percent: int


class Mark(TypedDict):
    """A watermark."""

    stream: str
    up_to: str | None
    how: Literal["echoed", "inferred", "assumed"]


class Logs(TypedDict):
    """What was read of one target's logs."""

    entries: int
    reads: int
    echo_delay: float | None
    """The worst delay from a probe's end to its entry being readable, seconds."""
    watermarks: list[Mark]
    volume: float | None
    """Entries a minute, if that was too much to read all of it: then what the checks are about was read."""


class ProbeSummary(TypedDict):
    """A marked request, and who answered it."""

    at: str
    took: float
    asked: str
    answer: str
    """The status, or the code of why there is none."""
    who: Literal["target", "other", "pending", "untold", "front end", "nobody"]
    revision: str


class OriginSummary(TypedDict):
    """Where the deploy came from; empty where that is not known."""

    by: str
    """Whoever changed the service last."""
    commit: str
    commit_link: str
    trigger: str
    """What started the pipeline: `push by octocat, workflow deploy`."""
    trigger_link: str
    previous: str
    """The revision before this one, if it was ever ready."""
    rollback: str
    """The command that gives all traffic back to it, while this one has any."""


class Configuration(TypedDict):
    """How the revision is configured; what the platform leaves out is empty or null."""

    cpu: str
    memory: str
    min_instances: int | None
    max_instances: int | None
    concurrency: int | None
    service_account: str


class TargetSummary(TypedDict):
    """What became known of one target."""

    name: str
    project: str
    region: str
    service: str
    revision: str
    url: str
    tag_url: str
    image: str
    created: str | None
    identified_by: str
    origin: OriginSummary
    configuration: Configuration
    build: str
    build_log: str
    serving: list[Share]
    chain: list[LinkSummary]
    logs: Logs
    probes: int
    probed: list[ProbeSummary]
    """The probes, by time; of many, so many in even steps."""


class Output(TypedDict):
    """What the steps after the gate are told."""

    name: str
    value: str


class Summary(TypedDict):
    """Everything a run found."""

    version: Literal[1]
    tool: Tool
    run_id: str
    title: str
    verdict: Word
    exit_code: int
    headline: Headline
    started: str
    ended: str
    duration: float
    ending: Literal["complete", "timeout", "superseded", "interrupted"]
    emulated: bool
    warn_only: bool
    """Whether the exit code was to be 0 whatever the verdict (`run --warn-only`)."""
    spec: SpecFile
    counts: Counts
    targets: list[TargetSummary]
    groups: list[GroupSummary]
    checks: list[CheckSummary]
    outputs: list[Output]
    """The spec's own."""
    not_selected: list[str]
    warnings: list[str]
