"""Which keys a scenario may have: a misspelt one is an error and not a thing silently without effect."""

from __future__ import annotations

from collections.abc import Mapping
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


def unknown(data: Any, shape: Shape, where: str = "") -> str:
    """The first complaint about a key that has no business there; empty if there is none."""
    match shape:
        case TextOr():
            return "" if isinstance(data, str) else unknown(data, shape.of, where)
        case OneOrMore():
            return unknown(data, Each(shape.of) if isinstance(data, list) else shape.of, where)
        case Each() if isinstance(data, list):
            return _first(data, [shape.of] * len(data), [f"{where}[{n}]" for n in range(len(data))])
        case Each() if isinstance(data, Mapping):
            return _first(data.values(), [shape.of] * len(data), [f"{where}.{key}".lstrip(".") for key in data])
        case Keys() if isinstance(data, Mapping):
            for key in data:
                if key not in shape.keys:
                    return _complaint(str(key), where, shape)
            return _first(data.values(), [shape.keys[k] for k in data], [f"{where}.{key}".lstrip(".") for key in data])
        case Keys() | Each() if data is not None:
            return f"{where}: not a map"
    return ""


def _first(values: Any, shapes: list[Shape], places: list[str]) -> str:
    complaints = (unknown(value, shape, place) for value, shape, place in zip(values, shapes, places, strict=True))
    return next((complaint for complaint in complaints if complaint), "")


def _complaint(key: str, where: str, shape: Keys) -> str:
    close = get_close_matches(key, shape.keys, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(shape.keys)}"
    return f"{where + ': ' if where else ''}unknown key {key!r}; {hint}"
