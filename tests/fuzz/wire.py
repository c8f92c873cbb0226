"""Mutated answers on the wire: Google's client libraries, a gRPC proxy that changes bytes and fields, the emulator behind it.

python -m tests.fuzz.wire 200 1      that many runs from that seed, each about a second; finds are told with their number
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import grpc
from google.cloud import run_v2
from google.cloud.devtools import cloudbuild_v1
from google.cloud.logging_v2 import types as logging_v2
from google.protobuf import json_format

from tests.fuzz.answers import BAD, Mutation, find, mutated, scenario, spec
from validator.checks import kinds
from validator.emulator.scenario.loading import load as load_scenario
from validator.emulator.servers.emulator import Emulator
from validator.engine import threads
from validator.engine.run import Engine
from validator.sources import Emulated, connect
from validator.words.call import Call, GetBuild, GetRevision, GetService, ListEntries, Result

SPEED = 40.0
"""Seconds of a run in a real one."""
_METHODS: dict[str, tuple[type[Call], Any]] = {
    "/google.cloud.run.v2.Services/GetService": (GetService, run_v2.Service),
    "/google.cloud.run.v2.Revisions/GetRevision": (GetRevision, run_v2.Revision),
    "/google.devtools.cloudbuild.v1.CloudBuild/GetBuild": (GetBuild, cloudbuild_v1.Build),
    "/google.logging.v2.LoggingServiceV2/ListLogEntries": (ListEntries, logging_v2.ListLogEntriesResponse),
}
Change = Callable[[str, bytes], bytes]
"""(method's path, answer) -> the answer that the gate gets."""


def bent(answer: bytes, chance: random.Random) -> bytes:
    """Bytes of which some are others, are gone, or stand there more than once."""
    data = bytearray(answer)
    for _ in range(chance.choice((1, 1, 1, 3, 20))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                data[at:at] = chance.randbytes(chance.choice((1, 2, 9)))
            case 2:
                del data[at : at + chance.choice((1, 4, 100))]
            case 3:
                data[at:at] = data[at : at + chance.choice((1, 10, 1000))]
            case _:
                del data[at:]
    return bytes(data)


def refilled(answer: bytes, kind: Any, chance: random.Random) -> bytes:
    """The message with one field changed: as JSON, so that what the message cannot hold is left to the bytes."""
    message = kind.pb(kind()).__class__()
    message.ParseFromString(answer)
    content = mutated(json_format.MessageToDict(message), chance)
    try:
        changed = json_format.ParseDict(content, message.__class__(), ignore_unknown_fields=True)
    except json_format.ParseError:
        return bent(answer, chance)
    return bytes(changed.SerializeToString())


def mutation(number: int, seed: int) -> Mutation:
    """The number-th mutation of a seed."""
    chance = random.Random(f"{seed} {number} wire")
    call = chance.choice([call for call, _ in _METHODS.values()])
    return Mutation(number, call, chance.choice(("good", *BAD)), chance.choice((0, 0, 0, 1, 2)), chance.random() < 0.7)


def changing(change: Mutation, seed: int) -> Change:
    """What the proxy does to answers: half of the mutations are of bytes, half of fields."""
    seen = 0

    def changed(path: str, answer: bytes) -> bytes:
        nonlocal seen
        call, kind = _METHODS.get(path, (None, None))
        if call is not change.call:
            return answer
        seen += 1
        if seen <= change.first or (seen > change.first + 1 and not change.forever):
            return answer
        chance = random.Random(f"{seed} {change.number} place")
        return bent(answer, chance) if chance.random() < 0.5 else refilled(answer, kind, chance)

    return changed


class Proxy(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic in its stubs alone
    """Passes every unary call on to a server, and its answer through a change."""

    def __init__(self, channel: grpc.aio.Channel, change: Change) -> None:
        self._channel = channel
        self._change = change

    def service(self, handler_call_details: Any) -> Any:
        """The handler of a method: any."""
        path = handler_call_details.method

        async def handle(request: bytes, context: Any) -> bytes:
            try:
                answer: bytes = await self._channel.unary_unary(path, None, None)(
                    request, timeout=context.time_remaining()
                )
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details() or "")
                raise
            return self._change(path, answer)

        return grpc.unary_unary_rpc_method_handler(handle)


@contextmanager
def proxy(to: str, change: Change) -> Iterator[int]:
    """A proxy before a gRPC server, on a loop in a thread of its own; its port."""
    ports: list[int] = []
    ready = Event()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with grpc.aio.insecure_channel(to) as channel:
            server = grpc.aio.server(handlers=[Proxy(channel, change)], options=[("grpc.so_reuseport", 0)])
            ports.append(server.add_insecure_port("127.0.0.1:0"))
            await server.start()
            ready.set()
            await over.wait()
            await server.stop(None)

    thread = Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def survive(number: int, seed: int, folder: Path) -> str:
    """Run one mutation through servers and clients; what is wrong, or nothing."""
    change = mutation(number, seed)
    path = folder / f"fast-{change.world.replace(' ', '-')}.yaml"
    path.write_text(json.dumps({"extends": str(scenario(change.world, folder)), "speed": SPEED}), encoding="utf-8")
    engine = Engine(spec(), kinds(), "0123456789abcdef")
    raised: list[str] = []
    with Emulator(load_scenario(path)) as emulator, proxy(emulator.grpc_address, changing(change, seed)) as port:
        running = emulator.running
        connection = Emulated("127.0.0.1", emulator.http_port, port, running.epoch, running.speed)
        sources = connect(connection)

        def answer(call: Call, timeout: float) -> Result:
            try:
                return sources(call, timeout)
            except Exception as error:
                raised.append(f"{type(call).__name__}: {type(error).__name__}: {error}")
                raise

        try:
            threads.drive(engine, answer, lambda: connection.now, connection.speed, lambda _: None)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a find
            return f"{change}: {type(error).__name__}: {error}"
        finally:
            sources.close()
    return f"{change}: {raised[0]}" if raised else find(engine, change)


def main() -> int:
    """Fuzz; print what was found."""
    runs, seed = int(sys.argv[1]), int(sys.argv[2])
    finds = 0
    with TemporaryDirectory() as folder:
        for number in range(runs):
            told = survive(number, seed, Path(folder))
            if told:
                finds += 1
                print(told, flush=True)
    print(f"{runs} runs with answers mutated on the wire, {finds} finds")
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
