"""Why a run ends."""

from __future__ import annotations

from enum import StrEnum


class Ending(StrEnum):
    """Why a run ended."""

    COMPLETE = "complete"
    TIMEOUT = "timeout"
    SUPERSEDED = "superseded"
    INTERRUPTED = "interrupted"
