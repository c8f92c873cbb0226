"""Who may pass Google's front end to a service: ingress, and the invoker's ID token.

cloud.google.com/run/docs/authenticating/service-to-service: the token's audience is the URL of the service, not of a
tag, or a custom audience; `X-Serverless-Authorization` comes before `Authorization`. No token: 403; one that is not
valid: 401 (cloud.google.com/run/docs/troubleshooting#unauthorized-client). These are logged with the revision's name and
no instance; internal ingress, a disabled URL, reserved paths and Identity-Aware Proxy are not logged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from validator.emulator.world.deployment import Reply
from validator.emulator.world.tokens import identity
from validator.words.call import Json

EVERYONE = "allUsers"
_HEADERS = (
    ("content-type", "text/html; charset=UTF-8"),
    ("alt-svc", 'h3=":443"; ma=2592000,h3-29=":443"; ma=2592000'),
)
_READ_MORE = (
    " Read more at https://cloud.google.com/run/docs/securing/authenticating"
    " Additional troubleshooting documentation can be found at:"
    " https://cloud.google.com/run/docs/troubleshooting#"
)
_UNAUTHENTICATED = (
    "The request was not authenticated. Either allow unauthenticated invocations or set the proper Authorization header."
    f"{_READ_MORE}unauthorized-client"
)
_UNAUTHORIZED = f"The request was not authorized to invoke this service.{_READ_MORE}401"
_NO_INSTANCE = (
    "The request was aborted because there was no available instance."
    " Additional troubleshooting documentation can be found at:"
    " https://cloud.google.com/run/docs/troubleshooting#abort-request"
)
_CHALLENGE = (
    "www-authenticate",
    'Bearer error="invalid_token" error_description="The access token could not be verified"',
)
_SIGN_IN = "https://accounts.google.com/o/oauth2/v2/auth?client_id=000000000000-iap.apps.googleusercontent.com"


def _page(status: int, title: str, heading: str, told: str, *headers: tuple[str, str]) -> Reply:
    """A page as Cloud Run's front end writes it."""
    text = (
        '\n<html><head>\n<meta http-equiv="content-type" content="text/html;charset=utf-8">\n'
        f"<title>{status} {title}</title>\n</head>\n<body text=#000000 bgcolor=#ffffff>\n"
        f"<h1>Error: {heading}</h1>\n<h2>{told}</h2>\n<h2></h2>\n</body></html>\n"
    )
    return Reply(status, (*_HEADERS, *headers), None, text, 0.0, ())


def _forbidden(path: str) -> Reply:
    told = f"Your client does not have permission to get URL <code>{escape(path)}</code> from this server."
    return _page(403, "Forbidden", "Forbidden", told)


def _unauthorized(path: str) -> Reply:
    told = f"Your client does not have permission to the requested URL <code>{escape(path)}</code>."
    return _page(401, "Unauthorized", "Unauthorized", told, _CHALLENGE)


CLOSED = _page(404, "Page not found", "Page not found", "The requested URL was not found on this server.")
"""What Cloud Run's front end says where no service is, or none that is open to the caller. It logs nothing."""
NOT_FOUND = Reply(
    404,
    (("content-type", "text/html; charset=UTF-8"), ("referrer-policy", "no-referrer")),
    None,
    "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 404 (Not Found)!!1</title>\n"
    "  <a href=//www.google.com/><span id=logo aria-label=Google></span></a>\n"
    "  <p><b>404.</b> <ins>That\u2019s an error.</ins>\n"
    "  <p>The requested URL was not found on this server.  <ins>That\u2019s all we know.</ins>\n",
    0.0,
    (),
)
"""What Google says on the paths that it keeps for itself. It logs nothing."""


@dataclass(frozen=True)
class Refused:
    """The front end's own answer."""

    reply: Reply
    logged: str = ""
    """The text of its entry in the request log; empty: none is written."""


def refused(
    service: Json, invokers: Sequence[str], path: str, headers: Mapping[str, str], at: float, *, seed: int
) -> Refused | None:
    """The answer of the front end to a request that may not pass; None if it may."""
    if service.get("ingress", "").startswith("INGRESS_TRAFFIC_INTERNAL") or service.get("defaultUriDisabled"):
        return Refused(CLOSED)
    given = headers.get("x-serverless-authorization") or headers.get("authorization") or ""
    if service.get("iapEnabled"):
        return Refused(_guarded(given))
    if service.get("invokerIamDisabled") or EVERYONE in invokers:
        return None
    scheme, _, token = given.partition(" ")
    if not given:
        return Refused(_forbidden(path), _UNAUTHENTICATED)
    who = identity(token.strip(), at, seed) if scheme.lower() == "bearer" else None
    if who is None or who.audience not in _audiences(service):
        return Refused(_unauthorized(path), _UNAUTHORIZED)
    if who.email not in invokers and f"serviceAccount:{who.email}" not in invokers:
        return Refused(_forbidden(path), _UNAUTHORIZED)
    return None


def unserved(status: int) -> Refused:
    """The answer of the front end when no instance takes the request: 429 at the limit of instances, else 500 or 503."""
    if status == 429:
        return Refused(Reply(429, _HEADERS, None, "Rate exceeded.", 0.0, ()), _NO_INSTANCE)
    told = "The server encountered an error and could not complete your request.<p>Please try again in 30 seconds."
    return Refused(_page(status, "Server Error", "Server Error", told), _NO_INSTANCE)


def _guarded(given: str) -> Reply:
    """Identity-Aware Proxy: no token of this world has its audience."""
    told = "Invalid JWT audience." if given else "empty token"
    generated = ("x-goog-iap-generated-response", "true")
    headers = (*_HEADERS, generated) if given else (*_HEADERS, generated, ("location", _SIGN_IN))
    return Reply(401 if given else 302, headers, None, f"Invalid IAP credentials: {told}", 0.0, ())


def _audiences(service: Json) -> set[str]:
    own = {service.get("uri", ""), *service.get("urls", ()), *service.get("customAudiences", ())}
    return {each for url in own if url for each in (url, url + "/")}
