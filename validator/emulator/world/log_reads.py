"""Reads of Cloud Logging: what entries.list answers at one moment."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

from validator.emulator.api.log_filter import FilterError, Predicate, parts
from validator.emulator.api.refusal import RefusalError
from validator.emulator.world.chance import digits
from validator.emulator.world.entries import Stored
from validator.words.call import Json, ListEntries

MAX_PAGE = 1000
"""Entries in an answer at most."""
MIN_ORDER, MAX_ORDER = -(2**62), 2**62
"""Nanoseconds before and after every entry."""
_DEFAULT_PAGE = 50
_ORDERS = {"": False, "timestamp": False, "timestamp asc": False, "timestamp desc": True}
_PROJECT = re.compile(r"projects/([^/]+)")


def projects(call: ListEntries) -> tuple[str, ...]:
    """The projects that a call reads.

    Raises:
        RefusalError: a resource that is no project (folders, organisations and views are not known here), or none at all.
    """
    if not call.resource_names:
        raise RefusalError("INVALID_ARGUMENT", "resource_names is required.")
    found = tuple(map(_PROJECT.fullmatch, call.resource_names))
    if None in found:
        raise RefusalError("INVALID_ARGUMENT", f"Only projects/PROJECT is known here, not {list(call.resource_names)}.")
    return tuple(match[1] for match in found if match)


def list_entries(
    entries: Iterable[Stored], known: set[str], order: str, call: ListEntries, at: float, *, limit: int | None = None
) -> Json:
    """logging.v2 ListLogEntries at a moment, of projects that are `known`.

    `order` is `as asked`, `newest first` or `shuffled` (each page), whatever was asked. A page goes on after the last
    entry of the one before, so that an entry that has become readable meanwhile is found if it comes later in the
    order. A `limit` makes the pages short; with 0 the first page is empty and says go on.

    Raises:
        RefusalError: an unknown project, a bad filter, order, page size or page token.
    """
    wanted, wholly = _asked(call, known)
    descending = order == "newest first" or _ORDERS[call.order_by]
    after = _after(call)
    if limit == 0 and after is None:
        return {"nextPageToken": _token(call, (MIN_ORDER if not descending else MAX_ORDER, ""))}
    size = min(call.page_size or _DEFAULT_PAGE, limit or MAX_PAGE, MAX_PAGE)
    readable = (entry for entry in entries if entry.readable <= at and entry.project in wanted)
    found = [entry for entry in readable if _fulfils(entry, wholly[:-1]) and wholly[-1](entry.raw)]
    found.sort(key=lambda entry: entry.order, reverse=descending)
    if after is not None:
        found = [entry for entry in found if (entry.order < after if descending else entry.order > after)]
    page = found[:size]
    shown = sorted(page, key=lambda entry: digits(0, *entry.order)) if order == "shuffled" else page
    answer: dict[str, object] = {"entries": [entry.raw for entry in shown]}
    if len(found) > size:
        answer["nextPageToken"] = _token(call, page[-1].order)
    return answer


def _asked(call: ListEntries, known: set[str]) -> tuple[set[str], tuple[Predicate, ...]]:
    """The projects that a call reads, and the parts of its filter."""
    wanted = set(projects(call))
    if wanted - known:
        raise RefusalError("NOT_FOUND", f"Project does not exist: {min(wanted - known)}")
    if call.order_by not in _ORDERS:
        raise RefusalError(
            "INVALID_ARGUMENT", f"Unsupported order_by: {call.order_by!r}; timestamp asc or timestamp desc."
        )
    if call.page_size < 0:
        raise RefusalError("INVALID_ARGUMENT", "page_size must not be negative.")
    try:
        return wanted, parts(call.filter)
    except FilterError as error:
        raise RefusalError("INVALID_ARGUMENT", f"Unparseable filter: {error}") from error


@lru_cache(maxsize=1 << 14)
def _fulfils(entry: Stored, parts: tuple[Predicate, ...]) -> bool:
    """Whether an entry fulfils parts of a filter. Neither changes, and who follows a log changes the last part alone."""
    return all(part(entry.raw) for part in parts)


def _fingerprint(call: ListEntries) -> str:
    asked = json.dumps([call.resource_names, call.filter, call.order_by])
    return blake2b(asked.encode(), digest_size=6).hexdigest()


def _token(call: ListEntries, last: tuple[int, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps([_fingerprint(call), *last]).encode()).decode()


def _after(call: ListEntries) -> tuple[int, str] | None:
    if not call.page_token:
        return None
    try:
        fingerprint, nanos, insert_id = json.loads(base64.urlsafe_b64decode(call.page_token))
    except (ValueError, TypeError, binascii.Error) as error:
        raise RefusalError("INVALID_ARGUMENT", "page_token is invalid.") from error
    if fingerprint != _fingerprint(call):
        raise RefusalError("INVALID_ARGUMENT", "page_token does not belong to these arguments.")
    return int(nanos), str(insert_id)
