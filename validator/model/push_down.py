"""What selectors select, asked of the server: a filter that lets through all of it, and little else.

Cloud Logging matches fields and not an entry's text (`Entry.text`). Where the text is one field, a pattern is pushed down
as it is. Where it is JSON, the server cannot tell: those entries are let through, except for requests, which are many;
of them only those that hold a word without which the pattern cannot match. Selectors stay the judges of what comes.
A `message` that is a list is the one gap: for the server it is each of its members, and no filter tells it from a text.
Language: cloud.google.com/logging/docs/view/logging-query-language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from validator.model.platform import REQUESTS, Entry
from validator.model.selector import Selector, compiled
from validator.model.severity import SEVERITIES

MOST_CHARACTERS = 20_000
"""Of a filter, https://cloud.google.com/logging/quotas."""
_ONE_FIELD = ("textPayload", "jsonPayload.message", "jsonPayload.msg")
_REQUEST_TEXTS = ("requestMethod", "requestUrl", "userAgent", "referer", "remoteIp", "serverIp", "protocol")
_REQUEST_KEYS = " ".join(
    (
        *_REQUEST_TEXTS,
        "requestSize status responseSize latency cacheLookup cacheHit cacheValidatedWithOriginServer cacheFillBytes",
        "true false",
    )
).lower()
"""What stands in a request's JSON besides its texts and numbers."""
_NUMBER = re.compile(r"[-+0-9.eEsS]*")
_ESCAPED = r'["\\\x00-\x1f]'
"""What JSON writes otherwise than it is."""
_WORD = re.compile(r"[\w '!#%&;<=>@`~/-]", re.ASCII)
"""A character that is itself in a pattern and in JSON, and is no part of JSON's own structure."""
_SHORTEST = 3
"""Letters of a word that narrows anything down."""
_REPEAT = re.compile(r"\{\d+(?:,\d*)?\}")
_SIMPLE_ESCAPES = frozenset("dDwWsSbBAznrtfv")


def words(pattern: str) -> tuple[str, ...] | None:
    """Words of which each text that a pattern matches holds one; None if there are no such words, or none is found.

    One for each alternative, as RE2 patterns of their own. A word is looked for outside groups and classes alone.
    """
    found: list[str] = []
    for runs in _alternatives(pattern) or [[]]:
        telling = [run for run in runs if _tells(run)]
        if not telling:
            return None
        found.append(max(telling, key=len))
    fold = "(?i)" if re.search(r"\(\?\w*i", pattern) else ""
    return tuple(dict.fromkeys(f"{fold}{word}" for word in found))


def _tells(run: str) -> bool:
    """Whether a run of characters can only come from a text of a request."""
    return len(run) >= _SHORTEST and run.lower() not in _REQUEST_KEYS and not _NUMBER.fullmatch(run)


def _alternatives(pattern: str) -> list[list[str]] | None:
    """Of each alternative of a pattern the runs of characters that it asks for; None for what is not understood here."""
    alternatives: list[list[str]] = [[""]]
    at = 0
    while at < len(pattern):
        one, runs = pattern[at], alternatives[-1]
        if one == "|":
            alternatives.append([""])
        elif one in "?*" or _REPEAT.match(pattern, at):
            runs[-1] = runs[-1][:-1]  # it need not be there at all
            runs.append("")
        elif _WORD.match(one):
            runs[-1] += one
        else:
            runs.append("")
        step = _length(pattern, at)
        if step is None:
            return None
        at += step
    return alternatives


def _length(pattern: str, at: int) -> int | None:
    """The characters that the part of a pattern at a place takes; None for what is not understood here."""
    one = pattern[at]
    if one == "\\":
        escaped = pattern[at + 1 : at + 2]
        return 2 if escaped in _SIMPLE_ESCAPES or not escaped.isalnum() else None
    repeat = _REPEAT.match(pattern, at)
    if repeat:
        return len(repeat[0])
    if one == "[":
        return _class(pattern, at)
    if one != "(":
        return 1
    inside = at + 1
    while inside < len(pattern) and pattern[inside] != ")":
        step = _length(pattern, inside)
        if step is None:
            return None
        inside += step
    return inside + 1 - at


