"""Numbers with their nouns."""

from __future__ import annotations


def counted(number: float, one: str, many: str = "") -> str:
    """`1 entry`, `1,200 entries`; the plural adds an s unless it is given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
