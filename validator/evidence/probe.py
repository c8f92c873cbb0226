"""What a check asks the target itself: a request to its URL, repeated while the check needs it."""

from __future__ import annotations

import json
import math
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from validator.evidence.identity import Who, identify
from validator.evidence.invoker import sending
from validator.evidence.known import Evidence
from validator.evidence.log_of import LogOf
from validator.evidence.marked import Marked
from validator.evidence.reachability import base_url, share, tag_url, unreachable
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Impossible
from validator.words import secret
from validator.words.asked import Asked
from validator.words.call import Call, MarkedCall
from validator.words.check import Target
from validator.words.id_token import NONE
from validator.words.pace import INTERVAL

if TYPE_CHECKING:
    from validator.evidence.fold import Folded

_MOST_SPLIT_PROBES = 50
_FOUND_AMONG = 10
"""Probes of which one must have been found in the request log, or echo probes are sent besides."""


@dataclass(frozen=True)
class Probe(Marked[None]):
    """A request to the target, repeated while a check needs it; what is sent is each sort's own to say."""

    location: str
    """A path on the target (`/health`) or a whole URL."""
    headers: tuple[tuple[str, str], ...] = ()
    timeout: float = 10.0
    """Seconds for one whole attempt."""
    repeat: bool = True
    """Whether it may be sent more than once (what may change something is not, unless `within` is written)."""
    check: str = ""
    """Of one that may be sent only once: the check it is for, so that each check has its own."""
    auth: str = field(default="", kw_only=True)
    """`id_token`, `none` or a token; empty for what the target says."""

    place = 9
    polled = True

    @abstractmethod
    def call(self, url: str) -> MarkedCall:
        """The call that asks it at its whole URL, still without a mark."""

    @property
    @abstractmethod
    def shown(self) -> str:
        """What it asks, as a plan prints it."""

    @property
    def hops(self) -> bool:
        """Whether it may be led elsewhere: then each hop has an entry in the request log, and the last one tells."""
        return False

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
        elif known.of(ServiceOf(self.target)).newest is None:
            return None
        elif self.location.startswith("/"):
            base = self._base(target, known)
            if not isinstance(base, str):
                return base
            url = base.rstrip("/") + self.location
        url = _web(url)
        call = self.call(url)
        sent = sending(url, call.headers, self.auth, target, known.of(ServiceOf(self.target)).newest)
        return sent if isinstance(sent, Impossible) else call.sent_with(sent.headers, sent.token)

    def _base(self, target: Target, known: Folded) -> str | Impossible | None:
        """The URL at which the service's target answers."""
        service = known.of(ServiceOf(self.target)).newest
        assert service is not None
        if unreachable(target, known):
            # Echoes on their way may yet name the target: no more probes then, and no refusal either.
            waiting = any(identify(seen, target, known).who is Who.PENDING for seen in known.answers(self))
            return _unreachable(target, known) if service.settled and not waiting else None
        if probed_enough(self, target, known):
            return None
        return base_url(target, service, known) or Impossible(
            f"{target.service} has no URL to probe",
            "its default URL is disabled: enable it, or write the target's `domain`",
        )

    def pause(self, known: Folded, *, waited: bool) -> float:
        """From one attempt to the next."""
        return INTERVAL

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once it was sent, where it is sent only once."""
        return not self.repeat and bool(known.answers(self))

    def echoes(self, known: Folded) -> bool:
        """Whether it serves as the target's echo: it is repeated, found in the request log, and let in as the target's others are."""
        if (
            self.auth == NONE
            or not self.location.startswith("/")
            or self.settled(known, held=False)
            or known.refusal(self)
        ):
            return False
        made = [seen.call for seen in known.answers(self)[-_FOUND_AMONG:]]
        log = known.of(LogOf(self.target))
        found = any(log.requests(call.mark) for call in made if isinstance(call, MarkedCall))
        return found or len(made) < _FOUND_AMONG

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """From one attempt to the next, or once."""
        first = () if target.url else ("the service",)
        return Asked("a probe", self.shown, INTERVAL if self.repeat else None, first, checks)

    def sensitive(self) -> Iterable[tuple[str, Any]]:
        """What its query string and its headers say; of `Bearer ...` the token alone too."""
        yield from parse_qsl(urlsplit(self.location).query)
        yield from secret.of_request(self.headers, self.auth)


_OF_THE_WEB = {"ws": "http", "wss": "https", "grpc": "http", "grpcs": "https"}


def _web(url: str) -> str:
    """A URL with the scheme of the web that speaks as it does: who calls where is told by that."""
    scheme, separator, rest = url.partition("://")
    return f"{_OF_THE_WEB.get(scheme.lower(), scheme)}{separator}{rest}"


def as_json(text: str) -> object:
    """What is sent as its JSON, whose keys tell what of it is secret; the text itself if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _unreachable(target: Target, known: Folded) -> Impossible:
    frozen = known.of(ServiceOf(target.name)).frozen
    if target.domain:
        reason = f"{frozen} cannot be reached at {target.domain}: it has no traffic"
        return Impossible(reason, "leave the target's `domain` out, so that the URL of its tag is used")
    return Impossible(
        f"{frozen} cannot be reached: it has no traffic and no tag",
        f"give it a tag: gcloud run services update-traffic {target.service} --update-tags=candidate={frozen}"
        f" {target.flags}",
    )


def probed_enough(probe: Probe, target: Target, evidence: Evidence) -> str:
    """Why no more probes are made while the traffic is split as it is; empty while they are.

    As many are made as make it 99 % sure that one is answered by the target's revision.
    """
    percent = share(target, evidence)
    if target.url or not probe.location.startswith("/") or not 0 < percent < 100 or tag_url(target, evidence):
        return ""
    frozen, most = evidence.of(ServiceOf(target.name)).frozen, split_probes(percent)
    since = evidence.of(ServiceOf(target.name)).share_since
    made = sum(observation.sent >= since for observation in evidence.answers(probe))
    return "" if made < most else f"{frozen} answered too few of {made} probes: it has {percent} % of the traffic"


def split_probes(percent: int) -> int:
    """How many probes make it 99 % sure that a revision with this share of the traffic answers one; 50 at most."""
    return min(_MOST_SPLIT_PROBES, math.ceil(math.log(0.01) / math.log(1 - percent / 100)))
