"""Cloud Logging API v2: one page of log entries."""

from __future__ import annotations

from typing import Any

from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client
from google.cloud.logging_v2.services.logging_service_v2.transports import LoggingServiceV2GrpcTransport
from google.cloud.logging_v2.types import ListLogEntriesRequest, ListLogEntriesResponse
from google.protobuf.json_format import MessageToDict, SerializeToJsonError

from validator.sources.channel import plain
from validator.sources.connection import Connection, Emulated
from validator.sources.status import Attempting
from validator.words.call import Answer, Call, ListEntries


def open_source(connection: Connection) -> Attempting:
    """The client of this API."""
    return Attempting(lambda: CloudLogging(connection))


class CloudLogging:
    """A channel to logging.googleapis.com and its client.

    The low-level one: `logging_v2.Client` adds a bound of 24 hours to a filter without a timestamp
    (googleapis/python-logging#73).
    """

    def __init__(self, connection: Connection) -> None:
        if isinstance(connection, Emulated):
            transport = LoggingServiceV2GrpcTransport(channel=plain(connection))
            self._client = LoggingServiceV2Client(transport=transport)
        else:
            self._client = LoggingServiceV2Client()

    def __call__(self, call: Call, timeout: float) -> Answer:
        """Answer one call within `timeout` real seconds.

        Raises:
            GoogleAPICallError: the API said no, or did not answer.
        """
        if not isinstance(call, ListEntries):
            raise TypeError(f"not a call of Cloud Logging: {call}")
        request = ListLogEntriesRequest(
            resource_names=call.resource_names,
            filter=call.filter,
            order_by=call.order_by,
            page_size=call.page_size,
            page_token=call.page_token,
        )
        pager = self._client.list_log_entries(request=request, retry=None, timeout=timeout)
        return Answer(_content(ListLogEntriesResponse.pb(next(iter(pager.pages)))))

    def close(self) -> None:
        """Close the channel."""
        self._client.transport.close()


def _content(page: Any) -> dict[str, Any]:
    content = _read(page)
    same: dict[str, Any] = {}
    for entry in content.get("entries", ()):
        for part in ("resource", "labels"):  # the same for thousands: kept once
            if part in entry:
                entry[part] = same.setdefault(repr(entry[part]), entry[part])
    return content


def _read(page: Any) -> dict[str, Any]:
    try:
        return MessageToDict(page)
    except (TypeError, SerializeToJsonError):
        content: dict[str, Any] = {"entries": [_entry(entry) for entry in page.entries]}
        return content | ({"nextPageToken": page.next_page_token} if page.next_page_token else {})


def _entry(entry: Any) -> dict[str, Any]:
    """One entry; a payload whose message type is not known here keeps its type's name alone."""
    try:
        return MessageToDict(entry)
    except (TypeError, SerializeToJsonError):
        known = type(entry)()
        known.CopyFrom(entry)
        known.ClearField("proto_payload")
        return MessageToDict(known) | {"protoPayload": {"@type": entry.proto_payload.type_url}}
