"""gRPC's health check, by hand: two messages of one field each are not worth a package.

github.com/grpc/grpc/blob/master/doc/health-checking.md: HealthCheckRequest {string service = 1},
HealthCheckResponse {ServingStatus status = 1}.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from validator.emulator.api.calls import CheckHealth
from validator.words.call import Json

CHECK = "/grpc.health.v1.Health/Check"
_STATUSES = {"UNKNOWN": 0, "SERVING": 1, "NOT_SERVING": 2, "SERVICE_UNKNOWN": 3}


def asked(request: bytes, host: str, metadata: Iterable[Any]) -> CheckHealth:
    """The call that a HealthCheckRequest to a host is."""
    service = request[2:].decode(errors="replace") if request[:1] == b"\x0a" else ""
    headers = tuple((str(name), value) for name, value in metadata if isinstance(value, str))
    return CheckHealth(f"https://{host}{CHECK}", service, headers)


def answered(content: Json) -> bytes:
    """The HealthCheckResponse of an answer."""
    status = _STATUSES[content["status"]]
    return bytes((0x08, status)) if status else b""
