"""Runs of the real engine and judges against the emulator's world on virtual time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from validator.checks import kinds
from validator.emulator.scenario.loading import load as load_scenario
from validator.emulator.world.plot import Scenario
from validator.emulator.world.simulation import Simulation
from validator.emulator.world.world import World
from validator.engine.outcome import outcome
from validator.engine.run import Engine
from validator.engine.verdicts import Standing, Verdicts
from validator.engine.virtual import drive
from validator.evidence.command import RunCommand
from validator.language.load import load
from validator.words.call import Answer, Call, Result
from validator.words.run import Run
from validator.words.verdict import Verdict

ROOT = Path(__file__).parent.parent
NETRA = ROOT / "examples" / "netra"
START = 1_790_000_000.0
"""The scenarios' start, Unix seconds; runs begin half a second later."""
BACKEND = "netra-backend-staging-00645-l8x"
PREVIOUS = "netra-backend-staging-00644-q2c"
SILENT = Answer({"exit": 0, "stdout": {"text": ""}, "stderr": {"text": ""}})
"""How a local command ends that no world knows of."""
HEAD = """\
version: 1
timeout: 6m
target: {project: netra-staging, region: us-central1, service: netra-backend-staging}
checks:
"""


@dataclass(frozen=True)
class Finished:
    """A run at its end."""

    engine: Engine
    world: World
    ended: float
    """Seconds after the scenario's start."""

    @property
    def run(self) -> Run:
        """As reports see it."""
        return outcome(self.engine.verdicts)

    def standing(self, name: str) -> Standing:
        """Where a check stands."""
        return self.engine.standings[name]

    def verdict(self, name: str) -> Verdict:
        """A check's verdict."""
        return self.standing(name).verdict

    def decided(self, name: str) -> float:
        """When a check was decided, seconds after the scenario's start."""
        decided = self.standing(name).decided
        assert decided is not None
        return decided - START

    def replayed(self) -> Verdicts:
        """The same journal, judged again from the start."""
        return Verdicts.replay(self.engine.spec, kinds(), self.engine.journal)


Wrap = Callable[[Callable[[Call, float], tuple[float, Result]], Call, float], tuple[float, Result]]
"""(the world's answer, a call, its time) -> another answer."""


def case(folder: Path, environment: Mapping[str, str]) -> Finished:
    """Judge a case's scenario by its spec, in an environment laid over the scenario's own."""
    scenario = folder / "scenario.yaml"
    variables = {**_scenario(scenario).env, **environment}
    return simulate((folder / "spec.yaml").read_text(encoding="utf-8"), scenario, variables=variables)


def simulate(
    checks: str,
    scenario: Path,
    *,
    variables: Mapping[str, str] | None = None,
    skew: float = 0.0,
    wrap: Wrap | None = None,
    folder: Path = ROOT,
) -> Finished:
    """Judge a scenario by a spec's text; the world's clock is `skew` seconds ahead of the gate's.

    `folder` has the files that the spec refers to.
    """
    given = variables or {"PROJECT_ID": "netra-staging"}
    spec = load(checks, "checks.yaml", kinds(), given, read=lambda name: (folder / name).read_bytes())
    simulation = Simulation(World.of(_scenario(scenario)))
    engine = Engine(spec, kinds(), "0123456789abcdef")

    def ahead(call: Call, sent: float) -> tuple[float, Result]:
        return (0.1, SILENT) if isinstance(call, RunCommand) else simulation(call, sent + skew)

    ended = drive(engine, partial(wrap, ahead) if wrap else ahead, START + 0.5)
    return Finished(engine, simulation.world, ended - START)


def _scenario(path: Path) -> Scenario:
    """A scenario from `START` on; what belongs to the project is read once."""
    return _own(path, START) if path.is_relative_to(ROOT) else load_scenario(path, START)


_own = cache(load_scenario)


def overlaid(folder: Path, changes: str) -> Path:
    """The example deployment with changes, as a scenario file."""
    path = folder / "scenario.yaml"
    path.write_text(f"extends: {NETRA / 'scenario.yaml'}\n{changes}", encoding="utf-8")
    return path
