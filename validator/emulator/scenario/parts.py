"""A scenario's deployment and the changes of it: each part is tried by itself, so that every mistake has its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from validator.emulator.scenario import exports
from validator.emulator.scenario.contents import RESOURCES
from validator.emulator.scenario.files import Mistakes
from validator.emulator.world.deployment import Deployment, full_name, placed, replies
from validator.emulator.world.moments import moment
from validator.emulator.world.overlay import overlaid
from validator.emulator.world.plot import Change
from validator.words.call import Json

SECTIONS = (*RESOURCES, "behaviour")


def deployment(data: Json, epoch: float, mistakes: Mistakes) -> Deployment:
    """The deployment at the start."""
    written = _sections(data, _projects(data))
    sections = {**written, **{kind: overlaid({}, written[kind]) for kind in RESOURCES if kind in written}}
    _try(sections, sections, mistakes, ())
    empty: dict[str, Any] = {key: {} for key in SECTIONS}
    return Deployment.read(empty if mistakes else {**empty, **sections}, epoch)


def changes(data: Json, start: Deployment, mistakes: Mistakes) -> tuple[Change, ...]:
    """What is laid over it, by time."""
    found: list[tuple[int, Change]] = []
    for number, item in enumerate(data.get("changes") or []):
        with mistakes.at("changes", number):
            at = moment(item["at"], start.epoch)
            found.append((number, Change(at, _sections(item, _projects(data)))))
    found.sort(key=lambda each: each[1].at)
    for number, change in found:
        with mistakes.at("changes", number):
            merged = overlaid(start.sections, change.sections)
            _try(change.sections, merged, mistakes, ("changes", number))
            start = start if mistakes else start.changed(change.sections)
    return tuple(change for _, change in found)


def _projects(data: Json) -> dict[str, str]:
    return {str(key): str(value) for key, value in (data.get("projects") or {}).items()}


def _sections(data: Json, projects: Mapping[str, str]) -> Json:
    """The sections that there are, named by the projects' ids."""
    found: dict[str, Any] = {"behaviour": data["behaviour"] or {}} if "behaviour" in data else {}
    for kind in RESOURCES:
        if kind in data:
            found[kind] = {key: exports.by_id(item, projects) for key, item in (data[kind] or {}).items()}
    return found


def _try(written: Json, whole: Json, mistakes: Mistakes, path: tuple[str | int, ...]) -> None:
    """Note what is wrong with those parts of the whole that were written here."""
    for kind in RESOURCES:
        for key in written.get(kind) or {}:
            with mistakes.at(*path, kind, key):
                if key in whole[kind]:
                    full_name(kind, key, placed(whole[kind][key]) if kind == "builds" else whole[kind][key])
    for owner, paths in (written.get("behaviour") or {}).items():
        for each in paths or {}:
            with mistakes.at(*path, "behaviour", owner, each):
                if each in (whole["behaviour"].get(owner) or {}):
                    replies(whole["behaviour"][owner][each])
