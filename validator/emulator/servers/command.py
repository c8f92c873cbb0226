"""The emulator around a command: it runs while the command runs, and ends with the command's exit code."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, Self

from validator.emulator.servers.client_environment import OWN, UNSET, gcloud

if TYPE_CHECKING:
    from validator.emulator.servers.emulator import Emulator

_FORWARDED = (signal.SIGINT, signal.SIGTERM)
_LOOK = 0.5
"""Seconds after which a wait is begun anew: a signal that comes just before it is handled only when it ends."""


class CommandError(Exception):
    """The command cannot be started; the message says why."""


def emulate(
    scenario: Path,
    command: Sequence[str],
    *,
    speed: float | None = None,
    inherited: Mapping[str, str] = os.environ,
    ready: Callable[[Emulator], None] | None = None,
    say: Callable[[str], bool] = lambda _: False,
    note: Callable[[str], object] = lambda _: None,
) -> int:
    """Run a command with an emulator of this scenario in its reach; without one serve until interrupted.

    `speed` replaces the scenario's own. The command's environment is `inherited`, what leads it here, and the scenario's
    `env`. `ready` is called once the emulator can be reached; `say` writes one line of what a shell has to be told and returns
    whether somebody reads it; `note` gets what of the scenario was left out. SIGINT and SIGTERM go on to the command; one that
    comes before it can start is its end. To be called in the main thread.

    Returns: the command's exit code, 128 + n if signal n ended it; 0 after serving.

    Raises:
        ScenarioError: the scenario cannot be used.
        CommandError: it cannot be started.
    """
    from validator.emulator.scenario.loading import load  # noqa: PLC0415
    from validator.emulator.servers.emulator import Emulator  # noqa: PLC0415  aiohttp and grpc take their time to import

    with (
        _Forwarding() as forwarding,
        Emulator(load(scenario, speed=speed)) as emulator,
        TemporaryDirectory(prefix="validator-gcloud-") as folder,
    ):
        for told in emulator.scenario.notes:
            note(told)
        if ready is not None:
            ready(emulator)
        own = gcloud(emulator.http_port, Path(folder), emulator.world.deployment.projects)
        environment = {**own, **emulator.environment()}
        if forwarding.early:
            return 128 + forwarding.early[0]
        return _run(command, inherited, environment, forwarding) if command else _serve(emulator, environment, say)


def _run(
    command: Sequence[str], inherited: Mapping[str, str], environment: Mapping[str, str], forwarding: _Forwarding
) -> int:
    kept = {name: value for name, value in inherited.items() if name not in UNSET}
    try:
        own = {name: kept[name] for name in OWN if kept.get(name)}
        process = subprocess.Popen(command, env={**kept, **environment, **own})  # noqa: S603  it is the user's own
    except OSError as error:
        raise CommandError(f"{command[0]}: cannot be started: {error.strerror}") from error
    except ValueError as error:  # a null character
        raise CommandError(f"{command[0]}: cannot be started: {error}") from error
    forwarding.to(process)
    code = None
    while code is None:
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(_LOOK)
    return 128 - code if code < 0 else code


class _Forwarding:
    """Sends SIGINT and SIGTERM on to a process; after its end one is of no account."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.early: list[int] = []
        """Those that came before there was a process."""

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._receive) for number in _FORWARDED}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def to(self, process: subprocess.Popen[bytes]) -> None:
        """From now on this process gets them."""
        self._process = process
        for number in self.early:
            process.send_signal(number)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if self._process is None:
            self.early.append(number)
        elif number != signal.SIGINT or not _from_terminal():  # a terminal tells the command itself
            self._process.send_signal(number)


def _from_terminal() -> bool:
    """Whether Ctrl-C reaches this process and its command alike: a terminal has both in its foreground."""
    try:
        return sys.stdin is not None and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _serve(emulator: Emulator, environment: Mapping[str, str], say: Callable[[str], bool]) -> int:
    received: SimpleQueue[int] = SimpleQueue()
    before = {number: signal.signal(number, lambda number, _frame: received.put(number)) for number in _FORWARDED}
    try:
        say(f"# {emulator.scenario.title}; a second here is {emulator.scenario.speed:g} there; Ctrl-C ends it")
        say(f"# http://127.0.0.1:{emulator.http_port}: REST for gcloud and client libraries, services by their Host")
        say(f"# {emulator.grpc_address}: gRPC; gcloud needs the lines below and no more")
        for name, value in environment.items():
            say(f"export {name}={_quoted(value)}")
        read = say(f"unset {' '.join(UNSET)}")
        while read:
            with suppress(Empty):
                received.get(timeout=_LOOK)
                break
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _quoted(value: str) -> str:
    """A value on one line, as a shell reads it back."""
    if value.isprintable() and value.isascii():
        return shlex.quote(value)
    escaped = "".join(f"\\{byte:03o}" for byte in value.encode("utf-8", "surrogateescape"))
    return f"$'{escaped}'"
