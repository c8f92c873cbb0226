"""The channel of one gRPC call to a deployed service.

It bounds what is read: no message larger than is kept, no compressed one. A name is looked up and held against what is never
asked before the channel is made; the peer is trusted as that of an HTTP exchange.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc

from validator import __version__
from validator.sources.body import LIMIT
from validator.sources.connection import Connection, Emulated
from validator.sources.dialling import trust
from validator.sources.wire import Wire
from validator.words.grpc_call import Invoke
from validator.words.reach import never_probed
from validator.words.redirect import RefusedError

_IDENTITY = 1
"""The bit of no compression."""
_READY = grpc.ChannelConnectivity.READY.value[0]


@contextmanager
def channel_to(call: Invoke, connection: Connection, wire: Wire) -> Iterator[grpc.Channel]:
    """A channel to where the URL leads, and to nothing else."""
    parts = urlsplit(call.url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    wire.host = f"{host}:{port}"
    agents = [value for name, value in call.headers if name.lower() == "user-agent"]
    options: list[tuple[str, Any]] = [
        ("grpc.default_authority", parts.netloc.rpartition("@")[2]),
        ("grpc.primary_user_agent", (agents or [f"validator/{__version__}"])[0]),
        ("grpc.max_receive_message_length", LIMIT),
        ("grpc.compression_enabled_algorithms_bitset", _IDENTITY),
        ("grpc.enable_retries", 0),
        ("grpc.use_local_subchannel_pool", 1),
    ]
    if isinstance(connection, Emulated):
        made = grpc.insecure_channel(connection.grpc_address, [*options, ("grpc.enable_http_proxy", 0)])
    else:
        verify, proxies = trust(call.url, connection)
        proxied = "https" in proxies
        where = f"dns:///{host}:{port}" if proxied else _addresses(host, port)
        options.append(("grpc.enable_http_proxy", int(proxied)))
        if parts.scheme == "https":
            options.append(("grpc.ssl_target_name_override", host))
            made = grpc.secure_channel(where, _credentials(verify), options)
        else:
            made = grpc.insecure_channel(where, options)
    try:
        yield made
    finally:
        # To watch the state takes a thread that outlives the channel.
        state = made._channel.check_connectivity_state(False)  # type: ignore[attr-defined]  # noqa: SLF001
        wire.connected = wire.connected or state == _READY
        made.close()


def _addresses(host: str, port: int) -> str:
    """The addresses that a name has now, as the library reads them; none of them may be one that is never asked."""
    _held(host, host)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for each in found:
        _held(host, str(each[4][0]))
    family = found[0][0]
    own = dict.fromkeys(str(each[4][0]) for each in found if each[0] == family)
    if family == socket.AF_INET6:
        return "ipv6:" + ",".join(f"[{address}]:{port}" for address in own)
    return "ipv4:" + ",".join(f"{address}:{port}" for address in own)


def _held(host: str, address: str) -> None:
    if reason := never_probed(address):
        raise RefusedError(f"{host} is not asked: {reason}")


def _credentials(verify: str) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(Path(verify).read_bytes())