def _class(pattern: str, at: int) -> int:
    """The characters that a character class takes."""
    found = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]", re.DOTALL).match(pattern, at)
    return len(found[0]) if found else len(pattern) - at


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


def _severity(selector: Selector) -> str:
    return f"severity>={selector.severity}" if selector.severity else ""


@dataclass(frozen=True)
class PushDown:
    """Several selectors, none of them of all entries, asked of the server."""

    selectors: tuple[Selector, ...]

    @cached_property
    def filter(self) -> str:
        """Lets through all entries that a selector selects; empty for no selectors, which let none through."""
        parts = [_own(selector) for selector in self.selectors]
        matching = [selector for selector in self.selectors if selector.match]
        if matching:
            parts.append(_both(self._least_severity, _any([*_UNTOLD, *self._requests])))
        return _any(parts) if parts else ""

    @property
    def _least_severity(self) -> str:
        """The least severity of those with a pattern, if each has one."""
        found = [selector for selector in self.selectors if selector.match]
        least = min(found, key=lambda selector: SEVERITIES.index(selector.severity or "DEFAULT"))
        return _severity(least)

    @cached_property
    def _words(self) -> str | None:
        """The pattern of the words of all patterns; None if one of them has none."""
        found: dict[str, None] = {}
        for selector in self.selectors:
            if selector.match:
                own = words(selector.match)
                if own is None:
                    return None
                found |= dict.fromkeys(f"(?:{word})" if word.startswith("(?") else word for word in own)
        return "|".join([*found, _ESCAPED])

    @property
    def _requests(self) -> list[str]:
        if self._words is None:
            return ["httpRequest:*"]
        pattern = _quoted(self._words)
        return [f"httpRequest.{name}=~{pattern}" for name in _REQUEST_TEXTS]

    def lets(self, entry: Entry) -> bool:
        """Whether the filter lets an entry through, as far as it is told here: of two fields it looks at the text alone."""
        if any(selector.selects(entry) for selector in self.selectors):
            return True
        matching = [selector for selector in self.selectors if selector.match]
        if not matching or not any(_severe(selector, entry) for selector in matching):
            return False
        return _untold(entry) or self._held(entry)

    def _held(self, entry: Entry) -> bool:
        request = entry.raw.get("httpRequest")
        if request is None or self._words is None:
            return request is not None
        return any(compiled(self._words).search(str(request.get(name, ""))) for name in _REQUEST_TEXTS)


def _own(selector: Selector) -> str:
    """What a selector selects, as far as the server can tell."""
    logs = {"requests": f'log_id("{REQUESTS}")', "others": f'NOT log_id("{REQUESTS}")'}
    pattern = _quoted(selector.match)
    texts = _any([f"{name}=~{pattern}" for name in _ONE_FIELD]) if selector.match else ""
    return _both(_severity(selector), logs.get(selector.log, ""), texts)


_UNTOLD = (
    '(jsonPayload:* AND NOT jsonPayload.message>="" AND NOT jsonPayload.msg>="")',
    "protoPayload:*",
    "(NOT textPayload:* AND NOT jsonPayload:* AND NOT httpRequest:*)",
)
"""Entries whose text is JSON: neither field is a text (a comparison with a text is true of texts alone)."""


def _untold(entry: Entry) -> bool:
    raw = entry.raw
    payload = raw.get("jsonPayload")
    if payload is not None:
        return not any(isinstance(payload.get(key), str) for key in ("message", "msg"))
    return "protoPayload" in raw or ("textPayload" not in raw and "httpRequest" not in raw)


def _severe(selector: Selector, entry: Entry) -> bool:
    return Selector(severity=selector.severity).selects(entry)
