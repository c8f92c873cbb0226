"""A real gRPC server that answers with Google's own messages, or refuses, as a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.cloud import run_v2
from google.cloud.devtools import cloudbuild_v1
from google.cloud.logging_v2 import types as logging_v2

_METHODS: dict[str, tuple[Any, Any]] = {
    "google.cloud.run.v2.Services/GetService": (run_v2.GetServiceRequest, run_v2.Service),
    "google.cloud.run.v2.Revisions/GetRevision": (run_v2.GetRevisionRequest, run_v2.Revision),
    "google.cloud.run.v2.Revisions/ListRevisions": (run_v2.ListRevisionsRequest, run_v2.ListRevisionsResponse),
    "google.devtools.cloudbuild.v1.CloudBuild/GetBuild": (cloudbuild_v1.GetBuildRequest, cloudbuild_v1.Build),
    "google.devtools.cloudbuild.v1.CloudBuild/ListBuilds": (
        cloudbuild_v1.ListBuildsRequest,
        cloudbuild_v1.ListBuildsResponse,
    ),
    "google.logging.v2.LoggingServiceV2/ListLogEntries": (
        logging_v2.ListLogEntriesRequest,
        logging_v2.ListLogEntriesResponse,
    ),
}

Behaviour = Callable[[Any, grpc.ServicerContext], Any]


@dataclass
class GoogleServer:
    """What it does for each method, and what it was asked."""

    port: int = 0
    behaviour: dict[str, Behaviour] = field(default_factory=dict)
    requests: list[Any] = field(default_factory=list)

    def answer(self, method: str, message: Any) -> None:
        """Answer this method (`GetService`) with this message."""
        self.behaviour[method] = lambda _request, _context: message

    def refuse(self, method: str, code: grpc.StatusCode, message: str) -> None:
        """Refuse this method."""
        self.behaviour[method] = lambda _request, context: context.abort(code, message)


@contextmanager
def google_server() -> Iterator[GoogleServer]:
    """Run one on a free loopback port."""
    state = GoogleServer()
    server = grpc.server(ThreadPoolExecutor(4))
    for path, (request, response) in _METHODS.items():
        service, method = path.split("/")
        handler = grpc.unary_unary_rpc_method_handler(
            _handler(state, method),
            request_deserializer=request.deserialize,
            response_serializer=response.serialize,
        )
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
    state.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield state
    finally:
        server.stop(None)


def _handler(state: GoogleServer, method: str) -> Behaviour:
    def handle(request: Any, context: grpc.ServicerContext) -> Any:
        state.requests.append(request)
        return state.behaviour[method](request, context)

    return handle
