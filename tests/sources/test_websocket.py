"""Conversations over WebSockets with real servers: what is sent, what is taken for an answer, how they end."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.sources.socket_servers import autobahn_server, running, websockets_server
from tests.sources.tcp_server import tcp_server
from validator.sources import Direct, connect
from validator.words.call import Answer, Problem, Result
from validator.words.conversation import Converse, Step


def say(text: str) -> Step:
    return Step(sends=True, text=text)


def hear(**wanted: str) -> Step:
    return Step(sends=False, **wanted)


def talk(url: str, *steps: Step, timeout: float = 5, **more: Any) -> Result:
    return connect(Direct())(Converse(url, steps=steps, **more), timeout)


def content(result: Result) -> Mapping[str, Any]:
    assert isinstance(result, Answer), result
    return result.content


def problem(result: Result) -> Problem:
    assert isinstance(result, Problem), result
    return result


@pytest.fixture(scope="module", params=[websockets_server, autobahn_server], ids=["websockets", "autobahn"])
def either(request: pytest.FixtureRequest) -> Iterator[str]:
    with running(request.param()) as port:
        yield f"ws://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running(websockets_server()) as port:
        yield f"ws://127.0.0.1:{port}/"


def test_a_ping_is_answered(either: str) -> None:
    found = content(talk(either, say("ping"), hear(json='{"type": "pong"}')))
    assert (found["status"], found["end"], found["close"]) == (101, "done", [1000, ""])
    assert [message["text"] for message in found["messages"]] == ['{"type": "pong", "to": "ping"}']
    assert 0 < found["latency"] == found["messages"][0]["at"] < 2
    assert ["upgrade", "websocket"] in [[name, value.lower()] for name, value in found["headers"]]


def test_what_comes_in_between_is_passed_over_and_kept(either: str) -> None:
    steps = (say("who"), hear(json='{"of": [1, 2]}'), hear(binary="00ff"), say("ping"), hear(text="^.*pong.*$"))
    found = content(talk(either, *steps))
    assert found["end"] == "done"
    kept = [message.get("text", message.get("binary")) for message in found["messages"]]
    assert kept == ["one moment", '{"type": "you", "of": [1, 2]}', "00ff", '{"type": "pong", "to": "ping"}']


def test_binary_messages_are_sent_as_they_are(either: str) -> None:
    found = content(talk(either, Step(sends=True, binary="0001fe"), hear(binary="fe0100")))
    assert found["end"] == "done"


def test_without_steps_it_is_opened_and_closed(either: str) -> None:
    found = content(talk(either))
    assert (found["end"], found["messages"], found["close"]) == ("done", [], [1000, ""])
    assert found["latency"] > 0


def test_the_server_closes_with_a_code_of_its_own(either: str) -> None:
    found = content(talk(either, say("close"), awaited=True))
    assert (found["end"], found["close"]) == ("done", [4001, "as told"])
    found = content(talk(either, say("close"), hear(text="pong")))
    assert (found["end"], found["close"]) == ("closed", [4001, "as told"])


def test_what_does_not_come_in_time_is_late(either: str) -> None:
    found = content(talk(either, say("who"), say("silence"), hear(text="nobody says this"), timeout=0.5))
    assert found["end"] == "late"
    assert len(found["messages"]) == 3
    found = content(talk(either, awaited=True, timeout=0.5))
    assert (found["end"], found.get("close")) == ("late", None)


def test_no_more_messages_are_kept_than_a_thousand(either: str) -> None:
    found = content(talk(either, say("many"), hear(text="nobody says this")))
    assert (found["end"], len(found["messages"])) == ("full", 1000)


def test_a_subprotocol_is_offered_and_the_servers_choice_is_told(either: str) -> None:
    found = content(talk(either, subprotocols=("v3.chat", "v1.chat")))
    assert found["subprotocol"] == "v1.chat"


def test_headers_go_with_the_handshake(server: str) -> None:
    headers = (
        ("traceparent", "00-1-2-01"),
        ("User-Agent", "validator (mark)"),
        ("Authorization", "Bearer a"),
        ("Host", "b"),
    )
    found = content(talk(server, say("headers"), hear(text="Host"), headers=headers))
    told = found["messages"][0]["text"]
    for name, value in headers:
        assert f'"{name}": "{value}"' in told
    assert "127.0.0.1" not in told
    assert "Sec-WebSocket-Extensions" not in told


def test_a_refused_handshake_is_an_answer_with_its_status(server: str) -> None:
    found = content(talk(f"{server}guarded", say("ping"), hear(text="pong")))
    assert (found["status"], found["text"]) == (403, "not you\n")
    assert 0 < found["latency"] < 2
    assert "messages" not in found


def test_over_tls_with_a_certificate_of_a_trusted_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, other = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    other.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    with running(websockets_server(context)) as port:
        url = f"wss://127.0.0.1:{port}/"
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        assert content(talk(url, say("ping"), hear(text="pong")))["end"] == "done"
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "other.pem"))
        found = problem(talk(url))
        assert (found.code, "TLS with" in found.message) == ("CONNECT", True), found


def test_nobody_there() -> None:
    with tcp_server(lambda _: None) as gone:
        pass
    found = problem(talk(f"ws://127.0.0.1:{gone.port}/"))
    assert found == Problem("CONNECT", f"127.0.0.1:{gone.port} refused the connection")


@pytest.mark.parametrize("host", ["169.254.169.254", "metadata.google.internal", "[fd00:ec2::254]"])
def test_metadata_servers_are_never_asked(host: str) -> None:
    assert problem(talk(f"ws://{host}/")).code == "REFUSED"
