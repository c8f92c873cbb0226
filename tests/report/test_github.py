"""GitHub: annotations where the spec speaks, outputs that no evidence can end, and what the runner does with hostile text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.report import runs
from validator.language.mistake import SpecError
from validator.report import github
from validator.report.document import Summary
from validator.report.markdown import LIMIT
from validator.report.summary import summarize
from validator.words.check import Position
from validator.words.run import Run
from validator.words.verdict import Outcome, failed

COMMAND = re.compile(r"::(?P<level>error|warning) (?P<properties>.*?)::(?P<message>.*)", re.DOTALL)
TOKEN = "0123456789abcdef"


def read(command: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as actions/runner reads it (ActionCommand.cs)."""
    found = COMMAND.fullmatch(command)
    assert found is not None, command
    pairs = (part.split("=", 1) for part in found["properties"].split(","))
    properties = {name: unescape(value).replace("%3A", ":").replace("%2C", ",") for name, value in pairs}
    return found["level"], properties, unescape(found["message"])


def unescape(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def outputs(text: str) -> dict[str, str]:
    """A GITHUB_OUTPUT file as actions/runner reads it (FileCommandManager.cs)."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, delimiter = line.split("<<", 1)
        values = []
        for value in lines:
            if value == delimiter:
                break
            values.append(value)
        found[name] = "\n".join(values)
    return found


def summary_of(run: Run) -> Summary:
    return summarize(run)


def test_a_failure_stands_on_its_line_with_what_to_do() -> None:
    summary = summary_of(runs.traffic_pinned())
    (level, place, message), *_ = map(read, github.verdicts(summary))
    lead = next(check for check in summary["checks"] if check["name"] == summary["headline"]["check"])
    position = lead["position"]
    assert level == "error"
    assert place == {
        "file": position["file"],
        "line": str(position["line"]),
        "col": str(position["column"]),
        "title": f"{lead['name']}: failed",
    }
    assert message.startswith(lead["reason"])
    assert f"remedy: {lead['remedy']}" in message


def test_a_green_run_has_no_errors_and_warns_of_what_is_excused() -> None:
    assert github.verdicts(summary_of(runs.green())) == []
    levels = [read(command)[0] for command in github.verdicts(summary_of(runs.excused()))]
    assert set(levels) == {"warning"}


def test_a_run_that_judged_nothing_is_an_error_without_a_place() -> None:
    (command,) = github.verdicts(summary_of(runs.run([], Outcome.INCONCLUSIVE)))
    level, place, message = read(command)
    assert (level, place) == ("error", {"title": "validator: inconclusive"})
    assert "no check was judged" in message


@pytest.mark.parametrize(
    ("count", "shown", "last"), [(10, 10, "broken"), (11, 10, "2 more: see the log and the summary")]
)
def test_ten_annotations_at_most_and_the_last_says_how_many_more(count: int, shown: int, last: str) -> None:
    judged = [
        runs.check(f"check {number}", "http", failed("broken", expected="", actual="")) for number in range(count)
    ]
    commands = github.verdicts(summary_of(runs.run(judged, Outcome.FAILED)))
    assert len(commands) == shown
    assert read(commands[-1])[2] == last


def test_mistakes_of_a_spec_stand_on_their_lines() -> None:
    (command,) = github.mistakes(
        [SpecError(Position("/github/workspace/checks.yaml", 12, 9), "unknown key")], "/github/workspace"
    )
    assert read(command) == (
        "error",
        {"file": "checks.yaml", "line": "12", "col": "9", "title": "mistake in the spec"},
        "unknown key",
    )


@given(name=st.text(max_size=40), reason=st.text(max_size=80))
def test_no_text_leaves_its_command(name: str, reason: str) -> None:
    judged = runs.check("x", "http", failed(reason, expected=reason, actual=reason))
    run = runs.run([replace(judged, check=replace(judged.check, name=name))], Outcome.FAILED)
    for command in github.verdicts(summary_of(run)):
        assert len(command.splitlines()) == 1
        level, place, _ = read(command)
        assert level == "error"
        assert set(place) <= {"file", "line", "col", "title"}


def test_the_outputs_are_those_that_the_action_declares() -> None:
    declared = yaml.safe_load((Path(__file__).parents[2] / "action.yml").read_text("utf-8"))["outputs"]
    assert list(outputs(github.outputs(summary_of(runs.green()), "out/summary.json", TOKEN))) == list(declared)


def test_failed_counts_what_counts() -> None:
    summary = summary_of(runs.excused())
    assert summary["counts"]["failed"] == 1
    assert outputs(github.outputs(summary, "s.json", TOKEN))["failed"] == "0"


@given(revision=st.text(max_size=40))
def test_no_text_ends_an_output(revision: str) -> None:
    summary = summary_of(runs.green())
    summary["targets"][0]["revision"] = f"{revision}\nvalidator-guess\nverdict<<x\nfailed\nx"
    read_back = outputs(github.outputs(summary, "s.json", TOKEN))
    own = ["url", "tag_url", "image", "digest", "commit"]
    assert list(read_back) == ["verdict", "summary", "revision", *own, "passed", "failed"]
    assert read_back["verdict"] == "passed"


def publish(summary: Summary, environment: Mapping[str, str], file: Path) -> None:
    github.publish_report(summary, environment)
    github.publish_outputs(summary, environment, file, TOKEN)


def test_the_files_of_the_runner_are_appended_to(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("before=1\n", "utf-8")
    given_ = {
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_WORKSPACE": "/github/workspace",
    }
    publish(summary_of(runs.green()), given_, Path("/github/workspace/out/summary.json"))
    before, _, rest = (tmp_path / "output").read_text("utf-8").partition("\n")
    assert before == "before=1"
    assert outputs(rest)["summary"] == "out/summary.json"
    assert (tmp_path / "summary").read_text("utf-8").startswith("# ✅ Passed")


def test_the_step_summary_leaves_room_for_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    file.write_text("x" * (LIMIT - 3000), "utf-8")
    publish(summary_of(runs.green()), {"GITHUB_STEP_SUMMARY": str(file)}, Path("s.json"))
    assert LIMIT - 3000 < file.stat().st_size <= LIMIT


def test_without_the_runners_files_nothing_is_written(tmp_path: Path) -> None:
    publish(summary_of(runs.green()), {}, tmp_path / "s.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_a_file_that_cannot_be_written_is_named(variable: str, tmp_path: Path) -> None:
    with pytest.raises(github.GitHubError, match=r"nowhere/file cannot be written: No such file or directory"):
        publish(summary_of(runs.green()), {variable: str(tmp_path / "nowhere/file")}, Path("s.json"))
