"""Writes to a Cloud Run service: what a client may write, what is refused, and the service right after the write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from validator.emulator.api.calls import WriteService
from validator.emulator.api.refusal import RefusalError
from validator.emulator.world import rollout
from validator.emulator.world.chance import digits
from validator.emulator.world.deployment import Deployment
from validator.emulator.world.resource_reads import SERVICE_NAME
from validator.words.call import Json
from validator.words.instant import rfc3339
from validator.words.resource_name import short

_WRITABLE = (
    *("description", "labels", "annotations", "client", "clientVersion", "ingress", "launchStage", "template"),
    *("traffic", "scaling", "invokerIamDisabled", "defaultUriDisabled", "customAudiences"),
)
"""Fields of a Service that a client writes; the rest of those it knows here is output only, and ignored as run.v2 says."""
_NOT_KNOWN = ("binaryAuthorization", "buildConfig", "iapEnabled", "multiRegionSettings", "threatDetectionEnabled")
"""Writable fields whose effect is not known here."""


@dataclass(frozen=True)
class Written:
    """What came of a write."""

    deployment: Deployment
    service: Json
    revision: str
    """Short name of the new one; empty if none is new."""
    stages: tuple[rollout.Stage, ...]


def write(deployment: Deployment, call: WriteService, at: float, *, seed: int, timing: rollout.Timing) -> Written:
    """Make a write at a time.

    Raises:
        RefusalError: the service is not there, or is there; an old etag; what the write asks for cannot be.
    """
    before = _before(deployment, call)
    wanted = _merged(before, call)
    template = wanted.get("template") or {}
    if not any(container.get("image") for container in template.get("containers", ())):
        raise RefusalError("INVALID_ARGUMENT", "service.template.containers: an image is required.")
    generation = str(int(before.get("generation", "0")) + 1)
    name = _new_name(deployment, before, template, call.name, generation=generation, seed=seed)
    traffic = rollout.checked_traffic(deployment, call.name, wanted.get("traffic"), name)
    service = {
        **before,
        **wanted,
        **_identity(call.name, seed, at, before),
        "traffic": traffic,
        "generation": generation,
        "updateTime": rfc3339(at),
        "reconciling": True,
        "terminalCondition": rollout.condition("Ready", "RECONCILING", at),
        "conditions": [
            rollout.condition("RoutesReady", "RECONCILING", at),
            rollout.condition("ConfigurationsReady", "RECONCILING" if name else "SUCCEEDED", at),
        ],
        "etag": f'"{digits(seed, "etag", call.name, generation, size=12)}"',
    }
    service = {key: value for key, value in service.items() if value is not None}
    resources: dict[str, dict[str, Json]] = {"services": {short(call.name): service}}
    if name:
        service["latestCreatedRevision"] = f"{call.name}/revisions/{name}"
        resources["revisions"] = {name: rollout.new_revision(service, template, name, at, seed)}
    stages = rollout.stages(service, name, at, timing)
    return Written(deployment.replaced(resources), service, name, stages)


def _before(deployment: Deployment, call: WriteService) -> Json:
    place = SERVICE_NAME.fullmatch(call.name)
    if not place:
        raise RefusalError("INVALID_ARGUMENT", f"The request has an invalid name: {call.name!r}.")
    before = deployment.services.get(call.name)
    if before is None and not call.create:
        where = f"in region '{place[2]}' in project '{place[1]}'"
        raise RefusalError("NOT_FOUND", f"Resource '{place[3]}' of kind 'SERVICE' {where} does not exist.")
    if before is not None and not call.update:
        raise RefusalError("ALREADY_EXISTS", f"Resource '{place[3]}' already exists.")
    if before is None:
        return {"name": call.name}
    etag = call.service.get("etag")
    if etag and before.get("etag") and etag != before["etag"]:
        raise RefusalError("ABORTED", f"Conflict for resource '{place[3]}': etag {etag} is not the newest.")
    return before


def _merged(before: Json, call: WriteService) -> Json:
    """The writable fields as they will be."""
    unknown = [key for key in _NOT_KNOWN if key in call.service and call.service[key] != before.get(key)]
    if unknown:
        raise RefusalError("UNIMPLEMENTED", f"Writing service.{unknown[0]} is not known here.")
    old = {key: before[key] for key in _WRITABLE if key in before}
    new = {key: call.service[key] for key in _WRITABLE if key in call.service}
    if not call.mask or "*" in call.mask:
        return {**dict.fromkeys(old), **new}
    merged: dict[str, Any] = dict(old)
    for path in call.mask:
        keys = path.split(".")
        if keys[0] not in _WRITABLE:
            raise RefusalError("INVALID_ARGUMENT", f"update_mask: {path!r} cannot be written here.")
        merged[keys[0]] = _placed(old.get(keys[0]), new.get(keys[0]), keys[1:])
    return merged


def _placed(old: Any, new: Any, keys: list[str]) -> Any:
    if not keys:
        return new
    if not isinstance(new, Mapping | None) or not isinstance(old, Mapping | None):
        raise RefusalError("INVALID_ARGUMENT", f"update_mask: {keys[0]!r} is not a field here.")
    return {**(old or {}), keys[0]: _placed((old or {}).get(keys[0]), (new or {}).get(keys[0]), keys[1:])}


def _identity(name: str, seed: int, at: float, before: Json) -> dict[str, Any]:
    """What a service is given once, when it is created."""
    if "uid" in before or "createTime" in before:
        return {}
    place = name.split("/")
    url = f"https://{place[-1]}-{int(digits(seed, 'project', place[1], size=9), 16):012d}.{place[3]}.run.app"
    return {
        "uid": rollout.uuid(seed, "service", name),
        "createTime": rfc3339(at),
        "uri": url,
        "urls": [url],
    }


def _new_name(
    deployment: Deployment, before: Json, template: dict[str, Any], name: str, *, generation: str, seed: int
) -> str:
    """The short name of the revision that a template makes; empty if it makes none."""
    service = short(name)
    given = str(template.get("revision") or "")
    same = _spec(template) == _spec(before.get("template") or {})
    if given:
        exists = f"{name}/revisions/{given}" in deployment.revisions
        if exists and not same:
            raise RefusalError(
                "ALREADY_EXISTS", f"Revision named '{given}' with different configuration already exists."
            )
        if not exists and not given.startswith(service + "-"):
            raise RefusalError("INVALID_ARGUMENT", f"A revision's name begins with {service}-, not {given!r}.")
        return "" if exists else given
    if same:
        return ""
    return f"{service}-{int(generation):05d}-{digits(seed, 'suffix', name, generation, size=3)}"


def _spec(template: Json) -> Json:
    return {key: value for key, value in template.items() if key != "revision" and value not in (None, {}, [], "")}
