"""The servers over one world, on one event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

from validator.emulator.scenario.loading import load
from validator.emulator.servers.chaos_proxy import ChaosProxy
from validator.emulator.servers.grpc_server import serve_grpc
from validator.emulator.servers.http_server import serve_http
from validator.emulator.world.plot import Scenario
from validator.emulator.world.running import Running
from validator.emulator.world.world import World

_HOST = "127.0.0.1"


class Emulator:
    """A running emulator, as a context manager: a scenario's world behind HTTP and gRPC on free loopback ports.

    Raises:
        ScenarioError: the scenario cannot be used.
    """

    def __init__(self, scenario: Path | Scenario) -> None:
        self.scenario = load(scenario) if isinstance(scenario, Path) else scenario
        self.http_port = 0
        self.grpc_port = 0
        self._running: Running | None = None
        self._ready = Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = Thread(target=self._run, name="emulator", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def running(self) -> Running:
        """The living world and its clock."""
        if self._running is None:
            raise RuntimeError("the emulator has not been started")
        return self._running

    @property
    def world(self) -> World:
        """The world after the newest call."""
        return self.running.world

    @property
    def address(self) -> str:
        """What VALIDATOR_EMULATOR says: where it is and how its clock runs."""
        clock = f"epoch={self.running.epoch:.6f}&speed={self.running.speed:g}"
        return f"http://{_HOST}:{self.http_port}?grpc={self.grpc_port}&{clock}"

    @property
    def grpc_address(self) -> str:
        """Host and port for gRPC."""
        return f"{_HOST}:{self.grpc_port}"

    def environment(self) -> dict[str, str]:
        """The variables by which a program reaches this emulator: its address, the scenario's own, no proxy."""
        address = {"VALIDATOR_EMULATOR": self.address, "no_proxy": _HOST, "NO_PROXY": _HOST}
        here = f"{_HOST}:{self.http_port}"  # google-auth looks for the server by one and asks it by the other
        metadata = {"GCE_METADATA_HOST": here, "GCE_METADATA_IP": here} if self.scenario.account else {}
        return {**self.running.scenario.env, **address, **metadata}

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  it is raised where the emulator was entered
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        listener = socket.create_server((_HOST, 0))
        self.http_port = listener.getsockname()[1]
        self._running = Running(self.scenario)
        http = await serve_http(self._running, listener)
        grpc, self.grpc_port = serve_grpc(self._running)
        proxies = await self._disturb(self._running)
        self._ready.set()
        await self._stop.wait()
        for proxy in proxies:
            proxy.close()
        grpc.stop(None).wait()
        await http.cleanup()

    async def _disturb(self, running: Running) -> list[asyncio.Server]:
        """Put the chaos proxy in front of both ports, if the scenario has anything for it to do."""
        if not self.scenario.disturbances:
            return []
        http, self.http_port = await ChaosProxy(running, "http", self.http_port).serve(_HOST)
        grpc, self.grpc_port = await ChaosProxy(running, "grpc", self.grpc_port).serve(_HOST)
        return [http, grpc]
