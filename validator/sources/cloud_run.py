"""Cloud Run Admin API v2: one service, one revision, one page of revisions."""

from __future__ import annotations

from typing import cast

from google.cloud import run_v2
from google.cloud.run_v2.services.revisions.transports import RevisionsGrpcTransport
from google.cloud.run_v2.services.services.transports import ServicesGrpcTransport
from google.protobuf.json_format import MessageToDict

from validator.sources.channel import plain
from validator.sources.connection import Connection, Emulated
from validator.sources.status import Attempting
from validator.words.call import Answer, Call, GetRevision, GetService, ListRevisions


def open_source(connection: Connection) -> Attempting:
    """The client of this API."""
    return Attempting(lambda: CloudRun(connection))


class CloudRun:
    """A channel to run.googleapis.com and the two clients on it."""

    def __init__(self, connection: Connection) -> None:
        if isinstance(connection, Emulated):
            self._services = run_v2.ServicesClient(transport=ServicesGrpcTransport(channel=plain(connection)))
        else:
            self._services = run_v2.ServicesClient()
        channel = cast(ServicesGrpcTransport, self._services.transport).grpc_channel
        self._revisions = run_v2.RevisionsClient(transport=RevisionsGrpcTransport(channel=channel))

    def __call__(self, call: Call, timeout: float) -> Answer:
        """Answer one call within `timeout` real seconds.

        Raises:
            GoogleAPICallError: the API said no, or did not answer.
        """
        match call:
            case GetService(name):
                service = self._services.get_service(name=name, retry=None, timeout=timeout)
                return Answer(MessageToDict(run_v2.Service.pb(service)))
            case GetRevision(name):
                revision = self._revisions.get_revision(name=name, retry=None, timeout=timeout)
                return Answer(MessageToDict(run_v2.Revision.pb(revision)))
            case ListRevisions(parent, size, token):
                request = run_v2.ListRevisionsRequest(parent=parent, page_size=size, page_token=token)
                pager = self._revisions.list_revisions(request=request, retry=None, timeout=timeout)
                return Answer(MessageToDict(run_v2.ListRevisionsResponse.pb(next(iter(pager.pages)))))
            case _:
                raise TypeError(f"not a call of Cloud Run: {call}")

    def close(self) -> None:
        """Close the channel."""
        self._services.transport.close()
