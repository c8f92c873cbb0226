"""The Docker engine as the tests use it: containers that run to their end, and an emulator that stays in reach."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

ROOT = Path(__file__).parents[2]
TREE = Path(os.environ.get("CONTAINER_TREE", ROOT))
"""The sources of the image under test: the checkout, or a copy that was broken on purpose."""
IMAGE = os.environ.get("CONTAINER_IMAGE", "validator:test")
PYTHON_IMAGE = "validator:python"
"""The Dockerfile's first stage: Debian and its Python."""
BASE = "debian:trixie-slim"
TOOLS = Path(os.environ.get("CONTAINER_TOOLS", ROOT / ".venv/container/bin"))
DEADLINE = 180.0
"""Seconds for any one command."""
Done = subprocess.CompletedProcess[str]


def run(*command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Done:
    """Run a program to its end; its exit code is the caller's to judge."""
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=DEADLINE, env=env, cwd=cwd)


def docker(*words: str | Path, env: Mapping[str, str] | None = None) -> Done:
    """The same for a docker command."""
    return run("docker", *words, env=env)


def lay_example(folder: Path) -> None:
    """Put the example's spec into a folder, with the file and the modules that it refers to."""
    shutil.copy(ROOT / "checks.yaml", folder)
    shutil.copytree(ROOT / "config", folder / "config")
    application = Path("validator/demo/application")
    shutil.copytree(ROOT / application, folder / application)


def environment(variables: Mapping[str, str]) -> list[str]:
    """The options by which a container gets these variables."""
    return [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]


def gate(emulator: Emulator, *words: str | Path, options: tuple[str | Path, ...] = ()) -> list[str | Path]:
    """The words after `docker` for a gate beside an emulator, sharing its loopback."""
    network: tuple[str, ...] = ("--network", emulator.network)
    return ["run", "--rm", *network, *environment(emulator.environment), *options, IMAGE, *words]


class Emulator:
    """An emulator in a container of its own."""

    def __init__(self, name: str, network: str, variables: dict[str, str]) -> None:
        self.name = name
        self.network = network
        """What another container writes after --network to reach it."""
        self.environment = variables


@contextmanager
def emulated(scenario: str | Path, *, host: bool = False) -> Iterator[Emulator]:
    """An emulator of a scenario (of examples/ by name), on the machine's loopback or on that of its own container."""
    file = ROOT / "examples" / scenario
    name = f"emulator-{token_hex(4)}"
    network = ["--network", "host" if host else "none"]
    mount = ["--volume", f"{file.parent}:/scenarios:ro"]
    words = ["validator:test", "emulate", f"/scenarios/{file.name}"]
    started = docker("run", "--detach", "--name", name, *network, *mount, *words)
    assert started.returncode == 0, started.stderr
    try:
        yield Emulator(name, "host" if host else f"container:{name}", _exports(name))
    finally:
        docker("rm", "--force", name)


def _exports(name: str) -> dict[str, str]:
    """The variables that `validator emulate` prints once it can be reached."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        lines = [line for line in docker("logs", name).stdout.splitlines() if line.startswith("export ")]
        found = dict(shlex.split(line)[1].split("=", 1) for line in lines)
        if "VALIDATOR_EMULATOR" in found and "NO_PROXY" in found:
            return found
        time.sleep(0.1)  # between looks at another process
    raise AssertionError(docker("logs", name).stderr or "the emulator did not say where it is")
