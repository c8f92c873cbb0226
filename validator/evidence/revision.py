"""The target's revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.evidence.journal import Observation
from validator.evidence.known import Refusal
from validator.evidence.readings import Readings
from validator.evidence.refusal import refusal
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Api, OfTarget
from validator.resources.revision import Revision
from validator.words.asked import Asked
from validator.words.call import Answer, Call, GetRevision, Json, Problem
from validator.words.check import Target
from validator.words.pace import INTERVAL, WATCH

if TYPE_CHECKING:
    from validator.evidence.fold import Folded


class RevisionOf(OfTarget[Readings[Revision]]):
    """The revision that the target is resolved to."""

    api = Api("Cloud Run", "roles/run.viewer")
    place = 1

    def fresh(self, known: Folded) -> Readings[Revision]:
        """Not read."""
        return Readings()

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """All of it."""
        Revision.read(content)
        return content

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in a reading."""
        if isinstance(seen.result, Answer):
            known.state(self).history.append((seen, Revision.read(seen.result.content)))

    def final(self, problem: Problem, target: Target, seen: Observation) -> Refusal | None:
        """One that the spec names and that is not there is told as that."""
        missing = None
        if target.revision:
            where = f"region {target.region} of project {target.project}"
            listing = f"gcloud run revisions list --service={target.service} {target.flags}"
            reason = f"{target.service} has no revision {target.revision} in {where}"
            missing = reason, f"name one that is there: {listing}"
        return refusal(self.api, target, problem, seen, missing=missing)

    def stage(self, known: Folded) -> GetRevision | None:
        """Once the service tells which it is."""
        frozen = known.of(ServiceOf(self.target)).frozen
        return GetRevision(f"{known.targets[self.target].path}/revisions/{frozen}") if frozen else None

    def pause(self, known: Folded, *, waited: bool) -> float:
        """Often while a check waits for it."""
        return INTERVAL if waited else WATCH

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Whether no later reading can tell more of its start."""
        from validator.evidence.readiness import settled  # which rests on requests and logs, as they do on revisions

        revision = known.of(self).newest
        return revision is not None and settled(known.targets[self.target], revision, known) and not held

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """As often as it is waited for."""
        return Asked("the revision", "run.v2 GetRevision", INTERVAL, ("the service",), checks)
