"""The deployed service under real clients: ID tokens, WebSockets, gRPC health, cold starts, ingress."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import pytest
import requests
from google.cloud.run_v2 import TrafficTarget
from grpc_health.v1 import health_pb2, health_pb2_grpc
from websockets.exceptions import ConnectionClosedOK
from websockets.sync.client import connect as websockets_client

from tests.emulator.clients import Grpc
from validator.emulator.servers.client_environment import UNSET
from validator.emulator.servers.emulator import Emulator
from validator.emulator.world.tokens import minted

pytestmark = pytest.mark.slow

NETRA = Path(__file__).parent.parent.parent / "examples" / "netra"
HOST = "netra-backend-staging-pnovr5vsba-uc.a.run.app"
AUTH = "netra-auth-staging-pnovr5vsba-uc.a.run.app"
GATE = "gate@netra-staging.iam.gserviceaccount.com"
PRIVATE = f"""
speed: 100
metadata: {{account: {GATE}}}
invokers:
  netra-backend-staging: [{GATE}]
  netra-auth-staging: [somebody@else.iam.gserviceaccount.com]
services:
  netra-backend-staging:
    customAudiences: [https://shop.example]
    trafficStatuses:
      - {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST, percent: 100}}
      - {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: netra-backend-staging-00644-q2c, tag: old, uri: "https://old---{HOST}"}}
"""
_FETCH = """
import sys, google.auth.transport.requests, google.oauth2.id_token
print(google.oauth2.id_token.fetch_id_token(google.auth.transport.requests.Request(), sys.argv[1]))
"""


def scenario(folder: Path, more: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(f"extends: {NETRA / 'scenario.yaml'}\n{more}")
    return path


@pytest.fixture
def private(tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(scenario(tmp_path, PRIVATE)) as emulator:
        yield emulator


def fetched(emulator: Emulator, audience: str) -> subprocess.CompletedProcess[str]:
    """What google-auth gets, in a process of its own: it reads GCE_METADATA_HOST when it is imported."""
    own = {name: value for name, value in os.environ.items() if name not in UNSET}
    environment = {**own, **emulator.environment(), "CLOUDSDK_CONFIG": "/nonexistent"}
    command = [sys.executable, "-c", _FETCH, audience]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def status(emulator: Emulator, host: str = HOST, **headers: str) -> int:
    url = f"http://127.0.0.1:{emulator.http_port}/health"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(url, headers={"Host": host, **named}, auth=lambda it: it, timeout=10).status_code  # no netrc's


def requested(emulator: Emulator) -> list[Any]:
    return [e.raw for e in emulator.world.entries if e.raw["logName"].endswith("requests")]


@pytest.mark.slow
def test_google_auth_gets_an_id_token_that_the_private_service_accepts(private: Emulator) -> None:
    ended = fetched(private, f"https://{HOST}")
    assert ended.returncode == 0, ended.stderr
    token = ended.stdout.strip()
    assert token.count(".") == 2
    assert status(private, Authorization=f"Bearer {token}") == 200
    assert status(private, X_Serverless_Authorization=f"Bearer {token}", Authorization="Bearer the-app's-own") == 200
    assert status(private, host=f"old---{HOST}", Authorization=f"Bearer {token}") == 200  # a tag, the same audience
    assert status(private, host=AUTH, Authorization=f"Bearer {token}") == 401  # it is for another service


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (f"https://{HOST}", 200),
        (f"https://{HOST}/", 200),
        ("https://shop.example", 200),
        ("https://netra-backend-staging-736092814411.us-central1.run.app", 200),
        (f"https://old---{HOST}", 401),
        (f"https://{AUTH}", 401),
        ("https://elsewhere.example", 401),
    ],
)
def test_the_audience_is_the_service_or_a_custom_one(private: Emulator, audience: str, expected: int) -> None:
    token = minted(GATE, audience, private.running.now(), 1069)
    assert status(private, Authorization=f"Bearer {token}") == expected


def test_no_token_a_broken_one_an_old_one_and_somebody_elses(private: Emulator) -> None:
    now, url = private.running.now(), f"https://{HOST}"
    good = minted(GATE, url, now, 1069)
    assert status(private) == 403
    assert status(private, Authorization="Bearer nonsense") == 401
    assert status(private, Authorization=f"Bearer {good[:-2]}xx") == 401
    assert status(private, Authorization=f"Basic {good}") == 401
    assert status(private, Authorization=f"Bearer {minted(GATE, url, now - 7200, 1069)}") == 401
    assert status(private, Authorization=f"Bearer {minted(GATE, url, now, 7)}") == 401  # of another world
    assert status(private, Authorization=f"Bearer {minted('x@y.iam.gserviceaccount.com', url, now, 1069)}") == 403
    logged = requested(private)
    assert [entry["httpRequest"]["status"] for entry in logged] == [403, 401, 401, 401, 401, 401, 403]
    assert logged[0]["severity"] == "WARNING"
    assert logged[0]["textPayload"].startswith("The request was not authenticated.")


def test_the_metadata_server_says_404_as_cloud_build_does(tmp_path: Path) -> None:
    with Emulator(scenario(tmp_path, f"metadata: {{account: {GATE}, identity: false}}\n")) as emulator:
        base = f"http://127.0.0.1:{emulator.http_port}/computeMetadata/v1"
        google = {"Metadata-Flavor": "Google"}
        path = "/instance/service-accounts/default"
        assert requests.get(f"{base}{path}/identity?audience=a", headers=google, timeout=10).status_code == 404
        token = requests.get(f"{base}{path}/token", headers=google, timeout=10)
        assert token.json()["token_type"] == "Bearer"
        assert token.headers["Metadata-Flavor"] == "Google"
        assert requests.get(f"{base}{path}/email", headers=google, timeout=10).text == GATE
        assert requests.get(f"{base}/project/project-id", headers=google, timeout=10).text == "netra-staging"
        assert requests.get(f"{base}{path}/token", timeout=10).status_code == 403
        assert requests.get(f"{base}/instance/zone", headers=google, timeout=10).status_code == 404
        assert fetched(emulator, "https://a").returncode != 0


def test_without_the_key_there_is_no_metadata_server() -> None:
    with Emulator(NETRA / "scenario.yaml") as emulator:
        assert "GCE_METADATA_HOST" not in emulator.environment()
        url = f"http://127.0.0.1:{emulator.http_port}/computeMetadata/v1/project/project-id"
        assert requests.get(url, headers={"Metadata-Flavor": "Google"}, timeout=10).status_code == 404


def test_internal_ingress_and_a_disabled_url_are_not_found_and_not_logged(tmp_path: Path) -> None:
    more = """
