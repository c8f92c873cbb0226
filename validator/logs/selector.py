"""Which entries a rule is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from validator.logs.entry import Entry, Sort
from validator.logs.severity import at_least

JUDGED = (Sort.APPLICATION, Sort.PLATFORM)
"""What rules about a revision's log are about."""
_CALLED = {
    JUDGED: "",
    (Sort.APPLICATION,): "what the application logged",
    (Sort.PLATFORM,): "what the platform logged",
    (Sort.REQUEST,): "the request log",
}


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Any:
    """The RE2 program of a pattern; `re2.error` if RE2 refuses it."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


@dataclass(frozen=True)
class Selector:
    """Selects entries by all that it names; all that are judged if it names nothing."""

    match: str = ""
    """An RE2 pattern, unanchored: on the entry's message, then on all that it says."""
    severity: str = ""
    """This severity or worse."""
    sorts: tuple[Sort, ...] = JUDGED
    """Who has to speak in it."""

    def selects(self, entry: Entry) -> bool:
        """Whether the entry is one of them."""
        if entry.sort not in self.sorts:
            return False
        if self.severity and not at_least(entry.told.name, self.severity):
            return False
        return not self.match or self.found(entry) is not None

    @property
    def named(self) -> bool:
        """Whether its pattern has named groups."""
        return bool(self.match and compiled(self.match).groupindex)

    def found(self, entry: Entry) -> Any:
        """The match of the pattern in the entry's message, else in all that it says; None without."""
        search = compiled(self.match).search
        found = search(entry.text)
        return search(entry.whole) if found is None and entry.whole is not entry.text else found

    def __str__(self) -> str:
        severity = f"severity {self.severity} or worse" if self.severity else ""
        return " and ".join(filter(None, (self.match, severity, _CALLED[self.sorts]))) or "all entries"


ALL = Selector()
"""All entries that are judged."""
APPLICATION = Selector(sorts=(Sort.APPLICATION,))
"""All that the application itself logged."""
PLATFORM = Selector(sorts=(Sort.PLATFORM,))
"""All that the platform logged of the revision."""
REQUESTED = Selector(sorts=(Sort.REQUEST,))
"""The request log."""
