"""Arguments that cannot be used: said in one line, and nothing was run."""

from __future__ import annotations


class UsageError(Exception):
    """What is wrong with the arguments or the surroundings; the message names the remedy."""
