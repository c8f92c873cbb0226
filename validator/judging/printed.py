"""What a local program printed on one of its outputs, as it is judged."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from validator.judging.json_match import difference
from validator.logs.selector import compiled
from validator.words.call import Json
from validator.words.finding import Finding, State
from validator.words.strict_json import NotJsonError, TooLargeError, parse

_SHOWN = 500
"""Characters of the end of an output that are shown."""


@dataclass(frozen=True)
class Printed:
    """An output, or both of its ends."""

    name: str
    """`stdout` or `stderr`."""
    text: str
    """All of it, or its beginning."""
    tail: str
    """Its end, where bytes between were not kept."""
    left_out: int
    """How many bytes that were."""

    @classmethod
    def read(cls, name: str, content: Json) -> Printed:
        """From the answer to a `RunCommand`."""
        own = content[name]
        return cls(name, str(own["text"]), str(own.get("tail", "")), int(own.get("left_out", 0)))

    @property
    def last(self) -> str:
        """Its last line that says something."""
        return next((line.strip() for line in reversed((self.tail or self.text).split("\n")) if line.strip()), "")

    @property
    def end(self) -> str:
        """As much of its end as is shown."""
        return (self.tail or self.text).rstrip()[-_SHOWN:]

    @property
    def whole(self) -> str | Finding:
        """All of it, or the finding that says that it is not known."""
        return self._unknown if self.left_out else self.text

    @property
    def _unknown(self) -> Finding:
        reason = f"{self.name} is not known as a whole: {self.left_out} bytes of it were not kept"
        return Finding(State.UNKNOWN, reason, actual=self.end, remedy="let the command print less")

    @cached_property
    def json(self) -> Any | Finding:
        """It as JSON, or the finding that says why it is none."""
        if self.left_out:
            return self._unknown
        try:
            return parse(self.text)
        except NotJsonError as error:
            return Finding(State.VIOLATED, f"{self.name} is not JSON: {error}", actual=self.end)
        except TooLargeError as error:
            reason, remedy = (
                f"the JSON of {self.name} cannot be read: {error}",
                "let the command print less or flatter JSON",
            )
            return Finding(State.UNKNOWN, reason, actual=self.end, remedy=remedy)

    def matches(self, pattern: str) -> Finding:
        """Whether it matches; of both ends a match within one of them holds, and none tells nothing."""
        expected, search = f"{self.name} like {pattern}", compiled(pattern).search
        found, at_end = search(self.text), search(self.tail) if self.left_out else None
        within = found and (not self.left_out or found.end() < len(self.text))
        if within or (at_end and at_end.start() > 0):
            return Finding(State.HOLDS, f"{self.name} matches {pattern}", expected)
        if self.left_out:
            return replace(self._unknown, expected=expected)
        return Finding(State.VIOLATED, f"{self.name} does not match {pattern}", expected, self.end or "nothing")

    def contains(self, wanted: Any) -> Finding:
        """Whether it is JSON that contains what is wanted."""
        expected = "JSON with " + json.dumps(wanted, ensure_ascii=False)
        if isinstance(self.json, Finding):
            return replace(self.json, expected=expected)
        where = difference(wanted, self.json)
        if where:
            return Finding(State.VIOLATED, f"the JSON differs at {where}", expected, self.end)
        return Finding(State.HOLDS, expected[:_SHOWN], expected)
