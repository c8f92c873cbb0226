"""A field that is not known here is refused, by its name: an emulator that drops it would answer a different question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from validator.emulator.api.refusal import RefusalError


def unknown_field(path: str, code: str = "INVALID_ARGUMENT") -> RefusalError:
    """The refusal of a field."""
    return RefusalError(code, f"Unknown name: {path} is not known here.")


def only(data: Any, known: frozenset[str], where: str, code: str = "INVALID_ARGUMENT") -> None:
    """See that a map has no other keys than the known ones; an empty value says nothing, whatever its key.

    Raises:
        RefusalError: it has, or is no map.
    """
    if not isinstance(data, Mapping):
        raise RefusalError("INVALID_ARGUMENT", f"{where} must be a map.")
    for key, value in data.items():
        if key not in known and value not in (None, "", [], {}):
            raise unknown_field(f"{where}.{key}", code)
