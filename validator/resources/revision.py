"""A Cloud Run revision (google.cloud.run.v2.Revision)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from validator.resources.build import Build
from validator.resources.condition import NO_CONDITION, Condition
from validator.resources.container import Container
from validator.resources.container import read as containers_of
from validator.resources.settings import Settings, of_revision
from validator.words.call import Json
from validator.words.instant import seconds
from validator.words.resource_name import short


@dataclass(frozen=True)
class Revision:
    """A Cloud Run revision at one moment."""

    name: str
    service: str
    created: float
    ready: Condition
    conditions: tuple[Condition, ...]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    containers: tuple[Container, ...]
    raw: Json = field(repr=False)

    @classmethod
    def read(cls, data: Json) -> Revision:
        """From run.v2 Revision."""
        conditions = tuple(map(Condition.read, data.get("conditions", ())))
        return cls(
            short(data.get("name", "")),
            short(data.get("service", "")),
            seconds(data["createTime"]) if data.get("createTime") else 0.0,
            next((c for c in conditions if c.type == "Ready"), NO_CONDITION),
            conditions,
            data.get("labels", {}),
            data.get("annotations", {}),
            containers_of(data),
            data,
        )

    @cached_property
    def settings(self) -> Settings:
        """All its settings, in the form that can be compared."""
        return of_revision(self.raw)

    def condition(self, kind: str) -> Condition | None:
        """One of its conditions; None where the platform does not tell of it."""
        return next((condition for condition in self.conditions if condition.type == kind), None)

    @property
    def settled(self) -> bool:
        """Whether the platform has come to an end with it: its settings never change, and its state not for long."""
        return self.ready.succeeded or self.ready.failed

    @property
    def was_ready(self) -> bool:
        """Whether it is or once was ready: one without traffic for long is retired."""
        return self.ready.succeeded or self.ready.reason == "RETIRED"

    @property
    def ingress(self) -> Container:
        """The container that takes the requests: the one with a port, else the first."""
        return next((c for c in self.containers if c.ports), self.containers[0] if self.containers else Container())

    def made_by(self, build: Build | None) -> Container:
        """The container whose image a build pushed: by its digest, else by its repository; else the ingress one."""
        pushed = (c for c in self.containers if build and c.digest in build.digests)
        alike = (c for c in self.containers if build and c.repository in build.repositories)
        return next(pushed, None) or next(alike, self.ingress)
