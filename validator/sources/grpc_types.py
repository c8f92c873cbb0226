"""The types of a gRPC method: of the health check its own, else those of descriptors, else what the server's reflection tells.

github.com/grpc/grpc/blob/master/doc/server-reflection.md: v1, else v1alpha, whose messages are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import grpc
from google.protobuf import descriptor_pb2
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from validator.language.methods import Method, MethodError, files_of, method_of
from validator.sources.wire import Wire
from validator.words.grpc_call import HEALTH, Invoke

VERSIONS = tuple(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo" for version in ("v1", "v1alpha"))
_MOST_FILES = 200


class UntoldError(Exception):
    """Nobody tells the method's types."""


def types_of(call: Invoke, channel: grpc.Channel, wire: Wire) -> Method:
    """The method that is called.

    Raises:
        UntoldError: the server has no reflection, or does not know the method.
        MethodError: the descriptors do not tell it.
        grpc.RpcError: the server did not answer.
    """
    path = urlsplit(call.url).path.lstrip("/")
    if path == HEALTH:
        file = descriptor_pb2.FileDescriptorProto()
        health_pb2.DESCRIPTOR.CopyToProto(file)
        return method_of(path, [file])
    if call.descriptors:
        return method_of(path, files_of(call.descriptors))
    try:
        return method_of(path, _reflected(path.rpartition("/")[0], call, channel, wire))
    except MethodError as error:
        raise UntoldError(f"the server's reflection does not tell the method: {error}") from None


def _reflected(
    symbol: str, call: Invoke, channel: grpc.Channel, wire: Wire
) -> Iterable[descriptor_pb2.FileDescriptorProto]:
    """The file of a symbol, and all that it imports."""
    for version in VERSIONS:
        try:
            return _files(version, symbol, call, channel, wire)
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.UNIMPLEMENTED or "http2 header" in str(error.details()):
                raise
    raise UntoldError("the server has no reflection")


def _files(
    version: str, symbol: str, call: Invoke, channel: grpc.Channel, wire: Wire
) -> list[descriptor_pb2.FileDescriptorProto]:
    requests = [reflection_pb2.ServerReflectionRequest(file_containing_symbol=symbol)]
    found: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    while requests:
        for response in _asked(version, requests, call, channel, wire):
            if response.HasField("error_response"):
                raise UntoldError(f"the server's reflection says: {response.error_response.error_message}")
            for data in response.file_descriptor_response.file_descriptor_proto:
                file = descriptor_pb2.FileDescriptorProto.FromString(data)
                found[file.name] = file
        missing = {name for file in found.values() for name in file.dependency} - found.keys()
        requests = [reflection_pb2.ServerReflectionRequest(file_by_filename=name) for name in sorted(missing)]
        if len(found) + len(requests) > _MOST_FILES:
            raise UntoldError(f"the server's reflection tells of more than {_MOST_FILES} files")
    return list(found.values())


def _asked(
    version: str,
    requests: list[reflection_pb2.ServerReflectionRequest],
    call: Invoke,
    channel: grpc.Channel,
    wire: Wire,
) -> Iterator[reflection_pb2.ServerReflectionResponse]:
    """One response to each request."""
    stream = channel.stream_stream(
        version,
        reflection_pb2.ServerReflectionRequest.SerializeToString,
        reflection_pb2.ServerReflectionResponse.FromString,
    )
    responses = stream(iter(requests), timeout=wire.remaining(), metadata=metadata_of(call))
    for _, response in zip(requests, responses, strict=False):
        yield response


def metadata_of(call: Invoke) -> tuple[tuple[str, str | bytes], ...]:
    """What is sent with a call: its User-Agent is the channel's."""
    return tuple((name.lower(), value) for name, value in call.headers if name.lower() != "user-agent")
