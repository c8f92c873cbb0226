"""A file that a spec refers to, read when the spec is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attachment:
    """One file."""

    name: str
    """As the spec has it: from the folder of the file that names it."""
    text: str | None = field(repr=False)
    """None if it could not be read, which is told as a mistake of the spec."""
