"""Resources and entries as people have them: pasted from `gcloud ... --format=json`, the API explorer or an export.

A list where the scenario has a map, v1 (Knative) where it has v2, a wrapper object around a list of entries, and names with
the project's number: all are taken; what the APIs' answers need is read from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from validator.emulator.knative.conversion import API_VERSION
from validator.emulator.knative.export import revision_export, service_export
from validator.emulator.knative.shape import known
from validator.emulator.world.resource_fields import Path, Told
from validator.words.call import Json
from validator.words.resource_name import short

_KINDS = {"services": service_export, "revisions": revision_export}


def keyed(kind: str, data: Any) -> Iterator[tuple[str, str | int, Any]]:
    """Short name (of builds: id; empty: it has none), where it is written, and resource, of a map or a list."""
    if isinstance(data, list):
        yield from ((_key(kind, each), number, each) for number, each in enumerate(data))
    else:
        yield from ((str(key), key, each) for key, each in data.items())


def is_export(kind: str, item: Any) -> bool:
    """Whether it is what gcloud prints of Cloud Run: v1."""
    return isinstance(item, Mapping) and str(item.get("apiVersion", "")) == API_VERSION and kind in _KINDS


def v2(kind: str, item: Any, path: Path, told: Told) -> Json:
    """What gcloud printed, as v2; what is not known here is left out and noted.

    Raises:
        RefusalError, KeyError, ValueError, TypeError, AttributeError: it cannot be read.
    """
    return _KINDS[kind](known(kind, item, path, told))


def entries(data: Any) -> list[Any]:
    """The entries of a list, or of an object that has them under `entries`.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(data, Mapping):
        unknown = set(data) - {"entries", "nextPageToken"}
        if unknown or not isinstance(data.get("entries"), list):
            raise ValueError("entries are a list, or an object whose `entries` is one")
        return list(data["entries"])
    return list(data or [])


def _key(kind: str, item: Any) -> str:
    metadata = item.get("metadata")
    named = metadata.get("name") if isinstance(metadata, Mapping) else ""
    return short(str(named or (item.get("id") if kind == "builds" else "") or item.get("name") or ""))


def by_id(item: Any, projects: Mapping[str, str]) -> Any:
    """A resource whose name has the project's id where it had its number, if the scenario tells which it is."""
    if not isinstance(item, Mapping):
        return item
    name = str(item.get("name", ""))
    for project, number in projects.items():
        prefix = f"projects/{number}/"
        if name.startswith(prefix):
            return _renamed(item, prefix, f"projects/{project}/")
    return item


def _renamed(item: Json, old: str, new: str) -> Json:
    keys = ("name", "latestReadyRevision", "latestCreatedRevision")
    return {
        key: new + value[len(old) :] if key in keys and isinstance(value, str) and value.startswith(old) else value
        for key, value in item.items()
    }
