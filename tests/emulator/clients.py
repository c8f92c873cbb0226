"""Clients that know nothing of the emulator: Google's libraries over gRPC and REST, and the real gcloud."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.devtools.cloudbuild_v1 import CloudBuildClient
from google.cloud.devtools.cloudbuild_v1.services.cloud_build.transports import CloudBuildGrpcTransport
from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client
from google.cloud.logging_v2.services.logging_service_v2.transports import LoggingServiceV2GrpcTransport
from google.cloud.run_v2 import RevisionsClient, ServicesClient
from google.cloud.run_v2.services.revisions.transports import RevisionsGrpcTransport
from google.cloud.run_v2.services.services.transports import ServicesGrpcTransport
from google.protobuf.json_format import MessageToDict

from validator.emulator.servers.client_environment import UNSET, gcloud
from validator.emulator.servers.emulator import Emulator


class Grpc:
    """Google's libraries over gRPC."""

    def __init__(self, emulator: Emulator) -> None:
        channel = grpc.insecure_channel(emulator.grpc_address)
        self.services = ServicesClient(transport=ServicesGrpcTransport(channel=channel))
        self.revisions = RevisionsClient(transport=RevisionsGrpcTransport(channel=channel))
        self.builds = CloudBuildClient(transport=CloudBuildGrpcTransport(channel=channel))
        self.logging = LoggingServiceV2Client(transport=LoggingServiceV2GrpcTransport(channel=channel))


class Rest:
    """Google's libraries with `transport="rest"`; that of logging has none."""

    def __init__(self, emulator: Emulator) -> None:
        options = {"api_endpoint": f"http://127.0.0.1:{emulator.http_port}"}
        nobody = AnonymousCredentials()
        self.services = ServicesClient(transport="rest", credentials=nobody, client_options=options)
        self.revisions = RevisionsClient(transport="rest", credentials=nobody, client_options=options)
        self.builds = CloudBuildClient(transport="rest", credentials=nobody, client_options=options)


class Gcloud:
    """The real gcloud, led to an emulator as `validator emulate` leads it."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        if shutil.which("gcloud") is None:
            pytest.fail("gcloud is not installed: these tests run the real one (cloud.google.com/sdk/docs/install)")
        own = {name: value for name, value in os.environ.items() if name not in UNSET}
        led = gcloud(emulator.http_port, folder, emulator.world.deployment.projects)
        self._environment = {**own, **led, **emulator.environment()}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            ["gcloud", *words], env=self._environment, capture_output=True, text=True, check=False, timeout=120
        )

    def __call__(self, *words: str) -> Any:
        """What a command prints as JSON."""
        ended = self.run(*words, "--format=json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)


def plain(message: Any) -> dict[str, Any]:
    """A message as its official JSON."""
    found: dict[str, Any] = MessageToDict(type(message).pb(message))
    return found
