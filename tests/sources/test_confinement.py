"""In a process of its own each: an audit hook cannot be removed."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

PREAMBLE = """
import socket
from validator.words.call import Exchange
from validator.sources import Direct, Emulated, connect

def refused(act):
    try:
        act()
    except PermissionError as error:
        return "reaches the emulator alone" in str(error)
    return False

listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
bystander = socket.create_server(("127.0.0.1", 0))
other = bystander.getsockname()
"""


def run(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PREAMBLE + dedent(script)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_nothing_but_the_emulator_is_reached_while_its_sources_are_open() -> None:
    run("""
        sources = connect(Emulated("127.0.0.1", port, 1))
        assert refused(lambda: socket.create_connection(("192.0.2.1", 80), 1))
        assert refused(lambda: socket.create_connection(("127.0.0.1", port + 1 if port < 65535 else 1), 1))
        assert refused(lambda: socket.create_connection(("metadata.google.internal", 80), 1))
        assert refused(lambda: socket.getaddrinfo("storage.googleapis.com", 443))
        assert refused(lambda: socket.gethostbyname("storage.googleapis.com"))
        assert refused(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)))
        assert refused(lambda: socket.socket(socket.AF_UNIX).connect("/run/docker.sock"))
        socket.create_connection(("127.0.0.1", port), 1)
    """)


def test_sources_to_google_opened_beside_it_reach_nothing() -> None:
    run("""
        connect(Emulated("127.0.0.1", port, 1))
        found = connect(Direct())(Exchange("GET", f"http://127.0.0.1:{other[1]}/"), 5)
        assert found.code == "CONNECT" and "reaches the emulator alone" in found.message, found
    """)


def test_once_closed_the_process_is_free_again() -> None:
    run("""
        first, second = (connect(Emulated("127.0.0.1", port, 1)) for _ in range(2))
        first.close()
        first.close()
        assert refused(lambda: socket.create_connection(other, 1))
        second.close()
        socket.create_connection(other, 1)
    """)


def test_google_packages_are_imported_by_the_first_call_of_their_api_and_not_before() -> None:
    run("""
        import sys
        sources = connect(Emulated("127.0.0.1", port, 1))
        sources(Exchange("GET", "http://a.example/"), 0.1)
        assert not {"google.cloud", "google.api_core", "google.auth", "grpc"} & set(sys.modules)
        from validator.words.call import GetService
        assert sources(GetService("projects/p/locations/l/services/s"), 2).code == "UNAVAILABLE"
        assert "google.cloud.run_v2" in sys.modules
        assert "google.cloud.logging_v2" not in sys.modules
    """)
