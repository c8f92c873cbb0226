"""The emulator under real clients: Google's libraries over gRPC, requests over HTTP."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import grpc
import pytest
import requests
from google.api_core import exceptions
from google.cloud.devtools.cloudbuild_v1 import Build, CloudBuildClient
from google.cloud.devtools.cloudbuild_v1.services.cloud_build.transports import CloudBuildGrpcTransport
from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client
from google.cloud.logging_v2.services.logging_service_v2.transports import LoggingServiceV2GrpcTransport
from google.cloud.logging_v2.types import ListLogEntriesResponse
from google.cloud.run_v2 import Condition, RevisionsClient, ServicesClient, TrafficTargetAllocationType
from google.cloud.run_v2.services.revisions.transports import RevisionsGrpcTransport
from google.cloud.run_v2.services.services.transports import ServicesGrpcTransport
from google.protobuf.json_format import MessageToDict

from validator.emulator.scenario.files import ScenarioError
from validator.emulator.servers.emulator import Emulator
from validator.logs.entry import Entry
from validator.logs.push_down import PushDown
from validator.logs.selector import Selector
from validator.sources.connection import parse

NETRA = Path(__file__).parent.parent.parent / "examples" / "netra"
SERVICE = "projects/netra-staging/locations/us-central1/services/netra-backend-staging"
BUILD = "projects/netra-staging/locations/us-central1/builds/3f6f2a2e-0c1d-4c57-8d5e-6f1d1b7a9c42"
HOST = "netra-backend-staging-pnovr5vsba-uc.a.run.app"
MARK = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    (tmp_path / "fast.yaml").write_text(f"extends: {NETRA / 'scenario.yaml'}\nspeed: 1000\n")
    with Emulator(tmp_path / "fast.yaml") as running:
        yield running


@pytest.fixture
def channel(emulator: Emulator) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(emulator.grpc_address) as channel:
        yield channel


def seconds(timestamp: object) -> float:
    return datetime.fromisoformat(str(timestamp)).timestamp()


def get(emulator: Emulator, path: str, method: str = "GET", **headers: str) -> requests.Response:
    url = f"http://127.0.0.1:{emulator.http_port}{path}"
    return requests.request(method, url, headers={"Host": HOST, **headers}, timeout=10)


def test_a_service_comes_as_googles_message(channel: grpc.Channel) -> None:
    service = ServicesClient(transport=ServicesGrpcTransport(channel=channel)).get_service(name=SERVICE)
    assert service.uri == f"https://{HOST}"
    assert service.generation == 645
    assert service.terminal_condition.state is Condition.State.CONDITION_SUCCEEDED
    assert service.terminal_condition.type_ == "Ready"
    assert service.traffic[0].type_ is TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST


def test_revisions_come_newest_first_over_several_pages(channel: grpc.Channel) -> None:
    client = RevisionsClient(transport=RevisionsGrpcTransport(channel=channel))
    found = list(client.list_revisions(request={"parent": SERVICE, "page_size": 1}))
    assert [revision.name.rsplit("/", 1)[-1] for revision in found] == [
        "netra-backend-staging-00645-l8x",
        "netra-backend-staging-00644-q2c",
    ]
    revision = client.get_revision(name=found[0].name)
    assert (
        len([variable for variable in revision.containers[0].env if variable.value_source.secret_key_ref.secret]) == 24
    )
    age = time.time() - seconds(revision.create_time)
    assert 239 < age < 270


def test_a_build_is_found_by_its_regional_name_and_by_its_image(channel: grpc.Channel) -> None:
    client = CloudBuildClient(transport=CloudBuildGrpcTransport(channel=channel))
    build = client.get_build(request={"name": BUILD})
    assert build.status is Build.Status.SUCCESS
    assert seconds(build.finish_time) - seconds(build.start_time) == pytest.approx(149)
    digest = build.results.images[0].digest
    parent = "projects/netra-staging/locations/us-central1"
    found = client.list_builds(request={"parent": parent, "filter": f'results.images.digest="{digest}"'})
    assert [build.id for build in found] == [build.id]
    with pytest.raises(exceptions.NotFound):
        client.get_build(project_id="netra-staging", id=build.id)


def test_a_request_is_found_again_in_the_log(emulator: Emulator, channel: grpc.Channel) -> None:
    response = get(emulator, "/health", traceparent=f"00-{MARK}-0123456789abcdef-01", **{"User-Agent": "probe/1"})
    assert response.status_code == 200
    assert response.json() == {"status": "healthy", "service": "netra-ai-platform", "version": "1.0.0"}
    assert response.headers["Content-Type"] == "application/json"
    client = LoggingServiceV2Client(transport=LoggingServiceV2GrpcTransport(channel=channel))
    request = {"resource_names": ["projects/netra-staging"], "filter": f'trace:"{MARK}"', "order_by": "timestamp asc"}
    while not (found := list(client.list_log_entries(request=request))):  # two seconds there, two milliseconds here
        assert emulator.world.calls["ListLogEntries"] < 50
    (entry,) = found
    assert entry.log_name == "projects/netra-staging/logs/run.googleapis.com%2Frequests"
    assert entry.trace == f"projects/netra-staging/traces/{MARK}"
    assert entry.resource.labels["revision_name"] == "netra-backend-staging-00645-l8x"
    assert (entry.http_request.status, entry.http_request.user_agent) == (200, "probe/1")
    assert entry.http_request.request_url == f"https://{HOST}/health"
    assert entry.http_request.latency.ToMilliseconds() == 80


def test_entries_come_whole_and_in_order_over_several_pages(channel: grpc.Channel) -> None:
    client = LoggingServiceV2Client(transport=LoggingServiceV2GrpcTransport(channel=channel))
    request = {
        "resource_names": ["projects/netra-staging"],
        "filter": 'log_id("run.googleapis.com/stdout") resource.labels.revision_name="netra-backend-staging-00645-l8x"',
        "order_by": "timestamp asc",
        "page_size": 5,
    }
    pages = [[entry.text_payload for entry in page.entries] for page in client.list_log_entries(request=request).pages]
    assert [len(page) for page in pages] == [5, 5, 3]
    assert pages[1][1] == "✅ Step 26: ClickHouse initialized"


def test_what_selectors_select_is_what_the_server_lets_through_for_them(channel: grpc.Channel) -> None:
    client = LoggingServiceV2Client(transport=LoggingServiceV2GrpcTransport(channel=channel))

    def listed(text: str) -> list[Entry]:
        found = client.list_log_entries(
            {"resource_names": ["projects/netra-staging"], "filter": text, "page_size": 1000}
        )
        return [Entry.read(MessageToDict(ListLogEntriesResponse.pb(page).entries[n]))
                for page in found.pages for n in range(len(page.entries))]  # fmt: skip

    selectors = (Selector(r"\[ClickHouse\] REAL \w+"), Selector('"quoted" \\d+'), Selector(severity="WARNING"))
    every, let = listed(""), listed(PushDown(selectors).filter)
    for selector in selectors:
        assert [e.insert_id for e in let if selector.selects(e)] == [e.insert_id for e in every if selector.selects(e)]
    assert any(selectors[0].selects(entry) for entry in let)
    assert len(let) < len(every)


def test_a_refusal_is_googles_error(channel: grpc.Channel) -> None:
    client = LoggingServiceV2Client(transport=LoggingServiceV2GrpcTransport(channel=channel))
    with pytest.raises(
        exceptions.InvalidArgument, match=r"Unparseable filter: field not found: thud \(at character 0\)"
    ):
        client.list_log_entries(request={"resource_names": ["projects/netra-staging"], "filter": "thud=1"})
    services = ServicesClient(transport=ServicesGrpcTransport(channel=channel))
    with pytest.raises(exceptions.NotFound, match="Resource 'none' of kind 'SERVICE'"):
        services.get_service(name=SERVICE.replace("netra-backend-staging", "none"))
    with pytest.raises(exceptions.MethodNotImplemented):
        services.delete_service(name=SERVICE)


def test_a_scripted_fault_is_googles_error() -> None:
    with Emulator(NETRA / "logging-denied.yaml") as emulator, grpc.insecure_channel(emulator.grpc_address) as channel:
        client = LoggingServiceV2Client(transport=LoggingServiceV2GrpcTransport(channel=channel))
        with pytest.raises(exceptions.PermissionDenied, match="Permission denied for all log views"):
            client.list_log_entries(request={"resource_names": ["projects/netra-staging"]})


def test_http_head_unknown_hosts_and_whole_urls(emulator: Emulator) -> None:
    head = get(emulator, "/health", "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert get(emulator, "/healthz").status_code == 404
    assert get(emulator, "/health", Host="nobody.a.run.app").status_code == 404
    proxied = requests.get(
        f"http://{HOST}/health", proxies={"http": f"http://127.0.0.1:{emulator.http_port}"}, timeout=10
    )
    assert proxied.json()["status"] == "healthy"


def test_a_behaviours_latency_is_kept_in_the_worlds_time(emulator: Emulator) -> None:
    response = get(emulator, "/auth/health", Host="netra-auth-staging-pnovr5vsba-uc.a.run.app")
    assert 0.03 <= response.elapsed.total_seconds() < 1  # thirty seconds there


def test_no_call_is_counted_until_one_is_made(emulator: Emulator) -> None:
    assert emulator.world.calls == {}
    get(emulator, "/health")
    assert emulator.world.calls == {"HTTP": 1}


def test_the_address_is_what_the_gate_reads(emulator: Emulator) -> None:
    connection = parse(emulator.address)
    assert (connection.host, connection.port, connection.grpc_port) == (
        "127.0.0.1",
        emulator.http_port,
        emulator.grpc_port,
    )
    assert connection.speed == 1000
    assert connection.epoch == pytest.approx(emulator.running.epoch, abs=1e-3)
    assert emulator.environment()["PROJECT_ID"] == "netra-staging"
    assert emulator.environment()["no_proxy"] == "127.0.0.1"


def test_the_ports_are_free_again_after_the_end() -> None:
    with Emulator(NETRA / "scenario.yaml") as emulator:
        ports = emulator.http_port, emulator.grpc_port
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_unusable_scenario_never_starts(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        Emulator(tmp_path / "none.yaml")
