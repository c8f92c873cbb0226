"""A target's Cloud Run service: which revision is the target, what overtook it, and its share of the traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validator.evidence.journal import Observation
from validator.evidence.known import Refusal
from validator.evidence.readings import Readings
from validator.evidence.refusal import refusal
from validator.evidence.sort import Api, OfTarget
from validator.resources.service import Service
from validator.words.asked import Asked
from validator.words.call import Answer, Call, GetService, Json, Problem
from validator.words.check import Target
from validator.words.pace import INTERVAL, WATCH

if TYPE_CHECKING:
    from validator.evidence.fold import Folded


@dataclass
class Resolution:
    """A target's revision, frozen at the first reading of its service."""

    revision: str
    newest: str
    """The newest created revision at that moment; a change of it supersedes the target."""


@dataclass
class ServiceSeen(Readings[Service]):
    """The service over time, and what that means for the target."""

    resolution: Resolution | None = None
    superseded: tuple[str, float] | None = None
    """What overtook the target, and when it was last seen to be what it was resolved to."""
    share: int | None = None
    """The target's percent of the traffic."""
    share_since: float = 0.0
    """When the target was first seen with that share without a break since."""

    @property
    def frozen(self) -> str:
        """The short name of the target's revision; empty while it is not resolved."""
        return self.resolution.revision if self.resolution else ""

    def read(self, seen: Observation, service: Service, target: Target, *, alone: bool) -> None:
        """Take in a reading; of a service alone there is no revision to resolve."""
        tagged = service.tags().get(target.tag, ("", ""))[0] if target.tag else ""
        if alone:
            pass
        elif self.resolution is None:
            name = target.revision or (tagged if target.tag else service.latest_created)
            if name:
                self.resolution = Resolution(name, service.latest_created)
        elif self.superseded is None:
            how = _overtaken(self.resolution, service, target.tag, tagged)
            if how:
                self.superseded = how, self.history[-1][0].sent
        share = service.serving().get(self.frozen, 0)
        if self.share != share:
            self.share, self.share_since = share, seen.received
        self.history.append((seen, service))


def _overtaken(resolution: Resolution, service: Service, tag: str, tagged: str) -> str:
    """What overtook a target since it was resolved; empty if nothing did."""
    newer = service.latest_created if service.latest_created != resolution.newest else ""
    how = f"revision {newer} was created during the run" if newer else ""
    if tag and tagged != resolution.revision and (not newer or tagged == newer):
        moved = f"was moved to {tagged}" if tagged else f"was taken from {resolution.revision}"
        how = " and ".join(filter(None, (how, f"tag {tag} {moved}"))) + ("" if newer else " during the run")
    return how


class ServiceOf(OfTarget[ServiceSeen]):
    """The target's Cloud Run service."""

    api = Api("Cloud Run", "roles/run.viewer")
    place = 0
    watched = True

    def fresh(self, known: Folded) -> ServiceSeen:
        """Not read, not resolved."""
        return ServiceSeen()

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """All of it."""
        Service.read(content)
        return content

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in a reading."""
        if isinstance(seen.result, Answer):
            target, alone = known.targets[self.target], self.target in known.alone
            known.state(self).read(seen, Service.read(seen.result.content), target, alone=alone)

    def final(self, problem: Problem, target: Target, seen: Observation) -> Refusal | None:
        """A service that is not there is told as that."""
        return refusal(self.api, target, problem, seen, missing=no_service(target))

    def stage(self, known: Folded) -> GetService:
        """It rests on nothing."""
        return GetService(known.targets[self.target].path)

    def pause(self, known: Folded, *, waited: bool) -> float:
        """Often while a check waits for it."""
        return INTERVAL if waited else WATCH

    def at_rest(self, known: Folded) -> bool:
        """Whether what was asked for is what is."""
        service = known.of(ServiceOf(self.target)).newest
        return service is not None and service.settled

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """As often as it is waited for."""
        return Asked("the service", "run.v2 GetService", INTERVAL, (), checks)


def no_service(target: Target) -> tuple[str, str]:
    """What a service that is not there means, and how to see what is."""
    listing = f"gcloud run services list --project={target.project}"
    return (
        f"there is no service {target.service} in region {target.region} of project {target.project}",
        f"see that the target's project, region and service are right: {listing}",
    )
