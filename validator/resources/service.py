"""A Cloud Run service and its traffic (google.cloud.run.v2.Service)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from validator.resources.condition import NO_CONDITION, Condition
from validator.words.call import Json
from validator.words.instant import moment
from validator.words.resource_name import short


@dataclass(frozen=True)
class Share:
    """One line of a service's traffic: which revision gets how much, under which tag."""

    revision: str
    """Short name; empty for the latest ready one."""
    percent: int
    tag: str
    uri: str

    @property
    def latest(self) -> bool:
        """Whether it follows the latest ready revision and is not pinned to one by name."""
        return not self.revision

    @classmethod
    def read(cls, data: Json) -> Share:
        """From run.v2 TrafficTarget or TrafficTargetStatus."""
        return cls(
            short(data.get("revision", "")),
            int(data.get("percent", 0)),
            data.get("tag", ""),
            data.get("uri", ""),
        )


@dataclass(frozen=True)
class Service:
    """A Cloud Run service at one moment."""

    name: str
    uri: str
    latest_created: str
    latest_ready: str
    reconciling: bool
    terminal: Condition
    traffic: tuple[Share, ...]
    """As it was asked for."""
    statuses: tuple[Share, ...]
    """As it is."""
    labels: Mapping[str, str]
    updated: float | None
    raw: Json = field(repr=False)

    @classmethod
    def read(cls, data: Json) -> Service:
        """From run.v2 Service."""
        return cls(
            short(data.get("name", "")),
            data.get("uri", ""),
            short(data.get("latestCreatedRevision", "")),
            short(data.get("latestReadyRevision", "")),
            bool(data.get("reconciling")),
            Condition.read(data["terminalCondition"]) if "terminalCondition" in data else NO_CONDITION,
            tuple(map(Share.read, data.get("traffic", ()))),
            tuple(map(Share.read, data.get("trafficStatuses", ()))),
            data.get("labels", {}),
            moment(data, "updateTime"),
            data,
        )

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of a multi-region service; empty of any other."""
        several = self.raw.get("multiRegionSettings") or {}
        return tuple(map(str, several.get("regions", ())))

    @property
    def settled(self) -> bool:
        """Whether what was asked for is what is: only then do traffic and its statuses agree."""
        return not self.reconciling and self.terminal.succeeded

    def pinned_away_from(self, revision: str) -> bool:
        """Whether it is settled with all traffic bound by name to other revisions: no waiting moves that."""
        bound = [share.revision for share in self.traffic if share.percent]
        return self.settled and bool(bound) and all(name and name != revision for name in bound)

    def serving(self) -> dict[str, int]:
        """Percent of the traffic of each revision that has any, most first."""
        shares: dict[str, int] = {}
        for share in self.statuses:
            if share.percent:
                revision = share.revision or self.latest_ready
                shares[revision] = shares.get(revision, 0) + share.percent
        return dict(sorted(shares.items(), key=lambda item: -item[1]))

    def tags(self) -> dict[str, tuple[str, str]]:
        """Tag -> (revision, URL)."""
        return {share.tag: (share.revision or self.latest_ready, share.uri) for share in self.statuses if share.tag}
