"""A token goes to the host that it is for, over https, and to nobody else whatever that host answers."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping

import pytest

from tests.sources.tcp_server import Talk, TcpServer, tcp_server
from validator.sources import Emulated, connect
from validator.words.call import Answer, Exchange, Problem
from validator.words.id_token import IdToken

AUDIENCE = "https://a.example"
ACCOUNT = "gate@acme.iam.gserviceaccount.com"
PLANTED = "explicit-token-of-ones-own"


def jwt_of(audience: str) -> str:
    claims = {"aud": audience, "exp": time.time() + 3600, "email": ACCOUNT}
    words = ({"alg": "none"}, claims, {"sig": "natur"})
    return ".".join(base64.urlsafe_b64encode(json.dumps(word).encode()).decode().rstrip("=") for word in words)


TOKEN = jwt_of(AUDIENCE)


def _of_google_auth(head: str) -> bool:
    return "metadata-flavor: google" in head.lower()


class World:
    """All hosts there are: a machine's metadata server, and servers that answer a path as a test says."""

    def __init__(self, server: TcpServer) -> None:
        self.server = server
        self.locations: dict[str, tuple[int, str]] = {}
        """`HOST/PATH` -> status and where it redirects to."""

    def play(self, talk: Talk) -> None:
        line, *headers = talk.head.split("\r\n")
        path, host = line.split()[1], next(each[6:] for each in headers if each.lower().startswith("host: "))
        text, more = f"you sent {talk.head!r}", ""
        if _of_google_auth(talk.head):
            more = "Metadata-Flavor: Google\r\n"
            text = TOKEN if "/identity" in path else json.dumps({"email": ACCOUNT})
            kind = "application/text" if "/identity" in path else "application/json"
            more += f"Content-Type: {kind}\r\n"
        status, location = self.locations.get(f"{host}{path}", (200, ""))
        where = f"Location: {location}\r\n" if location else ""
        talk.send(f"HTTP/1.1 {status} X\r\n{more}{where}Content-Length: {len(text)}\r\n\r\n{text}")

    def seen(self) -> Mapping[str, int]:
        """Host -> how many of its requests had a token."""
        found: dict[str, int] = {}
        for head in self.server.heads:
            host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host: "))
            if not _of_google_auth(head):
                found[host] = found.get(host, 0) + any(each in head for each in (TOKEN, PLANTED))
        return found

    def fetch(self, call: Exchange) -> Answer | Problem:
        sources = connect(Emulated("127.0.0.1", self.server.port, 1))
        try:
            return sources(call, 10)
        finally:
            sources.close()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    made: list[World] = []
    with tcp_server(lambda talk: made[0].play(talk)) as server:  # noqa: PLW0108  it comes later
        made.append(World(server))
        yield made[0]


def asking(url: str = f"{AUDIENCE}/x", header: str = "Authorization") -> Exchange:
    own = (("Authorization", f"Bearer {PLANTED}"),) if header != "Authorization" else ()
    return Exchange("GET", url, own, redirects=True, token=IdToken(AUDIENCE, header, required=True))


@pytest.mark.parametrize("header", ["Authorization", "X-Serverless-Authorization"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "https://b.example/y",
        "//b.example/y",
        "http://a.example/y",
        "https://a.example:8443/y",
        "https://a.example.b.example/y",
        "https://a.example@b.example/y",
        "https://next---a.example/y",
    ],
)
def test_no_redirect_takes_a_token_to_another_origin(world: World, header: str, status: int, location: str) -> None:
    world.locations["a.example/x"] = (status, location)
    answer = world.fetch(asking(header=header))
    assert isinstance(answer, Answer), answer
    assert answer.content["url"].endswith("/y")
    first, second = [head for head in world.server.heads if not _of_google_auth(head)]
    assert TOKEN in first
    assert TOKEN not in second
    assert PLANTED not in second


def test_nor_does_one_that_leads_there_and_back(world: World) -> None:
    world.locations["a.example/x"] = (302, "https://b.example/y")
    world.locations["b.example/y"] = (302, "https://a.example/z")
    assert isinstance(world.fetch(asking()), Answer)
    assert world.seen() == {"a.example": 1, "b.example": 0}


def test_within_its_origin_it_stays(world: World) -> None:
    world.locations["a.example/x"] = (307, "/y")
    assert isinstance(world.fetch(asking()), Answer)
    assert world.seen() == {"a.example": 2}


def test_over_plain_http_it_is_never_sent(world: World) -> None:
    assert isinstance(world.fetch(asking("http://a.example/x")), Answer)
    assert world.seen() == {"a.example": 0}


def test_what_comes_back_of_it_is_not_kept(world: World) -> None:
    answer = world.fetch(asking())
    assert isinstance(answer, Answer)
    assert "you sent" in answer.content["text"]
    assert "Bearer [redacted]" in answer.content["text"]
    assert TOKEN not in json.dumps(answer.content)
    assert TOKEN.rpartition(".")[0] not in json.dumps(answer.content)
    assert answer.content["invoker"] == {"audience": AUDIENCE, "account": ACCOUNT}


@pytest.mark.parametrize("sends", ["{token}\r\n\r\n", "HTTP/1.1 302 X\r\nLocation: gopher://x/{token}\r\n\r\n"])
def test_a_broken_answer_that_quotes_it_is_told_without_it(monkeypatch: pytest.MonkeyPatch, sends: str) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("VALIDATOR_ID_TOKEN", TOKEN)
    with tcp_server(lambda talk: talk.send(sends.replace("{token}", TOKEN))) as server:
        problem = World(server).fetch(asking())
    assert isinstance(problem, Problem)
    assert "[redacted]" in problem.message
    assert TOKEN not in problem.message
