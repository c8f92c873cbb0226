"""What a command comes to: its exit code, or why nothing was run."""

from __future__ import annotations

PASSED, UNUSABLE, INCONCLUSIVE = 0, 2, 3
"""Exit codes; 1 is a failed check's, 128 and its number a signal's."""


class UsageError(Exception):
    """What is wrong with the arguments or the surroundings; the message names the remedy."""
