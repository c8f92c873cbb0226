"""What is not known is refused, never answered: fields, methods, parameters, paths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
from google.api_core import exceptions
from google.cloud.run_v2 import UpdateServiceRequest

from tests.emulator.clients import Grpc, Rest
from validator.emulator.api.refusal import RefusalError
from validator.emulator.knative.conversion import service_v1, service_v2
from validator.emulator.servers.emulator import Emulator

NETRA = Path(__file__).parent.parent.parent / "examples" / "netra"
PARENT = "projects/netra-staging/locations/us-central1"
SERVICE = f"{PARENT}/services/netra-backend-staging"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(NETRA / "scenario.yaml") as running:
        yield running


@pytest.mark.parametrize("transport", [Grpc, Rest])
def test_an_unknown_field_of_a_request(emulator: Emulator, transport: type[Grpc | Rest]) -> None:
    client = transport(emulator)
    with pytest.raises(exceptions.MethodNotImplemented, match=r"ListRevisionsRequest\.show_deleted is not known here"):
        client.revisions.list_revisions(request={"parent": SERVICE, "show_deleted": True})
    service = client.services.get_service(name=SERVICE)
    with pytest.raises(exceptions.MethodNotImplemented, match=r"UpdateServiceRequest\.validate_only is not known here"):
        client.services.update_service(UpdateServiceRequest(service=service, validate_only=True))
    assert client.services.get_service(name=SERVICE) == service


@pytest.mark.parametrize("transport", [Grpc, Rest])
def test_an_unknown_method(emulator: Emulator, transport: type[Grpc | Rest]) -> None:
    with pytest.raises((exceptions.MethodNotImplemented, exceptions.NotFound)):
        transport(emulator).services.delete_service(name=SERVICE)


@pytest.mark.parametrize(
    ("asked", "body", "status", "message"),
    [
        (("GET", f"/v2/{SERVICE}?colour=red"), None, 400, 'no field named "colour"'),
        (("GET", f"/v2/{SERVICE}?fields=name"), None, 400, 'no field named "fields"'),
        (("GET", f"/v2/{SERVICE}?a=1&a=2"), None, 400, "given twice"),
        (("GET", f"/v2/{SERVICE}"), {"a": 1}, 400, "has no body"),
        (
            ("GET", "/v2/projects/p/locations/l/jobs"),
            None,
            404,
            "GET /v2/projects/p/locations/l/jobs is not known here",
        ),
        (("GET", "/v3/anything"), None, 404, "is not known here"),
        (("DELETE", f"/v2/{SERVICE}"), None, 404, "is not known here"),
        (("POST", "/v2/entries:list"), {"resourceNames": ["projects/p"], "view": 1}, 400, 'no field named "view"'),
        (("POST", "/v2/entries:write"), {}, 404, "is not known here"),
        (("GET", f"/v1/{PARENT}/builds?filter=colour%3Dred"), None, 400, "the field 'colour' is not known here"),
        (("GET", "/v1/projects/p/services/pubsub.googleapis.com"), None, 404, "is not known here"),
        (("GET", f"/v2/{SERVICE.replace('backend', 'none')}"), None, 404, "does not exist"),
    ],
)
def test_an_unknown_request(emulator: Emulator, asked: tuple[str, str], body: Any, status: int, message: str) -> None:
    verb, path = asked
    response = requests.request(verb, f"http://127.0.0.1:{emulator.http_port}{path}", json=body, timeout=10)
    assert response.status_code == status
    assert message in response.json()["error"]["message"]


def test_a_body_that_is_no_json(emulator: Emulator) -> None:
    url = f"http://127.0.0.1:{emulator.http_port}/v2/entries:list"
    assert requests.post(url, data="{", timeout=10).json()["error"]["status"] == "INVALID_ARGUMENT"


def test_every_known_field_of_a_v1_service_comes_back_and_an_unknown_one_is_refused(emulator: Emulator) -> None:
    service = emulator.world.deployment.services[SERVICE]
    there = service_v1(service)
    back = service_v2(there, "us-central1")
    assert back["template"] == service["template"]
    for key in ("name", "labels", "traffic", "ingress", "launchStage", "client", "clientVersion", "etag"):
        assert back[key] == service[key]
    for path in (("spec",), ("metadata",), ("spec", "template"), ("spec", "template", "spec"), ()):
        broken = service_v1(service)
        place: Any = broken
        for part in path:
            place[part] = dict(place[part])
            place = place[part]
        place["colour"] = "red"
        with pytest.raises(RefusalError, match="colour is not known here"):
            service_v2(broken, "us-central1")


def test_a_v2_field_that_has_no_place_in_v1_is_not_dropped(emulator: Emulator) -> None:
    service = emulator.world.deployment.services[SERVICE]
    for changed in (
        {**service, "multiRegionSettings": {"regions": ["a"]}},
        {**service, "template": {**service["template"], "nodeSelector": {"accelerator": "l4"}}},
    ):
        with pytest.raises(RefusalError) as caught:
            service_v1(changed)
        assert caught.value.code == "UNIMPLEMENTED"


def test_a_field_that_the_messages_here_do_not_have(emulator: Emulator) -> None:
    name = SERVICE.encode()
    request = b"\x0a" + bytes((len(name),)) + name
    with grpc.insecure_channel(emulator.grpc_address) as channel:
        ask = channel.unary_unary("/google.cloud.run.v2.Services/GetService", None, None)
        assert ask(request, timeout=10)
        with pytest.raises(grpc.RpcError) as caught:
            ask(request + b"\xf8\x07\x01", timeout=10)  # field 127
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "GetServiceRequest has no field 127 here" in (caught.value.details() or "")
