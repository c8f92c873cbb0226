"""The methods of Google's APIs that are served: their messages, the fields of a request that are known, and the call it is.

A request with a field that is set and not known here is refused, by gRPC and REST alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.unknown_fields import UnknownFieldSet

from validator.emulator.api.calls import GetOperation, ListServices, Question, WriteService
from validator.emulator.api.refusal import RefusalError
from validator.words.call import GetBuild, GetRevision, GetService, ListBuilds, ListEntries, ListRevisions

_RUN = "google.cloud.run_v2.types"
_BUILD = "google.cloud.devtools.cloudbuild_v1.types"
_LOGGING = "google.cloud.logging_v2.types"
_OPERATIONS = "google.longrunning.operations_pb2"
_MORE = ("google.cloud.audit.audit_log_pb2",)
"""Types of payloads inside entries."""


@dataclass(frozen=True)
class Method:
    """A method: where its messages are, which fields of its request are known, and what call a request is."""

    request: tuple[str, str]
    """Package and name of the message."""
    response: tuple[str, str]
    fields: frozenset[str]
    call: Callable[[Any], Question]

    def asked(self, request: Any) -> Question:
        """The call that a request (a protobuf message) is.

        Raises:
            RefusalError: it sets a field that is not known here.
        """
        name = self.request[1]
        for field, _ in request.ListFields():
            if field.name not in self.fields:
                raise RefusalError("UNIMPLEMENTED", f"{name}.{field.name} is not known here.")
        if len(UnknownFieldSet(request)):
            number = UnknownFieldSet(request)[0].field_number
            raise RefusalError("INVALID_ARGUMENT", f"{name} has no field {number} here.")
        return self.call(request)


def message(of: tuple[str, str]) -> Any:
    """The class of a protobuf message."""
    found = getattr(import_module(of[0]), of[1])
    return found.pb() if hasattr(found, "pb") else found


@cache
def load() -> None:
    """Import Google's packages, which takes about half a second."""
    for package in (_RUN, _LOGGING, _BUILD, _OPERATIONS, *_MORE):
        import_module(package)


def _write(request: Any) -> WriteService:
    mask = tuple(_camel(path) for path in request.update_mask.paths)
    service = MessageToDict(request.service)
    return WriteService(request.service.name, service, mask, create=request.allow_missing)


def _create(request: Any) -> WriteService:
    name = f"{request.parent}/services/{request.service_id}"
    method = "google.cloud.run.v2.Services.CreateService"
    return WriteService(name, MessageToDict(request.service), create=True, update=False, method=method)


def _camel(path: str) -> str:
    head, *rest = path.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _global(request: Any) -> str:
    return f"projects/{request.project_id}/locations/global"


def _method(package: str, request: str, response: str, fields: str, call: Callable[[Any], Question]) -> Method:
    return Method((package, request), (package, response), frozenset(fields.split()), call)


def _writing(request: str, fields: str, call: Callable[[Any], Question]) -> Method:
    return Method((_RUN, request), (_OPERATIONS, "Operation"), frozenset(fields.split()), call)


METHODS = {
    "/google.cloud.run.v2.Services/GetService": _method(
        _RUN, "GetServiceRequest", "Service", "name", lambda request: GetService(request.name)
    ),
    "/google.cloud.run.v2.Services/ListServices": _method(
        _RUN,
        "ListServicesRequest",
        "ListServicesResponse",
        "parent page_size page_token",
        lambda request: ListServices(request.parent, request.page_size, request.page_token),
    ),
    "/google.cloud.run.v2.Services/CreateService": _writing(
        "CreateServiceRequest", "parent service service_id", _create
    ),
    "/google.cloud.run.v2.Services/UpdateService": _writing(
        "UpdateServiceRequest", "service update_mask allow_missing", _write
    ),
    "/google.cloud.run.v2.Revisions/GetRevision": _method(
        _RUN, "GetRevisionRequest", "Revision", "name", lambda request: GetRevision(request.name)
    ),
    "/google.cloud.run.v2.Revisions/ListRevisions": _method(
        _RUN,
        "ListRevisionsRequest",
        "ListRevisionsResponse",
        "parent page_size page_token",
        lambda request: ListRevisions(request.parent, request.page_size, request.page_token),
    ),
    "/google.longrunning.Operations/GetOperation": Method(
        (_OPERATIONS, "GetOperationRequest"),
        (_OPERATIONS, "Operation"),
        frozenset({"name"}),
        lambda request: GetOperation(request.name),
    ),
    "/google.devtools.cloudbuild.v1.CloudBuild/GetBuild": _method(
        _BUILD,
        "GetBuildRequest",
        "Build",
        "project_id id name",
        lambda request: GetBuild(request.name or f"{_global(request)}/builds/{request.id}"),
    ),
    "/google.devtools.cloudbuild.v1.CloudBuild/ListBuilds": _method(
        _BUILD,
        "ListBuildsRequest",
        "ListBuildsResponse",
        "project_id parent filter page_size page_token",
        lambda request: ListBuilds(
            request.parent or _global(request), request.filter, request.page_size, request.page_token
        ),
    ),
    "/google.logging.v2.LoggingServiceV2/ListLogEntries": _method(
        _LOGGING,
        "ListLogEntriesRequest",
        "ListLogEntriesResponse",
        "resource_names filter order_by page_size page_token",
        lambda request: ListEntries(
            tuple(request.resource_names), request.filter, request.order_by, request.page_size, request.page_token
        ),
    ),
}
"""gRPC path -> unary method."""
TAIL = "/google.logging.v2.LoggingServiceV2/TailLogEntries"
"""The one method that streams."""
