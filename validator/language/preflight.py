"""A CORS preflight that an http check makes: what a browser of another origin asks before it sends a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from validator.language.mistake import Mistake

SCHEMA: Final = {
    "preflight": {
        "type": "object",
        "properties": {
            "origin": {
                "type": "string",
                "pattern": r"^https?://[^/]+$|^null$",
                "x-form": "is no origin; write https://shop.example.com, without a path",
                "description": "Whose page asks.",
            },
            "method": {
                "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
                "description": "The request that it wants to send.",
            },
            "headers": {
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "minItems": 1,
                "description": "The headers that it would send and a browser asks for, `content-type` of JSON too.",
            },
            "credentials": {"type": "boolean", "default": False, "description": "Whether with cookies."},
            "allowed": {"type": "boolean", "default": True, "description": "Whether it must be allowed, or must not."},
        },
        "required": ["origin", "method"],
        "additionalProperties": False,
        "description": "Ask as a browser does before a request of another origin (OPTIONS), and judge the answer as it does.",
    }
}


@dataclass(frozen=True)
class Preflight:
    """What a browser asks for."""

    origin: str
    method: str
    names: tuple[str, ...] = ()
    """Of headers, in lower case."""
    credentials: bool = False
    allowed: bool = True

    @property
    def headers(self) -> dict[str, str]:
        """What it is asked with."""
        asked = {"Origin": self.origin, "Access-Control-Request-Method": self.method}
        return asked | ({"Access-Control-Request-Headers": ", ".join(self.names)} if self.names else {})


def preflight(value: Mapping[str, Any]) -> Preflight | None:
    """Read it of a whole http check; None if it makes none."""
    own = value.get("preflight")
    if own is None:
        return None
    names = tuple(sorted(name.lower() for name in own.get("headers", ())))
    return Preflight(own["origin"], own["method"], names, own.get("credentials", False), own.get("allowed", True))


def mistakes(value: Mapping[str, Any]) -> Iterator[Mistake]:
    """What a preflight has not."""
    if "preflight" not in value:
        return
    for key in ("method", "body", "json", "form", "multipart", "samples", "load", "follow_redirects"):
        if key in value:
            yield Mistake(f"a preflight is one OPTIONS request without a body; leave `{key}` out", key)
