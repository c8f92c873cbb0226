"""Recordings and summaries that version 1 wrote stay readable, and come to what they came to.

A change that breaks one breaks the files of users: once a version is released its files are never made anew, only new ones
added. `python -m tests.recording.golden_files` makes those of a version that is not released yet.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from validator.cli import main
from validator.replaying.replayed import replayed

FOLDER = Path(__file__).parent / "golden"
RECORDINGS = sorted(FOLDER.glob("*.ndjson.gz"))


def summary_of(recording: Path) -> Path:
    return recording.with_name(recording.name.replace(".ndjson.gz", ".summary.json"))


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_a_recording_comes_to_the_verdicts_of_its_run(path: Path) -> None:
    run = json.loads(summary_of(path).read_text(encoding="utf-8"))
    again = replayed(path, None).summary()
    assert again["verdict"] == run["verdict"]
    assert [(check["name"], check["verdict"]) for check in again["checks"]] == [
        (check["name"], check["verdict"]) for check in run["checks"]
    ]


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_each_check_of_a_summary_is_explained(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = summary_of(path)
    for check in json.loads(file.read_text(encoding="utf-8"))["checks"]:
        assert main(["explain", str(file), check["name"]]) == 0
        assert capsys.readouterr().out.startswith(f"{check['name']}: {check['verdict']}")


def test_there_are_some() -> None:
    assert len(RECORDINGS) >= 6
