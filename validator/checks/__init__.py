"""The kinds of checks: one module each, found by themselves."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, cast

from validator.judging.kind import Kind


class _Kinds(Mapping[str, Kind[Any]]):
    """Kinds by name; the module of one is imported when it is asked for."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Kind[Any]:
        if name not in self._names:
            raise KeyError(name)
        return cast(Kind[Any], import_module(f"{__name__}.{name}"))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)


def kinds() -> Mapping[str, Kind[Any]]:
    """All kinds by name."""
    return others("")


def others(own: str) -> Mapping[str, Kind[Any]]:
    """All kinds but one, which is made of them."""
    return _Kinds(frozenset(module.name for module in pkgutil.iter_modules(__path__)) - {own})
