"""The kind of a check that has asserts alone, as far as the language looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from validator.language.kind import Query
from validator.words.call import Json
from validator.words.check import Check

KIND = "assert"
"""The key of a check that stands in place of a kind."""
lasting = False
within: float | None = None
variables: dict[str, str] = {}
schema: Json = {"type": ["string", "array"]}


@dataclass(frozen=True)
class Options:
    """What it says of itself."""

    title: str
    """The check's name when it has none."""


def options(value: Any) -> Options:
    """Name it by its first assert."""
    return Options(value if isinstance(value, str) else next(iter(value), ""))


def queries(check: Check[Options]) -> frozenset[Query]:  # noqa: ARG001 - the shape of a kind
    """Nothing of its own: what its expressions see is told by their names."""
    return frozenset()
