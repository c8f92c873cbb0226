"""Unary calls of gRPC to a target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from validator.evidence.probe import Probe, as_json
from validator.words.grpc_call import HEALTH, Invoke


@dataclass(frozen=True)
class Grpc(Probe):
    """A unary call of gRPC to the target; its location is a path, or a URL without one."""

    method: str = HEALTH
    """`package.Service/Method`"""
    request: str = "{}"
    """JSON."""
    descriptors: bytes = b""
    """What the method's types are told by: a FileDescriptorSet; empty: the server's reflection."""

    typed: bool = True
    """Whether its types have to be known."""

    def call(self, url: str) -> Invoke:
        """One call."""
        return Invoke(f"{url.rstrip('/')}/{self.method}", self.headers, self.request, self.descriptors, self.typed)

    @property
    def shown(self) -> str:
        """It with its method, and where that is not the target."""
        elsewhere = "" if self.location == "/" else f" at {self.location}"
        return f"gRPC {self.method}{elsewhere}"

    def sensitive(self) -> Iterable[tuple[str, Any]]:
        """The request too."""
        yield "request", as_json(self.request)
        yield from super().sensitive()
