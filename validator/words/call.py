"""Calls: one concrete request of one outside system, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from validator.words.id_token import IdToken

Json = Mapping[str, Any]


class Call:
    """One concrete request of one outside system."""

    source: ClassVar[str]
    """The module of `validator.sources` that makes it."""
    late: ClassVar[str] = "DEADLINE_EXCEEDED"
    """The code of the problem that it did not come to its end in time."""

    def page(self, token: str) -> Call | None:  # noqa: ARG002
        """The call for the page of a token; None if it has no pages."""
        return None

    def overdue(self, seconds: float, result: Result) -> Result:  # noqa: ARG002
        """What comes of it in `seconds`, all that it had, where it would take longer."""
        return Problem(self.late, f"no whole answer within {seconds:g} s")


@dataclass(frozen=True)
class GetService(Call):
    """run.v2 Services.GetService."""

    source = "cloud_run"

    name: str
    """`projects/P/locations/L/services/S`"""


@dataclass(frozen=True)
class GetRevision(Call):
    """run.v2 Revisions.GetRevision."""

    source = "cloud_run"

    name: str
    """`projects/P/locations/L/services/S/revisions/R`"""


@dataclass(frozen=True)
class ListRevisions(Call):
    """run.v2 Revisions.ListRevisions."""

    source = "cloud_run"

    parent: str
    page_size: int = 100
    page_token: str = ""

    def page(self, token: str) -> ListRevisions:
        """The same from a token on."""
        return replace(self, page_token=token)


@dataclass(frozen=True)
class GetBuild(Call):
    """devtools.cloudbuild.v1 CloudBuild.GetBuild."""

    source = "cloud_build"

    name: str
    """`projects/P/locations/L/builds/ID`"""


@dataclass(frozen=True)
class ListBuilds(Call):
    """devtools.cloudbuild.v1 CloudBuild.ListBuilds."""

    source = "cloud_build"

    parent: str
    """`projects/P/locations/L`"""
    filter: str
    page_size: int = 10
    page_token: str = ""

    def page(self, token: str) -> ListBuilds:
        """The same from a token on."""
        return replace(self, page_token=token)


PAGE = 1000
"""Entries that a page of entries.list holds at most; https://cloud.google.com/logging/quotas."""


@dataclass(frozen=True)
class ListEntries(Call):
    """logging.v2 LoggingServiceV2.ListLogEntries."""

    source = "cloud_logging"

    resource_names: tuple[str, ...]
    filter: str
    order_by: str = "timestamp asc"
    page_size: int = PAGE
    page_token: str = ""

    def page(self, token: str) -> ListEntries:
        """The same from a token on."""
        return replace(self, page_token=token)


@dataclass(frozen=True)
class GetManifest(Call):
    """One manifest of an image registry: GET /v2/NAME/manifests/REFERENCE (OCI distribution specification 1.1).

    The answer is `{"digest": "sha256:...", "manifest": {...}}`: the digest of the bytes that came, and their JSON.
    """

    source = "registry"

    repository: str
    """With the registry's host: `us-central1-docker.pkg.dev/project/repository/image`."""
    reference: str
    """A digest, or a tag."""


class MarkedCall(Call):
    """A request of what was deployed: by its mark it is found again in the request log, which tells who answered it.

    Its `Answer` has at least `status` (of HTTP, 101 of a WebSocket), `headers` and `latency`. A call is a frozen dataclass
    with these fields.
    """

    late = "TIMEOUT"

    url: str
    headers: tuple[tuple[str, str], ...]
    """What is sent with it, of gRPC the metadata."""
    mark: str
    """The 32 hex digits by which the request is found again in the request log (its trace id)."""
    token: IdToken | None
    """What the source adds to the headers as it sends it; to another origin it never goes along."""

    @property
    def shown(self) -> str:
        """What was asked, for a person."""
        raise NotImplementedError

    @property
    def bodiless(self) -> bool:
        """Whether its answer has no page that would tell who wrote it."""
        return False

    @property
    def several(self) -> bool:
        """Whether more requests than one may carry its mark; then that tells which has its URL."""
        return False

    def marked(self, mark: str, headers: tuple[tuple[str, str], ...]) -> Self:
        """The same with its mark, and with headers that carry it."""
        return replace(self, mark=mark, headers=headers)  # type: ignore[type-var]  # each call is a dataclass

    def sent_with(self, headers: tuple[tuple[str, str], ...], token: IdToken | None) -> Self:
        """The same with other headers, and with what its source adds to them."""
        return replace(self, headers=headers, token=token)  # type: ignore[type-var]  # as above


@dataclass(frozen=True)
class Exchange(MarkedCall):
    """One HTTP request and its response."""

    source = "probing"

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    redirects: bool = False
    mark: str = ""
    token: IdToken | None = None

    @property
    def shown(self) -> str:
        """Method and URL."""
        return f"{self.method} {self.url}"

    @property
    def bodiless(self) -> bool:
        """As an answer to HEAD is."""
        return self.method == "HEAD"


@dataclass(frozen=True)
class Answer:
    """What the system said.

    For a Google API the response message as its official proto JSON (camelCase, enums by name, int64 as strings).
    For an Exchange `{"status": 200, "headers": [["content-type", "text/plain"]], "text": "...", "latency": 0.08}`: header
    names in lower case, a repeated header as often as it was sent, `"url"` where redirects led elsewhere, latency in
    seconds from sending to the last byte that was read. `text` is the body in so far as it is known: `"cut": true` if
    more than 1 MiB came, `"undecoded": "..."` with the reason if its bytes are no text that can be read (from the first
    U+FFFD on), `"unread": true` of a redirect. `"size"` is how many bytes came, one more than 1 MiB if there were more,
    `"certificate": {"not_after": ...}` the end of the TLS certificate, `"trailers"` gRPC's own, `"invoker"` what is told of
    the ID token (`words.id_token`).
    """

    content: Json


@dataclass(frozen=True)
class Problem:
    """Why there is no answer."""

    code: str
    """The gRPC status name (`PERMISSION_DENIED`); for a MarkedCall `CONNECT` (no connection), `TIMEOUT`, `EXPIRED` (its
    certificate is past its end), `BROKEN` (connected, then no whole answer), `REFUSED` (the gate itself does not go there) or
    `NO_ID_TOKEN` (not sent: the token it needs was not had)."""
    message: str
    remedy: str = ""
    """What to do about it, where the source knows better than who reads the code."""


Result = Answer | Problem


@dataclass(frozen=True)
class Request:
    """A call that the engine wants made now."""

    id: int
    call: Call
    timeout: float
    """Seconds for the whole call, in the gate's time."""


@dataclass(frozen=True)
class Completion:
    """A request that came to its end."""

    id: int
    sent: float
    received: float
    result: Result
