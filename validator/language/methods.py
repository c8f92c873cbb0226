"""The types of gRPC methods, from descriptors: a request of JSON, a response to JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.message import DecodeError

_WELL_KNOWN = "google/protobuf/"
"""Files that descriptors may lack: they are the library's own."""


class MethodError(ValueError):
    """The descriptors do not tell the method, or the JSON does not fit its type."""


@dataclass(frozen=True)
class Method:
    """A unary method."""

    pool: descriptor_pool.DescriptorPool
    request: Any
    """The class of its request, and"""
    response: Any
    """of its response."""

    def encoded(self, text: str) -> bytes:
        """A request of JSON.

        Raises:
            MethodError: the JSON does not fit.
        """
        message = self.request()
        try:
            json_format.ParseDict(json.loads(text), message, descriptor_pool=self.pool)
        except (json_format.ParseError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise MethodError(f"the JSON is no {message.DESCRIPTOR.full_name}: {error}") from None
        return bytes(message.SerializeToString())

    def decoded(self, data: bytes) -> Any:
        """A response as its official proto JSON, values that are as their default too.

        Raises:
            MethodError: the bytes are none of its type.
        """
        try:
            message = self.response.FromString(data)
            return json_format.MessageToDict(
                message, always_print_fields_with_no_presence=True, descriptor_pool=self.pool
            )
        except (DecodeError, json_format.SerializeToJsonError, ValueError, TypeError, RecursionError) as error:
            told = f"the answer is no {self.response.DESCRIPTOR.full_name}: {error}"
            raise MethodError(told) from None


def method_of(path: str, files: Iterable[descriptor_pb2.FileDescriptorProto]) -> Method:
    """The method of a path, `package.Service/Method`.

    Raises:
        MethodError: it is not there, or no unary one.
    """
    known = {file.name: file for file in files}
    pool = descriptor_pool.DescriptorPool()
    service, _, name = path.rpartition("/")
    try:
        for file in _in_order(known, known.values()):
            pool.Add(file)
        found = pool.FindServiceByName(service).methods_by_name.get(name)
    except KeyError:
        raise MethodError(f"there is no service {service!r}{_known(known, service)}") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise MethodError(f"the descriptors cannot be used: {error}") from None
    if found is None:
        raise MethodError(f"{service} has no method {name!r}{_known(known, service)}")
    if found.client_streaming or found.server_streaming:
        raise MethodError(f"{path} is a stream; a unary method can be called")
    classes = [message_factory.GetMessageClass(each) for each in (found.input_type, found.output_type)]
    return Method(pool, *classes)


def _known(files: dict[str, descriptor_pb2.FileDescriptorProto], service: str) -> str:
    """What there is instead."""
    services = {
        f"{file.package}.{each.name}".lstrip("."): [method.name for method in each.method]
        for file in files.values()
        for each in file.service
    }
    told = services.get(service, list(services))
    return f"; known: {', '.join(told[:10])}" if told else ""


def _in_order(
    known: dict[str, descriptor_pb2.FileDescriptorProto], wanted: Iterable[descriptor_pb2.FileDescriptorProto]
) -> Iterator[descriptor_pb2.FileDescriptorProto]:
    """Files, each after those that it imports."""
    seen: set[str] = set()
    stack = [(file, False) for file in wanted]
    while stack:
        file, entered = stack.pop()
        if entered:
            yield file
        elif file.name not in seen:
            seen.add(file.name)
            stack.append((file, True))
            stack += [(_imported(known, name, file.name), False) for name in file.dependency]


def _imported(
    known: dict[str, descriptor_pb2.FileDescriptorProto], name: str, by: str
) -> descriptor_pb2.FileDescriptorProto:
    if name not in known and name.startswith(_WELL_KNOWN):
        try:
            module = import_module(f"google.protobuf.{name.removeprefix(_WELL_KNOWN).removesuffix('.proto')}_pb2")
        except ImportError:
            raise ValueError(f"{by} imports {name}, which is not there") from None
        known[name] = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(known[name])
    if name not in known:
        raise ValueError(f"{by} imports {name}, which is not there: protoc writes it with --include_imports")
    return known[name]


def files_of(data: bytes) -> list[descriptor_pb2.FileDescriptorProto]:
    """The files of a FileDescriptorSet.

    Raises:
        MethodError: it is none.
    """
    try:
        found = descriptor_pb2.FileDescriptorSet.FromString(data)
    except (DecodeError, ValueError):
        found = None
    if found is None or not found.file:
        raise MethodError("it is no descriptor set: protoc --include_imports --descriptor_set_out=FILE writes one")
    return list(found.file)


def pruned(path: str, files: Iterable[descriptor_pb2.FileDescriptorProto]) -> bytes:
    """Of a set only the files that a method needs, without their comments.

    Raises:
        MethodError: it needs one that is not there.
    """
    known = {file.name: file for file in files}
    service = path.rpartition("/")[0]
    own = [f for f in known.values() if service in {f"{f.package}.{each.name}".lstrip(".") for each in f.service}]
    kept = descriptor_pb2.FileDescriptorSet()
    try:
        for file in _in_order(known, own):
            kept.file.add().CopyFrom(file)
            kept.file[-1].ClearField("source_code_info")
    except ValueError as error:
        raise MethodError(str(error)) from None
    return bytes(kept.SerializeToString())
