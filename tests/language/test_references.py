"""References in odd places: an unset name in place of a kind's options, a captured one in place of a bound, a lone dollar."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import HEAD as SIMULATED
from tests.simulated import NETRA, simulate
from validator.checks import kinds
from validator.cli import main
from validator.words.verdict import Outcome

HEAD = "version: 1\ntarget: {project: p-project, region: us-central1, service: shop}\nchecks:\n"


def told(command: str, checks: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path = folder / "checks.yaml"
    path.write_text(HEAD + checks, encoding="utf-8")
    code = main([command, str(path)])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert "defect" not in said.err
    return code, said.err


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_an_unset_name_in_place_of_a_kinds_options_is_told(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command, code in (("lint", 0), ("run", 2)):
        ended, said = told(command, f"  - {{name: A, {kind}: '${{A}}'}}\n", tmp_path, capsys)
        assert ended == code
        assert "${A} is not set" in said
        assert "checks.yaml:4:" in said


@pytest.mark.parametrize(
    ("check", "code"),
    [
        ("requests: {error_rate: '${capture.y}'}", 0),
        ("requests: {p95: '${capture.y}'}", 0),
        ("http: {path: /, expect: {latency: '${capture.y}'}}", 0),
        ("http: {path: /$, expect: {text: $}}", 0),
        ("http: {path: $}", 2),
        ("http: {path: '/${'}", 2),
        ("http: {path: '/${}'}", 2),
        ("traffic: {percent: $}", 2),
    ],
)
def test_a_reference_that_is_none_or_stands_where_none_can_is_told(
    check: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    captured = "  - {name: Y, http: {path: /y}, capture: {y: json.y}}\n"
    ended, said = told("lint", f"{captured}  - {{name: A, {check}}}\n", tmp_path, capsys)
    assert ended == code
    assert code == 0 or "checks.yaml:5:" in said


@pytest.mark.parametrize(("captured", "known"), [("'\"50%\"'", True), ("'\"many\"'", False), ("status", False)])
def test_a_captured_bound_is_one_or_the_check_is_inconclusive(captured: str, known: bool) -> None:
    checks = (
        f"  - {{name: Y, http: {{path: /health}}, capture: {{y: {captured}}}}}\n"
        "  - {name: A, within: 20s, requests: {error_rate: '${capture.y}'}}\n"
    )
    run = simulate(SIMULATED + checks, NETRA / "scenario.yaml")
    assert run.verdict("Y").outcome is Outcome.PASSED
    assert run.verdict("A").outcome is Outcome.INCONCLUSIVE
    assert ("requests are too few to judge by" in run.verdict("A").reason) is known, run.verdict("A").reason
