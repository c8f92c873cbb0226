"""What a followed redirect asks for: to another origin go Accept, User-Agent and traceparent, and nothing of one's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from validator.words.call import Exchange
from validator.words.reach import never_probed

REDIRECTS = (301, 302, 303, 307, 308)
_FOR_ALL = ("accept", "user-agent", "traceparent")
_OF_A_BODY = ("content-type", "content-length", "content-encoding", "content-language")
_PORTS = {"http": 80, "https": 443}


class RefusedError(Exception):
    """The gate will not send this request, whoever asks for it."""


@dataclass(frozen=True)
class Hop:
    """One request of an exchange."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    @classmethod
    def first(cls, call: Exchange) -> Hop:
        """The request that an exchange begins with.

        Raises:
            RefusedError: its host is never asked.
        """
        return cls(call.method, call.url, call.headers, call.body).checked()

    def checked(self) -> Hop:
        """This request, if its host may be asked.

        Raises:
            RefusedError: it may not, by its name or address.
        """
        reason = never_probed(urlsplit(self.url).hostname or "")
        if reason:
            raise RefusedError(f"{self.url} is not asked: {reason}")
        return self

    def after(self, status: int, location: str) -> Hop:
        """The request that a redirect asks for: 303 means GET, 301 and 302 too of a POST (RFC 9110, section 15.4).

        Raises:
            RefusedError: it leads where no probe goes, or would take a body to another origin.
        """
        url = urljoin(self.url, _decoded(location)).partition("#")[0]
        if urlsplit(url).scheme not in _PORTS or not urlsplit(url).hostname:
            raise RefusedError(f"the redirect to {url} is not followed: it is not an http or https URL")
        hop = replace(self, url=url).checked()
        if (status == 303 and self.method != "HEAD") or (status in (301, 302) and self.method == "POST"):
            kept = tuple(each for each in self.headers if each[0].lower() not in _OF_A_BODY)
            hop = replace(hop, method="GET", body=None, headers=kept)
        if origin(url) == origin(self.url):
            return hop
        if hop.body is not None:
            raise RefusedError(f"the redirect ({status}) to {url} is not followed: the body would go to another origin")
        return replace(hop, headers=tuple(each for each in hop.headers if each[0].lower() in _FOR_ALL))


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)


def _decoded(location: str) -> str:
    """A header's value comes as Latin-1; what is UTF-8 in it is read as that."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location
