"""`validator report`: each format from a summary's file alone, and what is no summary is told with exit code 2."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.report import runs
from validator.cli import _SHOWN, main
from validator.report import github
from validator.report.document import Summary
from validator.report.formats import FORMATS
from validator.report.summary import dumps, summarize

FORMS = _SHOWN.split(", ")


def write(folder: Path, summary: object, name: str = "summary.json") -> str:
    path = folder / name
    path.write_text(summary if isinstance(summary, str) else json.dumps(summary), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", runs.RUNS)
@pytest.mark.parametrize("form", FORMATS)
def test_a_format_made_later_is_the_one_that_the_run_wrote(
    name: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = summarize(replace(runs.RUNS[name](), emulated=False))
    if form == "in-toto" and name == "hostile":
        return
    assert main(["report", write(tmp_path, dumps(summary)), "--format", form]) == 0
    assert capsys.readouterr().out == FORMATS[form].write(summary)


def test_the_words_of_the_command_line_are_all_formats() -> None:
    assert set(FORMS) == {"console", "github", *FORMATS}


def test_the_console_and_the_annotations_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = summarize(runs.traffic_pinned())
    path = write(tmp_path, summary)
    assert main(["report", path]) == 0
    assert "✗ FAILED  Issue 1069, staging" in capsys.readouterr().out
    assert main(["report", path, "--format", "github"]) == 0
    assert capsys.readouterr().out.splitlines() == github.verdicts(summary)


def test_a_failed_run_makes_a_report_all_the_same_and_two_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = write(tmp_path, summarize(runs.green()), "a.json"), write(tmp_path, summarize(runs.never_ready()))
    assert main(["report", before, after]) == 0
    assert capsys.readouterr().out.startswith("verdict   passed\n      ->  failed\n")


def changed(**changes: object) -> Any:
    return {**json.loads(dumps(summarize(runs.green()))), **changes}


def without(key: str) -> Any:
    return {name: value for name, value in changed().items() if name != key}


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("", "is no summary: it is no JSON: Expecting value"),
        ("[" * 100_000, "is no summary: its objects and lists lie too deep in one another"),
        ("[]", "is no summary: name the summary.json of a run"),
        ({"version": "2.1.0", "runs": []}, "is no summary: name the summary.json of a run"),
        (changed(version=2), "is a summary of version 2, and this validator reads version 1"),
        (changed(version="::error::x"), "is a summary of version '::error::x', and this validator reads"),
        (changed(version=True), "is a summary of version True"),
        (
            without("targets"),
            "is a summary of an earlier release: it lacks 1 key that reports are made of (at $, 'targets' is a required property)",
        ),
        (changed(verdict="splendid"), "$.verdict: 'splendid' is not one of"),
        (changed(started="2026-99-99T00:00:00.000Z"), "$.started: '2026-99-99T00:00:00.000Z' is not a 'date-time'"),
        (json.dumps(changed()).replace('"duration": 41.25', '"duration": NaN'), "NaN is no number"),
        (json.dumps(changed()).replace('"duration": 41.25', '"duration": 1e999'), "1e999 is no number"),
        (changed(title=1, run_id=2, warnings=3, groups=4, emulated=5), "; 2 more mistakes"),
    ],
)
def test_what_is_no_summary_is_told_and_nothing_is_made(
    found: object, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", write(tmp_path, found), "--format", "junit"]) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


def test_keys_of_a_later_release_are_passed_over(tmp_path: Path) -> None:
    later = changed(mood="fine")
    later["checks"][0]["colour"] = "green"
    assert main(["report", write(tmp_path, later), "--format", "junit"]) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere.json"], "nowhere.json cannot be read: No such file or directory"),
        (["."], ". cannot be read: it is a folder"),
        (["summary.json", "--format", "junti"], "'junti' is none of console, github, json, markdown, html, junit, sarif, in-toto (did you mean junit?)"),
        (["summary.json", "summary.json", "--format", "junit"], "two summaries are compared as console, markdown, json, not as junit"),
        (["summary.json"] * 3, "one summary at a time, or two to compare"),
        (["emulated.json", "--format", "in-toto"], "--format in-toto: a run against an emulator proves nothing of an image"),
        (["latin.json"], "latin.json is no summary: it is no UTF-8"),
    ],
)  # fmt: skip
def test_wrong_use_is_told(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, changed())
    write(tmp_path, changed(emulated=True), "emulated.json")
    (tmp_path / "latin.json").write_bytes(b'"\xe4"')
    assert main(["report", *words]) == 2
    assert told in capsys.readouterr().err


def test_a_secret_of_this_environment_leaves_in_no_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEPLOY_TOKEN", "Zk39dKq0PqLm28XvTz71Ab")
    summary = summarize(runs.traffic_pinned())
    told: Summary = {**summary, "title": "it said Zk39dKq0PqLm28XvTz71Ab"}
    path = write(tmp_path, told)
    for form in FORMS:
        assert main(["report", path, "--format", form]) == 0
        assert "Zk39" not in capsys.readouterr().out


def test_a_report_comes_from_standard_input_and_needs_no_client_of_google() -> None:
    program = (
        "import sys; from validator.cli import main; code = main(['report', '-', '--format', 'junit']);"
        "print(*(name for name in sys.modules if name in ('grpc', 'google.auth', 'google.api_core')), file=sys.stderr);"
        "sys.exit(code)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        input=dumps(summarize(runs.green())),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr.strip()) == (0, "")
    assert ran.stdout.startswith('<?xml version="1.0"')
