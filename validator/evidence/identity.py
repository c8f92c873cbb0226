"""Which revision answered a probe: told by the platform's request log, by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from urllib.parse import urlsplit

from validator.evidence.front_end import Refused, refused_by_front_end
from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.log_of import LogOf
from validator.evidence.logs import LogsOf
from validator.evidence.service import ServiceOf
from validator.logs.entry import REQUESTS, Entry
from validator.words.call import Answer, MarkedCall
from validator.words.check import Target


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
    assert isinstance(call, MarkedCall)
    if target.url:
        refused = refused_by_front_end(observation, None, target)
        return _refused(Who.FRONT_END, refused) if refused else Identity(Who.TARGET)
    entries = evidence.of(LogOf(target.name)).requests(call.mark)
    key = "who", target.name, observation.seq, len(entries)
    named = evidence.derive(key, partial(_named, observation, target, evidence, entries)) if entries else None
    return named or _unnamed(observation, target, evidence)


def _named(observation: Observation, target: Target, evidence: Evidence, entries: Sequence[Entry]) -> Identity | None:
    """Who answered by a probe's entries in the request log; None if none of them is of the answer."""
    call = observation.call
    assert isinstance(call, MarkedCall)
    landed = observation.result.content.get("url", call.url) if isinstance(observation.result, Answer) else call.url
    if landed != call.url or call.several:  # redirects were followed: who answered is told by the last hop's entry
        entries = [entry for entry in entries if _place(entry.url) == _place(landed)]
    if not entries:
        return None
    entry = max(entries, key=lambda each: each.order)
    refused = refused_by_front_end(
        observation, entry, target, evidence.as_of(observation).of(ServiceOf(target.name)).newest
    )
    if refused:
        return _refused(Who.FRONT_END, refused, entry)
    who = Who.TARGET if entry.revision == evidence.of(ServiceOf(target.name)).frozen else Who.OTHER
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
    echoed = evidence.of(LogOf(target.name)).echoed(REQUESTS)
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
    return refused_by_front_end(
        observation, None, target, evidence.as_of(observation).of(ServiceOf(target.name)).newest
    )
