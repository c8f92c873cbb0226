"""What a write to a Cloud Run service sets off: a new revision, its conditions in time, and where traffic then goes.

A service passes `reconciling` on its way from one settled state to the next (run.v2 Service). Of a new revision first the
image is imported: it says Ready, although no container was started. Then its container is healthy and it is ready again, or
it has failed, which the platform tries again. Traffic follows when it is ready. A later write takes the service over: what
the earlier one still had to do to the service does not happen, its revision goes on.
(The order of conditions is that of audit entries in real exports.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from validator.emulator.api.refusal import RefusalError
from validator.emulator.world.chance import digits
from validator.emulator.world.deployment import Deployment
from validator.emulator.world.moments import length
from validator.words.call import Json
from validator.words.instant import rfc3339
from validator.words.resource_name import short

_FROM_TEMPLATE = (
    *("labels", "annotations", "scaling", "vpcAccess", "maxInstanceRequestConcurrency", "timeout", "serviceAccount"),
    *("containers", "volumes", "executionEnvironment", "encryptionKey", "sessionAffinity", "nodeSelector"),
)
"""Fields that a revision takes from the template as they are."""


@dataclass(frozen=True)
class Timing:
    """How a deploy goes on: seconds after the write, and how it ends."""

    imported: float
    ready: float
    routed: float
    """After the write when no revision is new; after `ready` otherwise."""
    reason: str
    """The revision's reason for not becoming ready; empty if it does."""
    message: str

    @classmethod
    def read(cls, data: Json) -> Timing:
        """From the scenario's `rollout`."""
        failure = data.get("failure") or {}
        return cls(
            length(data.get("imported", "2s")),
            length(data.get("ready", "6s")),
            length(data.get("routed", "2s")),
            str(failure.get("reason", "")),
            str(failure.get("message", "")),
        )


@dataclass(frozen=True)
class Stage:
    """A step of a rollout that is still to come."""

    at: float
    step: str
    """`imported`, `ready`, `routed`."""
    service: str
    """Full name."""
    generation: str
    revision: str
    """Short name of the new one; empty if none is new."""
    checked: bool = True
    """Whether the deploy waits for a healthy container."""

    def of(self, timing: Timing) -> Timing:
        """The timing of this rollout: where no container is waited for none can fail it."""
        return timing if self.checked else replace(timing, reason="", message="")


def condition(kind: str, state: str, at: float, **more: str) -> Json:
    """A run.v2 Condition."""
    return {"type": kind, "state": f"CONDITION_{state}", "lastTransitionTime": rfc3339(at), **more}


def new_revision(service: Json, template: Json, name: str, at: float, seed: int) -> Json:
    """The Revision that a template makes, at its creation."""
    return {
        "name": f"{service['name']}/revisions/{name}",
        "uid": _uuid(seed, "revision", service["name"], name),
        "generation": "1",
        **{key: template[key] for key in _FROM_TEMPLATE if key in template},
        "createTime": rfc3339(at),
        "updateTime": rfc3339(at),
        "launchStage": service.get("launchStage", "GA"),
        "service": short(service["name"]),
        "reconciling": True,
        "conditions": [condition(kind, "RECONCILING", at) for kind in ("Ready", "ContainerReady", "ContainerHealthy")],
    }


def _uuid(seed: int, *question: object) -> str:
    text = digits(seed, *question)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def uuid(seed: int, *question: object) -> str:
    """An identifier in the form of a UUID."""
    return _uuid(seed, *question)


def stages(service: Json, revision: str, at: float, timing: Timing) -> tuple[Stage, ...]:
    """What is to come after a write."""
    name, generation = service["name"], service["generation"]
    if not revision:
        return (Stage(at + timing.routed, "routed", name, generation, ""),)
    imported = Stage(at + timing.imported, "imported", name, generation, revision, _is_checked(service))
    ready = replace(imported, at=at + timing.ready, step="ready")
    routed = replace(imported, at=ready.at + timing.routed, step="routed")
    return (imported, ready) if ready.of(timing).reason else (imported, ready, routed)


def _is_checked(service: Json) -> bool:
    return not (service.get("template") or {}).get("healthCheckDisabled")


def happened(deployment: Deployment, stage: Stage, timing: Timing) -> Deployment:
    """The deployment after a stage, at its time."""
    timing = stage.of(timing)
    changed: dict[str, dict[str, Json]] = {"services": {}, "revisions": {}}
    if stage.revision and stage.step != "routed":
        revision = deployment.revisions[f"{stage.service}/revisions/{stage.revision}"]
        changed["revisions"][stage.revision] = _revision_at(revision, stage, timing)
    service = deployment.services[stage.service]
    if service.get("generation") == stage.generation and stage.step != "imported":
        routed = stage.step == "routed"
        after = _routed(service, stage, deployment) if routed else _configured(service, stage, timing)
        changed["services"][short(stage.service)] = after
    return deployment.replaced(changed)


def _revision_at(revision: Json, stage: Stage, timing: Timing) -> Json:
    at = stage.at
    after = {**revision, "updateTime": rfc3339(at)}
    if stage.step == "imported":
        told = f"Container image import completed in {timing.imported:g}s."
        return {
            **after,
            "conditions": [
                condition("Ready", "SUCCEEDED", at),
                condition("ContainerReady", "SUCCEEDED", at, message=told),
            ],
        }
    imported = [each for each in revision["conditions"] if each["type"] == "ContainerReady"]
    since = imported[0]["lastTransitionTime"]
    available = {**condition("ResourcesAvailable", "SUCCEEDED", at), "lastTransitionTime": since}
    after = {
        **after,
        "conditions": [*_decided(revision, stage, timing), *imported, available],
        "observedGeneration": "1",
    }
    return {key: value for key, value in after.items() if key != "reconciling"}


