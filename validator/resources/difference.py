"""What differs between two sets of settings, and which of that is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from validator.resources.settings import Settings


class How(StrEnum):
    """How a setting differs from what it was."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, order=True)
class Difference:
    """One setting that differs."""

    path: str
    how: How
    before: str
    """Empty of what was added."""
    after: str
    """Empty of what was removed."""


def hidden(path: str) -> bool:
    """Whether the values of a setting are shown to nobody: the environment's."""
    return ".env." in f".{path}"


def differences(before: Settings, after: Settings) -> tuple[Difference, ...]:
    """All settings that differ, by their paths."""
    return tuple(sorted(_differences(before, after)))


def _differences(before: Settings, after: Settings) -> Iterator[Difference]:
    for path in before.keys() | after.keys():
        old, new = before.get(path), after.get(path)
        if old is None and new is not None:
            yield Difference(path, How.ADDED, "", new)
        elif new is None and old is not None:
            yield Difference(path, How.REMOVED, old, "")
        elif old is not None and new is not None and not _same(path, old, new):
            yield Difference(path, How.CHANGED, old, new)


def _same(path: str, one: str, other: str) -> bool:
    """Whether two values mean one thing: a connector may be called by its short name."""
    if one == other:
        return True
    brief, whole = sorted((one, other), key=len)
    return path == "vpc_access.connector" and "/" not in brief and whole.rpartition("/")[2] == brief


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern means a path or something above it; `*` stands for any characters, all others for themselves."""
    return _compiled(pattern).match(path) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = ".*".join(re.escape(part) for part in re.split(r"\*+", pattern))
    return re.compile(rf"{parts}(?=[.\[]|\Z)", re.DOTALL)


def matched_by(patterns: Iterable[str], path: str) -> bool:
    """Whether one of several patterns means a path."""
    return any(matches(pattern, path) for pattern in patterns)
