"""Secrets that a spec has written out, instead of a reference to where they are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from validator.language.yaml_reader import Path, leaves
from validator.words import secret

_LOGIN = re.compile(r"(?i:\b(?:bearer|basic)\s+)[A-Za-z0-9+/._~-]{16,}")
_PLACES = ("headers", "env")
"""Mappings whose keys are names of one's own."""
_SHORTEST = 8
_SHORTEST_TOKEN = 16
"""Of what stands under `auth`: less may be a word that is misspelt."""


def secrets_in(data: Any) -> Iterator[Path]:
    """Where a secret is written out: nothing that a reference stands for is."""
    for path, text in leaves(data):
        if isinstance(text, str) and (_LOGIN.search(text) or secret.holds(text) or _named(path, text)):
            yield path


def _named(path: Path, text: str) -> bool:
    """Whether it stands under a secret's name; `expect.headers` has patterns and no values."""
    if path[-1:] == ("auth",):
        return "$" not in text and len(text) >= _SHORTEST_TOKEN
    if len(path) < 2 or path[-2] not in _PLACES or "expect" in path:
        return False
    return secret.named(str(path[-1])) and "$" not in text and len(text) >= _SHORTEST