services:
  netra-backend-staging: {ingress: INGRESS_TRAFFIC_INTERNAL_ONLY}
  netra-auth-staging: {defaultUriDisabled: true}
"""
    with Emulator(scenario(tmp_path, more)) as emulator:
        assert (status(emulator), status(emulator, host=AUTH)) == (404, 404)
        assert requested(emulator) == []


SOCKET = """
speed: 100
behaviour:
  netra-backend-staging:
    /ws:
      log: [closed]
      websocket:
        greeting: [{json: {type: hello}}]
        rules:
          - {on: {json: {type: ping}}, send: [{json: {type: pong}, after: 1s}], log: [was pinged]}
          - {on: {hex: "0001"}, send: [{hex: fffe}]}
          - {on: {text: "^bye"}, send: [farewell], close: 1000}
    /grpc.health.v1.Health/Check: {health: SERVING}
"""


async def _talk(port: int) -> list[Any]:
    heard: list[Any] = []
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"http://127.0.0.1:{port}/ws", headers={"Host": HOST}) as client,
    ):
        heard.append(json.loads(await client.receive_str(timeout=5)))
        await client.send_str("nobody answers this")
        await client.send_str(json.dumps({"type": "ping", "id": 1}))
        heard.append(json.loads(await client.receive_str(timeout=5)))
        await client.send_str("bye now")
        heard.append(await client.receive_str(timeout=5))
        heard.append((await client.receive(timeout=5)).data)
    return heard


def test_a_websocket_talks_and_is_logged_at_its_end(tmp_path: Path) -> None:
    with Emulator(scenario(tmp_path, SOCKET)) as emulator:
        heard = asyncio.run(_talk(emulator.http_port))
        assert heard == [{"type": "hello"}, {"type": "pong"}, "farewell", 1000]
        deadline = time.monotonic() + 5
        while emulator.world.sessions.sockets and time.monotonic() < deadline:
            time.sleep(0.01)  # the client is told first
        (entry,) = requested(emulator)
        assert entry["httpRequest"]["status"] == 101
        assert float(entry["httpRequest"]["latency"].rstrip("s")) >= 1
        assert emulator.world.entries[-1].raw["textPayload"] == "closed"
        url = f"http://127.0.0.1:{emulator.http_port}/ws"
        assert requests.get(url, headers={"Host": HOST}, timeout=10).status_code == 426


def health(emulator: Emulator, host: str) -> bytes:
    options = [("grpc.default_authority", host)]
    with grpc.insecure_channel(emulator.grpc_address, options=options) as channel:
        answer: bytes = channel.unary_unary("/grpc.health.v1.Health/Check", None, None)(b"", timeout=10)
    return answer


def test_grpc_health_is_answered_by_the_host_that_was_asked(tmp_path: Path) -> None:
    with Emulator(scenario(tmp_path, SOCKET)) as emulator:
        assert health(emulator, HOST) == b"\x08\x01"
        assert requested(emulator)[0]["httpRequest"]["requestUrl"] == f"https://{HOST}/grpc.health.v1.Health/Check"
        for host in (AUTH, "nobody.a.run.app"):
            with pytest.raises(grpc.RpcError) as caught:
                health(emulator, host)
            assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_the_first_request_waits_for_an_instance(tmp_path: Path) -> None:
    more = "speed: 100\ncold_start: {netra-auth-staging: 20s}\n"
    with Emulator(scenario(tmp_path, more)) as emulator:
        for _ in range(2):
            requests.get(f"http://127.0.0.1:{emulator.http_port}/", headers={"Host": AUTH}, timeout=10)
        assert [entry["httpRequest"]["latency"] for entry in requested(emulator)] == ["20.020s", "0.020s"]
        texts = [e.raw.get("textPayload", "") for e in emulator.world.entries]
        assert sum("Reason: AUTOSCALING" in text for text in texts) == 1


def test_the_split_is_by_percentages() -> None:
    share = {"netra-backend-staging-00645-l8x": 70, "netra-backend-staging-00644-q2c": 30}
    with Emulator(NETRA / "scenario.yaml") as emulator:
        client = Grpc(emulator)
        name = "projects/netra-staging/locations/us-central1/services/netra-backend-staging"
        service = client.services.get_service(name=name)
        service.traffic = [TrafficTarget(type_=2, revision=key, percent=value) for key, value in share.items()]
        client.services.update_service(service=service).result(timeout=10)
        for _ in range(100):
            assert status(emulator) == 200
        found = [entry["resource"]["labels"]["revision_name"] for entry in requested(emulator)]
        assert 15 <= found.count("netra-backend-staging-00644-q2c") <= 45


def test_a_websocket_serves_a_client_that_it_does_not_know(tmp_path: Path) -> None:
    with Emulator(
        scenario(tmp_path, SOCKET.replace("greeting:", "subprotocols: [v2, v1]\n        greeting:"))
    ) as emulator:
        headers = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "User-Agent": "foreign"}
        own: Any = {"sock": socket.create_connection(("127.0.0.1", emulator.http_port)), "subprotocols": ["v1", "v2"]}
        with websockets_client(f"ws://{HOST}/ws", additional_headers=headers, user_agent_header=None, **own) as client:
            assert client.subprotocol == "v1"
            assert json.loads(client.recv(5)) == {"type": "hello"}
            client.send(json.dumps({"type": "ping"}))
            assert json.loads(client.recv(5)) == {"type": "pong"}
            client.send(b"\x00\x01")
            assert client.recv(5) == b"\xff\xfe"
            client.send("bye")
            assert client.recv(5) == "farewell"
            with pytest.raises(ConnectionClosedOK):
                client.recv(5)
        deadline = time.monotonic() + 5
        while emulator.world.sessions.sockets and time.monotonic() < deadline:
            time.sleep(0.01)  # between looks at another thread
        (entry,) = requested(emulator)
        assert (entry["httpRequest"]["userAgent"], entry["trace"].rsplit("/", 1)[-1]) == ("foreign", "a" * 32)
        lines = [each.raw["textPayload"] for each in emulator.world.entries if each.raw["logName"].endswith("stdout")]
        assert lines[-2:] == ["was pinged", "closed"]


def test_grpc_serves_clients_that_it_does_not_know(tmp_path: Path) -> None:
    more = SOCKET + (
        "    /acme.Orders/Get: {grpc: {hex: 0a0137}}\n    /acme.Orders/Put: {grpc: {code: ABORTED, message: not now}}\n"
        "invokers: {netra-auth-staging: [somebody@else.iam.gserviceaccount.com]}\n"
    )
    with Emulator(scenario(tmp_path, more)) as emulator:
        options = [("grpc.default_authority", HOST)]
        with grpc.insecure_channel(emulator.grpc_address, options=options) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            assert (
                stub.Check(health_pb2.HealthCheckRequest(), timeout=10).status == health_pb2.HealthCheckResponse.SERVING
            )
            assert channel.unary_unary("/acme.Orders/Get", None, None)(b"", timeout=10) == b"\x0a\x017"
            for path, code, told in (
                ("/acme.Orders/Put", grpc.StatusCode.ABORTED, "not now"),
                ("/acme.Orders/Fetch", grpc.StatusCode.UNIMPLEMENTED, "Method not found!"),
            ):
                with pytest.raises(grpc.RpcError) as caught:
                    channel.unary_unary(path, None, None)(b"", timeout=10)
                assert (caught.value.code(), caught.value.details()) == (code, told)
        with pytest.raises(grpc.RpcError) as caught:
            health(emulator, AUTH)
        assert caught.value.details() == "Received http2 header with status: 403"
        assert [entry["httpRequest"]["status"] for entry in requested(emulator)] == [200, 200, 200, 200, 403]
        assert requested(emulator)[-1]["textPayload"].startswith("The request was not authenticated.")
