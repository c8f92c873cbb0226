"""A HEAD request whose only use is to be found again in the target's request log."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from validator.evidence.invoker import Sending, sending
from validator.evidence.marked import Marked
from validator.evidence.probe import Probe
from validator.evidence.reachability import base_url
from validator.evidence.revision import RevisionOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.words.asked import Asked
from validator.words.call import Call, Exchange
from validator.words.check import Target
from validator.words.pace import ECHO, MARGIN

if TYPE_CHECKING:
    from validator.evidence.fold import Folded


class Echo(Marked[None]):
    """A HEAD request whose only use is to be found again in the target's request log."""

    place = 7
    listens = True

    def fresh(self, known: Folded) -> None:
        """All that is known are its answers."""

    @property
    def margin(self) -> float:
        """What no stream is known without."""
        return MARGIN

    @property
    def call_timeout(self) -> float:
        """No longer than to the next."""
        return ECHO

    def stage(self, known: Folded) -> Call | None:
        """One is of use only once the revision may answer it."""
        target, service, revision = (
            known.targets[self.target],
            known.of(ServiceOf(self.target)).newest,
            known.of(RevisionOf(self.target)).newest,
        )
        base = base_url(target, service, known) if service else ""
        if not (base and target.echo and revision and revision.ready.succeeded):
            return None
        url = base.rstrip("/") + target.echo
        sent = sending(url, (), "", target, service)
        assert isinstance(sent, Sending), "only a check's own word cannot be followed"
        return Exchange("HEAD", url, sent.headers, token=sent.token)

    def pause(self, known: Folded, *, waited: bool) -> float:
        """At most so often."""
        return ECHO

    def needed(self, others: Collection[Query[Any]], known: Folded) -> bool:
        """Unless a check's own probe serves as well."""
        probes = (each for each in others if isinstance(each, Probe) and each.target == self.target)
        return not any(probe.echoes(known) for probe in probes)

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """At most so often."""
        return Asked("an echo probe", f"HEAD {target.echo}", ECHO, ("the service",), checks)
