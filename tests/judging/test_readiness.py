"""A start-up time is the container's, as the platform tells it; an image's import is none."""

from __future__ import annotations

from typing import Any

import pytest

from validator.evidence.fold import Folded
from validator.evidence.journal import Observation, Started
from validator.evidence.logs import LogsOf
from validator.evidence.readiness import settled, started_by, startup
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.resources.revision import Revision
from validator.words.call import Answer, Call, GetRevision, GetService, ListEntries
from validator.words.check import Target

TARGET = Target("main", "p", "l", "s")


def condition(kind: str, second: int, message: str = "", state: str = "SUCCEEDED") -> dict[str, Any]:
    at = f"2026-11-25T06:00:{second:02d}Z"
    return {"type": kind, "state": f"CONDITION_{state}", "lastTransitionTime": at, "message": message}


READY = condition("Ready", 1)
IMPORTED = condition("ContainerReady", 1, "Container image import completed in 1.4s.")


@pytest.mark.parametrize(
    ("conditions", "took"),
    [
        ([READY], None),
        ([READY, IMPORTED], None),
        ([READY, IMPORTED, condition("ContainerHealthy", 30, state="RECONCILING")], None),
        ([READY, IMPORTED, condition("ContainerHealthy", 30, "Containers became healthy in 2.42s.")], 2.42),
        ([READY, condition("ContainerHealthy", 59, "Containers became healthy in 1m12.5s.")], 72.5),
        ([READY, condition("ResourcesAvailable", 20), condition("ContainerHealthy", 30)], 10),
        ([READY, condition("ResourcesAvailable", 30), condition("ContainerHealthy", 30)], 30),
        ([READY, condition("ContainerHealthy", 30)], 30),
    ],
)
@pytest.mark.parametrize("unchecked", [False, True])
def test_how_long_the_containers_took(conditions: list[dict[str, Any]], took: float | None, unchecked: bool) -> None:
    annotations = {"run.googleapis.com/health-check-disabled": "true"} if unchecked else {}
    revision = Revision.read(
        {"name": "s-1", "createTime": "2026-11-25T06:00:00Z", "conditions": conditions, "annotations": annotations}
    )
    evidence = Folded({"main": TARGET}, 60.0, {})
    assert startup(TARGET, revision, evidence) == (None if unchecked else took)


def service(*, done: bool) -> dict[str, Any]:
    terminal = condition("Ready", 9, state="SUCCEEDED" if done else "RECONCILING")
    return {"name": TARGET.path, "latestCreatedRevision": f"{TARGET.path}/revisions/s-1", "terminalCondition": terminal}


def test_what_a_reading_lacks_is_missing_only_if_the_service_had_settled_before_it() -> None:
    """The service is read first: an older reading of the revision says nothing of what came with its settling."""
    imported = {"name": f"{TARGET.path}/revisions/s-1", "createTime": "2026-11-25T06:00:00Z", "conditions": [READY]}
    line = {
        "logName": "projects/p/logs/run.googleapis.com%2Fstdout",
        "timestamp": "2026-11-25T06:00:02Z",
        "insertId": "1",
        "textPayload": "listening",
        "resource": {"labels": {"location": "l", "service_name": "s", "revision_name": "s-1"}},
    }
    evidence = Folded({"main": TARGET}, 60.0, {}).fold([Started(0.0, "0123456789abcdef")])

    def see(seq: int, asked: Query[Any], call: Call, content: dict[str, Any]) -> None:
        evidence.take(Observation(seq, seq, asked, call, seq, seq, Answer(content)))

    see(1, ServiceOf("main"), GetService(TARGET.path), service(done=False))
    see(2, RevisionOf("main"), GetRevision(f"{TARGET.path}/revisions/s-1"), imported)
    see(3, LogsOf("p"), ListEntries(("projects/p",), ""), {"entries": [line]})
    see(4, ServiceOf("main"), GetService(TARGET.path), service(done=True))
    first = evidence.of(RevisionOf("main")).newest
    assert first is not None
    assert started_by(TARGET, first, evidence) is None
    assert not settled(TARGET, first, evidence)
    see(5, RevisionOf("main"), GetRevision(f"{TARGET.path}/revisions/s-1"), dict(imported))
    again = evidence.of(RevisionOf("main")).newest
    assert again is not None
    assert settled(TARGET, again, evidence)
    assert not settled(TARGET, first, evidence)
