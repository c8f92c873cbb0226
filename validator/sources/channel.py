"""The plain gRPC channel to an emulator."""

from __future__ import annotations

import grpc

from validator.sources.connection import Emulated


def plain(connection: Emulated) -> grpc.Channel:
    """A channel to the emulator and to nothing else: no TLS, no proxy of the environment, answers of any size.

    The limit on size is what Google's own transports set.
    """
    options = [("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", -1)]
    return grpc.insecure_channel(connection.grpc_address, options=options)
