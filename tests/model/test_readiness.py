"""A start-up time is the container's, as the platform tells it; an image's import is none."""

from __future__ import annotations

from typing import Any

import pytest

from validator.engine.evidence import Folded
from validator.model.check import Target
from validator.model.platform import Revision
from validator.model.readiness import startup

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
