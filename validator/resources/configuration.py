"""How a revision is configured, as far as reports show it."""

from __future__ import annotations

from validator.resources.build import Build
from validator.resources.revision import Revision
from validator.words.deployment import Configuration


def configuration(revision: Revision, build: Build | None) -> Configuration:
    """From a run.v2 Revision; without a number the least is 0 instances, the other limits are the platform's own."""
    limits, scaling = revision.made_by(build).limits, revision.raw.get("scaling") or {}
    return Configuration(
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
