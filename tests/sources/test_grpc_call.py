"""Unary calls of gRPC to real servers: the health check, JSON in and out, statuses, TLS."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme

from tests.sources.grpc_servers import described, grpc_server
from tests.sources.tcp_server import tcp_server
from validator.sources import Direct, connect
from validator.words.call import Answer, Problem, Result
from validator.words.grpc_call import HEALTH, Invoke


def invoke(port: int, method: str = HEALTH, request: Any = None, timeout: float = 5, **more: Any) -> Result:
    scheme = more.pop("scheme", "http")
    call = Invoke(f"{scheme}://127.0.0.1:{port}/{method}", request=json.dumps(request or {}), **more)
    return connect(Direct())(call, timeout)


def content(result: Result) -> Mapping[str, Any]:
    assert isinstance(result, Answer), result
    return result.content


def problem(result: Result) -> Problem:
    assert isinstance(result, Problem), result
    return result


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with grpc_server() as served:
        yield served


@pytest.fixture(scope="module")
def unreflected() -> Iterator[int]:
    with grpc_server(reflected=False) as served:
        yield served


def test_the_health_of_the_server_and_of_a_service(port: int) -> None:
    found = content(invoke(port))
    assert (found["status"], found["code"], found["json"]) == (200, "OK", {"status": "SERVING"})
    assert 0 < found["latency"] < 2
    assert content(invoke(port, request={"service": "acme.Orders"}))["json"] == {"status": "NOT_SERVING"}
    found = content(invoke(port, request={"service": "acme.Nobody"}))
    assert (found["code"], "json" in found) == ("NOT_FOUND", False)


@pytest.mark.parametrize("told", [b"", described()], ids=["reflection", "descriptors"])
def test_json_goes_in_and_comes_out(port: int, told: bytes) -> None:
    found = content(invoke(port, "acme.Orders/Get", {"id": "7"}, descriptors=told))
    assert found["json"] == {"id": "7", "itemCount": 2, "placedAt": "2026-09-21T14:13:20Z"}


def test_without_reflection_descriptors_tell_the_types(unreflected: int) -> None:
    assert content(invoke(unreflected, "acme.Orders/Get", {"id": "7"}, descriptors=described()))["json"]["id"] == "7"
    found = content(invoke(unreflected, "acme.Orders/Get", {"id": "7"}))
    assert (found["code"], found["untold"]) == ("", "the server has no reflection")


def test_an_empty_request_needs_no_types(unreflected: int) -> None:
    found = content(invoke(unreflected, "acme.Orders/Get", typed=False))
    assert (found["code"], found["unread"]) == ("OK", "its types are not known")
    assert content(invoke(unreflected, "acme.Orders/Get"))["unread"] == "the server has no reflection"


@pytest.mark.parametrize("typed", [True, False])
def test_a_method_that_is_not_there_is_unimplemented(port: int, typed: bool) -> None:
    found = content(invoke(port, "acme.Orders/Fetch", typed=typed))
    assert (found["status"], found["code"], found["text"]) == (200, "UNIMPLEMENTED", "Method not found!")
    found = content(invoke(port, "acme.Orders/Fetch", {"id": "1"}))
    assert found["untold"].endswith("acme.Orders has no method 'Fetch'; known: Get, Watch")


def test_json_that_does_not_fit_is_not_sent(port: int) -> None:
    found = content(invoke(port, "acme.Orders/Get", {"number": 7}))
    assert found["untold"].startswith("the JSON is no acme.GetRequest: ")
    assert "is a stream" in content(invoke(port, "acme.Orders/Watch", {"id": "1"}))["untold"]


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [("nobody", "NOT_FOUND", "there is no such order"), ("asleep", "UNAVAILABLE", "try again")],
)
def test_a_status_is_the_servers_own_word(port: int, name: str, code: str, text: str) -> None:
    found = content(invoke(port, "acme.Orders/Get", {"id": name}))
    assert (found["status"], found["code"], found["text"]) == (200, code, text)
    assert ["x-after", "done"] in found["headers"]


def test_the_call_carries_its_mark(port: int) -> None:
    headers = (("traceparent", "00-a-b-01"), ("User-Agent", "validator/1 (mark)"), ("X-Own", "1"))
    told = dict(content(invoke(port, "acme.Orders/Get", {"id": "7"}, headers=headers))["headers"])
    assert told["x-trace"] == "00-a-b-01"
    assert told["x-agent"].startswith("validator/1 (mark) grpc-python/")


def test_an_answer_that_is_too_large_is_not_kept(port: int) -> None:
    found = content(invoke(port, "acme.Orders/Get", {"id": "large"}))
    assert (found["code"], found["cut"]) == ("", True)


def test_over_tls_with_a_certificate_of_a_trusted_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, other = trustme.CA(), trustme.CA()
    own = authority.issue_cert("127.0.0.1")
    chain = b"".join(part.bytes() for part in own.cert_chain_pems)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    other.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    with grpc_server(grpc.ssl_server_credentials([(own.private_key_pem.bytes(), chain)])) as port:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        assert content(invoke(port, scheme="https"))["json"] == {"status": "SERVING"}
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "other.pem"))
        found = problem(invoke(port, scheme="https"))
        assert (found.code, "certificate" in found.message.lower()) == ("CONNECT", True), found
        assert problem(invoke(port)).code in ("CONNECT", "BROKEN")  # in plain where TLS is spoken


def test_nobody_there() -> None:
    with tcp_server(lambda _: None) as gone:
        pass
    found = problem(invoke(gone.port))
    assert (found.code, "refused" in found.message, f"127.0.0.1:{gone.port}" in found.message) == (
        "CONNECT",
        True,
        True,
    )


@pytest.mark.parametrize("host", ["169.254.169.254", "metadata.google.internal", "[fd00:ec2::254]"])
def test_metadata_servers_are_never_asked(host: str) -> None:
    assert problem(connect(Direct())(Invoke(f"http://{host}/{HEALTH}"), 5)).code == "REFUSED"