def _decided(revision: Json, stage: Stage, timing: Timing) -> list[Json]:
    """The conditions that say whether its container was started."""
    at = stage.at
    if timing.reason:
        told = {"revisionReason": timing.reason, "message": timing.message}
        retry = "System will retry after 0:00:00 from lastTransitionTime for attempt 0."
        return [
            condition("Ready", "FAILED", at, **told),
            condition("ContainerHealthy", "FAILED", at, **told),
            condition("Retry", "SUCCEEDED", at, reason="IMMEDIATE_RETRY", message=retry, severity="INFO"),
        ]
    found = [condition("Ready", "SUCCEEDED", at, message=f"Deploying revision succeeded in {timing.ready:g}s.")]
    if stage.checked:
        told_healthy = f"Containers became healthy in {timing.ready - timing.imported:g}s."
        found.append(condition("ContainerHealthy", "SUCCEEDED", at, message=told_healthy))
    if (revision.get("scaling") or {}).get("minInstanceCount"):
        found.append(condition("MinInstancesProvisioned", "SUCCEEDED", at))
    return found


def _configured(service: Json, stage: Stage, timing: Timing) -> Json:
    """The service when its new revision has become ready, or has not."""
    if not timing.reason:
        newest = f"{stage.service}/revisions/{stage.revision}"
        return {
            **service,
            "latestReadyRevision": newest if _is_served(service, stage.revision) else service["latestReadyRevision"],
            "conditions": _with(service, condition("ConfigurationsReady", "SUCCEEDED", stage.at)),
        }
    message = f"Revision '{stage.revision}' is not ready and cannot serve traffic. {timing.message}".strip()
    told = {"revisionReason": timing.reason, "message": message}
    old = short(service.get("latestReadyRevision", ""))
    statuses = [
        {**status, "revision": old} if old and not status.get("revision") else status
        for status in service.get("trafficStatuses", ())
    ]
    return _settled(
        {
            **service,
            "trafficStatuses": statuses,
            "conditions": _with(service, condition("ConfigurationsReady", "FAILED", stage.at, **told)),
        },
        condition("Ready", "FAILED", stage.at, **told),
    )


def _is_served(service: Json, revision: str) -> bool:
    """Whether a new revision gets traffic; without (`--no-traffic`) the latest ready one stays the one before."""
    targets = service.get("traffic", ())
    latest = any(target.get("type") == "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" for target in targets)
    named = any(target.get("revision") == revision and target.get("percent") for target in targets)
    return latest or named or not service.get("latestReadyRevision")


def _routed(service: Json, stage: Stage, deployment: Deployment) -> Json:
    routes = condition("RoutesReady", "SUCCEEDED", stage.at)
    newest = service.get("latestCreatedRevision", "")
    conditions = deployment.revisions.get(newest, {}).get("conditions", ())
    ready = any(each["type"] == "Ready" and each["state"] == "CONDITION_SUCCEEDED" for each in conditions)
    if ready and _is_served(service, short(newest)):
        service = {**service, "latestReadyRevision": newest}
    after = {**service, "trafficStatuses": statuses(service), "conditions": _with(service, routes)}
    return _settled(after, condition("Ready", "SUCCEEDED", stage.at))


def _settled(service: Json, terminal: Json) -> Json:
    kept = {key: value for key, value in service.items() if key != "reconciling"}
    return {
        **kept,
        "terminalCondition": terminal,
        "observedGeneration": service["generation"],
        "updateTime": terminal["lastTransitionTime"],
    }


def _with(service: Json, new: Json) -> list[Json]:
    return [new if each["type"] == new["type"] else each for each in service.get("conditions", ())]


def statuses(service: Json) -> list[Json]:
    """The traffic status of a service whose traffic is as it was asked for; a tag has a URL of its own."""
    host = service.get("uri", "").removeprefix("https://")
    return [
        {**target, **({"uri": f"https://{target['tag']}---{host}"} if target.get("tag") else {})}
        for target in service.get("traffic", ())
    ]


def checked_traffic(deployment: Deployment, name: str, traffic: Any, new: str) -> list[Json]:
    """The traffic that a write asks for, in which `new` may be named although it is only about to be.

    Raises:
        RefusalError: percentages that do not make 100, a revision that is not there, a tag given twice.
    """
    targets = list(traffic or [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}])
    if sum(target.get("percent", 0) for target in targets) != 100:
        raise RefusalError("INVALID_ARGUMENT", "service.traffic: the percentages must sum to 100.")
    tags = [target["tag"] for target in targets if target.get("tag")]
    if len(set(tags)) != len(tags):
        raise RefusalError("INVALID_ARGUMENT", "service.traffic: a tag is given twice.")
    for target in targets:
        revision = _named(target)
        if revision and revision != new and f"{name}/revisions/{revision}" not in deployment.revisions:
            raise RefusalError("NOT_FOUND", f"service.traffic: Revision '{revision}' does not exist.")
    return targets


def _named(target: Mapping[str, Any]) -> str:
    latest = target.get("type") == "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    if latest == bool(target.get("revision")):
        raise RefusalError("INVALID_ARGUMENT", "service.traffic: a target is either LATEST or names a revision.")
    return str(target.get("revision", ""))
