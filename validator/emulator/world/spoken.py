"""What a path is answered with over gRPC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OK = "OK"


@dataclass(frozen=True)
class Spoken:
    """The answer of a unary method."""

    code: str
    """The name of its status code."""
    message: str
    """What comes beside the status."""
    json: Any
    """The response as JSON, with OK."""
    hex: str
    """The same as bytes in hexadecimal digits: what servers send."""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Spoken:
        """From `grpc` of a reply."""
        return cls(
            str(data.get("code", OK)), str(data.get("message", "")), data.get("json", {}), str(data.get("hex", ""))
        )
