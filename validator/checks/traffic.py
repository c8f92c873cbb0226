"""Requests reach the revision they should: its share of the traffic, its tag, and how it came by them.

`pinned: false` wants the traffic to follow the latest revision; traffic that is pinned by name to another one stays
there whatever is deployed, and is the most repeated false green of deploys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.revision import RevisionOf
from validator.evidence.revisions import PreviousOf, RevisionsOf
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, timing
from validator.judging.service_looks import service_looks
from validator.judging.variables import holds_and_asserts
from validator.language.mistake import Mistake, sound
from validator.language.values import PERCENT, Bound, bound, bound_of
from validator.resources.service import Service
from validator.words.call import Json
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State, worst
from validator.words.verdict import Excerpt, Verdict

lasting = True
within: float | None = None
present = True
variables: dict[str, str] = {}
schema = {
    "type": "object",
    "properties": {
        "percent": {**bound_of(PERCENT), "description": "The target's share of the traffic (default 100)."},
        "tag": {"type": "string", "minLength": 1, "description": "A traffic tag that the target must carry."},
        "split": {
            "type": "object",
            "propertyNames": {"enum": ["target", "previous"]},
            "additionalProperties": PERCENT,
            "minProperties": 1,
            "description": "The exact shares of `target` and `previous`; in place of `percent`.",
        },
        "pinned": {
            "type": "boolean",
            "description": "Whether the share is bound to the revision's name (true) or follows the latest one (false).",
        },
    },
    "additionalProperties": False,
    "examples": [
        {"percent": 100, "pinned": False},
        {"percent": 0, "tag": "candidate"},
        {"split": {"target": 10, "previous": 90}},
    ],
    "x-failures": [
        "traffic is pinned to ...; ... has ... %",
        "... has ... % of the traffic (...)",
        "tag ... is on ...",
    ],
    "x-unknown": [
        "... has ... % of the traffic by the service's status, but the service is not settled yet",
        "the previous revision is not known",
    ],
    "x-commands": [
        "gcloud run services describe SERVICE --region=REGION --project=PROJECT --format='yaml(status.traffic)'",
        "gcloud run services update-traffic SERVICE --to-latest --region=REGION --project=PROJECT",
    ],
}


@dataclass(frozen=True)
class Options:
    """How the traffic must be."""

    percent: Bound | None = None
    previous: int | None = None
    tag: str = ""
    pinned: bool | None = None


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    split = value.get("split")
    if split is None:
        only_tag = "tag" in value and "percent" not in value
        percent = None if only_tag else bound(value.get("percent", 100))
        return Options(percent, None, value.get("tag", ""), value.get("pinned"))
    percent = bound(split["target"]) if "target" in split else None
    made = Options(percent, split.get("previous"), value.get("tag", ""), value.get("pinned"))
    return sound(made, _mistakes(value, split))


def _mistakes(value: Any, split: Any) -> Iterator[Mistake]:
    if "percent" in value:
        yield Mistake("`split` stands in place of `percent`; keep one of them", "percent")
    if sum(split.values()) > 100:
        yield Mistake(f"the shares add up to {sum(split.values())} %, more than 100", "split")


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The service, the revision whose traffic it is, and for `split` the others."""
    wanted, target = check.options, check.target.name
    more = {RevisionsOf(target)} if wanted.previous is not None else set()
    return frozenset({ServiceOf(target), RevisionOf(target), *more})


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge each reading of the service; pinned traffic on a settled service is final."""
    wanted, frozen = check.options, evidence.of(ServiceOf(check.target.name)).frozen

    def look(observation: Observation, content: Json) -> Attempt:
        service = Service.read(content)
        own = _find(check, evidence, service)
        finding = holds_and_asserts(check, evidence.as_of(observation), own, {"service": content})
        share = service.serving().get(frozen, 0)
        starved = wanted.percent is not None and not wanted.percent.holds(share) and share == 0
        conclusive = own.state is State.VIOLATED and starved and service.pinned_away_from(frozen)
        return Attempt(observation.sent, finding, (observation.seq,), conclusive)

    when = timing(check, evidence)
    return eventually(service_looks(check, evidence, when, look), when, now)


def _find(check: Check[Options], evidence: Evidence, service: Service) -> Finding:
    wanted = check.options
    frozen = evidence.of(ServiceOf(check.target.name)).frozen
    findings = []
    if wanted.percent:
        findings.append(_share(check, evidence, service, wanted.percent))
    if wanted.previous is not None:
        findings.append(_previous(check, evidence, service, wanted.previous))
    if wanted.tag:
        holder = service.tags().get(wanted.tag, ("no revision", ""))[0]
        state = State.HOLDS if holder == frozen else State.VIOLATED
        finding = Finding(state, f"tag {wanted.tag} is on {holder}", f"tag {wanted.tag} on {frozen}", holder)
        findings.append(finding)
    if wanted.pinned is not None:
        findings.append(_pinning(check, evidence, service, wanted.pinned))
    return worst(findings)


def _shares(service: Service) -> str:
    return ", ".join(f"{name} {percent} %" for name, percent in service.serving().items()) or "none has any"


def _shown(service: Service) -> tuple[Excerpt, ...]:
    state = "settled" if service.settled else "not settled"
    return (Excerpt(f"traffic ({state}): {_shares(service)}", service.updated, "Cloud Run"),)


def _share(check: Check[Options], evidence: Evidence, service: Service, wanted: Bound) -> Finding:
    frozen = evidence.of(ServiceOf(check.target.name)).frozen
    share = service.serving().get(frozen, 0)
    expected, actual = f"{frozen} with {wanted.text('%')}", _shares(service)
    if wanted.holds(share) and not service.settled:
        reason = f"{frozen} has {share} % of the traffic by the service's status, but the service is not settled yet"
        return Finding(State.UNKNOWN, reason, expected, actual, evidence=_shown(service))
    if wanted.holds(share):
        return Finding(
            State.HOLDS, f"{frozen} has {share} % of the traffic", expected, actual, evidence=_shown(service)
        )
    if service.pinned_away_from(frozen):
        reason = f"traffic is pinned to {_shares(service)}; {frozen} has {share} %"
        return Finding(State.VIOLATED, reason, expected, actual, repair(check, evidence), _shown(service))
    waiting = "" if service.settled else "; the service is not settled yet"
    reason = f"{frozen} has {share} % of the traffic ({_shares(service)}){waiting}"
    return Finding(State.VIOLATED, reason, expected, actual, repair(check, evidence), _shown(service))


def _previous(check: Check[Options], evidence: Evidence, service: Service, wanted: int) -> Finding:
    previous = evidence.of(PreviousOf(check.target.name))
    if previous is None:
        return Finding(State.UNKNOWN, "the previous revision is not known")
    share = service.serving().get(previous.name, 0)
    state = State.HOLDS if share == wanted else State.VIOLATED
    reason = f"{previous.name} (previous) has {share} % of the traffic"
    return Finding(state, reason, f"{previous.name} with {wanted} %", _shares(service), evidence=_shown(service))


def _pinning(check: Check[Options], evidence: Evidence, service: Service, wanted: bool) -> Finding:
    frozen = evidence.of(ServiceOf(check.target.name)).frozen
    named = any(share.revision == frozen and share.percent for share in service.traffic)
    followed = any(share.latest and share.percent for share in service.traffic)
    if wanted is named and (wanted or followed):
        how = "by its name" if named else "by being the latest"
        return Finding(State.HOLDS, f"{frozen} has its traffic {how}", evidence=_shown(service))
    expected = f"traffic {'bound to the name ' + frozen if wanted else 'that follows the latest revision'}"
    names = ", ".join(f"{share.revision or 'LATEST'}={share.percent}" for share in service.traffic if share.percent)
    reason = f"traffic {'is not bound to' if wanted else 'is pinned by name, it does not follow the latest revision:'} {frozen if wanted else names}"
    return Finding(State.VIOLATED, reason, expected, names, repair(check, evidence), _shown(service))


def repair(check: Check[Options], evidence: Evidence) -> str:
    """The command that gives the target the traffic that is wanted."""
    wanted, target = check.options, check.target
    frozen = evidence.of(ServiceOf(target.name)).frozen
    percent = wanted.percent.max if wanted.percent and wanted.percent.max is not None else 100
    if percent == 100 and not wanted.pinned and not target.revision:
        change = "--to-latest"
    elif wanted.previous is not None and (previous := evidence.of(PreviousOf(target.name))):
        change = f"--to-revisions={frozen}={percent:g},{previous.name}={wanted.previous}"
    else:
        change = f"--to-revisions={frozen}={percent:g}"
    return f"gcloud run services update-traffic {target.service} {change} {target.flags}"
