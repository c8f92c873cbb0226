"""Laws of the journal: evidence is a fold of it, a verdict a function of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import NETRA, ROOT, Finished, simulate
from validator.engine.verdicts import Verdicts
from validator.evidence.fold import Folded
from validator.evidence.journal import Observation
from validator.evidence.logs import LogsOf
from validator.words.call import Answer

pytestmark = pytest.mark.slow
SCENARIOS = sorted(NETRA.glob("*.yaml"))
CHECKS = (ROOT / "checks.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_a_verdict_computed_live_equals_the_one_computed_again_from_the_journal(scenario: Path) -> None:
    run = simulate(CHECKS, scenario)
    assert run.replayed().standings == run.engine.standings


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_judging_every_check_on_every_record_decides_nothing_else_and_nothing_sooner(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = simulate(CHECKS, scenario)
    monkeypatch.setattr(Verdicts, "_news", lambda _self, _record: True)
    assert run.replayed().standings == run.engine.standings


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_fold_equals_refold_at_every_length(scenario: Path) -> None:
    run = simulate(CHECKS, scenario)
    live = Folded.empty(run.engine.spec)
    for length, record in enumerate(run.engine.journal, 1):
        live.take(record)
        if length % 10 == 0 or length == len(run.engine.journal):
            assert live == Folded.empty(run.engine.spec).fold(run.engine.journal[:length])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_a_run_is_the_same_when_it_is_run_again(scenario: Path) -> None:
    assert simulate(CHECKS, scenario).engine.journal == simulate(CHECKS, scenario).engine.journal


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_a_journal_without_the_entries_that_come_again_folds_to_the_same(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = simulate(CHECKS, scenario)
    monkeypatch.setattr(Folded, "taken", lambda _, __, ___, result: result)
    full = simulate(CHECKS, scenario)
    assert full.engine.standings == run.engine.standings
    assert full.engine.verdicts.evidence.logs == run.engine.verdicts.evidence.logs
    if run.ended > 60:
        assert _entries(run) < _entries(full) / 2


def _entries(run: Finished) -> int:
    """How many log entries the journal holds, those that come again counted again."""
    seen = (
        record for record in run.engine.journal if isinstance(record, Observation) and isinstance(record.query, LogsOf)
    )
    return sum(len(each.result.content.get("entries", ())) for each in seen if isinstance(each.result, Answer))
