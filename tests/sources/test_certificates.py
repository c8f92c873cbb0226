"""The certificate of an HTTPS connection, by a real TLS server with its own authority."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import trustme

from validator.sources import Direct, connect
from validator.words.call import Answer, Exchange, Problem, Result
from validator.words.instant import rfc3339


class Handler(BaseHTTPRequestHandler):
    """Answers with a word; `/away` leads to another server."""

    away = ""

    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/away" else 200)
        if self.path == "/away":
            self.send_header("Location", self.away)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"up")

    def log_message(self, *_: object) -> None:
        """Nothing is told."""


@contextmanager
def served(authority: trustme.CA | None, ends: datetime | None = None, name: str = "127.0.0.1") -> Iterator[int]:
    """The port of a server, over TLS where there is an authority."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if authority:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name, not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=ends).configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """One that the gate trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    return made


def fetch(url: str, *, redirects: bool = False) -> Result:
    return connect(Direct())(Exchange("GET", url, redirects=redirects), 5)


def in_days(days: int) -> datetime:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)


def test_its_end_is_told(authority: trustme.CA) -> None:
    ends = in_days(20)
    with served(authority, ends) as port:
        result = fetch(f"https://127.0.0.1:{port}/")
    assert isinstance(result, Answer), result
    assert result.content["certificate"] == {"not_after": rfc3339(ends.timestamp())}
    assert (result.content["text"], result.content["size"]) == ("up", 2)


def test_of_redirects_the_last_connections_is_told(authority: trustme.CA) -> None:
    ends = in_days(7)
    with served(authority, in_days(20)) as first, served(authority, ends) as last:
        Handler.away = f"https://127.0.0.1:{last}/"
        result = fetch(f"https://127.0.0.1:{first}/away", redirects=True)
    assert isinstance(result, Answer), result
    assert result.content["certificate"] == {"not_after": rfc3339(ends.timestamp())}
    with served(authority, ends) as first, served(None) as plain:
        Handler.away = f"http://127.0.0.1:{plain}/"
        result = fetch(f"https://127.0.0.1:{first}/away", redirects=True)
    assert isinstance(result, Answer), result
    assert "certificate" not in result.content


def test_one_past_its_end_is_told_as_that(authority: trustme.CA) -> None:
    with served(authority, in_days(-1)) as port:
        result = fetch(f"https://127.0.0.1:{port}/")
    assert result == Problem("EXPIRED", f"TLS with 127.0.0.1:{port} failed: certificate has expired")


@pytest.mark.parametrize("name", ["127.0.0.1", "other.example.com"])
def test_one_that_is_not_trusted_is_no_connection(authority: trustme.CA, name: str) -> None:
    other = trustme.CA() if name == "127.0.0.1" else authority
    with served(other, in_days(20), name) as port:
        result = fetch(f"https://127.0.0.1:{port}/")
    assert isinstance(result, Problem)
    assert (result.code, "TLS with" in result.message) == ("CONNECT", True)


def test_without_tls_there_is_none() -> None:
    with served(None) as port:
        result = fetch(f"http://127.0.0.1:{port}/")
    assert isinstance(result, Answer)
    assert "certificate" not in result.content
