"""Whether a browser takes the answer to a CORS preflight for leave (Fetch standard, section "CORS-preflight fetch")."""

from __future__ import annotations

from collections.abc import Iterator

from validator.judging.response import Response
from validator.language.preflight import Preflight
from validator.words.finding import Finding, State

_SAFELISTED = ("GET", "HEAD", "POST")
"""Methods that need no leave of their own."""


def preflight_found(asked: Preflight, response: Response) -> Finding:
    """Whether it is allowed, or refused where it has to be."""
    wanted = f"{asked.method} of {asked.origin}"
    refusals = list(_refusals(asked, response))
    if refusals:
        reason, state = f"a browser does not allow {wanted}: {refusals[0]}", State.VIOLATED
    else:
        reason, state = f"a browser allows {wanted}", State.HOLDS
    if not asked.allowed:
        state = State.HOLDS if refusals else State.VIOLATED
    expected = f"{wanted} allowed" if asked.allowed else f"{wanted} not allowed"
    return Finding(state, reason, expected, "; ".join(refusals) or "allowed")


def _refusals(asked: Preflight, response: Response) -> Iterator[str]:
    """Why a browser refuses."""
    if not 200 <= response.status < 300:
        yield f"status {response.status}"
    origins = response.values("access-control-allow-origin")
    if origins != [asked.origin] and (origins != ["*"] or asked.credentials):
        yield f"Access-Control-Allow-Origin is {' and '.join(map(repr, origins)) or 'missing'}"
    if asked.credentials and response.values("access-control-allow-credentials") != ["true"]:
        yield "Access-Control-Allow-Credentials is not 'true'"
    methods = _listed(response, "access-control-allow-methods")
    if asked.method not in (*methods, *_SAFELISTED) and ("*" not in methods or asked.credentials):
        yield f"Access-Control-Allow-Methods is {', '.join(methods) or 'missing'}"
    names = {name.lower() for name in _listed(response, "access-control-allow-headers")}
    every = "*" in names and not asked.credentials
    for name in asked.names:
        if name not in names and (not every or name == "authorization"):
            yield f"Access-Control-Allow-Headers has no {name}"


def _listed(response: Response, name: str) -> list[str]:
    return [part.strip() for value in response.values(name) for part in value.split(",") if part.strip()]
