"""Seeded chance: the same seed and the same question give the same answer, so a run can be repeated."""

from __future__ import annotations

from hashlib import blake2b


def digits(seed: int, *question: object, size: int = 32) -> str:
    """`size` hex digits for a question."""
    text = "\0".join(map(str, (seed, *question)))
    return blake2b(text.encode(), digest_size=(size + 1) // 2).hexdigest()[:size]


def fraction(seed: int, *question: object) -> float:
    """A number from 0 up to but not including 1 for a question."""
    return int(digits(seed, *question, size=13), 16) / 16**13
