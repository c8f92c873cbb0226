"""The least that a gate with Google's client libraries has to do: the calls and the probe of questions.yaml, in a row."""

from __future__ import annotations

import sys
from typing import Any

import grpc
import requests
from google.cloud.devtools.cloudbuild_v1.services.cloud_build import CloudBuildClient
from google.cloud.devtools.cloudbuild_v1.services.cloud_build.transports import CloudBuildGrpcTransport
from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client
from google.cloud.logging_v2.services.logging_service_v2.transports import LoggingServiceV2GrpcTransport
from google.cloud.run_v2 import RevisionsClient, ServicesClient
from google.cloud.run_v2.services.revisions.transports import RevisionsGrpcTransport
from google.cloud.run_v2.services.services.transports import ServicesGrpcTransport

REGION = "projects/netra-staging/locations/us-central1"
SERVICE = f"{REGION}/services/netra-backend-staging"


def main(grpc_address: str, http_address: str) -> None:
    """Ask; nothing is judged."""
    channel = grpc.insecure_channel(grpc_address)

    def client(made: Any, transport: Any) -> Any:
        return made(transport=transport(channel=channel))

    service = client(ServicesClient, ServicesGrpcTransport).get_service(name=SERVICE)
    revisions = client(RevisionsClient, RevisionsGrpcTransport)
    revision = revisions.get_revision(name=service.latest_created_revision)
    list(revisions.list_revisions(parent=SERVICE))
    build = f"{REGION}/builds/{revision.labels['gcb-build-id']}"
    client(CloudBuildClient, CloudBuildGrpcTransport).get_build(request={"name": build})
    host = service.uri.removeprefix("https://")
    requests.get(f"http://{http_address}/health", headers={"Host": host}, timeout=10).raise_for_status()
    own = f'resource.type="cloud_run_revision" AND resource.labels.revision_name="{revision.name.rsplit("/")[-1]}"'
    logs = client(LoggingServiceV2Client, LoggingServiceV2GrpcTransport)
    list(
        logs.list_log_entries(request={"resource_names": ["projects/netra-staging"], "filter": own, "page_size": 1000})
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
