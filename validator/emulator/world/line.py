"""A line that a deployed service writes to its log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from validator.words.call import Json


@dataclass(frozen=True)
class Line:
    """A line that the service writes while it answers."""

    stream: str
    """stdout or stderr."""
    text: str | None
    data: Json | None
    severity: str
    traced: bool
    """Whether it carries the trace of the request."""

    @classmethod
    def read(cls, data: Any) -> Line:
        """From a text or a map."""
        if not isinstance(data, Mapping):
            return cls("stdout", str(data), None, "", False)
        if ("text" in data) == ("json" in data):
            raise ValueError("a log line has either text or json")
        text = str(data["text"]) if "text" in data else None
        severity, traced = str(data.get("severity", "")), bool(data.get("traced"))
        return cls(str(data.get("stream", "stdout")), text, data.get("json"), severity, traced)
