"""The Cloud Build that made the target's revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from validator.evidence.journal import Observation
from validator.evidence.known import Refusal
from validator.evidence.readings import Readings
from validator.evidence.refusal import refusal
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Api, Impossible, OfTarget
from validator.resources.build import Build, listed
from validator.resources.origin import BUILD_LABEL, Named, build_behind, likeliest, origin_wanted
from validator.resources.revision import Revision
from validator.words.asked import Asked
from validator.words.call import Answer, Call, GetBuild, Json, ListBuilds, Problem
from validator.words.check import Target
from validator.words.pace import INTERVAL, WATCH

if TYPE_CHECKING:
    from validator.evidence.fold import Folded

_METHODS = "cloudbuild.v1 GetBuild or ListBuilds"
_RESTS_ON = ("the service", "the revision")


class BuildOf(OfTarget[Readings[Build]]):
    """The build that the target, a label or an annotation names; else the one that pushed an image of the revision.

    A build is regional or global and nothing tells which, so one place is asked after the other.
    """

    api = Api("Cloud Build", "roles/cloudbuild.builds.viewer")
    place = 3

    @property
    def key(self) -> BuildOf:
        """However it was asked for, it is the same build."""
        return BuildOf(self.target)

    def fresh(self, known: Folded) -> Readings[Build]:
        """Not read."""
        return Readings()

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """All of it."""
        list(map(Build.read, content.get("builds", [content])))
        return content

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in a build, or those of a listing that has any."""
        if not isinstance(seen.result, Answer):
            return
        builds = [Build.read(each) for each in listed(seen.call, seen.result.content)]
        if builds:
            known.state(self).history.append((seen, likeliest(known.targets[self.target], builds)))

    def final(self, problem: Problem, target: Target, seen: Observation) -> Refusal | None:
        """One that is not in this place is asked for in another next."""
        return None if absent(seen) else refusal(self.api, target, problem, seen)

    def stage(self, known: Folded) -> Call | Impossible | None:
        """Once the service and the revision tell what to ask for."""
        target, revision, service = (
            known.targets[self.target],
            known.of(RevisionOf(self.target)).newest,
            known.of(ServiceOf(self.target)).newest,
        )
        if revision is None or service is None or not self._wanted(target, revision):
            return None
        named = build_behind(target, revision, service)
        digests = dict.fromkeys(each.digest for each in (revision.ingress, *revision.containers) if each.digest)
        calls = _calls(named, tuple(digests), target)
        tried = {_first_page(seen.call) for seen in known.answers(self) if absent(seen)}
        untried = next((call for call in calls if call not in tried), None)
        return untried or _unknown(named, bool(calls), target, revision)

    def _wanted(self, target: Target, revision: Revision) -> bool:
        return True

    def pause(self, known: Folded, *, waited: bool) -> float:
        """Often until it is known."""
        return INTERVAL if known.of(BuildOf(self.target)).newest is None else WATCH

    def goes_on(self, known: Folded) -> bool:
        """Until a page has one."""
        newest = known.answers(self)[-1]
        return isinstance(newest.result, Answer) and not listed(newest.call, newest.result.content)

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once it is finished, and was asked for by this very query."""
        build = known.of(BuildOf(self.target)).newest
        return build is not None and build.finished is not None and bool(known.answers(self))

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """As often as it runs."""
        return Asked("the build", _METHODS, WATCH, _RESTS_ON, checks)


class OriginOf(BuildOf):
    """The same build, asked for only where it has to tell whose deploy the revision is or which container is meant."""

    place = 4

    def _wanted(self, target: Target, revision: Revision) -> bool:
        return origin_wanted(target, revision)

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once it is known: whose it is does not change."""
        return known.of(BuildOf(self.target)).newest is not None

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """Once."""
        text = "the build, if labels do not tell whose deploy it is or there are several containers"
        return Asked(text, _METHODS, None, _RESTS_ON, checks)


def absent(seen: Observation) -> bool:
    """Whether Cloud Build knows no such build in the place that was asked; a page with a token is not all there is."""
    if isinstance(seen.result, Problem):
        return seen.result.code == "NOT_FOUND"
    return not listed(seen.call, seen.result.content) and not seen.result.content.get("nextPageToken")


def _calls(named: Named, digests: Sequence[str], target: Target) -> list[Call]:
    """The calls that may find a build, in turn."""
    places = [f"projects/{target.project}/locations/{location}" for location in (target.region, "global")]
    if named:
        return [GetBuild(f"{place}/builds/{named.value}") for place in places]
    return [ListBuilds(place, f'results.images.digest="{digest}"') for digest in digests for place in places]


def _first_page(call: Call) -> Call:
    return replace(call, page_token="") if isinstance(call, ListBuilds) else call


def _unknown(named: Named, asked: bool, target: Target, revision: Revision) -> Impossible:
    label = f"label it: gcloud run deploy {target.service} --labels={BUILD_LABEL}=$BUILD_ID {target.flags}"
    if named:
        reason = f"Cloud Build has no build {named}, neither in {target.region} nor in global of {target.project}"
        listing = f"gcloud builds list --region={target.region} --project={target.project}"
        return Impossible(reason, f"name one that is there: {listing}")
    if asked:
        return Impossible("Cloud Build lists no build that pushed the revision's image", label)
    why = f"it has no label {BUILD_LABEL}, and its image has no digest to find one by"
    return Impossible(f"{revision.name} names no build: {why}", label)
