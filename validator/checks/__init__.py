"""The kinds of checks: one module each, found by themselves."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from validator.judging.kind import Kind


def kinds() -> Mapping[str, Kind[Any]]:
    """All kinds by name."""
    return others("")


def others(own: str) -> Mapping[str, Kind[Any]]:
    """All kinds but one, which is made of them."""
    found = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: cast(Kind[Any], import_module(f"{__name__}.{name}")) for name in found if name != own}
