"""How a revision is configured, as far as reports show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from validator.model.build import Build
from validator.model.platform import Revision


@dataclass(frozen=True)
class Configuration:
    """Of the service's own container; what the platform leaves out is empty or None."""

    cpu: str = ""
    memory: str = ""
    min_instances: int | None = None
    max_instances: int | None = None
    concurrency: int | None = None
    """Requests that one instance takes at a time."""
    service_account: str = ""

    @classmethod
    def read(cls, revision: Revision, build: Build | None) -> Self:
        """From a run.v2 Revision; without a number the least is 0 instances, the other limits are the platform's own."""
        limits, scaling = revision.made_by(build).limits, revision.raw.get("scaling") or {}
        return cls(
            limits.get("cpu", ""),
            limits.get("memory", ""),
            int(scaling.get("minInstanceCount") or 0),
            _limit(scaling.get("maxInstanceCount")),
            _limit(revision.raw.get("maxInstanceRequestConcurrency")),
            revision.raw.get("serviceAccount", ""),
        )


def _limit(value: object) -> int | None:
    """A limit, where one was set."""
    return int(str(value)) if value else None
