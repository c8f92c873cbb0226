"""The lines of a text that say something: what stands in banners, rules and blank lines are passed over."""

from __future__ import annotations

import re
from collections.abc import Sequence

_READ = 10_000
"""Characters of a text that are looked at."""
_RULE = re.compile(r"[\s\W_]*$")
"""A line without a word: blank, or a rule as banners have it."""
_HEADING = re.compile(r".*[:{(\[]\s*$|\s*(?:trce|dbug|info|warn|fail|crit): \S+\[\d+\]\s*$")
"""What the next line is needed for, to be understood; .NET writes the category above the message."""


def said(text: str, most: int = 1) -> list[str]:
    """The first lines of a text that say something, and the headings above them."""
    lines = text[:_READ].splitlines()
    found: list[str] = []
    left = most
    for number, line in enumerate(lines):
        if _RULE.match(line) or _is_banner(lines, number):
            continue
        found.append(line.strip())
        left -= not _HEADING.match(line)
        if not left:
            break
    return found


def _is_banner(lines: Sequence[str], number: int) -> bool:
    """Whether a line stands between two rules."""
    around = [*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2]]
    return len(around) == 2 and all(line.strip() and _RULE.match(line) for line in around)
