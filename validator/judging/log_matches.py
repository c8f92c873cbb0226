"""Of several entries that a pattern matches the ones that are judged, and what they say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from validator.judging.json_match import difference
from validator.logs.entry import Entry
from validator.logs.payload import compact, leaves
from validator.logs.selector import Selector, compiled
from validator.words.finding import Finding, State
from validator.words.instant import clock
from validator.words.strict_json import NotJsonError, TooLargeError, parse

_SHOWN = 200
"""Characters of a text that are shown."""
_KEPT = 2000
"""Characters of a payload's text that are shown as evidence."""
_NAMED = "json"
"""The named group that is parsed as JSON where a pattern has it."""
_BEHIND = frozenset((*" \t\r\n,}]", ""))
"""What may stand behind a value."""


class Pick(StrEnum):
    """Which of several matches are judged."""

    NEWEST = "newest"
    FIRST = "first"
    EVERY = "every"


@dataclass(frozen=True)
class Match:
    """An entry that a pattern matches, and its place among all that it matches."""

    selector: Selector
    entry: Entry
    which: str
    """`the match at 06:35:37Z`, `of 2 matches the newest, at 06:35:37Z`."""

    @property
    def groups(self) -> dict[str, str]:
        """The named groups that took part in the match."""
        found = self.selector.found(self.entry)
        return {name: value for name, value in found.groupdict().items() if value}

    def compared(self, wanted: Any) -> Finding:
        """Whether the JSON that the match is about contains what is wanted."""
        expected = f"JSON that contains {compact(wanted)}"
        text = self._json_text()
        try:
            value = parse(text)
        except (NotJsonError, TooLargeError) as problem:
            reason = f"{self.selector}: {self.which}, is followed by no JSON: {text[:_SHOWN]!r}: {problem}"
            return Finding(State.VIOLATED, reason, expected, text[:_SHOWN])
        found = difference(wanted, value)
        told = f"the JSON differs at {found}" if found else f"its JSON contains {compact(wanted)[:_SHOWN]}"
        state = State.VIOLATED if found else State.HOLDS
        return Finding(state, f"{self.selector}: {self.which}: {told}", expected, compact(value)[:_SHOWN])

    def _json_text(self) -> str:
        """What should be JSON: a group whole, or what follows the match as far as a value goes."""
        found = self.selector.found(self.entry)
        groups = found.groupdict()
        after = str(found.string[found.end() :]).strip()
        group = groups.get(_NAMED) or (next(iter(groups.values())) if len(groups) == 1 and not after else None)
        return str(group).strip() if group else after[: _extent(after)]


def _extent(text: str) -> int:
    """The characters of the value that a text begins with; all of it if that is no value by itself."""
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return len(text)
    return end if text[end : end + 1] in _BEHIND else len(text)


def picked(selector: Selector, entries: Sequence[Entry], pick: Pick) -> list[Match]:
    """Those of a selector's entries, by time, that are judged."""
    if not entries:
        return []
    if len(entries) == 1:
        return [Match(selector, entries[0], f"the match at {clock(entries[0].at)}")]
    of = f"of {len(entries)} matches"
    if pick is Pick.EVERY:
        return [Match(selector, entry, f"{of} the one at {clock(entry.at)}") for entry in entries]
    entry = entries[-1] if pick is Pick.NEWEST else entries[0]
    return [Match(selector, entry, f"{of} the {pick}, at {clock(entry.at)}")]


def each_of(number: int) -> str:
    """How a finding that is the same for several matches is told."""
    return f"each of {number} matches"


def combined(matches: Sequence[Sequence[Match]]) -> list[tuple[dict[str, str], str]]:
    """The named groups that are judged together, and which matches they are of; the newest last.

    Of a pattern of which every match is judged: each in turn, beside the newest of the other patterns.
    """
    found = [each for each in matches if each]
    newest = {name: value for each in found for name, value in each[-1].groups.items()}
    turns = [({**newest, **match.groups}, match.which) for each in found if len(each) > 1 for match in each]
    return turns or [(newest, "; ".join(each[-1].which for each in found))]


def place(selector: Selector, entry: Entry) -> tuple[str, str]:
    """Where in an entry's payload a pattern matches that does not match its message, and the text about that; else nothing."""
    if not selector.match or compiled(selector.match).search(entry.text):
        return "", ""
    search = compiled(selector.match).search
    for path, value in leaves(entry.payload):
        if isinstance(value, str) and (found := search(value)):
            return _path(path), _about(value, found.start())
    found = search(compact(entry.payload))
    return "its payload", _about(compact(entry.payload), found.start() if found else 0)


def _about(text: str, place: int) -> str:
    """What stands about a place of a text."""
    if len(text) <= _KEPT:
        return text
    start = max(0, min(place - _KEPT // 4, len(text) - _KEPT))
    return f"{'…' if start else ''}{text[start : start + _KEPT]}{'…' if start + _KEPT < len(text) else ''}"


def _path(path: Sequence[str | int]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
