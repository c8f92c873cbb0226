"""Laying one piece of JSON over another: how a scenario extends its parent and how a change alters a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def overlaid(below: Any, above: Any) -> Any:
    """`above` laid over `below`, as JSON Merge Patch (RFC 7396) does it, with one addition.

    Maps merge key by key and null takes a key away; everything else replaces what was there. The addition: a map whose
    keys are all numbers, laid over a list, merges with the elements of these numbers: `containers: {0: {image: x}}`.

    Raises:
        ValueError: a number that the list has no element for.
    """
    if not isinstance(above, Mapping):
        return above
    if isinstance(below, list) and above and all(str(key).isdecimal() for key in above):
        elements = list(below)
        for key, value in above.items():
            if int(key) >= len(elements):
                raise ValueError(f"there is no element {key} in a list of {len(elements)}")
            elements[int(key)] = overlaid(elements[int(key)], value)
        return elements
    merged = dict(below) if isinstance(below, Mapping) else {}
    for key, value in above.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = overlaid(merged.get(key), value)
    return merged
