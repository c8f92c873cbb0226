"""Defects that the benchmark must find: patches of the engine's own functions, applied while a `with` lasts.

The product has no switch for any of them. Each one is what a gate without that rule would do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from validator.engine import resolution, run, verdicts
from validator.evidence import identity, readiness
from validator.evidence.fold import Folded
from validator.evidence.identity import Identity, Who
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.log_fold import LogEvidence
from validator.evidence.logs import LogsOf
from validator.evidence.revision import RevisionOf
from validator.evidence.service import Resolution, ServiceOf, ServiceSeen
from validator.evidence.sort import Query
from validator.judging import custody, probed
from validator.logs.entry import Entry, Sort
from validator.logs.severity import Severity
from validator.resources.service import Service
from validator.words.call import Answer, Call, ListEntries, Problem
from validator.words.check import Check, Target
from validator.words.instant import rfc3339
from validator.words.pace import MARGIN
from validator.words.verdict import Excerpt
from validator.words.watermark import Known, Watermark

Patch = tuple[Any, str, Any]
"""(owner, name, what stands there instead)"""


def _no_margin() -> list[Patch]:
    """One stream's echo is taken for all streams at once."""
    return [
        (LogEvidence, "margin", property(lambda _self: 0.0)),
        (LogEvidence, "margin_of", lambda _self, _stream: 0.0),
    ]


def _no_identity() -> list[Patch]:
    """Whoever answers is taken for the target."""

    def anybody(_observation: Observation, target: Target, evidence: Evidence) -> Identity:
        return Identity(Who.TARGET, evidence.of(ServiceOf(target.name)).frozen)

    return [(probed, "identify", anybody), (custody, "identify", anybody)]


def _echo_ignored() -> list[Patch]:
    """What was read is taken for all there is, but for the least margin."""

    def at_least(self: LogEvidence, _service: str, streams: Sequence[str], _demanded: Known) -> Watermark | None:
        if self.read_at is None:
            return None
        return Watermark(streams[0], self.read_at + self.offset - MARGIN, Known.INFERRED)

    return [(LogEvidence, "at_least", at_least)]


def _no_overlap() -> list[Patch]:
    """A read begins where the one before it ended."""
    original = LogsOf.stage

    def stage(asked: LogsOf, evidence: Folded) -> Call | None:
        call = original(asked, evidence)
        known = evidence.of(asked)
        if not isinstance(call, ListEntries) or known.read_at is None or "receiveTimestamp" not in call.filter:
            return call
        kept = call.filter.rsplit("\n", 1)[0]
        return replace(call, filter=f'{kept}\ntimestamp>="{rfc3339(known.read_at + known.offset)}"')

    return [(LogsOf, "stage", stage)]


def _latest_re_resolved() -> list[Patch]:
    """The target is whatever is newest when one looks."""
    original, queries, settled = ServiceSeen.read, verdicts.Verdicts.queries, run.Engine._settled  # noqa: SLF001

    def read(self: ServiceSeen, seen: Observation, found: Service, target: Target, *, alone: bool) -> None:
        before = self.resolution
        if before and found.latest_created and found.latest_created != before.revision:
            self.resolution = Resolution(found.latest_created, found.latest_created)
        original(self, seen, found, target, alone=alone)

    def asked(self: verdicts.Verdicts, check: Check[Any]) -> frozenset[Query[Any]]:
        return queries(self, check) | {RevisionOf(check.target.name)}

    def known(self: run.Engine, wanted: Query[Any]) -> bool:
        if isinstance(wanted, RevisionOf):
            revision = self.verdicts.evidence.of(RevisionOf(wanted.target)).newest
            if revision is not None and revision.name != self.verdicts.evidence.of(ServiceOf(wanted.target)).frozen:
                return False
        return settled(self, wanted)

    return [(ServiceSeen, "read", read), (verdicts.Verdicts, "queries", asked), (run.Engine, "_settled", known)]


def _denied_as_empty() -> list[Patch]:
    """A refusal to read the logs is taken for logs without entries."""
    original = Folded._observe  # noqa: SLF001

    def observe(self: Folded, seen: Observation) -> None:
        denied = isinstance(seen.result, Problem) and seen.result.code == "PERMISSION_DENIED"
        if denied and isinstance(seen.query, LogsOf):
            seen = replace(seen, result=Answer({}))
        original(self, seen)

    return [(Folded, "_observe", observe)]


def _page_is_answer() -> list[Patch]:
    """What Google's front end says is taken for the service's answer."""
    return [(identity, "refused_by_front_end", lambda *_: None)]


def _audit_is_log() -> list[Patch]:
    """What the platform says of a resource is taken for what the application logs."""
    original = Entry.sort

    def sort(self: Entry) -> Sort:
        told = original.__get__(self)
        return Sort.APPLICATION if told is Sort.AUDIT else told

    return [(Entry, "sort", property(sort))]


def _import_is_start() -> list[Patch]:
    """A revision whose image is there is taken for one whose container was started."""
    return [(readiness, "started_by", lambda *_: Excerpt("Ready", None, "Cloud Run"))]


def _level_by_platform() -> list[Patch]:
    """An error is one only if the platform knows it."""

    def told(self: Entry) -> Severity:
        return Severity(self.raw.get("severity", "DEFAULT"), "platform")

    return [(Entry, "told", property(told))]


def _any_deploy() -> list[Patch]:
    """The newest revision is taken for this deploy's, whatever it names."""
    return [(resolution, "_foreign", lambda *_: None)]


PLANTS: Mapping[str, Callable[[], list[Patch]]] = {
    "no-margin": _no_margin,
    "no-identity": _no_identity,
    "echo-ignored": _echo_ignored,
    "no-overlap": _no_overlap,
    "latest-re-resolved": _latest_re_resolved,
    "denied-as-empty": _denied_as_empty,
    "page-is-answer": _page_is_answer,
    "audit-is-log": _audit_is_log,
    "import-is-start": _import_is_start,
    "level-by-platform": _level_by_platform,
    "any-deploy": _any_deploy,
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plant a defect in this process; none for an empty name."""
    patches = [patch.object(*each) for each in PLANTS[name]()] if name else []
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in reversed(patches):
            each.stop()
