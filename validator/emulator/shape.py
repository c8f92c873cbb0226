"""Which keys a scenario may have: a misspelt one is an error and not a thing silently without effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True)
class Keys:
    """A map with these keys and no others; None as a value's shape: anything."""

    keys: Mapping[str, Shape]


@dataclass(frozen=True)
class Each:
    """A map of any keys, or a list, whose values have this shape."""

    of: Shape


@dataclass(frozen=True)
class OneOrMore:
    """A value of this shape or a list of such."""

    of: Shape


@dataclass(frozen=True)
class TextOr:
    """A text or a value of this shape."""

    of: Shape


Shape = Keys | Each | OneOrMore | TextOr | None

_LINE = Keys(dict.fromkeys(("stream", "text", "json", "severity", "traced")))
_REPLY = Keys({**dict.fromkeys(("status", "json", "text", "headers", "latency")), "log": Each(TextOr(_LINE))})
_DEPLOYMENT: dict[str, Shape] = {
    "services": Each(None),
    "revisions": Each(None),
    "builds": Each(None),
    "behaviour": Each(Each(OneOrMore(_REPLY))),
}
_GROUP = Keys(dict.fromkeys(("revision", "stream", "at", "severity", "labels", "lines")))
SCENARIO = Keys(
    {
        **dict.fromkeys(("extends", "title", "speed", "seed", "env")),
        **_DEPLOYMENT,
        "logs": Keys(
            {
                "delay": Keys(dict.fromkeys(("stdout", "stderr", "requests", "system"))),
                "order": None,
                "groups": Each(_GROUP),
                "entries": None,
            }
        ),
        "routing": Each(Keys(dict.fromkeys(("service", "split", "tags", "from", "until")))),
        "changes": Each(Keys({"at": None, **_DEPLOYMENT})),
        "faults": Each(Keys(dict.fromkeys(("method", "code", "message", "from", "until", "first")))),
    }
)
"""The keys of a scenario file; what is inside resources and entries is the APIs' affair."""


@dataclass(frozen=True)
class Complaint:
    """What is wrong with the shape of a scenario, and where."""

    path: tuple[str | int, ...]
    message: str


def unknown(data: Any, shape: Shape, path: tuple[str | int, ...] = ()) -> Complaint | None:
    """The first complaint about a key that has no business there; None if there is none."""
    match shape:
        case TextOr() if isinstance(data, str):
            return None
        case TextOr():
            return unknown(data, shape.of, path)
        case OneOrMore():
            return unknown(data, Each(shape.of) if isinstance(data, list) else shape.of, path)
        case Each() if isinstance(data, list):
            return _first((value, shape.of, (*path, place)) for place, value in enumerate(data))
        case Each() if isinstance(data, Mapping):
            return _first((value, shape.of, (*path, key)) for key, value in data.items())
        case Keys() if isinstance(data, Mapping):
            for key in data:
                if key not in shape.keys:
                    return Complaint((*path, key), _message(key, shape))
            return _first((value, shape.keys[key], (*path, key)) for key, value in data.items())
        case Keys() | Each() if data is not None:
            return Complaint(path, "this must be a map")
    return None


def _first(parts: Iterable[tuple[Any, Shape, tuple[str | int, ...]]]) -> Complaint | None:
    return next(filter(None, (unknown(*part) for part in parts)), None)


def _message(key: str, shape: Keys) -> str:
    close = get_close_matches(key, shape.keys, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(shape.keys)}"
    return f"unknown key {key!r}; {hint}"
