"""The keys that a schema takes, as a person reads them: path, sort of value, default, example."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from validator.language.schema_walk import branches, properties
from validator.language.yaml_reader import resolve


@dataclass(frozen=True)
class Key:
    """One key at any depth."""

    path: str
    """`expect.latency`, `expect[].match`; of what stands under a name of one's own the name is `*`."""
    value: str
    """What it takes: `duration or {min, max}`."""
    description: str
    default: str
    """One line of YAML; empty without."""
    example: str


def keys(schema: Mapping[str, Any]) -> Iterator[Key]:
    """All keys of a schema, each before those within it."""
    for path, value in _all(schema, ""):
        default, examples = _said(value, "default"), _said(value, "examples")
        yield Key(
            path,
            _type(value),
            " ".join((_said(value, "description") or "").split()),
            "" if default is None else flow(default),
            flow(examples[0]) if examples else "",
        )


def flow(value: Any) -> str:
    """A value as one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        plain = isinstance(resolve(value), str) and not any(c in value for c in ":#{}[],&*!|>'\"%@`\\^$?")
        return value if plain and value.strip() == value else "'" + value.replace("'", "''") + "'"
    return json.dumps(value)


def _all(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for key, value in properties(schema).items():
        if key in ("min", "max") and path:
            continue
        here = f"{path}.{key}" if path else key
        yield here, value
        if path == "" and key == "checks":
            continue
        yield from _all(value, here)
        for branch in branches(value):
            if isinstance(branch.get("items"), dict):
                yield from _all(branch["items"], f"{here}[]")
            if isinstance(branch.get("additionalProperties"), dict):
                yield from _all(branch["additionalProperties"], f"{here}.*")


def _said(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _type(value: Any) -> str:
    words: dict[str, None] = {}
    for branch in branches(value):
        if branch.get("format") == "cel":
            words["CEL"] = None
        elif branch.get("format") == "size":
            words["size"] = None
        elif "enum" in branch:
            words[", ".join(f"`{word}`" for word in branch["enum"])] = None
        elif "const" in branch:
            words[f"`{flow(branch['const'])}`"] = None
        elif branch.get("type") == "object" and {"min", "max"} & branch.get("properties", {}).keys():
            words["`{min, max}`"] = None
        elif "duration" in str(branch.get("x-form", "")) or str(branch.get("pattern", "")).startswith("^(?=\\d)"):
            words["duration"] = None
        else:
            named = branch.get("type", [])
            for each in [named] if isinstance(named, str) else named:
                words[_SORTS.get(each, each)] = None
    return " or ".join(words) or "any value"


_SORTS = {"string": "text", "object": "mapping", "array": "list", "integer": "whole number"}
