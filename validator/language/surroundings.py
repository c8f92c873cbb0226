"""What a check of the spec may refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from validator.language import asserted
from validator.language.attached import Attachments
from validator.language.kind import Kind
from validator.words.check import Target


@dataclass(frozen=True)
class Surroundings:
    """What stands around a check."""

    kinds: Mapping[str, Kind[Any]]
    targets: Mapping[str, Target]
    groups: frozenset[str]
    timeout: float | None
    """Seconds for the whole run; None if that is not known."""
    today: date | None
    """The day (UTC) on which known issues are held against their ends; None for none."""
    files: Attachments
    """The files that kinds' own parts refer to."""

    def kind(self, name: str) -> Kind[Any]:
        """The kind of that name, or what judges asserts alone."""
        return asserted if name == asserted.KIND else self.kinds[name]
