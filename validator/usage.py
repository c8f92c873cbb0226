"""What a command comes to: its exit code, or why nothing was run."""

from __future__ import annotations

PASSED, FAILED, UNUSABLE, INCONCLUSIVE = 0, 1, 2, 3
"""Exit codes; 128 and its number is a signal's."""


class UsageError(Exception):
    """What is wrong with the arguments or the surroundings; the message names the remedy."""
