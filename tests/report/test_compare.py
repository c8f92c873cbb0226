"""Two runs compared: what changed stands first, and nothing of either run is left out."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.report import runs
from validator.report.compare import Change, Comparison, compare, compared
from validator.report.summary import summarize
from validator.words.run import Judged
from validator.words.verdict import Outcome, Verdict

OUTCOMES = st.dictionaries(st.sampled_from("ABCDEF"), st.sampled_from(Outcome))


def judged(outcomes: dict[str, Outcome], **more: object) -> list[Judged]:
    return [
        runs.check(name, "http", Verdict(outcome, f"{name} {outcome.value}"), **more)
        for name, outcome in outcomes.items()
    ]


def between(before: dict[str, Outcome], after: dict[str, Outcome]) -> Comparison:
    was, now = (runs.run(judged(each), Outcome.FAILED) for each in (before, after))
    return compare(summarize(was), summarize(now))


P, F, N, S = Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.SKIPPED


def test_the_worst_change_stands_first() -> None:
    found = between({"A": F, "B": P, "C": P, "D": P}, {"A": P, "B": S, "C": N, "D": F})
    assert [(each.name, each.before, each.after) for each in found.changed] == [
        ("D", "passed", "failed"),
        ("C", "passed", "inconclusive"),
        ("B", "passed", "skipped"),
        ("A", "failed", "passed"),
    ]


def test_what_does_not_count_stands_after_what_does() -> None:
    before = summarize(runs.run([*judged({"A": P}, blocking=False), *judged({"B": F})], F))
    after = summarize(runs.run([*judged({"A": F}, blocking=False), *judged({"B": P})], P))
    assert [each.name for each in compare(before, after).changed] == ["B", "A"]
    assert compare(before, after).changed[1].reason == "A failed (does not block)"


def test_what_came_what_went_and_what_is_as_bad_as_it_was() -> None:
    found = between({"A": P, "B": F, "C": N, "D": P}, {"B": F, "C": N, "D": P, "E": F})
    assert found.gone == (Change("A", "passed", None, "A passed", blocks=True),)
    assert found.new == (Change("E", None, "failed", "E failed", blocks=True),)
    assert [each.name for each in found.still] == ["B", "C"]
    assert (found.changed, found.passed) == ((), 1)


@given(OUTCOMES, OUTCOMES)
def test_each_check_of_either_run_is_told_of_once(before: dict[str, Outcome], after: dict[str, Outcome]) -> None:
    found = between(before, after)
    told = [each.name for part in (found.changed, found.new, found.gone, found.still) for each in part]
    assert len(told) == len(set(told))
    green = [name for name in before if before[name] is after.get(name) is P]
    assert {*told, *green} == {*before, *after}
    assert found.passed == len(green)


@given(OUTCOMES, OUTCOMES)
def test_the_other_way_round_what_came_went(before: dict[str, Outcome], after: dict[str, Outcome]) -> None:
    there, back = between(before, after), between(after, before)
    assert {each.name for each in there.new} == {each.name for each in back.gone}
    assert {(each.name, each.before, each.after) for each in there.changed} == {
        (each.name, each.after, each.before) for each in back.changed
    }


def test_what_the_runs_were_about_is_told_where_it_differs() -> None:
    before = summarize(runs.green())
    after = summarize(runs.run([], N, targets=(runs.target_report(revision="shop-00002", image=""),)))
    facts = {each.label: (each.before, each.after) for each in compare(before, after).facts}
    assert facts["revision"] == (runs.REVISION, "shop-00002")
    assert facts["image"] == (runs.IMAGE, "not known")
    assert not {"service", "spec", "validator"} & set(facts)


def test_the_same_run_twice_has_no_news() -> None:
    summary = summarize(runs.green())
    assert compared(summary, summary, "console") == "verdict   passed\n\nno verdict changed; 12 checks passed in both\n"
    assert json.loads(compared(summary, summary, "json"))["changed"] == []
