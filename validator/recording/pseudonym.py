"""What stands in a secret's place in a recording: a text that is judged as the secret is, and does not tell it.

Drawn with a key that only the run's memory holds, so equal secrets stay equal and nobody can try guesses. Its length, its
kinds of characters, its separators and the well-known beginning of a token stay, so that patterns on the form of a secret go
on matching.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterator

_BEGINNING = re.compile(
    r"eyJ|ya29\.|AIza|GOCSPX-|gh[pousr]_|github_pat_|glpat-|A[KS]IA|xox[abeoprs]-|[sr]k_(?:live|test)_|SG\.|npm_"
    r"|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----"
)
"""Tells what sort of token it is, and nothing of it."""
_LETTER = re.compile(r"(?P<escape>%[0-9A-Fa-f]{2}|\\u[0-9a-fA-F]{4}|\\.)|[^\W_]")
_LEAST = 4
"""Letters and digits without which all of a text is drawn."""
_HEX = re.compile(r"[0-9a-f\W_]+", re.ASCII)


class Pseudonyms:
    """Makes them, each text always the same one; what it made stays as it is."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.made: dict[str, str] = {}
        """Secret -> what stands in its place."""
        self._issued: set[str] = set()

    def __call__(self, text: str) -> str:
        """What stands in a text's place."""
        if text in self._issued:
            return text
        found = self.made.get(text)
        if found is None:
            found = self.made[text] = self._drawn(text)
            self._issued.add(found)
        return found

    def within(self, text: str) -> bool:
        """Whether some of it stands in place of a secret already."""
        return any(each in text for each in self._issued)

    def _drawn(self, text: str) -> str:
        begun = _BEGINNING.match(text)
        kept = begun[0] if begun else ""
        rest = text[len(kept) :]
        letters = string.ascii_lowercase[:6] if _HEX.fullmatch(rest) else string.ascii_lowercase
        enough = sum(not found["escape"] for found in _LETTER.finditer(rest)) >= min(_LEAST, len(rest))
        chance = self._chance(text)
        pattern = _LETTER if enough else re.compile(r"(?P<escape>\s)|.")
        return kept + pattern.sub(lambda found: found["escape"] or _alike(found[0], letters, next(chance)), rest)

    def _chance(self, text: str) -> Iterator[int]:
        """Numbers that follow from the key and a text."""
        seed, count = text.encode("utf-8", "surrogatepass"), 0
        while True:
            block = hashlib.blake2b(seed + count.to_bytes(4, "big"), key=self._key).digest()
            yield from (int.from_bytes(block[at : at + 4], "big") for at in range(0, len(block), 4))
            count += 1


def _alike(character: str, letters: str, number: int) -> str:
    """A character of the same kind; no 0, which may not begin a number of JSON."""
    if character.isdigit():
        return str(1 + number % 9)
    drawn = letters[number % len(letters)]
    return drawn.upper() if character.isupper() else drawn
