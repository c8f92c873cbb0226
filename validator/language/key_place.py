"""Where a known key that stands on the wrong level goes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from validator.language.schema_walk import along, branches, items, properties
from validator.language.yaml_reader import Path
from validator.words.call import Json

_DEEPEST = 6
"""Levels below which no key is looked for."""
_MOST_PLACES = 3
"""A key that is known in more places than this says too little of what is meant."""
_Place = tuple[str, ...]


class KeyPlaces:
    """All places of a schema at which keys are known."""

    def __init__(self, schema: Json) -> None:
        self.schema = schema

    def of(self, key: str, path: Path, instance: Any, *, misspelt: bool) -> str:
        """Where a key goes that is not known at a path; empty if nowhere.

        The nearest place counts: on a level above, then inside what stands beside it, then anywhere (unless it is
        more likely `misspelt`).
        """
        levels = list(along(self.schema, path))
        for depth in range(len(levels) - 2, -1, -1):
            if key in properties(levels[depth]):
                return _above(path, depth)
        here = _place(path)
        places = self._known.get(key, [])
        inside = [place[len(here) :] for place in places if place[: len(here)] == here and place != here]
        if inside:
            return _inside(min(inside, key=lambda place: (place[0] not in instance, len(place), place)))
        places = [place for place in places if not _of_another_kind(place, here)]
        telling = len({place[-1:] for place in places}) <= _MOST_PLACES  # else it is a word like `max`
        return _inside(places[0]) if places and telling and not misspelt else ""

    @cached_property
    def _known(self) -> dict[str, list[_Place]]:
        found: dict[str, list[_Place]] = {}
        for place, schema in sorted(_levels(self.schema, ()), key=lambda level: (len(level[0]), level[0])):
            for key in properties(schema):
                found.setdefault(key, []).append(place)
        return found


def _levels(schema: Json, place: _Place) -> Iterator[tuple[_Place, Json]]:
    """Each mapping within a schema: the keys that lead to it (`[]` after that of a list), and its own schema."""
    yield place, schema
    for name, inner in properties(schema).items() if len(place) < _DEEPEST else ():
        yield from _levels(inner, (*place, name))
        yield from _levels(items(inner), (*place, f"{name}[]"))
        for form in branches(inner):
            if isinstance(form.get("additionalProperties"), dict):
                yield from _levels(form["additionalProperties"], (*place, name, "*"))


def _place(path: Path) -> _Place:
    place: list[str] = []
    for part in path:
        if isinstance(part, int):
            place[-1] += "[]"
        else:
            place.append(part)
    return tuple(place)


def _of_another_kind(place: _Place, here: _Place) -> bool:
    """Whether a place is inside another part of a check than where one is: what is written there is not meant for that."""
    return len(here) > 1 and len(place) > 1 and place[0] == here[0] == "checks[]" and place[1] != here[1]


def _above(path: Path, depth: int) -> str:
    if depth == 0:
        return "at the top level"
    within = path[depth] if isinstance(path[depth], str) else path[depth - 1]
    on = ", on the check" if path[0] == "checks" and depth == 2 else ""
    return f"beside `{within}`{on}"


def _inside(place: _Place) -> str:
    dotted = ".".join(place)
    return f"inside an item of `{dotted.removesuffix('[]')}`" if dotted.endswith("[]") else f"inside `{dotted}`"
