"""The message types of what a scenario holds: Service, Revision, Build and LogEntry, without importing a Google client."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool

_FILE = files("validator.language") / "descriptors.binpb"  # scripts/descriptors.py makes it
NAMES = {
    "services": "google.cloud.run.v2.Service",
    "revisions": "google.cloud.run.v2.Revision",
    "builds": "google.devtools.cloudbuild.v1.Build",
    "entries": "google.logging.v2.LogEntry",
}
"""A section of a scenario -> the type of what it holds."""


@cache
def _pool() -> DescriptorPool:
    made = DescriptorPool()
    for file in FileDescriptorSet.FromString(_FILE.read_bytes()).file:
        made.AddSerializedFile(file.SerializeToString())
    return made


@cache
def message_type(section: str) -> Any:
    """The descriptor of what a section holds."""
    return _pool().FindMessageTypeByName(NAMES[section])


@cache
def fields(message: Any) -> dict[str, Any]:
    """The fields of a message, by their names in JSON and in the proto file, as proto JSON takes both."""
    return {name: field for field in message.fields for name in (field.name, field.json_name)}


@cache
def severities() -> tuple[str, ...]:
    """The names of google.logging.type.LogSeverity."""
    return tuple(_pool().FindEnumTypeByName("google.logging.type.LogSeverity").values_by_name)
