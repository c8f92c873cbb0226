"""The reports of a run: which files are written, whole or not at all, and what a lost one makes of a green."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report import runs
from validator.report.reports import Reports
from validator.report.summary import summarize
from validator.words.run import Run

ALWAYS = {"summary.json", "report.md", "report.html", "junit.xml"}


def write(folder: Path, run: Run, *formats: str) -> Reports:
    reports = Reports(folder, {}, "", formats=formats)
    reports.prepare()
    reports.write(summarize(run))
    return reports


@pytest.mark.parametrize(
    ("formats", "further"),
    [
        ((), set()),
        (("sarif",), {"report.sarif"}),
        (("in-toto", "junit", "sarif"), {"report.sarif", "report.intoto.json"}),
    ],
)
def test_what_is_asked_for_is_written_besides_what_always_is(
    formats: tuple[str, ...], further: set[str], tmp_path: Path
) -> None:
    reports = write(tmp_path, runs.green(), *formats)
    assert (
        {path.name for path in tmp_path.iterdir()} == {Path(name).name for name in reports.written} == ALWAYS | further
    )


def test_what_an_earlier_run_wrote_goes_also_where_this_one_does_not_write_it(tmp_path: Path) -> None:
    write(tmp_path, runs.green(), "in-toto", "sarif")
    write(tmp_path, runs.never_ready())
    assert {path.name for path in tmp_path.iterdir()} == ALWAYS


def test_a_statement_that_cannot_be_made_leaves_no_green_in_any_file(tmp_path: Path) -> None:
    reports = write(tmp_path, replace(runs.green(), emulated=True), "in-toto", "sarif")
    (lost,) = reports.lost
    assert lost.endswith("report.intoto.json cannot be written: a run against an emulator proves nothing of an image")
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert (summary["verdict"], summary["exit_code"]) == ("inconclusive", 3)
    assert 'errors="1"' in (tmp_path / "junit.xml").read_text("utf-8")
    assert '"level": "error"' in (tmp_path / "report.sarif").read_text("utf-8")
    assert not (tmp_path / "report.intoto.json").exists()


def test_a_statement_of_a_run_that_lost_another_report_has_not_passed(tmp_path: Path) -> None:
    reports = Reports(tmp_path, {}, "", formats=["in-toto"])
    reports.prepare()
    (tmp_path / "junit.xml").mkdir()
    reports.write(summarize(runs.green()))
    assert json.loads((tmp_path / "report.intoto.json").read_text("utf-8"))["predicate"]["result"] == "FAILED"
