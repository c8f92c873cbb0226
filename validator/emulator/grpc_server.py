"""gRPC for the Google client libraries: the calls that the world knows, with the generated messages.

Google's packages take about half a second to import; that goes on in a thread while the server listens already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import grpc
from google.protobuf import json_format

from validator.emulator.running import Running
from validator.model.call import (
    Call,
    GetBuild,
    GetRevision,
    GetService,
    Json,
    ListBuilds,
    ListEntries,
    ListRevisions,
    Problem,
)

_RUN = "google.cloud.run_v2.types"
_BUILD = "google.cloud.devtools.cloudbuild_v1.types"
_LOGGING = "google.cloud.logging_v2.types"


@dataclass(frozen=True)
class _Method:
    """An RPC: the package and the names of its messages, and the call that a request is."""

    package: str
    request: str
    response: str
    call: Callable[[Any], Call]


_METHODS = {
    "/google.cloud.run.v2.Services/GetService": _Method(
        _RUN, "GetServiceRequest", "Service", lambda request: GetService(request.name)
    ),
    "/google.cloud.run.v2.Revisions/GetRevision": _Method(
        _RUN, "GetRevisionRequest", "Revision", lambda request: GetRevision(request.name)
    ),
    "/google.cloud.run.v2.Revisions/ListRevisions": _Method(
        _RUN,
        "ListRevisionsRequest",
        "ListRevisionsResponse",
        lambda request: ListRevisions(request.parent, request.page_size, request.page_token),
    ),
    "/google.devtools.cloudbuild.v1.CloudBuild/GetBuild": _Method(
        _BUILD,
        "GetBuildRequest",
        "Build",
        lambda request: GetBuild(request.name or f"{_global(request)}/builds/{request.id}"),
    ),
    "/google.devtools.cloudbuild.v1.CloudBuild/ListBuilds": _Method(
        _BUILD,
        "ListBuildsRequest",
        "ListBuildsResponse",
        lambda request: ListBuilds(
            request.parent or _global(request), request.filter, request.page_size, request.page_token
        ),
    ),
    "/google.logging.v2.LoggingServiceV2/ListLogEntries": _Method(
        _LOGGING,
        "ListLogEntriesRequest",
        "ListLogEntriesResponse",
        lambda request: ListEntries(
            tuple(request.resource_names), request.filter, request.order_by, request.page_size, request.page_token
        ),
    ),
}


def _global(request: Any) -> str:
    return f"projects/{request.project_id}/locations/global"


class GoogleApis(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic in its stubs alone
    """Answers the RPCs of `_METHODS`; every other one is UNIMPLEMENTED."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._entries: dict[int, Any] = {}
        self._loaded = asyncio.ensure_future(asyncio.to_thread(_load))

    def service(self, handler_call_details: Any) -> Any:
        """The handler of a method; None for one that is not known."""
        method = _METHODS.get(handler_call_details.method)
        if method is None:
            return None

        async def handle(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            return await self._answer(method, request, context)

        return grpc.unary_unary_rpc_method_handler(handle)

    async def _answer(self, method: _Method, request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        await self._loaded
        package = import_module(method.package)
        result = self._running(method.call(getattr(package, method.request).pb().FromString(request)))
        if isinstance(result, Problem):
            await context.abort(grpc.StatusCode[result.code], result.message)
        response = getattr(package, method.response).pb()()
        answer: bytes = self._filled(response, result.content).SerializeToString()
        return answer

    def _filled(self, response: Any, content: Json) -> Any:
        """The response message of an answer; entries, of which there are many, are converted once."""
        entries = content.get("entries", ())
        rest = {key: value for key, value in content.items() if key != "entries" or not entries}
        json_format.ParseDict(rest, response, ignore_unknown_fields=True)
        for entry in entries:
            if id(entry) not in self._entries:  # the world keeps every entry, so an id is not used again
                self._entries[id(entry)] = json_format.ParseDict(
                    entry, type(response)().entries.add(), ignore_unknown_fields=True
                )
            response.entries.append(self._entries[id(entry)])
        return response


def _load() -> None:
    for package in (_RUN, _LOGGING, _BUILD, "google.cloud.audit.audit_log_pb2"):
        import_module(package)


async def serve_grpc(running: Running) -> tuple[grpc.aio.Server, int]:
    """Serve on a free port of the loopback interface: the server, which is to be stopped, and the port."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((GoogleApis(running),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port
