"""Secrets that a spec has written out: what looks like a credential, and what stands where one does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from validator.spec.yaml import Path, leaves

_SHAPES = re.compile(
    r"(?i:\b(?:bearer|basic)\s+)[A-Za-z0-9+/._~-]{16,}"
    r"|(?<![\w-])eyJ[\w-]{6,}\.[\w-]+"  # a JSON Web Token (RFC 7519): {" in base64url
    r"|\bya29\.[\w-]{10,}"  # a Google OAuth access token
    r"|\bAIza[\w-]{30,}"  # a Google API key
    r"|\bgh[pousr]_\w{30,}|\bgithub_pat_\w{30,}"
    r"|\bxox[abprs]-[\w-]{10,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----"
)
_KEYS = re.compile(r"(?i)authorization|cookie|(?:^|[_-])(?:token|secret|password|passwd|api[_-]?key)$")
_PLACES = ("headers", "env")
"""Mappings whose keys are names of one's own."""
_SHORTEST = 8


def secrets_in(data: Any) -> Iterator[Path]:
    """Where a secret is written out: nothing that a reference stands for is."""
    for path, text in leaves(data):
        if isinstance(text, str) and (_SHAPES.search(text) or _named(path, text)):
            yield path


def _named(path: Path, text: str) -> bool:
    """Whether it stands under a secret's name; `expect.headers` has patterns and no values."""
    if len(path) < 2 or path[-2] not in _PLACES or "expect" in path:
        return False
    return bool(_KEYS.search(str(path[-1]))) and "$" not in text and len(text) >= _SHORTEST
