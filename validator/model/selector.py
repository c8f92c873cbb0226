"""Which entries a rule is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import re2

from validator.model.platform import REQUESTS, Entry
from validator.model.severity import SEVERITIES


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Any:
    """The RE2 program of a pattern; `re2.error` if RE2 refuses it."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


@dataclass(frozen=True)
class Selector:
    """Selects entries by all that it names; all entries if it names nothing."""

    match: str = ""
    """An RE2 pattern, unanchored, on the entry's text."""
    severity: str = ""
    """This severity or worse."""
    log: Literal["", "requests", "others"] = ""
    """The request log alone, or all but that."""

    def selects(self, entry: Entry) -> bool:
        """Whether the entry is one of them."""
        if self.log and (entry.log == REQUESTS) != (self.log == "requests"):
            return False
        if self.severity and SEVERITIES.index(entry.severity) < SEVERITIES.index(self.severity):
            return False
        return not self.match or compiled(self.match).search(entry.text) is not None

    def __str__(self) -> str:
        logs = {"requests": "the request log", "others": "all but the request log"}
        severity = f"severity {self.severity} or worse" if self.severity else ""
        return " and ".join(filter(None, (self.match, severity, logs.get(self.log, "")))) or "all entries"


ALL = Selector()
"""All entries."""
