"""What the benchmark writes, and its command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.soundness import gate, table
from benchmarks.soundness.__main__ import main
from benchmarks.soundness.figures import GATES, case, grade, naming, report, upper_bound, wrongly
from benchmarks.soundness.gate import Said
from benchmarks.soundness.generator import story
from benchmarks.soundness.lacking import Judgement
from benchmarks.soundness.regime import Regime, RegimeError, load, named
from benchmarks.soundness.story import Span, Story
from benchmarks.soundness.table import BEGIN, END
from benchmarks.soundness.truth import Windows
from validator.engine.outcome import outcome

MOST_READS = 26
"""A minute: a third of the project's quota, and a third of a minute's worth at once."""
GOOD = Judgement({"Quiet": True}, {}, ())
BAD = Judgement({"Quiet": False}, {}, ())
EDGE = Judgement({"Quiet": None}, {}, ())
WITHHELD = Judgement({"Quiet": True}, {"Quiet": ("log permission",)}, ())
SCARCE = Judgement({"Quiet": True}, {}, ("request log",))


@pytest.mark.parametrize(
    ("outcome", "truth", "grades"),
    [
        ("passed", GOOD, "right"),
        ("passed", BAD, "false_pass"),
        ("passed", EDGE, "right"),
        ("passed", WITHHELD, "false_pass"),
        ("passed", SCARCE, "right"),
        ("failed", GOOD, "false_fail"),
        ("failed", BAD, "right"),
        ("failed", EDGE, "right"),
        ("inconclusive", GOOD, "inconclusive"),
        ("inconclusive", BAD, "inconclusive"),
        ("inconclusive", WITHHELD, "right"),
        ("inconclusive", SCARCE, "inconclusive"),
    ],
)
def test_verdicts_are_graded(outcome: str, truth: Judgement, grades: str) -> None:
    assert grade(outcome, truth, strict=True) == grades


def test_a_baseline_is_not_held_to_evidence_that_it_does_not_ask_for() -> None:
    assert grade("passed", WITHHELD, strict=False) == "right"


@pytest.mark.parametrize(
    ("reasons", "truth", "evidence"),
    [
        ({"Quiet": "inconclusive: Cloud Logging denied"}, WITHHELD, "named"),
        ({"Quiet": "inconclusive: the moon is full"}, WITHHELD, "not_named"),
        ({"Quiet": "inconclusive: Cloud Logging denied", "Healthy": "inconclusive: no"}, WITHHELD, "not_named"),
        ({"Quiet": "inconclusive: Cloud Logging denied", "Later": "inconclusive: no"}, WITHHELD, "named"),
        ({"Quiet": "passed: Cloud Logging denied"}, WITHHELD, "not_named"),
        ({"Healthy": "inconclusive: the request log is past it"}, SCARCE, "named"),
        ({"Quiet": "inconclusive: Cloud Logging denied"}, GOOD, "not_missing"),
    ],
    ids=[
        "named",
        "another",
        "one of two",
        "one that did not start",
        "no inconclusive check",
        "in part",
        "none missing",
    ],
)
def test_an_inconclusive_verdict_names_the_evidence_that_was_missing(
    reasons: dict[str, str], truth: Judgement, evidence: str
) -> None:
    said = Said("inconclusive", Windows({"Quiet": 0.0, "Healthy": 0.0}, 90.0, 480.0), reasons)
    assert naming(said, truth) == evidence


@pytest.mark.parametrize(
    ("outcome", "truth", "wrong"),
    [
        ("passed", GOOD, []),
        ("passed", BAD, ["Quiet passed"]),
        ("passed", WITHHELD, ["Quiet passed"]),
        ("passed", EDGE, []),
        ("failed", GOOD, ["Quiet failed"]),
        ("failed", WITHHELD, ["Quiet failed"]),
        ("failed", BAD, []),
        ("inconclusive", BAD, []),
    ],
)
def test_each_check_is_held_to_its_own_claim(outcome: str, truth: Judgement, wrong: list[str]) -> None:
    said = Said("failed", Windows({}, 90.0, 480.0), outcomes={"Quiet": outcome, "Unclaimed": "passed"})
    assert list(wrongly(said, truth)) == wrong


@pytest.mark.parametrize(("hits", "of"), [(0, 300), (0, 3)])
def test_no_hit_is_bounded_by_the_rule_of_three(hits: int, of: int) -> None:
    assert upper_bound(hits, of) == pytest.approx(1 - 0.05 ** (1 / of))


def test_bounds_of_some_hits() -> None:
    assert upper_bound(3, 100) == pytest.approx(0.0757, abs=1e-4)  # R: binom.test(3, 100, alternative = "less")
    assert upper_bound(5, 5) == 1.0


@pytest.mark.slow
def test_the_command_writes_what_the_issue_asks_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    arguments = ["--runs", "6", "--seed", "4", "--processes", "1", "--json", str(file)]
    assert main(arguments) == 0
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["runs"] == 6
    assert set(found["regimes"]) == {"shared", "independent", "heavy"}
    assert found["regimes"]["shared"]["runs"] + found["regimes"]["independent"]["runs"] == 6
    for who in ("gate", "naive", "careful"):
        counts = [found[who][kind] for kind in ("false_pass", "false_fail", "inconclusive", "right")]
        assert all(isinstance(count, int) for count in counts)
        assert sum(counts) == 6
        assert 0 <= found[who]["false_pass_bound"] <= 1
    assert sum(part["runs"] for part in found["by_fault"].values()) == 6
    assert "false passes" in capsys.readouterr().out
    before = file.read_text(encoding="utf-8")
    assert main([*arguments[:-4], "--processes", "2", "--json", str(file)]) == 0
    assert file.read_text(encoding="utf-8") == before


@pytest.mark.slow
def test_in_500_runs_no_verdict_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    assert main(["--runs", "500", "--seed", "20260921", "--json", str(file)]) == 0
    found = json.loads(file.read_text(encoding="utf-8"))
    said, evidence = found["gate"], found["missing_evidence"]
    assert (said["false_pass"], said["false_fail"]) == (0, 0), found["not_right"]
    assert (found["checks"]["wrongly_passed"], found["checks"]["wrongly_failed"]) == (0, 0), found["not_right"]
    assert said["inconclusive"] <= 0.05 * found["runs"]
    assert (evidence["not_named"], evidence["not_missing"]) == (0, 0), found["not_right"]
    assert found["bad"] >= 0.4 * found["runs"]
    assert found["reads"]["most_in_a_minute"] <= MOST_READS
    assert all(found[who]["false_pass"] > 0 for who in ("naive", "careful"))
    assert found["regimes"]["heavy"]["runs"] == 250


@pytest.mark.parametrize("number", range(3))
def test_the_summary_says_how_many_reads_were_made(number: int) -> None:
    told, drawn = story(4, named("shared"), number), named("shared")
    engine, _ = gate.run(told, drawn)
    assert outcome(engine.verdicts).targets[0].logs.reads == gate.judge(told, drawn).reads


@pytest.mark.slow
def test_a_regime_of_ones_own(tmp_path: Path) -> None:
    file, regime = tmp_path / "figures.json", tmp_path / "own.json"
    regime.write_text('{"name": "own", "stream": {"low": 1, "high": 2}}', encoding="utf-8")
    assert main(["--runs", "2", "--processes", "1", "--regime", str(regime), "--json", str(file)]) == 0
    assert list(json.loads(file.read_text(encoding="utf-8"))["regimes"]) == ["own"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"stream": {}}', '{"name": "x", "steam": {}}', '{"name": "x", "stream": {"mean": 1}}']
)
def test_a_bad_regime_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RegimeError):
        load(file)
    assert main(["--regime", str(file)]) == 2
    assert "bad.json" in capsys.readouterr().err


def test_delays_differ_by_stream_and_not_by_the_order_of_asking() -> None:
    one, other = (named("independent").delays("1 independent 1") for _ in range(2))
    first = one.readable("stdout", 0, 10.0, "a"), one.readable("stderr", 0, 10.0, "b")
    second = other.readable("stderr", 0, 10.0, "b"), other.readable("stdout", 0, 10.0, "a")
    assert first == second[::-1]
    assert first[0] != first[1]


def test_nothing_is_readable_while_ingestion_stands_still() -> None:
    delays = replace(Regime("stalled").delays("1 shared 1"), stall=Span(20.0, 50.0))
    assert delays.readable("stdout", 0, 10.0, "a") == 10.0
    assert delays.readable("stdout", 0, 25.0, "b") == 50.0
    assert delays.readable("requests", 0, 49.0, "c") == 50.0


def test_the_figures_are_written_into_the_page(tmp_path: Path) -> None:
    cases = [case(told, {who: Said("passed", Windows({}, 90.0, 480.0)) for who in GATES}) for told in stories(30)]
    figures, page = tmp_path / "figures.json", tmp_path / "page.md"
    figures.write_text(json.dumps(report(4, cases[:20], cases[20:])), encoding="utf-8")
    page.write_text(f"before\n{BEGIN}\nwhat was there\n{END}\nafter\n", encoding="utf-8")
    for _ in range(2):
        assert table.main([str(figures), "--page", str(page)]) == 0
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"before\n{BEGIN}\n20 runs in the regimes")
        assert text.endswith(f"\n{END}\nafter\n")
        assert "what was there" not in text
        assert "| gate | " in text
    page.write_text("no marks", encoding="utf-8")
    assert table.main([str(figures), "--page", str(page)]) == 2
    assert page.read_text(encoding="utf-8") == "no marks"


def stories(count: int) -> list[Story]:
    return [story(4, named(("shared", "independent")[number % 2]), number) for number in range(count)]
