"""Requests that the gate sends to a target, each found again by its mark in the request log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from validator import __version__
from validator.evidence.journal import Observation, Sent
from validator.evidence.limits import Limit, Politeness
from validator.evidence.logs import LogsOf
from validator.evidence.sort import OfTarget, Seen, Told
from validator.words.call import Call, MarkedCall
from validator.words.check import Target
from validator.words.id_token import WANTED

if TYPE_CHECKING:
    from validator.evidence.fold import Folded

_INVOKER = "roles/run.invoker"
_MINTER = "roles/iam.serviceAccountOpenIdTokenCreator"
"""The metadata server of Cloud Build has no ID tokens without it (kubernetes/k8s.io#9953)."""


@dataclass
class Made:
    """What was sent."""

    calls: list[Observation] = field(default_factory=list)
    """Oldest first."""


class CallsOf(Told[Made]):
    """All requests that were sent to a target, whoever asked for them."""

    def fresh(self, known: Folded) -> Made:
        """None was made."""
        return Made()


class Marked(OfTarget[Seen]):
    """A request that carries a mark: who answered and how far the log is readable is told by its log entry."""

    private = True
    marked = True

    def sent(self, record: Sent, known: Folded) -> None:
        """The log may have its entry before its answer is here."""
        assert isinstance(record.call, MarkedCall)
        known.of(LogsOf(known.targets[self.target].project)).probe(record.call, record.at)

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in what came of it."""
        assert isinstance(seen.call, MarkedCall)
        known.state(CallsOf(self.target)).calls.append(seen)
        known.of(LogsOf(known.targets[self.target].project)).probe(seen.call, seen.sent, seen.received)

    def mark(self, call: Call, mark: str, run_id: str) -> MarkedCall:
        """Give it the mark by which it is found in the request log: its trace id, and its User-Agent too.

        A User-Agent of the check's own stays; then the trace alone carries the mark.
        """
        assert isinstance(call, MarkedCall)
        names = {name.lower() for name, _ in call.headers}
        own = [("traceparent", f"00-{mark}-{run_id}-01")]
        if "user-agent" not in names:
            own.append(("User-Agent", f"validator/{__version__} ({mark})"))
        return call.marked(
            mark, (*((name, value) for name, value in call.headers if name.lower() != "traceparent"), *own)
        )

    @property
    def retried(self) -> bool:
        """A problem is an answer as any other."""
        return False

    def limit(self, call: Call) -> Limit:
        """What one host is asked at a time."""
        assert isinstance(call, MarkedCall)
        return Politeness(urlsplit(call.url).netloc)

    def roles(self, target: Target) -> Iterator[tuple[str, str, str]]:
        """Of a Cloud Run service."""
        if not target.url:
            on = f"service {target.service} of {target.project}"
            yield _INVOKER, on, "sends probes; not needed where everyone may call"
        if target.auth == WANTED:
            yield _MINTER, "the gate's account itself", "makes its ID tokens; needed in Cloud Build"
