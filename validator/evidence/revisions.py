"""All revisions of a target's service, to find the one that served before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from validator.evidence.journal import Observation
from validator.evidence.known import Refusal, Resources
from validator.evidence.refusal import refusal
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf, no_service
from validator.evidence.sort import Api, OfTarget, Told
from validator.resources.revision import Revision
from validator.words.asked import Asked
from validator.words.call import Answer, Call, Json, ListRevisions, Problem
from validator.words.check import Target

if TYPE_CHECKING:
    from validator.evidence.fold import Folded


@dataclass
class Listing:
    """What was listed."""

    pages: tuple[Revision, ...] = ()
    """Of a listing that is under way."""
    whole: tuple[Revision, ...] | None = None
    """Newest first; None before the first whole listing."""


class RevisionsOf(OfTarget[Listing]):
    """All revisions of the target's service."""

    api = Api("Cloud Run", "roles/run.viewer")
    place = 2

    def fresh(self, known: Folded) -> Listing:
        """Not listed."""
        return Listing()

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """All of it."""
        list(map(Revision.read, content.get("revisions", ())))
        return content

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in a page; a first page begins anew."""
        if not isinstance(seen.result, Answer):
            return
        assert isinstance(seen.call, ListRevisions)
        content, listing = seen.result.content, known.state(self)
        earlier = listing.pages if seen.call.page_token else ()
        listing.pages = (*earlier, *map(Revision.read, content.get("revisions", ())))
        if not content.get("nextPageToken"):
            listing.whole = tuple(sorted(listing.pages, key=lambda r: -r.created))

    def final(self, problem: Problem, target: Target, seen: Observation) -> Refusal | None:
        """Where they are not there, the service is not."""
        return refusal(self.api, target, problem, seen, missing=no_service(target))

    def stage(self, known: Folded) -> ListRevisions:
        """It rests on nothing."""
        return ListRevisions(known.targets[self.target].path)

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once they were listed."""
        return known.of(RevisionsOf(self.target)).whole is not None

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """Once."""
        return Asked("all revisions", "run.v2 ListRevisions", None, ("the service",), checks)


class PreviousOf(Told[Revision | None]):
    """What served most before this deploy, else the newest older revision that was ever ready."""

    def fresh(self, known: Folded) -> Revision | None:
        """As the first reading of the service and the listing of its revisions tell."""
        service, listed = known.of(ServiceOf(self.target)), known.of(RevisionsOf(self.target)).whole or ()
        current = next((r for r in listed if r.name == service.frozen), None)
        if current is None:
            return None
        older = {r.name: r for r in listed if r.created < current.created}
        first = service.history[0][1].serving() if service.history else {}
        served = next((name for name in first if name in older), "")
        ever_ready = (r for r in older.values() if r.was_ready)
        return older.get(served) or next(ever_ready, None)


def older(target: str, name: str, known: Resources) -> Revision | None:
    """An older revision by its short name, or the previous one for none; None if there is no such one."""
    if not name:
        return known.of(PreviousOf(target))
    own = known.of(RevisionOf(target)).newest
    named: Sequence[Revision] = [r for r in known.of(RevisionsOf(target)).whole or () if r.name == name]
    return next((r for r in named if own and r.created < own.created), None)
