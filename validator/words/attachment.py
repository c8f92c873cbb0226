"""A file that a spec refers to, read when the spec is loaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attachment:
    """One file."""

    name: str
    """As the spec has it: from the folder of the file that names it."""
    content: bytes | None = field(repr=False)
    """None if it could not be read, which is told as a mistake of the spec."""

    @property
    def text(self) -> str | None:
        """What it says, of one that has to be a text."""
        return None if self.content is None else self.content.decode("utf-8-sig")

    @property
    def digest(self) -> str:
        """`sha256:...` of what it holds."""
        return f"sha256:{hashlib.sha256(self.content or b'').hexdigest()}"
