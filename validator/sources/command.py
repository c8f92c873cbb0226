"""Local commands: one run a call, without a shell, in a process group of its own that ends with it."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO, Any

from validator.evidence.command import RunCommand
from validator.sources.connection import Connection
from validator.words.call import Answer, Call, Problem, Result

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "USER", "LOGNAME")
"""The variables of the gate's own environment that a command has too: none that holds a secret."""
_KEPT = 1 << 16
"""Bytes of each end of an output that are kept."""
_LOOK = 0.02
"""Seconds from one look at a program to the next."""
_DRAIN = 0.5
"""Seconds in which what an ended program wrote is read; a program that left its group may hold the pipe open."""
_LAST = 200
"""Characters of the last line of a program that was killed that are told."""


def open_source(connection: Connection) -> Commands:  # noqa: ARG001 - programs run on this machine
    """What runs commands; there is nothing to open."""
    return Commands()


@dataclass
class _Output:
    """One output of a program: its beginning and its end."""

    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    size: int = 0

    def take(self, data: bytes) -> None:
        self.size += len(data)
        room = _KEPT - len(self.head)
        self.head += data[:room]
        self.tail += data[room:]
        del self.tail[:-_KEPT]

    @property
    def told(self) -> dict[str, Any]:
        left_out = self.size - len(self.head) - len(self.tail)
        if not left_out:
            return {"text": _text(self.head + self.tail)}
        return {"text": _text(self.head), "tail": _text(self.tail), "left_out": left_out}


def _text(data: bytearray) -> str:
    return data.decode("utf-8", "replace")


class Commands:
    """One run of a local program a call."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open = True
        self._running: set[subprocess.Popen[bytes]] = set()

    def __call__(self, call: Call, timeout: float) -> Result:
        """Run a program to its end, or for `timeout` real seconds; then all of its group is killed."""
        if not isinstance(call, RunCommand):
            raise TypeError(f"not a command: {call}")
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ} | dict(call.env)
        try:
            process = self._started(call, environment)
        except (OSError, ValueError) as error:
            return Problem("NOT_STARTED", _why(call, environment, error))
        try:
            return self._followed(process, timeout)
        finally:
            _end(process)
            with self._lock:
                self._running.discard(process)

    def close(self) -> None:
        """Kill what still runs."""
        with self._lock:
            self._open = False
            for process in self._running:
                _kill(process)

    def _started(self, call: RunCommand, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with self._lock:
            if not self._open:
                raise ValueError("the run is over")
            process = subprocess.Popen(  # noqa: S603  a list of words, as the spec has them, and no shell
                call.run,
                cwd=call.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            self._running.add(process)
        return process

    def _followed(self, process: subprocess.Popen[bytes], timeout: float) -> Result:
        assert process.stdout
        assert process.stderr
        outputs = {process.stdout: _Output(), process.stderr: _Output()}
        if not _read(process, outputs, timeout):
            last = _last_line(outputs[process.stderr]) or _last_line(outputs[process.stdout])
            return Problem("TIMEOUT", f"the last line it printed: {last}" if last else "it printed nothing")
        code = process.returncode
        ended = {"exit": code} if code >= 0 else {"exit": 128 - code, "signal": _name(-code)}
        return Answer({**ended, "stdout": outputs[process.stdout].told, "stderr": outputs[process.stderr].told})


def _read(process: subprocess.Popen[bytes], outputs: dict[IO[bytes], _Output], timeout: float) -> bool:
    """Read what a program prints until it ended; whether it did so in time."""
    deadline = time.monotonic() + timeout
    ended = False
    with selectors.DefaultSelector() as selector:
        for stream in outputs:
            selector.register(stream, selectors.EVENT_READ)
        while time.monotonic() < deadline and not (ended and not selector.get_map()):
            if not ended and process.poll() is not None:
                ended, deadline = True, time.monotonic() + _DRAIN
                _kill(process)  # what it left behind in its group
            if not selector.get_map():
                time.sleep(_LOOK)
            for key, _ in selector.select(_LOOK):
                data = os.read(key.fd, _KEPT)
                outputs[key.fileobj].take(data)  # type: ignore[index]
                if not data:
                    selector.unregister(key.fileobj)
    return ended


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill all of a program's group; it leads one of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        _kill(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_DRAIN)
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last_line(output: _Output) -> str:
    lines = _text(output.tail or output.head).split("\n")
    return next((line.strip()[:_LAST] for line in reversed(lines) if line.strip()), "")


def _why(call: RunCommand, environment: dict[str, str], error: OSError | ValueError) -> str:
    """Why a program could not be started."""
    program = call.run[0]
    if not Path(call.folder).is_dir():
        return f"the spec's folder {call.folder} is not there"
    if not isinstance(error, OSError):
        return str(error)
    if error.errno != errno.ENOENT:
        return f"{program}: {error.strerror}"
    if os.sep in program:
        there = (Path(call.folder) / program).exists()
        return f"{program}: the interpreter in its first line is not there" if there else f"{program} is not there"
    path = environment.get("PATH", os.defpath)
    there = shutil.which(program, path=path) is not None
    return (
        f"{program}: the interpreter in its first line is not there"
        if there
        else f"{program} is not found in PATH ({path})"
    )
