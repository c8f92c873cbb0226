"""Two texts that differ and look alike are shown by code points: composed and decomposed letters, other blanks, letters
of another script, characters that are not seen at all.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable

_TWINS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеорсухіјѕԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρ‘’‛´`“”„‐‑‒–—−─·∙•",  # noqa: RUF001
    "ABESIJKMHOPCTYXaeopcyxijsdqwABEZHIKMNOPTYXovp'''''\"\"\"-------...",
)
"""Characters that look like one of ASCII's."""
_SHOWN = 100
"""Characters of a text that are shown."""
_BEFORE = 20
"""Characters shown before the first difference."""


def told_apart(one: str, other: str) -> tuple[str, str]:
    """Two texts as JSON shows them, from about their first difference on; by code points if they look alike."""
    alike = one != other and _looks(one) == _looks(other)
    start = max(0, _first_difference(one, other) - _BEFORE)
    start = start if start + _BEFORE > _SHOWN // 2 else 0
    return _shown(one, start, escaped=alike), _shown(other, start, escaped=alike)


def twin(text: str, others: Iterable[str]) -> str:
    """The one of others that looks like a text and is another, by code points; empty if none does."""
    found = next((other for other in others if other != text and _looks(other) == _looks(text)), "")
    return _shown(found, 0, escaped=True) if found else ""


def _first_difference(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _looks(text: str) -> str:
    """What two texts have in common that a reader would take for the same."""
    plain = unicodedata.normalize("NFKD", text.translate(_TWINS)).translate(_TWINS)
    seen = (" " if each.isspace() else each for each in plain if unicodedata.category(each) not in ("Mn", "Cf", "Cc"))
    return " ".join("".join(seen).split())


def _shown(text: str, start: int, *, escaped: bool) -> str:
    part = json.dumps(text[start : start + _SHOWN], ensure_ascii=escaped)
    return f"{'...' if start else ''}{part}{'...' if len(text) > start + _SHOWN else ''}"
