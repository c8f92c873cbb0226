"""Kind command: a local program ends and prints as it should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.simulated import HEAD, NETRA, ROOT, Finished, overlaid, simulate
from validator.evidence.command import RunCommand
from validator.evidence.record_json import read, written
from validator.sources.command import open_source
from validator.sources.connection import Direct
from validator.words.call import Answer, Call, Problem, Result
from validator.words.verdict import Outcome

NO_WORLD = "what runs locally is no scenario's to tell; below, its examples are run for real"
INVALID = (
    ("{}", "the key 'run' is missing"),
    ("{run: python3 -c pass}", "found 'python3 -c pass', but this takes a list"),
    ("{run: []}", "write the program and its arguments"),
    ("{run: ['']}", "write the program to run"),
    ("{run: ['make test']}", "there is no shell: write each word as an item, ['make', 'test']"),
    ("{run: [make, test, '|', tee]}", "checks.yaml:4:49: there is no shell, and `|` would be an argument"),
    ("{run: ['${capture.tool}']}", "what was captured may not become a program or its text"),
    ("{run: [sh, -c, 'echo ${capture.id}']}", "give it by `env` or as an argument"),
    ("{run: [python3, -Ic, 'print(${capture.id})']}", "give it by `env` or as an argument"),
    ("{run: [a], env: {A-B: c}}", "may have letters, digits and _ only"),
    ("{run: [a], timeout: 0s}", "0s"),
    ("{run: [a], expect: {exit: 256}}", "256"),
    ("{run: [a], expect: {stdout: '('}}", "RE2 refuses the pattern '('"),
    ("{run: [a], expect: {stderr: [b, '(']}}", "RE2 refuses the pattern '('"),
)


EXAMPLES = ROOT / "examples" / "kinds" / "command.yaml"


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (("", "echo all 7 passed", "echo '{\"pending\": []}'"), Outcome.PASSED),
        (("import gone", "echo 6 of 7 passed", 'echo \'{"pending": ["0007"]}\''), Outcome.FAILED),
    ],
)
def test_its_examples_run(files: tuple[str, str, str], outcome: Outcome, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "driver.py").write_text(files[0])
    for name, text in zip(("smoke.sh", "migrate"), files[1:], strict=True):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    commands = open_source(Direct())

    def world(ask: Callable[[Call, float], tuple[float, Result]], call: Call, at: float) -> tuple[float, Result]:
        if not isinstance(call, RunCommand):
            return ask(call, at)
        return 0.1, commands(replace(call, folder=str(tmp_path)), 10)

    scenario = EXAMPLES.parent / "worlds" / "http.yaml"
    run = simulate(EXAMPLES.read_text(encoding="utf-8"), scenario, wrap=world)
    told = {check.name: run.verdict(check.name) for check in run.engine.spec.checks}
    assert {verdict.outcome for verdict in told.values()} == {outcome}, told


def answer(code: int = 0, out: str = "", err: str = "", **more: Any) -> Answer:
    return Answer({"exit": code, "stdout": {"text": out}, "stderr": {"text": err}, **more})


def judged(command: str, *results: Result, more: str = "", took: float = 0.3, folder: Path | None = None) -> Finished:
    """A run in which the command comes to one result after the other, and to the last of them from then on."""
    coming = list(results)

    def world(ask: Callable[[Call, float], tuple[float, Result]], call: Call, at: float) -> tuple[float, Result]:
        if not isinstance(call, RunCommand):
            return ask(call, at)
        return took, coming.pop(0) if len(coming) > 1 else coming[0]

    scenario = overlaid(folder, more) if folder else NETRA / "scenario.yaml"
    return simulate(f"{HEAD}  - {{name: Command, command: {command}{'' if folder else more}}}\n", scenario, wrap=world)


@pytest.mark.parametrize(
    ("command", "result", "outcome", "reason"),
    [
        ("{run: [a]}", answer(), Outcome.PASSED, "exit code 0"),
        ("{run: [a]}", answer(1, err="Traceback\nImportError: b\n"), Outcome.FAILED, "exit code 1, and not 0: ImportError: b"),
        ("{run: [a], expect: {exit: 3}}", answer(3), Outcome.PASSED, "exit code 3"),
        ("{run: [a], expect: {exit: {min: 1}}}", answer(0), Outcome.FAILED, "exit code 0, and not at least 1"),
        ("{run: [a]}", answer(137, signal="SIGKILL"), Outcome.FAILED, "exit code 137 (SIGKILL), and not 0"),
        ("{run: [a], expect: {stdout: 'all \\d+'}}", answer(out="all 3"), Outcome.PASSED, "stdout matches all \\d+"),
        ("{run: [a], expect: {stdout: [all, none]}}", answer(out="all 3"), Outcome.FAILED, "stdout does not match none"),
        ("{run: [a], expect: {stderr: oops}}", answer(out="oops"), Outcome.FAILED, "stderr does not match oops"),
        ("{run: [a], expect: {json: {n: 1}}}", answer(out='{"n": 1, "m": 2}'), Outcome.PASSED, 'JSON with {"n": 1}'),
        ("{run: [a], expect: {json: {n: 1}}}", answer(out='{"n": 2}'), Outcome.FAILED, "the JSON differs at json.n: 2"),
        ("{run: [a], expect: {json: {n: 1}}}", answer(out="{"), Outcome.FAILED, "stdout is not JSON"),
        ("{run: [a]}", Problem("NOT_STARTED", "a is not found in PATH (/bin)"), Outcome.INCONCLUSIVE, "it could not be started: a is not"),
    ],
)  # fmt: skip
def test_it_is_judged_by_its_end_and_what_it_printed(
    command: str, result: Result, outcome: Outcome, reason: str
) -> None:
    verdict = judged(command, result).verdict("Command")
    assert verdict.outcome is outcome
    assert reason in verdict.reason
    assert verdict.rests_on


def test_a_failure_says_what_was_run_what_it_printed_and_how_to_run_it_by_hand() -> None:
    verdict = judged("{run: [python3, -c, 'import b']}", answer(1, err="ImportError: b\n")).verdict("Command")
    assert verdict.evidence[0].text == "$ python3 -c 'import b' -> exit code 1 in 300 ms"
    assert (verdict.evidence[1].source, verdict.evidence[1].text) == ("stderr", "ImportError: b")
    assert verdict.remedy == "run it where the gate runs: cd . && python3 -c 'import b'"


def test_asserts_see_how_it_ended_and_what_it_printed() -> None:
    seen = ", assert: [\"exit == 0 && stdout.contains('pending') && stderr == 'x'\", size(json.pending) == 0]"
    result = answer(out='{"pending": []}', err="x")
    assert judged("{run: [a]}", result, more=seen).verdict("Command").outcome is Outcome.PASSED


def test_it_runs_once_however_it_ends() -> None:
    run = judged("{run: [a]}", answer(1), answer(0))
    assert run.verdict("Command").outcome is Outcome.FAILED
    assert run.verdict("Command").attempts == 1


def test_with_within_it_runs_until_it_holds() -> None:
    run = judged("{run: [a]}", answer(1), answer(1), answer(0), more=", within: 20s")
    assert run.verdict("Command").outcome is Outcome.PASSED
    assert "after 2 failed attempts: exit code 1, and not 0" in run.verdict("Command").reason


def test_a_run_under_way_at_the_end_of_within_is_waited_for() -> None:
    run = judged("{run: [a]}", answer(0), more=", within: 5s", took=8)
    assert run.verdict("Command").outcome is Outcome.PASSED


def test_its_own_time_out_is_a_failure_and_the_runs_is_not() -> None:
    late = Problem("TIMEOUT", "the last line it printed: waiting")
    failed = judged("{run: [a], timeout: 20s}", late, took=20).verdict("Command")
    assert failed.outcome is Outcome.FAILED
    assert failed.reason == "it did not end within 20 s and was killed; the last line it printed: waiting"
    verdict = judged("{run: [a], timeout: 5m}", late, took=20).verdict("Command")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.remedy == "give the run a longer `timeout`"


CUT = Answer({"exit": 0, "stdout": {"text": "begin\nhea", "left_out": 9, "tail": "ail\nend"}, "stderr": {"text": ""}})


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ("expect: {stdout: begin}", Outcome.PASSED),
        ("expect: {stdout: end}", Outcome.PASSED),
        ("expect: {stdout: 'hea$'}", Outcome.INCONCLUSIVE),
        ("expect: {stdout: '^ail'}", Outcome.INCONCLUSIVE),
        ("expect: {stdout: other}", Outcome.INCONCLUSIVE),
        ("expect: {json: {a: 1}}", Outcome.INCONCLUSIVE),
    ],
)
def test_of_an_output_that_was_cut_only_what_is_found_in_it_is_known(more: str, outcome: Outcome) -> None:
    assert judged(f"{{run: [a], {more}}}", CUT).verdict("Command").outcome is outcome


def test_absence_from_an_output_that_was_cut_is_not_known() -> None:
    verdict = judged("{run: [a]}", CUT, more=", assert: \"!stdout.contains('FATAL')\"").verdict("Command")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason == "stdout is not known as a whole: 9 bytes of it were not kept"


def test_what_was_captured_is_one_argument_whatever_it_is() -> None:
    ran: list[tuple[str, ...]] = []

    def world(ask: Callable[[Call, float], tuple[float, Result]], call: Call, at: float) -> tuple[float, Result]:
        if not isinstance(call, RunCommand):
            return ask(call, at)
        ran.append(call.run)
        return 0.1, answer(out="one; rm -rf / $(two)")

    checks = (
        "  - {name: First, command: {run: [a]}, capture: {x: stdout}}\n"
        "  - {name: Second, command: {run: [b, '--id=${capture.x}']}}\n"
    )
    run = simulate(HEAD + checks, NETRA / "scenario.yaml", wrap=world)
    assert run.verdict("Second").outcome is Outcome.PASSED
    assert ran == [("a",), ("b", "--id=one; rm -rf / $(two)")]


def test_its_journal_is_judged_again_to_the_same_and_can_be_recorded() -> None:
    finished = judged("{run: [a], env: {A: b}}", answer(1), answer(0), more=", within: 20s")
    assert finished.replayed().standings == finished.engine.standings
    assert [read(written(record)) for record in finished.engine.journal] == finished.engine.journal


def test_its_options_and_its_environment_may_hold_secrets_that_are_not_shown() -> None:
    run = judged("{run: [a, --token=s3cr3t-one, --password, s3cr3t-two], env: {API_KEY: s3cr3t-three}}", answer(0))
    assert {"s3cr3t-one", "s3cr3t-two", "s3cr3t-three"} <= run.run.secrets
