"""The kinds that are published already: one that was just added is in none of the published files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

from validator.checks import kinds
from validator.judging.kind import Kind


def listed(names: Sequence[str]) -> Mapping[str, Kind[Any]]:
    """These kinds; as alternatives of `any` there are no others either."""
    found = {name: kind for name, kind in kinds().items() if name in names}
    if "any" not in found:
        return found
    items = found["any"].schema["items"]
    known = {name: schema for name, schema in items["properties"].items() if name in names}
    own = {**found["any"].schema, "items": {**items, "properties": known, "x-kinds": known.keys()}}
    return {**found, "any": cast(Kind[Any], SimpleNamespace(**{**vars(found["any"]), "schema": own}))}
