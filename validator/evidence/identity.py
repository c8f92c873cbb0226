"""Which revision answered a probe: told by the platform's request log, by nothing else."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from urllib.parse import urlsplit

from validator.evidence.front_end import Refused, refused_by_front_end
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.logs import LogsOf
from validator.evidence.probe import Probe
from validator.logs.entry import REQUESTS, Entry
from validator.resources.service import Service
from validator.words.call import Answer, Exchange
from validator.words.check import Target

_MOST_SPLIT_PROBES = 50


class Who(StrEnum):
    """Who answered."""

    TARGET = "target"
    OTHER = "other"
    PENDING = "pending"
    """Its entry may still become readable."""
    UNTOLD = "untold"
    """Its entry will not be had."""
    FRONT_END = "front end"
    """No instance: Google's front end refused the request."""


@dataclass(frozen=True)
class Identity:
    """Who answered one probe, and how that is known."""

    who: Who
    revision: str = ""
    entry: Entry | None = None
    reason: str = ""
    remedy: str = ""
    lasting: bool = False
    """Whether asking again changes nothing."""


_PENDING = Identity(
    Who.PENDING, reason="which revision answered is not known yet: its request log entry is not readable"
)
_MISSING = Identity(
    Who.UNTOLD,
    reason="the request log is readable past this response and does not have it",
    remedy="see that no exclusion filter drops run.googleapis.com/requests of this service;"
    " if the URL is of something else, make that a target of its own with `url`",
)


def identify(observation: Observation, target: Target, evidence: Evidence) -> Identity:
    """Find a probe's entry in the request log and read off who answered; what is no Cloud Run service has none."""
    call = observation.call
    assert isinstance(call, Exchange)
    if target.url:
        refused = refused_by_front_end(observation, None, target)
        return _refused(Who.FRONT_END, refused) if refused else Identity(Who.TARGET)
    entries = evidence.request_entries(call.mark)
    key = "who", target.name, observation.seq, len(entries)
    named = evidence.derive(key, partial(_named, observation, target, evidence, entries)) if entries else None
    return named or _unnamed(observation, target, evidence)


def _named(observation: Observation, target: Target, evidence: Evidence, entries: Sequence[Entry]) -> Identity | None:
    """Who answered by a probe's entries in the request log; None if none of them is of the answer."""
    call = observation.call
    assert isinstance(call, Exchange)
    landed = observation.result.content.get("url", call.url) if isinstance(observation.result, Answer) else call.url
    if landed != call.url:  # redirects were followed: who answered is told by the last hop's entry
        entries = [entry for entry in entries if _place(entry.url) == _place(landed)]
    if not entries:
        return None
    entry = max(entries, key=lambda each: each.order)
    refused = refused_by_front_end(observation, entry, target, evidence.as_of(observation).service(target.name))
    if refused:
        return _refused(Who.FRONT_END, refused, entry)
    who = Who.TARGET if entry.revision == evidence.frozen(target.name) else Who.OTHER
    return Identity(who, entry.revision, entry)


def _place(url: str) -> tuple[str, str, str]:
    """Host, path and query of a URL."""
    parts = urlsplit(url)
    return parts.netloc, parts.path or "/", parts.query


def _refused(who: Who, refused: Refused, entry: Entry | None = None) -> Identity:
    return Identity(who, "", entry, refused.reason, refused.remedy, refused.lasting)


def _unnamed(observation: Observation, target: Target, evidence: Evidence) -> Identity:
    """Of a probe without an entry in the request log: whether one may yet become readable."""
    refused = evidence.derive(("page", target.name, observation.seq), partial(_page, observation, target, evidence))
    refusal = evidence.refusal(LogsOf(target.project))
    echoed = evidence.echoed(target.name, REQUESTS)
    missing = echoed is not None and echoed >= evidence.platform_time(observation.received) + evidence.margin()
    if refused:  # an application may print such a page too: an entry that names an instance would tell
        who = Who.FRONT_END if refused.sure or refusal or missing else Who.PENDING
        return _refused(who, refused)
    if refusal:
        reason = f"which revision answered is not known: {refusal.reason}"
        return Identity(Who.UNTOLD, reason=reason, remedy=refusal.remedy)
    return _MISSING if missing else _PENDING


def _page(observation: Observation, target: Target, evidence: Evidence) -> Refused | None:
    """What an answer shows of the front end, without its entry in the request log."""
    return refused_by_front_end(observation, None, target, evidence.as_of(observation).service(target.name))


def whole_traffic(target: Target, evidence: Evidence, at: float) -> bool:
    """Whether a probe sent at a moment had to be answered by the target's revision.

    All traffic was its, or a tag's URL was used, as the service was last seen before (or first seen after).
    """
    seen = evidence.services(target.name)
    if not seen:
        return False
    before = bisect_right(seen, at, key=lambda each: each[0].received)
    _, service = seen[max(0, before - 1)]
    frozen = evidence.frozen(target.name)
    return bool(_tag_url(target, service, frozen)) or service.serving().get(frozen, 0) == 100


def tag_url(target: Target, evidence: Evidence) -> str:
    """The tag's URL that probes go to: when the target was named by tag, or has no traffic and carries one."""
    service = evidence.service(target.name)
    return _tag_url(target, service, evidence.frozen(target.name)) if service else ""


def _tag_url(target: Target, service: Service, frozen: str) -> str:
    tags = service.tags()
    if target.tag in tags:
        return tags[target.tag][1]
    if service.serving().get(frozen, 0):
        return ""
    return next((url for revision, url in tags.values() if revision == frozen), "")


def share(target: Target, evidence: Evidence) -> int:
    """Percent of the service's traffic that is the target's."""
    service = evidence.service(target.name)
    return service.serving().get(evidence.frozen(target.name), 0) if service else 0


def unreachable(target: Target, evidence: Evidence) -> bool:
    """Whether no probe of the service can get to the target's revision, as the service was last seen."""
    return not share(target, evidence) and not tag_url(target, evidence)


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
