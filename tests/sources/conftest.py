from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.google_server import GoogleServer, google_server
from validator.sources import Emulated, Sources, connect


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with google_server() as server:
        yield server


@pytest.fixture
def sources(google: GoogleServer) -> Iterator[Sources]:
    opened = connect(Emulated("127.0.0.1", 1, google.port))
    yield opened
    opened.close()


@pytest.fixture
def unproxied(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that names a host which is nowhere: the bystander that is every proxy is not asked for it."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name)
        monkeypatch.delenv(name.upper())
