"""Show that a kind with a sort of evidence and a source of its own is three modules: add `wallclock` to a copy of the tree.

python scripts/add_sort.py      exit code 0 if everything is green and nothing but what is added was touched
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent

EVIDENCE = '''\
"""What an outside clock says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from validator.evidence.journal import Observation
from validator.evidence.readings import Readings
from validator.evidence.sort import OfTarget
from validator.words.asked import Asked
from validator.words.call import Answer, Call
from validator.words.check import Target
from validator.words.instant import seconds

if TYPE_CHECKING:
    from validator.evidence.fold import Folded


@dataclass(frozen=True)
class AskClock(Call):
    """Ask a clock by its name."""

    source: ClassVar[str] = "wallclock"
    name: str = "utc"


@dataclass(frozen=True)
class ClockOf(OfTarget[Readings[float]]):
    """A clock beside a target."""

    name: str = "utc"

    place = 8

    def fresh(self, known: Folded) -> Readings[float]:
        """Not read."""
        return Readings()

    def take(self, seen: Observation, known: Folded) -> None:
        """Take in a reading."""
        if isinstance(seen.result, Answer):
            known.state(self).history.append((seen, seconds(seen.result.content["now"])))

    def stage(self, known: Folded) -> AskClock:
        """It rests on nothing."""
        return AskClock(self.name)

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once it was read."""
        return known.of(self).newest is not None

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """Once."""
        return Asked("a clock", f"clock {self.name}", None, (), checks)
'''

SOURCE = '''\
"""The clock of the machine that the gate runs on."""

from __future__ import annotations

import time

from validator.sources.connection import Connection
from validator.words.call import Answer, Call, Result
from validator.words.instant import rfc3339


def open_source(connection: Connection) -> Clock:  # noqa: ARG001 - it is the same clock everywhere
    """There is nothing to open."""
    return Clock()


class Clock:
    """A clock."""

    def __call__(self, call: Call, timeout: float) -> Result:  # noqa: ARG002
        """The time."""
        return Answer({"now": rfc3339(time.time())})

    def close(self) -> None:
        """There is nothing to close."""
'''

KIND = '''\
"""A clock outside of the gate tells the time that the gate has."""

from __future__ import annotations

from typing import Any

from validator.evidence.known import Evidence
from validator.evidence.sort import Query
from validator.evidence.wallclock import ClockOf
from validator.words.check import Check
from validator.words.verdict import Outcome, Verdict, passed

lasting = False
within: float | None = None
present = False
variables: dict[str, str] = {}
schema = {
    "type": "object",
    "additionalProperties": False,
    "examples": [{}],
    "x-failures": ["the clock is ... s ahead"],
    "x-unknown": ["the clock was not read yet"],
    "x-commands": ["date --utc"],
}


def options(value: Any) -> None:
    """It has none."""


def queries(check: Check[None]) -> frozenset[Query[Any]]:
    """The clock."""
    return frozenset({ClockOf(check.target.name)})


def judge(check: Check[None], evidence: Evidence, now: float) -> Verdict:  # noqa: ARG001 - the shape of a judge
    """Hold its newest reading against the gate's time at which that came."""
    readings = evidence.of(ClockOf(check.target.name))
    if not readings.history:
        return Verdict(Outcome.INCONCLUSIVE, "the clock was not read yet", False)
    seen, told = readings.history[-1]
    ahead = told - seen.received
    if abs(ahead) > 10:
        return Verdict(Outcome.FAILED, f"the clock is {ahead:.0f} s ahead", rests_on=(seen.seq,))
    return passed(f"the clock is {ahead:.0f} s ahead", rests_on=(seen.seq,))
'''

EXAMPLE = """\
# An outside clock agrees with the gate's.
version: 1
target: {project: my-project, region: us-central1, service: my-service}
checks:
  # A gate with a wrong clock judges the wrong part of a log.
  - {name: In time, wallclock: {}}
  # It goes on being right while the deploy settles.
  - {name: In time for a while, within: 30s, wallclock: {}}
  # Told in the report, and no reason to stop.
  - {name: Told, blocking: false, wallclock: {}}
"""

TEST = '''\
"""Kind wallclock: an outside clock, with a sort of evidence and a source of its own."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.simulated import HEAD, NETRA, Finished, simulate
from validator.checks import kinds
from validator.engine.planning import plan_of
from validator.evidence.record_json import read, written
from validator.evidence.wallclock import AskClock
from validator.language.load import load
from validator.report.plan_text import for_people
from validator.sources.connection import Direct
from validator.sources.dispatch import connect
from validator.words.call import Answer, Call, Result
from validator.words.instant import rfc3339, seconds
from validator.words.verdict import Outcome

INVALID = (("{something: 1}", "unknown key 'something'"),)
NO_WORLD = "no scenario says what a clock outside tells"
SPEC = HEAD + "  - {name: In time, wallclock: {}}\\n"


def run(ahead: float) -> Finished:
    def answer(world: Callable[[Call, float], tuple[float, Result]], call: Call, at: float) -> tuple[float, Result]:
        return (0.01, Answer({"now": rfc3339(at + ahead)})) if isinstance(call, AskClock) else world(call, at)

    return simulate(SPEC, NETRA / "scenario.yaml", wrap=answer)


@pytest.mark.parametrize(("ahead", "outcome"), [(0, Outcome.PASSED), (60, Outcome.FAILED)])
def test_it_is_judged_by_what_the_simulation_answers(ahead: float, outcome: Outcome) -> None:
    assert run(ahead).verdict("In time").outcome is outcome


def test_its_journal_is_judged_again_to_the_same() -> None:
    finished = run(60)
    assert finished.replayed().standings == finished.engine.standings


def test_a_recording_holds_it() -> None:
    journal = run(60).engine.journal
    assert [read(written(record)) for record in journal] == journal


def test_the_plan_prints_it() -> None:
    told = "\\n".join(for_people(plan_of(load(SPEC, "checks.yaml", kinds(), {}), kinds())))
    assert "a clock: clock utc, once" in told


def test_its_source_is_found_by_its_call() -> None:
    sources = connect(Direct())
    found = sources(AskClock(), 1)
    sources.close()
    assert isinstance(found, Answer)
    assert seconds(found.content["now"]) == pytest.approx(time.time(), abs=60)
'''

ADDED = {
    "validator/evidence/wallclock.py": EVIDENCE,
    "validator/sources/wallclock.py": SOURCE,
    "validator/checks/wallclock.py": KIND,
    "examples/kinds/wallclock.yaml": EXAMPLE,
    "tests/checks/test_wallclock.py": TEST,
}
TESTS = ("tests/checks", "tests/language", "tests/engine")
STEPS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("lint-imports",),
    ("pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", "tests/test_kinds.py", *TESTS),
)


def main() -> int:
    """Copy, add, check."""
    tools = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        files = subprocess.run(
            ["git", "ls-files", "-z"],  # noqa: S607 - git is where the user has it
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, files.stdout.split("\0")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
        for name, text in ADDED.items():
            (copy / name).write_text(text, encoding="utf-8")
        environment = {"PATH": f"{tools}:/usr/bin:/bin", "PYTHONPATH": str(copy)}
        for step in STEPS:
            print("$", *step, flush=True)
            done = subprocess.run([tools / step[0], *step[1:]], cwd=copy, env=environment, check=False)  # noqa: S603
            if done.returncode:
                return 1
    print(f"a kind with a sort of evidence and a source of its own is {len(ADDED)} files: {', '.join(ADDED)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
