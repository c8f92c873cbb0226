"""in-toto: read back by its own bindings; what has not passed is never among what a verifier takes for passed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult as Predicate
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as Message

from tests.report import runs
from validator.report.in_toto import NoStatementError, in_toto
from validator.report.summary import summarize, without_report
from validator.words.run import Run
from validator.words.verdict import Outcome, Verdict, failed, inconclusive, passed

STATED = [name for name in runs.RUNS if name not in ("excused", "hostile")]


def stated(run: Run) -> Any:
    return json.loads(in_toto(summarize(run)))


@pytest.mark.parametrize("name", STATED)
def test_the_bindings_read_every_statement(name: str) -> None:
    made = stated(runs.RUNS[name]())
    statement = Statement.copy_from_pb(ParseDict(made, Message()))
    statement.validate()
    assert statement.pb.predicate_type == "https://in-toto.io/attestation/test-result/v0.1"
    ParseDict(made["predicate"], Predicate())


def test_its_subject_is_the_image_and_its_configuration_the_spec() -> None:
    made = stated(runs.green())
    name, _, digest = runs.IMAGE.partition("@sha256:")
    assert made["subject"] == [{"name": name, "digest": {"sha256": digest}}]
    spec = runs.green().spec
    assert made["predicate"]["configuration"] == [
        {"name": "checks.yaml", "digest": {"sha256": spec.digest.removeprefix("sha256:")}}
    ]
    assert made["predicate"]["url"] == "https://github.com/netra/core/actions/runs/4711"


@pytest.mark.parametrize("name", STATED)
def test_only_a_green_run_has_passed(name: str) -> None:
    run = runs.RUNS[name]()
    assert (stated(run)["predicate"]["result"] in ("PASSED", "WARNED")) == (run.outcome is Outcome.PASSED)


def test_a_green_run_has_passed_with_all_its_checks() -> None:
    predicate = stated(runs.green())["predicate"]
    assert predicate["result"] == "PASSED"
    assert predicate["passedTests"] == [judged.check.name for judged in runs.green().judged]
    assert predicate["warnedTests"] == predicate["failedTests"] == []


def test_a_known_issue_warns() -> None:
    predicate = stated(replace(runs.excused(), emulated=False))["predicate"]
    assert (predicate["result"], predicate["warnedTests"]) == ("WARNED", ["Auth reachable"])


def test_missing_evidence_has_failed() -> None:
    predicate = stated(runs.logging_denied())["predicate"]
    assert (predicate["result"], predicate["failedTests"]) == ("FAILED", ["Nothing critical", "ClickHouse connects"])


def test_a_check_that_was_skipped_and_does_not_count_is_in_no_list() -> None:
    waits = runs.check("Order", "http", Verdict(Outcome.SKIPPED, "its `if` is false"), blocks=False)
    predicate = stated(runs.run([runs.check("A", "http", passed("fine")), waits], Outcome.PASSED))["predicate"]
    assert predicate["result"] == "PASSED"
    assert "Order" not in str(predicate)


@pytest.mark.parametrize("verdict", [failed("no", expected="", actual=""), inconclusive("unseen", remedy="")])
def test_what_does_not_block_warns(verdict: Verdict) -> None:
    judged = [runs.check("A", "http", passed("fine")), runs.check("Soft", "http", verdict, blocking=False)]
    predicate = stated(runs.run(judged, Outcome.PASSED))["predicate"]
    assert (predicate["result"], predicate["warnedTests"]) == ("WARNED", ["Soft"])


def test_a_lost_report_has_failed_though_each_check_passed() -> None:
    summary = without_report(summarize(runs.green()), ["report.md cannot be written"])
    assert json.loads(in_toto(summary))["predicate"]["result"] == "FAILED"


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (replace(runs.green(), emulated=True), "a run against an emulator proves nothing of an image"),
        (runs.run([], Outcome.INCONCLUSIVE, targets=()), "the digest of the image is not known"),
        (
            runs.run([], Outcome.INCONCLUSIVE, targets=(runs.target_report(image="r/x:latest"),)),
            "the digest of the image",
        ),
        (runs.hostile(), "the digest of the image is not known"),
    ],
)
def test_of_what_proves_nothing_nothing_is_stated(run: Run, told: str) -> None:
    with pytest.raises(NoStatementError, match=told):
        in_toto(summarize(run))
