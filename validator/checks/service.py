"""The service is set up as it should be, whatever revision is newest: ingress, instances, labels.

It is judged on each reading of the service, and holds still at the run's end. A further target that is judged by this kind alone is not
resolved to a revision: none is asked for, and a newer one is no matter. What the keys do not say, CEL does:
`assert: service.update_time < deployed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from validator.evidence.journal import Observation
from validator.evidence.known import Evidence
from validator.evidence.service import ServiceOf
from validator.evidence.sort import Query
from validator.judging.attempts import eventually, timing
from validator.judging.service_looks import service_looks
from validator.judging.setting_rules import find
from validator.judging.variables import holds_and_asserts
from validator.judging.variables import queries as asked
from validator.language.expectation import TEXT, Rule, Scope, Text, named, scaled
from validator.language.revision_schema import INGRESS, SCALING
from validator.resources import settings
from validator.resources.condition import Condition
from validator.resources.service import Service
from validator.words.call import Json
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State, together
from validator.words.verdict import Excerpt, Verdict

lasting = True
within: float | None = None
present = True
variables: dict[str, str] = {}
schema = {
    "type": "object",
    "properties": {
        "ingress": INGRESS,
        "scaling": {**SCALING, "description": "`min` and `max`: the instances of all its revisions together."},
        "labels": {
            "type": "object",
            "additionalProperties": TEXT,
            "minProperties": 1,
            "description": "Labels of the service: exactly this, `{match: pattern}`, or `absent`.",
        },
    },
    "additionalProperties": False,
    "examples": [{}, {"ingress": "internal"}, {"scaling": {"min": 2, "max": {"max": 40}}, "labels": {"team": "web"}}],
    "x-failures": ["... is not ready: ...", "the ... of ... is ...", "... is not set in ..."],
    "x-unknown": ["... is not settled yet: ..."],
    "x-commands": ["gcloud run services describe SERVICE --region=REGION --project=PROJECT"],
}


@dataclass(frozen=True)
class Options:
    """What its settings have to be."""

    rules: tuple[Rule, ...] = ()


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    return Options(tuple(_rules(value)))


def _rules(value: Mapping[str, Any]) -> Iterator[Rule]:
    if "ingress" in value:
        yield Rule("ingress", "service.ingress", Text(value["ingress"]), Scope.SERVICE)
    yield from scaled(value.get("scaling", {}), "service.scaling", Scope.SERVICE)
    yield from named("label", "labels", value.get("labels", {}), Scope.SERVICE)


def queries(check: Check[Options]) -> frozenset[Query[Any]]:
    """The service."""
    own: set[Query[Any]] = {ServiceOf(check.target.name)}
    return asked(check) | own


def judge(check: Check[Options], evidence: Evidence, now: float) -> Verdict:
    """Judge each reading of the service; its settings may be changed at any time."""

    def look(observation: Observation, content: Json) -> Attempt:
        own = _find(check, Service.read(content))
        finding = holds_and_asserts(check, evidence.as_of(observation), own, {"service": content})
        return Attempt(observation.sent, finding, (observation.seq,))

    when = timing(check, evidence)
    return eventually(service_looks(check, evidence, when, look), when, now)


def _find(check: Check[Options], service: Service) -> Finding:
    labels = {f"labels.{name}": value for name, value in service.labels.items()}
    found = {**settings.of_service(service.raw), **labels}
    whole = together([_settled(service), *(find(rule, found, service.name) for rule in check.options.rules)])
    if whole.state is not State.VIOLATED:
        return whole
    describe = f"gcloud run services describe {service.name} {check.target.flags}"
    return replace(whole, remedy=f"set it as the spec wants, or mend the spec; what is set: {describe}")


def _settled(service: Service) -> Finding:
    """Whether the settings are in force; that its newest revision failed is no matter of theirs."""
    terminal, conditions = service.terminal, map(Condition.read, service.raw.get("conditions", ()))
    routes = next((each for each in conditions if each.type == "RoutesReady"), terminal)
    told = f"{routes.reason} {routes.message}".strip()
    shown = (
        Excerpt(f"service {service.name}: {routes.type} {routes.state} {told}".strip(), service.updated, "Cloud Run"),
    )
    if service.reconciling or not (terminal.succeeded or terminal.failed):
        return Finding(State.UNKNOWN, f"{service.name} is not settled yet: {told or routes.state}", evidence=shown)
    if routes.failed and routes is not terminal:
        return Finding(
            State.VIOLATED, f"{service.name} is not ready: {told}", "routes that are ready", told, evidence=shown
        )
    return Finding(State.HOLDS, f"the settings of {service.name} are in force", evidence=shown)
