"""What a probe is sent with for its target's sake: the target's own headers, and who calls.

Both go to the target's own hosts alone, a token over https alone. A token that nobody asked for goes in the header that no
application reads, so that a public service sees nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from validator.evidence.sort import Impossible
from validator.resources.service import Service
from validator.words.check import Target
from validator.words.id_token import BESIDE, NONE, WANTED, IdToken, header_beside
from validator.words.redirect import origin

_PREFLIGHT = "access-control-request-method"
"""A browser asks for leave without any credentials (Fetch standard, "CORS-preflight fetch"); with some it might get another answer."""
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sending:
    """What a probe is sent with."""

    headers: Headers
    token: IdToken | None = None


def sending(url: str, headers: Headers, auth: str, target: Target, service: Service | None) -> Sending | Impossible:
    """What a probe of a URL is sent with.

    Args:
        url: where it goes.
        headers: the check's own; they come before the target's.
        auth: the check's own word: `id_token`, `none` or a token; empty for the target's.
        target: whose probe it is.
        service: its Cloud Run service; None of a target that is a URL.
    """
    own, secure = _own(url, target, service), urlsplit(url).scheme == "https"
    if auth not in ("", NONE) and not (own and secure):
        host, remedy = urlsplit(url).netloc, "make it a target of its own, with an https `url` and `auth`"
        return Impossible(f"no token is sent to {host}: it is no https URL of {target.service or target.url}", remedy)
    names = {name.lower() for name, _ in headers}
    if not own or (_PREFLIGHT in names and not auth):
        return Sending(headers)
    headers = (*(each for each in target.headers if each[0].lower() not in names), *headers)
    header = header_beside([name for name, _ in headers])
    said = (auth or target.auth) if header and secure else NONE
    if said in ("", WANTED):
        return Sending(headers, _token(url, header if said else BESIDE, target, service, required=bool(said)))
    return Sending(headers) if said == NONE else Sending((*headers, (header, f"Bearer {said}")))


def _own(url: str, target: Target, service: Service | None) -> bool:
    """Whether a URL is one of the target's: as the spec wrote it, or one that its service has (those are https)."""
    return origin(url) in {origin(each) for each in (target.url, target.domain, *_urls(service)) if each}


def _urls(service: Service | None) -> Iterator[str]:
    """All URLs of a service, its tags' too."""
    if service:
        yield from (service.uri, *service.raw.get("urls", ()), *(uri for _, uri in service.tags().values()))


def _token(url: str, header: str, target: Target, service: Service | None, *, required: bool) -> IdToken | None:
    """The token for a URL: of a service for the service's own, even at a tag's.

    Where nobody asked for one, none is sent past a front end that looks at none.
    """
    if not required and (service is None or service.raw.get("invokerIamDisabled") or service.raw.get("iapEnabled")):
        return None
    own = (service.uri if service else "") or f"https://{urlsplit(url).netloc}"
    return IdToken(target.audience or own, header, required)
