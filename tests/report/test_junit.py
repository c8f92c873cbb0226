"""JUnit: by the schema of Jenkins' plugin, read back by a reader of its own, and red whenever the run is not green."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped
from junitparser.junitparser import TestCase as Case
from xmlschema import XMLSchema

from tests.report import runs
from validator.report.document import Summary
from validator.report.junit import junit
from validator.report.summary import summarize, without_report
from validator.words.run import Run
from validator.words.verdict import Excerpt, Outcome, Verdict, failed, inconclusive, passed

SCHEMA = XMLSchema(Path(__file__).with_name("junit-10.xsd"))


def cases(run: Run) -> dict[str, Case]:
    read = JUnitXml.fromstring(junit(summarize(run)).encode())
    return {case.name: case for suite in read for case in suite}


def outcome(case: Case) -> object:
    return type(case.result[0]) if case.result else None


@pytest.mark.parametrize("name", runs.RUNS)
def test_every_run_fits_the_schema_and_each_check_is_there_once(name: str) -> None:
    run = runs.RUNS[name]()
    text = junit(summarize(run))
    SCHEMA.validate(text)
    assert len(ET.fromstring(text).findall(".//testcase")) == len(run.judged)


@pytest.mark.parametrize("name", runs.RUNS)
def test_it_is_red_whenever_the_run_is_not_green(name: str) -> None:
    run = runs.RUNS[name]()
    read = JUnitXml.fromstring(junit(summarize(run)).encode())
    read.update_statistics()
    assert (read.failures + read.errors == 0) == (run.outcome is Outcome.PASSED)


def lost() -> Summary:
    return without_report(summarize(runs.green()), ["out/report.md cannot be written: No space left on device"])


@pytest.mark.parametrize(
    "summary", [lost(), summarize(runs.run([], Outcome.INCONCLUSIVE))], ids=["a report is lost", "nothing was judged"]
)
def test_what_is_no_checks_is_an_error_of_the_run(summary: Summary) -> None:
    text = junit(summary)
    SCHEMA.validate(text)
    error = ET.fromstring(text).find(".//testcase[@name='the run']/error")
    assert error is not None
    assert error.get("message") == summary["headline"]["text"]


def test_a_failure_of_a_group_that_is_not_told_of_is_not_lost() -> None:
    summary = summarize(runs.traffic_pinned())
    error = ET.fromstring(junit({**summary, "groups": []})).find(".//testcase[@name='the run']/error")
    assert error is not None
    assert error.get("type") == "failed"


def test_a_failure_tells_all_that_its_verdict_says() -> None:
    run = runs.traffic_pinned()
    check = next(each for each in summarize(run)["checks"] if each["name"] == "All traffic")
    case = cases(run)["All traffic"]
    (failure,) = case.result
    assert isinstance(failure, Failure)
    assert failure.message == f"failed: {check['reason']}"
    assert failure.text.split("\n") == [
        check["reason"],
        f"expected: {check['expected']}",
        f"actual: {check['actual']}",
        f"remedy: {check['remedy']}",
        f"checks.yaml:{check['position']['line']}:5",
    ]
    assert case.system_out.startswith(f"2026-01-30T12:00:00.600Z Cloud Run: traffic: 100 % -> {runs.PREVIOUS}")
    assert case.classname == "General"
    assert case.time == check["duration"]


def test_missing_evidence_is_an_error_with_its_remedy() -> None:
    (error,) = cases(runs.logging_denied())["Nothing critical"].result
    assert isinstance(error, Error)
    assert error.type == "inconclusive"
    assert "remedy: grant roles/logging.viewer" in error.text


@pytest.mark.parametrize("verdict", [failed("broken", expected="", actual=""), inconclusive("unseen", remedy="look")])
def test_what_does_not_block_is_skipped_and_says_so(verdict: Verdict) -> None:
    judged = [runs.check("Soft", "http", verdict, blocking=False), runs.check("Hard", "http", passed("fine"))]
    (skipped,) = cases(runs.run(judged, Outcome.PASSED))["Soft"].result
    assert isinstance(skipped, Skipped)
    assert skipped.message == f"{verdict.outcome.value}: {verdict.reason} (does not block)"


def test_a_known_issue_is_skipped_with_its_reason() -> None:
    (skipped,) = cases(runs.excused())["Auth reachable"].result
    assert isinstance(skipped, Skipped)
    assert skipped.message.endswith("(known issue: auth is not configured on staging)")


def test_a_passed_check_says_what_it_rests_on() -> None:
    case = cases(runs.green())["Ping answered"]
    assert outcome(case) is None
    assert case.classname == "golden"
    assert case.system_out == 'pong after 42 ms\n2026-01-30T12:00:02.000Z /ws: {"type": "pong"}'


def test_the_first_suite_says_what_the_run_was_about() -> None:
    properties = ET.fromstring(junit(summarize(runs.green()))).findall(".//property")
    told = {each.get("name"): each.get("value") for each in properties}
    assert told == {
        "verdict": "passed",
        "run_id": "5eed5eed5eed5eed",
        "spec": runs.green().spec.digest,
        "revision": runs.REVISION,
        "image": runs.IMAGE,
        "commit": runs.COMMIT,
    }


@given(st.text(max_size=80))
def test_no_text_breaks_out_of_its_place(text: str) -> None:
    bad = failed(text, expected=text, actual=text, remedy=text, evidence=(Excerpt(text, None, text),))
    run = runs.run([runs.check(f"x{text}", "http", bad, group="g")], Outcome.FAILED)
    made = junit(summarize(replace(run, spec=replace(run.spec, title=text))))
    SCHEMA.validate(made)
    tags = [each.tag for each in ET.fromstring(made).iter() if each.tag != "property"]
    assert tags == ["testsuites", "testsuite", "properties", "testcase", "failure", "system-out"]


def test_long_evidence_is_cut_and_says_how_much_is_missing() -> None:
    many = failed("x", expected="", actual="", evidence=(Excerpt("line\n" * 100, None, "stdout"),) * 12)
    out = cases(runs.run([runs.check("Many", "logs", many)], Outcome.FAILED))["Many"].system_out.split("\n")
    assert out[-1] == "… (2 more excerpts in the summary)"
    assert len(out) == 10 * 31 + 1
