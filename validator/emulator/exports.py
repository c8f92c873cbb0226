"""Resources and entries as people have them: pasted from `gcloud ... --format=json`, the API explorer or an export.

A list where the scenario has a map, v1 (Knative) where it has v2, a wrapper object around a list of entries, and fields
that are not known here: all are taken; what the APIs' answers need is read from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from validator.emulator.knative import API_VERSION
from validator.emulator.knative_export import revision_export, service_export
from validator.model.call import Json
from validator.model.platform import short

_KINDS = {"services": service_export, "revisions": revision_export}


def resources(kind: str, data: Any, projects: Mapping[str, str]) -> dict[str, Json]:
    """Short name (of builds: id) -> resource, as the API that the world serves prints it.

    Raises:
        ValueError: a resource in a list has no name.
    """
    items = {_key(kind, each): each for each in data} if isinstance(data, list) else dict(data or {})
    found = {}
    for key, item in items.items():
        whole = item
        if isinstance(item, Mapping) and str(item.get("apiVersion", "")) == API_VERSION and kind in _KINDS:
            whole = _KINDS[kind](item)
        found[key] = _by_id(whole, projects) if isinstance(whole, Mapping) else whole
    return found


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


def _key(kind: str, item: Json) -> str:
    name = item.get("metadata", {}).get("name") or (item.get("id") if kind == "builds" else "") or item.get("name", "")
    if not name:
        raise ValueError(f"an element of {kind} has no name")
    return short(str(name))


def _by_id(item: Mapping[str, Any], projects: Mapping[str, str]) -> Json:
    """A resource whose name has the project's id where it had its number, if the scenario tells which it is."""
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
