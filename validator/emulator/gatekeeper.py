"""Who may pass Google's front end to a service: ingress, and the invoker's ID token.

cloud.google.com/run/docs/authenticating/service-to-service: the token's audience is the URL of the service, not of a
tag, or a custom audience; `X-Serverless-Authorization` comes before `Authorization`. No token: 403; one that is not
valid: 401 (cloud.google.com/run/docs/troubleshooting#unauthorized-client).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from validator.emulator.deployment import Reply
from validator.emulator.tokens import identity
from validator.model.call import Json

EVERYONE = "allUsers"
_HTML = (("content-type", "text/html; charset=UTF-8"),)
NOT_FOUND = Reply(
    404,
    _HTML,
    None,
    "<html><title>Error 404 (Not Found)!!1</title><p>The requested URL was not found on this server.</html>",
    0.01,
    (),
)
"""What Google's front end says where no service is, and on the paths that it keeps for itself."""
_UNAUTHENTICATED = "The request was not authenticated. Either allow unauthenticated invocations or set the proper Authorization header."


@dataclass(frozen=True)
class Refused:
    """The front end's own answer."""

    reply: Reply
    logged: str = ""
    """The text of its entry in the request log; empty: none is written."""


def refused(
    service: Json, invokers: Sequence[str], headers: Mapping[str, str], at: float, *, seed: int
) -> Refused | None:
    """The answer of the front end to a request that may not pass; None if it may."""
    if service.get("ingress", "").startswith("INGRESS_TRAFFIC_INTERNAL") or service.get("defaultUriDisabled"):
        return Refused(NOT_FOUND)
    if service.get("invokerIamDisabled") or EVERYONE in invokers:
        return None
    given = headers.get("x-serverless-authorization") or headers.get("authorization") or ""
    scheme, _, token = given.partition(" ")
    if not given:
        return Refused(_page(403, "Forbidden"), _UNAUTHENTICATED)
    who = identity(token.strip(), at, seed) if scheme.lower() == "bearer" else None
    if who is None or who.audience not in _audiences(service):
        told = (
            (
                "www-authenticate",
                'Bearer error="invalid_token" error_description="The access token could not be verified"',
            ),
        )
        return Refused(_page(401, "Unauthorized", told), "The request was not authorized: the ID token is not valid.")
    if who.email not in invokers and f"serviceAccount:{who.email}" not in invokers:
        return Refused(_page(403, "Forbidden"), f"The request was not authorized: {who.email} may not invoke it.")
    return None


def _audiences(service: Json) -> set[str]:
    own = {service.get("uri", ""), *service.get("urls", ()), *service.get("customAudiences", ())}
    return {each for url in own if url for each in (url, url + "/")}


def _page(status: int, title: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    text = f"<html><head><title>{status} {title}</title></head><body><h1>Error: {title}</h1></body></html>"
    return Reply(status, (*_HTML, *headers), None, text, 0.01, ())
