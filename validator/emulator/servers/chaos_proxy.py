"""The TCP proxy in front of a server: it passes bytes on, and resets or drips as the scenario says."""

from __future__ import annotations

import asyncio
import socket
import struct

from validator.emulator.world.chance import fraction
from validator.emulator.world.connections import Disturbance
from validator.emulator.world.running import Running

_PIECE = 65536
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that makes closing a reset."""


class ChaosProxy:
    """Passes the connections of one port (`http` or `grpc`) on to a server behind it."""

    def __init__(self, running: Running, port: str, behind: int) -> None:
        self._running = running
        self._port = port
        self._behind = behind
        self._accepted = 0
        self._befallen: dict[int, int] = {}

    async def serve(self, host: str) -> tuple[asyncio.Server, int]:
        """Serve on a free port: the server, which is to be closed, and the port."""
        server = await asyncio.start_server(self._accept, host, 0)
        port: int = server.sockets[0].getsockname()[1]
        return server, port

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        disturbance = self._drawn()
        try:
            behind, forward = await asyncio.open_connection("127.0.0.1", self._behind)
        except OSError:
            writer.close()
            return
        there = asyncio.ensure_future(_pass_on(reader, forward))
        try:
            await self._back(behind, writer, disturbance)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side was faster
        finally:
            there.cancel()
            forward.close()
            writer.close()

    def _drawn(self) -> Disturbance | None:
        """What befalls the connection that has just been accepted."""
        self._accepted += 1
        now, seed = self._running.now(), self._running.scenario.seed
        for place, each in enumerate(self._running.scenario.disturbances):
            draw = fraction(seed, "connection", place, self._port, self._accepted)
            if each.befalls(self._port, now, self._befallen.get(place, 0), draw):
                self._befallen[place] = self._befallen.get(place, 0) + 1
                return each
        return None

    async def _back(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, disturbance: Disturbance | None
    ) -> None:
        passed = 0
        while piece := await reader.read(_PIECE):
            left = len(piece) if disturbance is None else max(0, min(len(piece), disturbance.after - passed))
            writer.write(piece[:left])
            await writer.drain()
            passed += left
            if disturbance is not None and left < len(piece):
                if disturbance.effect == "reset":
                    _reset(writer)
                    return
                await self._drip(piece[left:], writer, disturbance.rate)

    async def _drip(self, piece: bytes, writer: asyncio.StreamWriter, rate: int) -> None:
        for place in range(len(piece)):
            writer.write(piece[place : place + 1])
            await writer.drain()
            await asyncio.sleep(1 / rate / self._running.speed)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
    except OSError:
        pass  # it is over


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
