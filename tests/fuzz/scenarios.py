"""Broken scenarios: mutations of those in the project, each read by the emulator; a mistake with its place is all it may be.

python -m tests.fuzz.scenarios 10000 1      that many inputs from that seed
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.language.fuzzing import mutated
from tests.simulated import START
from validator.emulator.scenario.files import ScenarioError
from validator.emulator.scenario.loading import load

ROOT = Path(__file__).parents[2]
TOKENS = [
    *(
        b'"@-4m"',
        b'"@+1000000d"',
        b"@",
        b"{status: 99}",
        b"[1s, x]",
        b"latency: -1s",
        b"delay: {stdout: 1e9s}",
        b"speed: 0",
    ),
    *(
        b"stream: nowhere",
        b"revision: none",
        b"extends: x.yaml",
        b"split: {a: 200}",
        b"probability: 2",
        b"null",
        b"[]",
        b"{}",
    ),
    *(
        b"\\ud83d",
        b"\xef\xbb\xbf",
        b"jsonPayload: {a: 1}",
        b"createTime: 9999-12-31T23:59:59Z",
        b"conditions: [{}]",
        b"9" * 400,
    ),
]


@cache
def seeds() -> tuple[bytes, ...]:
    """The project's scenarios, each with what it is laid over: no file is read besides the mutated one."""
    files = [
        *ROOT.glob("examples/netra/*.yaml"),
        *ROOT.glob("tests/cases/*/scenario.yaml"),
        ROOT / "tests/cases/base.yaml",
    ]
    return tuple(file.read_bytes() for file in sorted(files))


def inputs(count: int, seed: int) -> Iterator[bytes]:
    """That many mutations."""
    chance = random.Random(seed)
    for _ in range(count):
        data = chance.choice(seeds())
        for _ in range(chance.choice((1, 1, 2, 4))):
            data = mutated(data, seeds(), TOKENS, chance)
        yield data


def survive(data: bytes, folder: Path) -> None:
    """Read one; whatever it raises but a mistake is a find."""
    for file in ("base.yaml", "scenario.yaml"):  # what the seeds are laid over
        (folder / file).write_bytes((ROOT / "tests/cases/base.yaml").read_bytes())
    path = folder / "case" / "scenario.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    told: tuple[str, ...] = ()
    try:
        load(path, START)
    except ScenarioError as error:
        told = error.errors
    assert all(str(folder) in line for line in told), told


def main() -> int:
    """Fuzz; print what was found."""
    runs, seed = int(sys.argv[1]), int(sys.argv[2])
    finds = 0
    with TemporaryDirectory() as folder:
        for number, data in enumerate(inputs(runs, seed)):
            try:
                survive(data, Path(folder))
            except Exception as error:  # noqa: BLE001 - each is a find, and all are wanted
                finds += 1
                print(f"{number}: {type(error).__name__}: {str(error)[:200]}")
    print(f"{runs} broken scenarios, {finds} finds")
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
