"""A story's lines as entries in Cloud Logging's store."""

from __future__ import annotations

from typing import Any

from benchmarks.soundness.resources import HOST, NAMES, full
from benchmarks.soundness.story import Line
from validator.emulator.world.audit import SYSTEM_EVENT
from validator.emulator.world.entries import LOGS, Stored, instance, log_name, nanos, resource, stamp
from validator.words.call import Json

EPOCH = 1_790_000_000.0
"""Unix time (the platform's) at which a story's 0 is."""
_LOGS = {**LOGS, "audit": SYSTEM_EVENT}


def stored(number: int, line: Line) -> Stored:
    """The entry of a story's `number`-th line."""
    at, name = nanos(EPOCH + line.at), NAMES[line.revision]
    entry: dict[str, Any] = {
        "logName": log_name("shop", _LOGS[line.stream]),
        "resource": resource(full(line.revision)),
        "timestamp": stamp(at),
        "receiveTimestamp": stamp(nanos(EPOCH + line.received)),
        "insertId": f"line{number:06d}",
        **({"severity": line.severity} if line.severity else {}),
        **({} if line.stream == "audit" else {"labels": {"instanceId": instance(line.instance, name)}}),
        **_payload(line, name),
    }
    return Stored((at, entry["insertId"]), EPOCH + line.readable, "shop", entry)


def _payload(line: Line, revision: str) -> Json:
    if line.stream == "requests":
        return {"httpRequest": _request(line)}
    if line.stream == "audit":
        return {"protoPayload": _audit(line, revision)}
    return {"textPayload": line.text} if line.payload is None else {"jsonPayload": line.payload}


def _request(line: Line) -> Json:
    return {
        "requestMethod": "GET",
        "requestUrl": f"https://{HOST}/{line.text}",
        "status": 500 if line.severity == "ERROR" else 200,
        "userAgent": "Mozilla/5.0",
        "latency": "0.050s",
    }


def _audit(line: Line, revision: str) -> Json:
    return {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "run.googleapis.com",
        "methodName": "/InternalServices.ReplaceInternalService",
        "resourceName": f"namespaces/shop/revisions/{revision}",
        "status": {"message": f"{line.text} for Revision {revision}."},
    }
