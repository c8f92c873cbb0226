"""Calls that look at the end of a log, to tell how much there is."""

from __future__ import annotations

from dataclasses import replace

from validator.logs.entry import Entry
from validator.words.call import Answer, Call, ListEntries

NEWEST_FIRST = "timestamp desc"
"""The order in which the log's end is looked at; what is judged is read in the other one."""


def looks(call: Call) -> bool:
    """Whether a call looks at the log's end alone."""
    return isinstance(call, ListEntries) and call.order_by == NEWEST_FIRST


def rate(page: Answer) -> float:
    """Entries a minute on one page; 0 if it tells none."""
    received = [Entry.read(data).received for data in page.content.get("entries", ())]
    minutes = (max(received) - min(received)) / 60 if received else 0.0
    return len(received) / minutes if minutes > 0 else 0.0


def look(page: ListEntries) -> ListEntries:
    """The look at the end of the log that a read is of."""
    return replace(page, page_token="", order_by=NEWEST_FIRST)
