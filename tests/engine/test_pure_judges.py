"""A judge rests on the journal alone: an attempt is judged on the platform as it was, however late that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.soundness import gate, generator, regime
from tests.simulated import HEAD, NETRA, ROOT, Finished, overlaid, simulate
from validator.checks import kinds
from validator.engine.run import Engine
from validator.engine.verdicts import Verdicts
from validator.evidence.fold import Folded
from validator.evidence.journal import Record
from validator.evidence.service import ServiceOf

SHARED = regime.named("shared")
SCENARIOS = sorted(NETRA.glob("*.yaml"))
CHECKS = (ROOT / "checks.yaml").read_text(encoding="utf-8")
LATE_LABEL = 'changes: [{at: "@+20s", services: {netra-backend-staging: {labels: {phase: late}}}}]'
LATE = HEAD + (
    "  - {name: Late, within: 12s, http: {path: /health}, assert: \"service.labels['phase'] == 'late'\"}\n"
    "  - {name: Healthy, within: 40s, for: 10s, http: {path: /health}, assert: \"build.id != '' && size(serving) == 1\"}\n"
    "  - {name: Captured, http: {path: /health}, capture: {version: json.version}}\n"
    '  - {name: Used, http: {path: /health, expect: {text: "${capture.version}"}}}\n'
    "  - {name: Traffic, for: 20s, traffic: {percent: 100}, assert: \"previous.name != ''\"}\n"
    "  - {name: Quiet, for: 20s, logs: {forbid: [panic]}}\n"
    "  - {name: Proven, custody: {}}\n"
)


def folded_anew(verdicts: Verdicts, records: Sequence[Record]) -> Folded:
    """The evidence of some records, folded at one go; what was judged before comes from the verdicts alone."""
    before = verdicts.evidence
    anew = Folded.empty(verdicts.spec, before.listened, before.wanted).fold(records)
    anew.starts, anew.captured = dict(before.starts), dict(before.captured)
    return anew


def hold_to_evidence_folded_anew(engine: Engine, lengths: int = 12) -> int:
    """Judge each open check at some of the journal's lengths on fresh evidence; how many verdicts were compared."""
    live, compared = Verdicts(engine.spec, kinds()), 0
    every = max(1, len(engine.journal) // lengths)
    for length, record in enumerate(engine.journal[:-1], 1):
        live.absorb(record)
        if length % every == 0:
            anew = folded_anew(live, engine.journal[:length])
            for standing in live.open_checks():
                judge = live.kinds[standing.check.kind].judge
                assert judge(standing.check, anew, record.at) == judge(standing.check, live.evidence, record.at)
                compared += 1
    return compared


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return simulate(LATE, overlaid(tmp_path_factory.mktemp("late"), LATE_LABEL))


def test_what_becomes_right_later_does_not_mend_an_earlier_answer(late: Finished) -> None:
    assert late.verdict("Late").outcome == "failed"


def test_what_becomes_right_later_does_not_mend_it_either_when_it_is_judged_later(late: Finished) -> None:
    """The journal goes on past the moment at which the label changed."""
    anew = folded_anew(late.engine.verdicts, late.engine.journal)
    service = anew.of(ServiceOf("main")).newest
    assert service is not None
    assert service.labels["phase"] == "late"
    verdict = kinds()["http"].judge(late.standing("Late").check, anew, late.engine.journal[-1].at)
    assert verdict.outcome == "failed"


def test_evidence_that_is_folded_at_one_go_is_judged_as_it_was_live(late: Finished) -> None:
    assert hold_to_evidence_folded_anew(late.engine, lengths=40) > 40


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_the_same_of_every_scenario(scenario: Path) -> None:
    run = simulate(CHECKS, scenario)
    hold_to_evidence_folded_anew(run.engine)
    assert run.replayed().standings == run.engine.standings


@pytest.mark.parametrize("number", range(10))
def test_the_same_of_generated_deployments(number: int) -> None:
    engine, _ = gate.run(generator.story(7041, SHARED, number), SHARED)
    hold_to_evidence_folded_anew(engine)
    assert Verdicts.replay(engine.spec, kinds(), engine.journal).standings == engine.standings


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_judging_a_part_of_the_journal_and_then_the_rest_equals_judging_the_whole(scenario: Path) -> None:
    run = simulate(CHECKS, scenario)
    for part in (1, 2, 3):
        cut = len(run.engine.journal) * part // 4
        verdicts = Verdicts.replay(run.engine.spec, kinds(), run.engine.journal[:cut])
        for record in run.engine.journal[cut:]:
            verdicts.absorb(record)
        assert verdicts.standings == run.engine.standings
