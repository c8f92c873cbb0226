"""A new rule on the last deploys: what it would have changed comes first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.recorded import record
from tests.recording.test_edited import NAMED
from tests.simulated import HEAD, NETRA, simulate
from validator.cli import main

CHECKS = NAMED + (
    "  - {name: Up, http: {path: /health}}\n"
    "  - {name: Quiet, for: 20s, logs: {forbid: [panic]}}\n"
    "  - {name: Traffic, traffic: {percent: 100}}\n"
)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder, paths = tmp_path_factory.mktemp("deploys"), []
    for name in ("scenario", "traffic-pinned", "import-error"):
        run = simulate(CHECKS, NETRA / f"{name}.yaml")
        recorded = record(
            folder / f"{name}.gz", run.engine.spec, CHECKS, {"PROJECT_ID": "netra-staging"}, run.engine.journal
        )
        paths.append(str(recorded.path))
    return paths


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """Adds what the third deploy breaks, takes a rule away, and asks for what was not gathered."""
    path = tmp_path / "new.yaml"
    path.write_text(
        NAMED
        + "  - {name: Up, http: {path: /health}}\n"
        + "  - {name: Quiet, for: 20s, logs: {forbid: [panic, ImportError]}}\n"
        + "  - {name: Built, build: {}}\n",
        encoding="utf-8",
    )
    return path


def matrix(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> tuple[int, str]:
    code = main(["replay", *arguments])
    return code, capsys.readouterr().out


def test_as_json(recordings: list[str], spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = matrix(capsys, [*recordings, "--spec", str(spec), "--format", "json"])
    found: dict[str, Any] = json.loads(text)
    assert code == 1
    assert [(each["before"], each["after"]) for each in found["deploys"]] == [
        ("passed", "inconclusive"),
        ("failed", "inconclusive"),
        ("passed", "failed"),
    ]
    rows = {row["name"]: [(one["before"], one["after"]) for one in row["verdicts"]] for row in found["checks"]}
    assert rows["Quiet"] == [("passed", "passed"), ("passed", "passed"), ("passed", "failed")]
    assert rows["Built"] == [("", "not judged")] * 3
    assert rows["Traffic"] == [("passed", ""), ("failed", ""), ("passed", "")]
    assert [row["name"] for row in found["checks"] if row["changed"]] == [found["checks"][0]["name"]] == ["Quiet"]


def test_for_people(recordings: list[str], spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text = matrix(capsys, [*recordings, "--spec", str(spec)])
    lines = text.splitlines()
    assert lines[0] == "3 verdicts of 3 deploys would be another one"
    assert "Quiet, netra-backend-staging-00645-l8x: passed -> failed: " in lines[1]
    rows = [line for line in lines if line.startswith(("Quiet", "Up", "Built", "Traffic"))]
    assert [" ".join(row.split()) for row in rows] == ["Quiet ✓ ✓ ✓→✗", "Up ✓ ? ✓", "Built · · ·", "Traffic ✓→ ✗→ ✓→"]


def test_as_markdown(recordings: list[str], spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text = matrix(capsys, [*recordings, "--spec", str(spec), "--format", "markdown"])
    assert "| Quiet | passed | passed | passed -> failed |" in text
    assert "| *the run* | passed -> inconclusive | failed -> inconclusive | passed -> failed |" in text


def test_with_their_own_specs_nothing_changes(recordings: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, text = matrix(capsys, recordings)
    assert (code, text.splitlines()[0]) == (0, "0 verdicts of 3 deploys would be another one")


def test_a_damaged_one_is_named(recordings: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.gz").write_bytes(b"other")
    assert main(["replay", *recordings, str(tmp_path / "other.gz")]) == 2
    assert "other.gz is damaged, or no recording" in capsys.readouterr().err


def test_a_bad_spec_is_told_by_its_own_name(
    recordings: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.yaml").write_text(HEAD + "  - {name: Up, http: {pth: /health}}\n", encoding="utf-8")
    assert main(["replay", recordings[0], "--spec", str(tmp_path / "bad.yaml")]) == 2
    assert "bad.yaml:5:" in capsys.readouterr().err


def test_what_led_to_a_verdict_is_told_in_order(recordings: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", recordings[2], "Up"]) == 0
    out = capsys.readouterr().out
    told = [
        "Up: passed",
        "rule:",
        "it starts: passed before it",
        "open: no attempt was made yet",
        "GET /health -> 200",
        "passed: status 200",
        "Evidence",
    ]
    places = [out.find(part) for part in told]
    assert -1 not in places
    assert places == sorted(places)


def test_a_check_that_is_not_there_is_told_with_what_was_meant(
    recordings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", recordings[0], "Quite"]) == 2
    assert "has no check 'Quite' (did you mean Quiet?); it has " in capsys.readouterr().err


@pytest.mark.parametrize("content", ["[]", "no", "{}", '{"checks": [{}]}'])
def test_what_is_neither_is_told(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.json").write_text(content, encoding="utf-8")
    assert main(["explain", str(tmp_path / "s.json"), "Up"]) == 2
    assert "is neither a recording nor a summary" in capsys.readouterr().err
