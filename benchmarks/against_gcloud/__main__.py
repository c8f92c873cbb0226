"""`python -m benchmarks.against_gcloud`: how much faster the gate is than the script, and how close to the floor."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from validator.emulator.servers import client_environment
from validator.emulator.servers.emulator import Emulator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Took:
    """What one run of a program took, all that it started included."""

    wall: float
    """Seconds, and so is"""
    cpu: float
    peak: float
    """MB resident, of the largest process."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure in turns and print the ratios; the exit code is 0 whatever they are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against_gcloud", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="of each program (7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    asked = parser.parse_args(arguments)
    with Emulator(HERE / "world.yaml") as emulator, tempfile.TemporaryDirectory() as folder:
        programs = _programs(emulator, Path(folder))
        took: dict[str, list[Took]] = {name: [] for name in programs}
        for turn in range(asked.runs + 1):
            for name, (command, environment) in programs.items():
                measured = _measured(command, environment)
                if turn:  # the first warms the caches
                    took[name].append(measured)
    figures = _figures(took)
    print(_table(took, figures))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def _programs(emulator: Emulator, folder: Path) -> Mapping[str, tuple[Sequence[str], Mapping[str, str]]]:
    """Name -> a command and its environment."""
    plain = {name: value for name, value in os.environ.items() if name not in client_environment.UNSET}
    gcloud = client_environment.gcloud(emulator.http_port, folder / "gcloud", {"netra-staging"})
    gate = ["run", str(HERE / "questions.yaml"), "--out", str(folder / "out")]
    address = f"127.0.0.1:{emulator.http_port}"
    return {
        "gate": ([sys.executable, "-I", "-m", "validator", *gate], {**plain, **emulator.environment()}),
        "script": ([str(HERE / "script.sh")], {**plain, **gcloud, "BENCHMARK_SCHEME": "http"}),
        "floor": ([sys.executable, "-I", str(HERE / "floor.py"), emulator.grpc_address, address], plain),
    }


def _measured(command: Sequence[str], environment: Mapping[str, str]) -> Took:
    """Run it once.

    Raises:
        SystemExit: it did not pass, so its time says nothing.
    """
    with tempfile.TemporaryFile() as said:
        began = time.monotonic()
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=said)  # noqa: S603
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            text = said.read().decode(errors="replace")
            raise SystemExit(f"{command} ended with {process.returncode}\n{text}")
    return Took(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _figures(took: Mapping[str, Sequence[Took]]) -> dict[str, object]:
    """The ratios of each turn: of the script to the gate, of the gate to the floor."""
    pairs = list(zip(took["script"], took["gate"], took["floor"], strict=True))
    faster = [script.wall / gate.wall for script, gate, _ in pairs]
    return {
        "runs": len(pairs),
        "ratio_median": round(statistics.median(faster), 2),
        "ratio_min": round(min(faster), 2),
        "ratio_max": round(max(faster), 2),
        "cpu_ratio_median": round(statistics.median(script.cpu / gate.cpu for script, gate, _ in pairs), 2),
        "floor_wall_median": round(statistics.median(gate.wall / floor.wall for _, gate, floor in pairs), 2),
        "floor_cpu_median": round(statistics.median(gate.cpu / floor.cpu for _, gate, floor in pairs), 2),
    }


def _table(took: Mapping[str, Sequence[Took]], figures: Mapping[str, object]) -> str:
    lines = [f"{'':8} {'wall':>15} {'cpu':>8} {'peak':>8}"]
    for name, runs in took.items():
        wall = sorted(each.wall for each in runs)
        cpu, peak = (statistics.median(getattr(each, key) for each in runs) for key in ("cpu", "peak"))
        lines.append(f"{name:8} {statistics.median(wall):6.2f} s ({wall[0]:.2f}) {cpu:6.2f} s {peak:5.0f} MB")
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in figures.items())])


if __name__ == "__main__":
    sys.exit(main())
