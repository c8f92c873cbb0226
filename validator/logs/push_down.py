"""What selectors select, asked of the server: a filter that lets through all of it, and little else.

Cloud Logging matches fields, and neither all that an entry says (`Entry.whole`) nor the severity that its payload or its
text tells. Where what it says is one field, textPayload, a pattern is pushed down as it is. What stands in JSON, its keys
too, the server cannot tell: such entries are let through unless the platform says that they are not severe enough. Of texts
without a severity those are let through that hold a word for one. Selectors stay the judges of what comes.
Language: cloud.google.com/logging/docs/view/logging-query-language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from validator.logs.entry import AUDIT, REQUESTS, Entry, Sort
from validator.logs.level_text import NAMES
from validator.logs.selector import Selector, compiled
from validator.logs.severity import at_least

MOST_CHARACTERS = 20_000
"""Of a filter, https://cloud.google.com/logging/quotas."""
_REQUESTS = f'log_id("{REQUESTS}")'
_JSON = r"^[\s\pZ\x0b\x1c-\x1f\x85]*\{"
"""A text that may be JSON."""
_LOGGED = f'(NOT {_REQUESTS} AND NOT logName:"/logs/{AUDIT}")'


@cache
def hint(severity: str) -> str:
    """An RE2 pattern that each text matches that tells this severity or worse, and few others match.

    It holds a level's name (`level_text.read`), or is an error of a runtime, or has lines that may be a stack trace.
    """
    told = sorted(name for name, tells in NAMES.items() if at_least(tells, severity))
    letters = "".join(name for name in told if len(name) == 1)
    parts = [name for name in told if len(name) > 1]
    parts += [f"(?-i:(?:^|[^A-Za-z0-9])[{letters.upper()}](?:[^A-Za-z]|$))", f'="?[{letters}]\\b'] if letters else []
    parts += ["traceback", "exception", "php ", r"\n"] if at_least("ERROR", severity) else []
    return "(?i)" + "|".join([*parts, r"^\s*<\d", r"\x1b"])  # priorities of syslog, colours


def _quoted(pattern: str) -> str:
    """A pattern as a quoted value; control characters as RE2 writes them, where that means the same."""
    if not re.search(r"\\[Q\x00-\x1f\x7f]", pattern):
        pattern = re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\x{ord(found[0]):02x}", pattern)
    return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _any(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _both(*parts: str) -> str:
    told = [part for part in parts if part]
    return told[0] if len(told) == 1 else f"({' AND '.join(told)})"


@dataclass(frozen=True)
class PushDown:
    """Several selectors, none of them of all entries, asked of the server."""

    selectors: tuple[Selector, ...]

    @cached_property
    def filter(self) -> str:
        """Lets through all entries that a selector selects; empty for no selectors, which let none through."""
        alike: dict[tuple[str, str], list[str]] = {}
        for selector in self.selectors:
            log = _REQUESTS if selector.sorts == (Sort.REQUEST,) else _LOGGED
            alike.setdefault((log, selector.severity), []).append(selector.match)
        parts = [
            _both(log, _severe(severity) if severity else "", _texts(*patterns) if all(patterns) else "")
            for (log, severity), patterns in alike.items()
        ]
        return _any(parts) if parts else ""

    def lets(self, entry: Entry) -> bool:
        """Whether the filter lets an entry through."""
        return any(_lets(selector, entry) for selector in self.selectors)


def _severe(severity: str) -> str:
    """What is this severe or worse; of what the platform tells no severity of, what may be."""
    return f"(severity>={severity} OR (severity=DEFAULT AND {_texts(hint(severity))}))"


def _texts(*patterns: str) -> str:
    """The texts that patterns match, and all JSON."""
    return _any([*(f"textPayload=~{_quoted(pattern)}" for pattern in (*patterns, _JSON)), "NOT textPayload:*"])


def _lets(selector: Selector, entry: Entry) -> bool:
    severity = selector.severity
    severe = not severity or at_least(entry.severity, severity)
    if entry.sort not in selector.sorts or (selector.match and not _matches(selector.match, entry)):
        return False
    return severe or (entry.severity == "DEFAULT" and _matches(hint(severity), entry))


def _matches(pattern: str, entry: Entry) -> bool:
    text = entry.raw.get("textPayload")
    return text is None or any(compiled(each).search(str(text)) for each in (pattern, _JSON))
