"""Who stands by while the tests run, and must hear nothing: a second host, a metadata server, and whoever a netrc is for.

The environment leads to them whatever follows it: the second host is every proxy, the netrc has a word for any host, and
Google's libraries would look for credentials at the metadata server. All are on loopback addresses.
"""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread

_LOGIN, _WORD = "bystander", "said-to-nobody"
SAID = base64.b64encode(f"{_LOGIN}:{_WORD}".encode()).decode()
"""The netrc's word as a request would carry it."""
heard: list[str] = []
"""What came to one of them since the last look."""


def overhear(head: str) -> None:
    """A request came to a server of a test: was the netrc's word in it?"""
    if SAID in head:
        heard.append(f"the netrc's word in {head.splitlines()[0]}")


@contextmanager
def _listening(address: str, name: str) -> Iterator[str]:
    with socket.create_server((address, 0)) as listener:

        def listen() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.settimeout(1)
                        heard.append(f"{name}: {connection.recv(200)!r}")

        Thread(target=listen, daemon=True).start()
        try:
            yield f"{address}:{listener.getsockname()[1]}"
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


@contextmanager
def standing_by(folder: Path) -> Iterator[None]:
    """Let them stand by, and lead whatever follows the environment to them."""
    with ExitStack() as stack:
        proxy = f"http://{stack.enter_context(_listening('127.0.0.2', 'the second host'))}"
        metadata = stack.enter_context(_listening("127.0.0.3", "the metadata server"))
        netrc = folder / "netrc"
        netrc.write_text(f"default login {_LOGIN} password {_WORD}\n", encoding="utf-8")
        os.environ["NETRC"] = str(netrc)
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            os.environ[name] = os.environ[name.upper()] = proxy
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1,localhost,::1"
        for name in ("GCE_METADATA_HOST", "GCE_METADATA_IP", "GCE_METADATA_ROOT"):
            os.environ[name] = metadata
        os.environ.pop("NO_GCE_CHECK", None)
        yield
