"""gRPC's health check, by hand: two messages of one field each are not worth a package.

github.com/grpc/grpc/blob/master/doc/health-checking.md: HealthCheckRequest {string service = 1},
HealthCheckResponse {ServingStatus status = 1}.
"""

from __future__ import annotations

import json

CHECK = "/grpc.health.v1.Health/Check"
_STATUSES = {"UNKNOWN": 0, "SERVING": 1, "NOT_SERVING": 2, "SERVICE_UNKNOWN": 3}


def asked(request: bytes) -> str:
    """A HealthCheckRequest as JSON."""
    service = request[2:].decode(errors="replace") if request[:1] == b"\x0a" else ""
    return json.dumps({"service": service})


def answered(status: str) -> bytes:
    """The HealthCheckResponse of a status."""
    return bytes((0x08, _STATUSES[status])) if _STATUSES[status] else b""
