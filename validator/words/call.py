"""Calls: one concrete request of one outside system, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class GetService:
    """run.v2 Services.GetService."""

    name: str
    """`projects/P/locations/L/services/S`"""


@dataclass(frozen=True)
class GetRevision:
    """run.v2 Revisions.GetRevision."""

    name: str
    """`projects/P/locations/L/services/S/revisions/R`"""


@dataclass(frozen=True)
class ListRevisions:
    """run.v2 Revisions.ListRevisions."""

    parent: str
    page_size: int = 100
    page_token: str = ""


@dataclass(frozen=True)
class GetBuild:
    """devtools.cloudbuild.v1 CloudBuild.GetBuild."""

    name: str
    """`projects/P/locations/L/builds/ID`"""


@dataclass(frozen=True)
class ListBuilds:
    """devtools.cloudbuild.v1 CloudBuild.ListBuilds."""

    parent: str
    """`projects/P/locations/L`"""
    filter: str
    page_size: int = 10
    page_token: str = ""


PAGE = 1000
"""Entries that a page of entries.list holds at most; https://cloud.google.com/logging/quotas."""


@dataclass(frozen=True)
class ListEntries:
    """logging.v2 LoggingServiceV2.ListLogEntries."""

    resource_names: tuple[str, ...]
    filter: str
    order_by: str = "timestamp asc"
    page_size: int = PAGE
    page_token: str = ""


@dataclass(frozen=True)
class Exchange:
    """One HTTP request and its response."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    redirects: bool = False
    mark: str = ""
    """The 32 hex digits by which the request is found again in the request log (its trace id)."""


Call = GetService | GetRevision | ListRevisions | GetBuild | ListBuilds | ListEntries | Exchange


@dataclass(frozen=True)
class Answer:
    """What the system said.

    For a Google API the response message as its official proto JSON (camelCase, enums by name, int64 as strings).
    For an Exchange `{"status": 200, "headers": [["content-type", "text/plain"]], "text": "...", "latency": 0.08}`: header
    names in lower case, a repeated header as often as it was sent, `"url"` where redirects led elsewhere, latency in
    seconds from sending to the last byte that was read. `text` is the body in so far as it is known: `"cut": true` if
    more than 1 MiB came, `"undecoded": "..."` with the reason if its bytes are no text that can be read (from the first
    U+FFFD on), `"unread": true` of a redirect. `"trailers"` holds gRPC's own.
    """

    content: Json


@dataclass(frozen=True)
class Problem:
    """Why there is no answer."""

    code: str
    """The gRPC status name (`PERMISSION_DENIED`); for an Exchange `CONNECT` (no connection), `TIMEOUT`, `BROKEN` (connected, then no whole answer) or `REFUSED` (the gate itself does not go there)."""
    message: str


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
