"""Long-running operations: a write to a service is done when the service is settled, or has failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from validator.emulator.api.refusal import RefusalError
from validator.emulator.world.deployment import Deployment
from validator.words.call import Json

_FAILED_PRECONDITION = 9
SERVICE_TYPE = "type.googleapis.com/google.cloud.run.v2.Service"


@dataclass(frozen=True)
class Operation:
    """A write under way."""

    service: str
    """Full name."""
    generation: str
    """That it made."""


def answered(operations: Mapping[str, Operation], deployment: Deployment, name: str) -> Json:
    """The google.longrunning.Operation of this name.

    A write that a later one took over is done with the later one.

    Raises:
        RefusalError: there is none.
    """
    if name not in operations:
        raise RefusalError("NOT_FOUND", f"Operation {name!r} does not exist.")
    service = deployment.services[operations[name].service]
    shown = {"@type": SERVICE_TYPE, **service}
    found: dict[str, object] = {"name": name, "metadata": shown}
    if service.get("reconciling"):
        return found
    terminal = service.get("terminalCondition") or {}
    if terminal.get("state") == "CONDITION_FAILED":
        error = {"code": _FAILED_PRECONDITION, "message": terminal.get("message", "")}
        return {**found, "done": True, "error": error}
    return {**found, "done": True, "response": shown}
