"""What reports tell of a deployment beside its verdicts: where it came from, and how it is configured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """What is known of it; empty where nothing is."""

    by: str = ""
    """Whoever changed the service last: Cloud Run tells no more."""
    commit: str = ""
    commit_link: str = ""
    trigger: str = ""
    """What started the pipeline: `push by octocat, workflow deploy`."""
    trigger_link: str = ""
    previous: str = ""
    """The revision before this one, if it was ever ready: traffic can go back to it."""


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
