"""The invoker's ID token: what a request is to be sent with. The token itself stands nowhere; its source adds it as it sends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

WANTED = "id_token"
"""`auth: id_token`: send one, or nothing."""
NONE = "none"
"""`auth: none`: send none."""
OWN = "Authorization"
BESIDE = "X-Serverless-Authorization"
"""The platform reads this one first and leaves the other to the application (run/docs/authenticating/service-to-service)."""
UNOBTAINED = "NO_ID_TOKEN"
"""The code of the problem that no token could be had, and so nothing was sent."""
TOLD = "invoker"
"""Where an answer's content tells of the token (a name that no secret would have): its `audience`, and the `account` if one was sent, else `reason` and `remedy`."""


@dataclass(frozen=True)
class IdToken:
    """An ID token that a request is sent with, by what it is for."""

    audience: str
    header: str = OWN
    """The request header that carries it."""
    required: bool = False
    """Whether the request is sent with it or not at all; else it goes without where none can be had."""


def header_beside(names: Collection[str]) -> str:
    """The header for a token beside headers of one's own; empty if one of those is for such a token itself."""
    lower = {name.lower() for name in names}
    if BESIDE.lower() in lower:
        return ""
    return BESIDE if OWN.lower() in lower else OWN
