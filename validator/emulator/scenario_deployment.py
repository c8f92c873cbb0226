"""A scenario's deployment and the changes of it: each part is tried by itself, so that every mistake has its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from validator.emulator import exports
from validator.emulator.deployment import Deployment, full_name, placed, replies
from validator.emulator.moments import moment
from validator.emulator.overlay import overlaid
from validator.emulator.scenario_file import Mistakes
from validator.model.call import Json

RESOURCES = ("services", "revisions", "builds")
SECTIONS = (*RESOURCES, "behaviour")


@dataclass(frozen=True)
class Change:
    """What is laid over the deployment at a time."""

    at: float
    sections: Json


def deployment(data: Json, epoch: float, mistakes: Mistakes) -> Deployment:
    """The deployment at the start."""
    sections = _sections(data, _projects(data), mistakes, ())
    _try(data, sections, sections, mistakes, ())
    empty: dict[str, Any] = {key: {} for key in SECTIONS}
    return Deployment.read(empty if mistakes else {**empty, **sections}, epoch)


def changes(data: Json, start: Deployment, mistakes: Mistakes) -> tuple[Change, ...]:
    """What is laid over it, by time."""
    found: list[tuple[int, Json, Change]] = []
    for number, item in enumerate(data.get("changes") or []):
        with mistakes.at("changes", number):
            at = moment(item["at"], start.epoch)
            sections = _sections(item, _projects(data), mistakes, ("changes", number))
            found.append((number, item, Change(at, sections)))
    found.sort(key=lambda each: each[2].at)
    for number, item, change in found:
        with mistakes.at("changes", number):
            merged = overlaid(start.sections, change.sections)
            _try(item, change.sections, merged, mistakes, ("changes", number))
            start = start if mistakes else start.changed(change.sections)
    return tuple(change for *_, change in found)


def _projects(data: Json) -> dict[str, str]:
    return {str(key): str(value) for key, value in (data.get("projects") or {}).items()}


def _sections(data: Json, projects: Mapping[str, str], mistakes: Mistakes, path: tuple[str | int, ...]) -> Json:
    """The sections that there are, exports as the world's own APIs print them."""
    found: dict[str, Any] = {"behaviour": data["behaviour"] or {}} if "behaviour" in data else {}
    for kind in RESOURCES:
        with mistakes.at(*path, kind):
            if kind in data:
                found[kind] = exports.resources(kind, data[kind], projects)
    return found


def _try(data: Json, written: Json, whole: Json, mistakes: Mistakes, path: tuple[str | int, ...]) -> None:
    """Note what is wrong with those parts of the whole that were written here."""
    for kind in RESOURCES:
        for number, key in enumerate(written.get(kind) or {}):
            with mistakes.at(*path, kind, number if isinstance(data[kind], list) else key):
                if key in whole[kind]:
                    full_name(kind, key, placed(whole[kind][key]) if kind == "builds" else whole[kind][key])
    for owner, paths in (written.get("behaviour") or {}).items():
        for each in paths or {}:
            with mistakes.at(*path, "behaviour", owner, each):
                if each in (whole["behaviour"].get(owner) or {}):
                    replies(whole["behaviour"][owner][each])
