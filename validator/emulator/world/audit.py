"""Audit entries of Cloud Run: who wrote a service, and what the platform then did.

A write is logged under `activity`; what the platform does by itself under `system_event`. Entries of a service carry an
empty `revision_name`, so a filter by revision misses them (FACTS of real exports: cloud.google.com/run/docs/audit-logging).
"""

from __future__ import annotations

from validator.emulator.world.chance import digits
from validator.emulator.world.entries import Stored, Streams, instance, log_name, nanos, resource, stamp, store
from validator.emulator.world.rollout import Stage, Timing
from validator.logs.entry import SYSTEM
from validator.words.call import Json

ACTIVITY = "cloudaudit.googleapis.com/activity"
SYSTEM_EVENT = "cloudaudit.googleapis.com/system_event"
_INTERNAL = "/InternalServices.ReplaceInternalService"


def written(service: str, method: str, principal: str, at: float, *, seed: int, delay: float) -> Stored:
    """A client wrote a service, by its full name."""
    payload = {
        "authenticationInfo": {"principalEmail": principal},
        "methodName": method,
        "status": {},
    }
    return _entry(service, "", ACTIVITY, at, severity="NOTICE", payload=payload, seed=seed, delay=delay)


def changed(service: str, revision: str, state: bool, message: str, at: float, *, seed: int, delay: float) -> Stored:
    """The Ready condition of a service, or of a revision of it (short name), changed."""
    what = f"Revision {revision}" if revision else f"Service {service.rsplit('/', 1)[-1]}"
    told = f"Ready condition status changed to {state} for {what}" + (f" with message: {message}" if message else ".")
    status = {"message": told} if state else {"code": 9, "message": told}
    payload = {"methodName": _INTERNAL, "status": status}
    severity = "INFO" if state else "ERROR"
    return _entry(service, revision, SYSTEM_EVENT, at, severity=severity, payload=payload, seed=seed, delay=delay)


def _entry(
    service: str, revision: str, log: str, at: float, *, severity: str, payload: Json, seed: int, delay: float
) -> Stored:
    _, project, _, location, _, name = service.split("/")
    kind, owner = ("revisions", revision) if revision else ("services", name)
    labels = {
        "configuration_name": name,
        "location": location,
        "project_id": project,
        "revision_name": revision,
        "service_name": name,
    }
    entry = {
        "logName": log_name(project, log),
        "timestamp": stamp(nanos(at)),
        "insertId": digits(seed, "audit", service, revision, log, at, size=14),
        "severity": severity,
        "resource": {"type": "cloud_run_revision", "labels": labels},
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "serviceName": "run.googleapis.com",
            "resourceName": f"namespaces/{project}/{kind}/{owner}",
            **payload,
        },
    }
    return store(entry, at + delay)


def of_stage(stage: Stage, timing: Timing, *, seed: int, streams: Streams) -> tuple[Stored, ...]:
    """What the platform writes when a rollout comes to a stage."""
    found = []
    timing = stage.of(timing)
    at, delay = stage.at, streams.delay(SYSTEM_EVENT)
    if stage.revision and stage.step == "imported":
        found.append(changed(stage.service, stage.revision, True, "", at, seed=seed, delay=delay))
        found.append(_started(stage, seed, streams))
    if stage.revision and stage.step == "ready":
        told = timing.message if timing.reason else f"Deploying revision succeeded in {timing.ready:g}s."
        good = not timing.reason
        found.append(changed(stage.service, stage.revision, good, told, at, seed=seed, delay=delay))
        if not good:
            found.append(changed(stage.service, "", good, told, at, seed=seed, delay=delay))
    if stage.step == "routed":
        found.append(changed(stage.service, "", True, "", at, seed=seed, delay=delay))
    return tuple(found)


def _started(stage: Stage, seed: int, streams: Streams) -> Stored:
    revision = f"{stage.service}/revisions/{stage.revision}"
    entry = {
        "logName": log_name(revision.split("/")[1], SYSTEM),
        "timestamp": stamp(nanos(stage.at)),
        "insertId": digits(seed, "started", revision, size=14),
        "severity": "INFO",
        "resource": resource(revision),
        "labels": {"instanceId": instance(seed, stage.revision)},
        "textPayload": "Starting new instance. Reason: DEPLOYMENT_ROLLOUT - Instance started due to traffic shifting "
        "between revisions due to deployment, traffic split adjustment, or deployment health check.",
    }
    return store(entry, stage.at + streams.delay(SYSTEM))
