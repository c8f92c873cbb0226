"""Many stories in parallel processes, in an order that does not depend on them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Sequence
from functools import partial

from benchmarks.soundness import baselines, gate, generator
from benchmarks.soundness.figures import Case, case
from benchmarks.soundness.plants import planted
from benchmarks.soundness.regime import Regime

PROCESSES = 2
_CHUNK = 10
Job = tuple[int, Regime, int]
"""Seed, regime, number."""


def jobs(seed: int, regimes: Sequence[Regime], runs: int) -> list[Job]:
    """That many stories, the regimes in turn."""
    return [(seed, regimes[number % len(regimes)], number) for number in range(runs)]


def one(job: Job, plant: str = "") -> Case:
    """Judge one story by all gates."""
    seed, regime, number = job
    story = generator.story(seed, regime, number)
    with planted(plant):
        verdict = gate.judge(story, regime)
    return case(
        story, {"gate": verdict, "naive": baselines.naive(story, regime), "careful": baselines.careful(story, regime)}
    )


def run(all_jobs: Iterable[Job], plant: str = "", processes: int = PROCESSES) -> list[Case]:
    """Judge stories, in the order of the jobs."""
    if processes == 1:
        return [one(job, plant) for job in all_jobs]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return list(pool.imap(partial(one, plant=plant), all_jobs, _CHUNK))
