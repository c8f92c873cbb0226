"""Numbers with their nouns."""

from __future__ import annotations


def counted(number: float, one: str, many: str = "") -> str:
    """`1 entry`, `1,200 entries`; the plural adds an s unless it is given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def volume(size: float) -> str:
    """Write a number of bytes as a person would: `512 B`, `7.1 kB`, `412 MB`."""
    for unit, least in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if abs(size) >= least:
            value = size / least
            return f"{value:.1f} {unit}" if abs(value) < 100 else f"{value:.0f} {unit}"
    return f"{size:.0f} B"
