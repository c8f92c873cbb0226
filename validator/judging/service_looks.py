"""Attempts of a check that judges readings of its target's service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.service import ServiceOf
from validator.judging.attempts import Timing, looks
from validator.words.call import Json
from validator.words.check import Check
from validator.words.finding import Attempt


def service_looks(
    check: Check[Any], evidence: Evidence, when: Timing, judge: Callable[[Observation, Json], Attempt]
) -> Iterator[Attempt]:
    """An attempt for each reading of the service, when it was asked for; the one that the start came upon counts as made then."""
    standing = _standing(check, evidence, when.start)
    for attempt in looks(check, ServiceOf(check.target.name), evidence, judge):
        yield replace(attempt, at=when.start) if attempt.rests_on == standing else attempt


def _standing(check: Check[Any], evidence: Evidence, start: float) -> tuple[int, ...]:
    """The reading that a check's start came upon, if the service had settled: it tells how things are until the next one.

    What a check needs may have changed the service, so there it counts for nothing.
    """
    before = [reading for reading in evidence.of(ServiceOf(check.target.name)).history if reading[0].sent <= start]
    return (before[-1][0].seq,) if before and before[-1][1].settled and not check.needs else ()
