"""A real gRPC server with the standard health check, reflection, and a service of its own, told by descriptors made here."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from tests import bystanders

_TEXT, _NUMBER, _MESSAGE = 9, 5, 11


def orders() -> descriptor_pb2.FileDescriptorProto:
    """`acme.Orders`: a method that answers with JSON's every sort, and a stream."""
    file = descriptor_pb2.FileDescriptorProto(name="acme/orders.proto", package="acme", syntax="proto3")
    file.dependency.append("google/protobuf/timestamp.proto")
    asked, order = file.message_type.add(name="GetRequest"), file.message_type.add(name="Order")
    asked.field.add(name="id", number=1, type=_TEXT, label=1)
    order.field.add(name="id", number=1, type=_TEXT, label=1)
    order.field.add(name="item_count", number=2, type=_NUMBER, label=1)
    order.field.add(name="placed_at", number=3, type=_MESSAGE, label=1, type_name=".google.protobuf.Timestamp")
    service = file.service.add(name="Orders")
    service.method.add(name="Get", input_type=".acme.GetRequest", output_type=".acme.Order")
    service.method.add(name="Watch", input_type=".acme.GetRequest", output_type=".acme.Order", server_streaming=True)
    return file


def described(*, whole: bool = True) -> bytes:
    """Its descriptors as protoc writes them, with `--include_imports` or without."""
    found = descriptor_pb2.FileDescriptorSet()
    if whole:
        timestamp_pb2.DESCRIPTOR.CopyToProto(found.file.add())
    found.file.add().CopyFrom(orders())
    found.file[-1].source_code_info.location.add(leading_comments="for people")
    return found.SerializeToString()


_POOL = descriptor_pool.DescriptorPool()
_TIME = descriptor_pb2.FileDescriptorProto()
timestamp_pb2.DESCRIPTOR.CopyToProto(_TIME)
_POOL.Add(_TIME)
_POOL.Add(orders())


class _Orders(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic in its stubs alone
    def __init__(self) -> None:
        names = ("acme.GetRequest", "acme.Order")
        self._asked, self._order = (
            message_factory.GetMessageClass(_POOL.FindMessageTypeByName(name)) for name in names
        )

    def service(self, handler_call_details: Any) -> Any:
        if handler_call_details.method != "/acme.Orders/Get":
            return None
        return grpc.unary_unary_rpc_method_handler(self._get, self._asked.FromString, self._order.SerializeToString)

    def _get(self, request: Any, rpc: Any) -> Any:
        bystanders.overhear(str(rpc.invocation_metadata()))
        told = dict(rpc.invocation_metadata())
        rpc.send_initial_metadata((("x-agent", told["user-agent"]), ("x-trace", told.get("traceparent", "none"))))
        rpc.set_trailing_metadata((("x-after", "done"),))
        if request.id == "nobody":
            rpc.abort(grpc.StatusCode.NOT_FOUND, "there is no such order")
        if request.id == "asleep":
            rpc.abort(grpc.StatusCode.UNAVAILABLE, "try again")
        size = 2 << 20 if request.id == "large" else 1
        return self._order(id=request.id * size, item_count=2, placed_at={"seconds": 1_790_000_000})


@contextmanager
def grpc_server(credentials: grpc.ServerCredentials | None = None, *, reflected: bool = True) -> Iterator[int]:
    """Its port on loopback."""
    server = grpc.server(ThreadPoolExecutor(8), handlers=[_Orders()], options=[("grpc.so_reuseport", 0)])
    servicer = health.HealthServicer()
    servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    servicer.set("acme.Orders", health_pb2.HealthCheckResponse.NOT_SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    if reflected:
        reflection.enable_server_reflection(["acme.Orders", "grpc.health.v1.Health"], server, pool=_POOL)
    if credentials:
        port = server.add_secure_port("127.0.0.1:0", credentials)
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()
