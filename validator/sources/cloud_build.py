"""Cloud Build API v1: one build, one page of builds."""

from __future__ import annotations

from google.cloud.devtools import cloudbuild_v1
from google.cloud.devtools.cloudbuild_v1.services.cloud_build.transports import CloudBuildGrpcTransport
from google.protobuf.json_format import MessageToDict

from validator.sources.channel import plain
from validator.sources.connection import Connection, Emulated
from validator.sources.status import Attempting
from validator.words.call import Answer, Call, GetBuild, ListBuilds


def open_source(connection: Connection) -> Attempting:
    """The client of this API."""
    return Attempting(lambda: CloudBuild(connection))


class CloudBuild:
    """A channel to cloudbuild.googleapis.com and its client."""

    def __init__(self, connection: Connection) -> None:
        if isinstance(connection, Emulated):
            transport = CloudBuildGrpcTransport(channel=plain(connection))
            self._client = cloudbuild_v1.CloudBuildClient(transport=transport)
        else:
            self._client = cloudbuild_v1.CloudBuildClient()

    def __call__(self, call: Call, timeout: float) -> Answer:
        """Answer one call within `timeout` real seconds.

        Builds are asked for by `name`: by `project_id` and `id` a regional build is not found.

        Raises:
            GoogleAPICallError: the API said no, or did not answer.
        """
        match call:
            case GetBuild(name):
                one = cloudbuild_v1.GetBuildRequest(name=name)
                build = self._client.get_build(request=one, retry=None, timeout=timeout)
                return Answer(MessageToDict(cloudbuild_v1.Build.pb(build)))
            case ListBuilds(parent, filter_, size, token):
                page = cloudbuild_v1.ListBuildsRequest(parent=parent, filter=filter_, page_size=size, page_token=token)
                pager = self._client.list_builds(request=page, retry=None, timeout=timeout)
                return Answer(MessageToDict(cloudbuild_v1.ListBuildsResponse.pb(next(iter(pager.pages)))))
            case _:
                raise TypeError(f"not a call of Cloud Build: {call}")

    def close(self) -> None:
        """Close the channel."""
        self._client.transport.close()
