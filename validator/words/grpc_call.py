"""A unary call of gRPC."""

from __future__ import annotations

from dataclasses import dataclass

from validator.words.call import MarkedCall
from validator.words.id_token import IdToken

HEALTH = "grpc.health.v1.Health/Check"
"""The standard health check: github.com/grpc/grpc/blob/master/doc/health-checking.md."""
OK = "OK"
CODES = (
    *(OK, "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    *("INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)
"""The status codes by their numbers."""


@dataclass(frozen=True)
class Invoke(MarkedCall):
    """One unary call of gRPC.

    The content of its `Answer`: `status` is HTTP's, 200 of whatever speaks gRPC; `code` the name of gRPC's own (empty of what
    does not speak it), `text` the message that came with it, `json` the response as its official proto JSON (with OK alone;
    without it `unread` says why), `untold` why nothing was asked: the request's type is not known; `cut` where it was larger than is kept, `headers` the metadata that came before and after.
    """

    source = "grpc_call"

    url: str
    """`https://HOST/PACKAGE.SERVICE/METHOD`; http is in plain."""
    headers: tuple[tuple[str, str], ...] = ()
    request: str = "{}"
    """The request as JSON, as text."""
    descriptors: bytes = b""
    """What the method's types are told by: a FileDescriptorSet; empty: the server's reflection."""
    typed: bool = True
    """Whether its types have to be known: JSON goes in, or its answer is read."""
    mark: str = ""
    token: IdToken | None = None

    @property
    def shown(self) -> str:
        """It with its URL."""
        return f"gRPC {self.url}"

    @property
    def several(self) -> bool:
        """The server may be asked for its types before."""
        return self.typed and not self.descriptors

    @property
    def bodiless(self) -> bool:
        """A page of HTML is not read."""
        return True
