"""HTTP requests to a target: probes, each found again by its mark in the request log."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from validator import __version__
from validator.evidence.identity import Who, identify
from validator.evidence.journal import Observation, Sent
from validator.evidence.known import Evidence
from validator.evidence.limits import Limit, Politeness
from validator.evidence.reachability import share, tag_url, unreachable
from validator.evidence.sort import Impossible, OfTarget, Seen, Told
from validator.words.asked import Asked
from validator.words.call import Call, Exchange
from validator.words.check import Target
from validator.words.pace import INTERVAL

if TYPE_CHECKING:
    from validator.evidence.fold import Folded

_INVOKER = "roles/run.invoker"
_MOST_SPLIT_PROBES = 50
_FOUND_AMONG = 10
"""Probes of which one must have been found in the request log, or echo probes are sent besides."""


@dataclass
class Made:
    """What was sent."""

    exchanges: list[Observation] = field(default_factory=list)
    """Oldest first."""


class ExchangesWith(Told[Made]):
    """All HTTP requests to a target, whoever asked for them."""

    def fresh(self, known: Folded) -> Made:
        """None was made."""
        return Made()

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in one."""
        known.state(self).exchanges.append(seen)


class Marked(OfTarget[Seen]):
    """An HTTP request that carries a mark: who answered and how far the log is readable is told by its log entry."""

    private = True
    marked = True

    def sent(self, record: Sent, known: Folded) -> None:
        """The log may have its entry before its answer is here."""
        assert isinstance(record.call, Exchange)
        known.logs_of(self.target).probe(record.call, record.at)

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in what came of it."""
        assert isinstance(seen.call, Exchange)
        ExchangesWith(self.target).take(seen, known)
        known.logs_of(self.target).probe(seen.call, seen.sent, seen.received)

    def mark(self, call: Call, mark: str, run_id: str) -> Exchange:
        """Give it the mark by which it is found in the request log: its trace id, and its User-Agent too.

        A User-Agent of the check's own stays; then the trace alone carries the mark.
        """
        assert isinstance(call, Exchange)
        names = {name.lower() for name, _ in call.headers}
        own = [("traceparent", f"00-{mark}-{run_id}-01")]
        if "user-agent" not in names:
            own.append(("User-Agent", f"validator/{__version__} ({mark})"))
        headers = (*((name, value) for name, value in call.headers if name.lower() != "traceparent"), *own)
        return Exchange(call.method, call.url, headers, call.body, call.redirects, mark)

    @property
    def retried(self) -> bool:
        """A problem is an answer as any other."""
        return False

    def limit(self, call: Call) -> Limit:
        """What one host is asked at a time."""
        assert isinstance(call, Exchange)
        return Politeness(urlsplit(call.url).netloc)

    def roles(self, target: Target) -> Iterator[tuple[str, str, str]]:
        """Of a Cloud Run service."""
        if not target.url:
            on = f"service {target.service} of {target.project}"
            yield _INVOKER, on, "sends probes; not needed where everyone may call"


@dataclass(frozen=True)
class Probe(Marked[None]):
    """An HTTP request to the target, repeated while a check needs it."""

    method: str
    location: str
    """A path on the target (`/health`) or a whole URL."""
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    timeout: float = 10.0
    """Seconds for one whole exchange."""
    redirects: bool = False
    """Whether redirects are followed."""
    repeat: bool = True
    """Whether it may be sent more than once (a POST is not, unless `within` is written)."""
    check: str = ""
    """Of one that may be sent only once: the check it is for, so that each check has its own."""

    place = 9
    polled = True

    def fresh(self, known: Folded) -> None:
        """All that is known are its answers."""

    @property
    def call_timeout(self) -> float:
        """The check's own."""
        return self.timeout

    def attempt(self) -> tuple[str, float]:
        """At its place, within its own time."""
        return self.location, self.timeout

    def stage(self, known: Folded) -> Call | Impossible | None:
        """To the tag's URL or the service's, once the target can be reached there."""
        target, url = known.targets[self.target], self.location
        if target.url:
            url = target.url.rstrip("/") + self.location if self.location.startswith("/") else self.location
        elif known.service(self.target) is None:
            return None
        elif self.location.startswith("/"):
            base = self._base(target, known)
            if not isinstance(base, str):
                return base
            url = base.rstrip("/") + self.location
        return Exchange(self.method, url, self.headers, self.body, self.redirects)

    def _base(self, target: Target, known: Folded) -> str | Impossible | None:
        """The URL at which the service's target answers."""
        service = known.service(self.target)
        assert service is not None
        if unreachable(target, known):
            # Echoes on their way may yet name the target: no more probes then, and no refusal either.
            waiting = any(identify(seen, target, known).who is Who.PENDING for seen in known.answers(self))
            return _unreachable(target, known) if service.settled and not waiting else None
        if probed_enough(self, target, known):
            return None
        return (
            tag_url(target, known)
            or service.uri
            or Impossible(
                f"{target.service} has no URL to probe",
                "its default URL is disabled: enable it, or write `url` in the check",
            )
        )

    def pause(self, known: Folded, *, waited: bool) -> float:
        """From one attempt to the next."""
        return INTERVAL

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once it was sent, where it is sent only once."""
        return not self.repeat and bool(known.answers(self))

    def echoes(self, known: Folded) -> bool:
        """Whether it serves as the target's echo: it is repeated, and found in the request log."""
        if not self.location.startswith("/") or self.settled(known, held=False) or known.refusal(self):
            return False
        made = [seen.call for seen in known.answers(self)[-_FOUND_AMONG:]]
        found = any(known.request_entries(call.mark) for call in made if isinstance(call, Exchange))
        return found or len(made) < _FOUND_AMONG

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """From one attempt to the next, or once."""
        first = () if target.url else ("the service",)
        return Asked("a probe", f"{self.method} {self.location}", INTERVAL if self.repeat else None, first, checks)

    def sensitive(self) -> Iterable[tuple[str, Any]]:
        """Its body and its headers; of `Bearer ...` the token alone too."""
        if self.body:
            yield "body", _json(self.body)
        for name, value in self.headers:
            yield name, value
            yield name, value.strip().rpartition(" ")[2]


def _unreachable(target: Target, known: Folded) -> Impossible:
    frozen = known.frozen(target.name)
    return Impossible(
        f"{frozen} cannot be reached: it has no traffic and no tag",
        f"give it a tag: gcloud run services update-traffic {target.service} --update-tags=candidate={frozen}"
        f" {target.flags}",
    )


def _json(body: str) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def probed_enough(probe: Probe, target: Target, evidence: Evidence) -> str:
    """Why no more probes are made while the traffic is split as it is; empty while they are.

    As many are made as make it 99 % sure that one is answered by the target's revision.
    """
    percent = share(target, evidence)
    if target.url or not probe.location.startswith("/") or not 0 < percent < 100 or tag_url(target, evidence):
        return ""
    frozen, most = evidence.frozen(target.name), split_probes(percent)
    since = evidence.share_since(target.name)
    made = sum(observation.sent >= since for observation in evidence.answers(probe))
    return "" if made < most else f"{frozen} answered too few of {made} probes: it has {percent} % of the traffic"


def split_probes(percent: int) -> int:
    """How many probes make it 99 % sure that a revision with this share of the traffic answers one; 50 at most."""
    return min(_MOST_SPLIT_PROBES, math.ceil(math.log(0.01) / math.log(1 - percent / 100)))
