"""A connection for what is no HTTP exchange: made, proxied, trusted and watched as that of one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from validator.sources.connection import Connection, Direct
from validator.sources.wire import Wire, WiredAdapter
from validator.words.reach import never_probed
from validator.words.redirect import RefusedError


@contextmanager
def dialled(url: str, connection: Connection, wire: Wire) -> Iterator[socket.socket]:
    """The connection to where an http or https URL leads; closed at the end.

    A plain one goes by no proxy: a proxy of the environment passes on HTTP, and tunnels TLS alone.

    Raises:
        RefusedError: the gate does not go there.
        Exception: what `requests` raises of a connection that cannot be made.
    """
    if reason := never_probed(urlsplit(url).hostname or ""):
        raise RefusedError(f"{url} is not asked: {reason}")
    adapter = WiredAdapter(connection, wire)
    verify, proxies = trust(url, connection)
    pool = adapter.get_connection_with_tls_context(requests.Request("GET", url).prepare(), verify, proxies=proxies)
    HTTPAdapter.cert_verify(adapter, pool, url, verify, None)
    opened = pool._get_conn()  # noqa: SLF001  urllib3 hands out connections for its own requests alone
    try:
        if opened.proxy is not None:
            pool._prepare_proxy(opened)  # noqa: SLF001
        else:
            opened.connect()
        yield opened.sock  # type: ignore[attr-defined]  # the base of the two kinds of connection lacks it
    finally:
        opened.close()
        adapter.close()


def trust(url: str, connection: Connection) -> tuple[str, dict[str, str]]:
    """The file of what vouches for a TLS peer, and the proxies that lead to a URL."""
    with requests.Session() as session:
        session.trust_env = isinstance(connection, Direct)
        settings = session.merge_environment_settings(url, {}, None, None, None)
    named = settings["verify"]
    return named if isinstance(named, str) else DEFAULT_CA_BUNDLE_PATH, dict(settings["proxies"]) if url.startswith(
        "https:"
    ) else {}
