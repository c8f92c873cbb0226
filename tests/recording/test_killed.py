"""A run that is killed leaves a recording of all that it wrote."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.recorded import record
from tests.recording.test_replay_law import CHECKS, PROJECT
from tests.simulated import NETRA, Finished, simulate
from validator.recording import ndjson
from validator.replaying.replayed import replayed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run() -> Finished:
    return simulate(CHECKS, NETRA / "scenario.yaml")


def recording(run: Finished, path: Path) -> int:
    """A process that records the run; its id, once the first line is written."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        assert os.read(read, 1) == b"x"
        os.close(read)
        return child
    original = ndjson.Writer.write

    def told(writer: ndjson.Writer, lines: list[object]) -> None:
        original(writer, lines)
        os.write(write, b"x")

    ndjson.Writer.write = told  # type: ignore[method-assign,assignment]
    record(path, run.engine.spec, CHECKS, PROJECT, run.engine.journal)
    os._exit(0)


def test_whenever_it_is_killed_what_it_wrote_is_replayed(run: Finished, tmp_path: Path) -> None:
    path, chance = tmp_path / "run.gz", random.Random(13)
    started = time.monotonic()
    os.waitpid(recording(run, path), 0)
    took, ends = time.monotonic() - started, []
    for _ in range(50):
        child = recording(run, path)
        time.sleep(chance.uniform(0, 0.9 * took))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = replayed(path, None)
        summary = found.summary()
        assert summary["verdict"] in {"passed", "inconclusive"}
        assert found.before.whole or summary["ending"] == "interrupted"
        ends.append(len(list(found.recorded.records())))
    assert len(set(ends)) > 10
    assert not any(end > len(run.engine.journal) for end in ends)
