"""Calls that the gate itself never makes: what gcloud and other clients ask of the world besides `validator.words.call`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from validator.words.call import (
    Call,
    Exchange,
    GetBuild,
    GetManifest,
    GetRevision,
    GetService,
    Json,
    ListBuilds,
    ListEntries,
    ListRevisions,
)


@dataclass(frozen=True)
class ListServices:
    """run.v2 Services.ListServices."""

    parent: str
    """`projects/P/locations/L`; `-` stands for all locations."""
    page_size: int = 100
    page_token: str = ""


@dataclass(frozen=True)
class WriteService:
    """run.v2 Services.CreateService and UpdateService, run.v1 POST and PUT of a Knative service."""

    name: str
    """`projects/P/locations/L/services/S`"""
    service: Json = field(hash=False)
    """run.v2 Service as its official JSON."""
    mask: tuple[str, ...] = ()
    """Fields to write, in camelCase; none: all that a client may write."""
    create: bool = False
    """Whether the service may be new."""
    update: bool = True
    """Whether the service may be there already."""
    method: str = "google.cloud.run.v2.Services.UpdateService"
    """As the audit log names it."""


@dataclass(frozen=True)
class GetOperation:
    """google.longrunning.Operations.GetOperation."""

    name: str
    """`projects/P/locations/L/operations/ID`"""


@dataclass(frozen=True)
class OpenTail:
    """logging.v2 TailLogEntries: its first message."""

    resource_names: tuple[str, ...]
    filter: str
    window: float
    """Seconds for which entries are held back, to come in order."""


@dataclass(frozen=True)
class CloseTail:
    """The end of a tail."""

    session: int


@dataclass(frozen=True)
class OpenSocket:
    """A request that asks to go on as a WebSocket."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Tell:
    """A message to a service over a WebSocket."""

    session: int
    text: str
    """Of a binary message its bytes in hexadecimal digits."""
    binary: bool = False


@dataclass(frozen=True)
class CloseSocket:
    """The end of a WebSocket, from whatever side."""

    session: int


@dataclass(frozen=True)
class CallMethod:
    """A unary call of gRPC of a deployed service."""

    url: str
    """`https://HOST/PACKAGE.SERVICE/METHOD`"""
    request: str = ""
    """The request as JSON, as text; empty where it is not known."""
    headers: tuple[tuple[str, str], ...] = ()


Session = OpenTail | CloseTail | OpenSocket | Tell | CloseSocket | CallMethod
Question = Call | ListServices | WriteService | GetOperation | Session

METHODS: Mapping[type, str] = {
    GetService: "GetService",
    ListServices: "ListServices",
    GetRevision: "GetRevision",
    ListRevisions: "ListRevisions",
    GetOperation: "GetOperation",
    GetBuild: "GetBuild",
    ListBuilds: "ListBuilds",
    GetManifest: "GetManifest",
    ListEntries: "ListLogEntries",
    OpenTail: "TailLogEntries",
    Exchange: "HTTP",
    OpenSocket: "HTTP",
    CallMethod: "HTTP",
}
"""The name under which a call is counted and scenarios speak of it; a write is CreateService or UpdateService.

What belongs to a call that was counted already is not here.
"""


def method_of(call: Question) -> str:
    """The name under which a call is counted; empty if it belongs to one that was."""
    if isinstance(call, WriteService):
        return "UpdateService" if call.update else "CreateService"
    return METHODS.get(type(call), "")
