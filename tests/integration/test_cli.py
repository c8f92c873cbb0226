"""The command line: exit codes, usage, lint without a call, interruption."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT, Run
from tests.language.test_load import FIVE
from validator.emulator.scenario.loading import load
from validator.emulator.servers.emulator import Emulator

pytestmark = pytest.mark.slow
NETRA = ROOT / "examples" / "netra"


def test_help_leads(validator: Run) -> None:
    assert validator().code == 0
    assert "exit codes:" in validator().stdout
    assert "run" in validator("--help").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--nope",), "--nope"),
        (("run", "--nope"), "--nope"),
        (("run", "nowhere.yaml"), "there is no nowhere.yaml"),
        (("run", "checks.yaml", "--set", "X"), "--set 'X': write NAME=VALUE"),
        (("run", "checks.yaml", "--set", "PROJECT_ID=p", "--only", "Nope"), "there is no such check or group"),
        (("emulate", "nowhere.yaml"), "nowhere.yaml"),
        (("emulate", "examples/netra/scenario.yaml", "--", "no-such-command"), "no-such-command"),
    ],
)
def test_wrong_words_exit_2_and_say_what_is_wrong(words: tuple[str, ...], message: str, validator: Run) -> None:
    ended = validator(*words)
    assert ended.code == 2
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_lint_tells_five_mistakes_and_makes_no_call(tmp_path: Path, validator: Run) -> None:
    spec = tmp_path / "checks.yaml"
    spec.write_text(
        FIVE.replace("servise: s", "service: s").replace("checks:", "timeout: x\nchecks:"), encoding="utf-8"
    )
    with Emulator(load(NETRA / "scenario.yaml")) as emulator:
        ended = validator("lint", str(spec), environment=emulator.environment())
        assert ended.code == 2
        told = re.findall(rf"^{re.escape(str(spec))}:\d+:\d+: ", ended.stderr, re.MULTILINE)
        assert len(told) == 5, ended.stderr
        assert "5 mistakes" in ended.stdout + ended.stderr
        ended = validator("run", str(spec), environment=emulator.environment())
        assert ended.code == 2
        assert not ended.out.exists()
        assert not emulator.world.calls


def test_a_spec_comes_from_standard_input(validator: Run) -> None:
    text = (ROOT / "checks.yaml").read_text(encoding="utf-8")
    whole = validator("lint", "-", given=text)
    assert (whole.code, whole.stdout) == (0, validator("lint", "checks.yaml").stdout.replace("checks.yaml", "-"))
    broken = validator("lint", "-", given=text.replace("custody:", "custdy:"))
    assert broken.code == 2
    assert re.search(r"^-:\d+:\d+: unknown key 'custdy' \(did you mean custody\?\)", broken.stderr, re.MULTILINE)
    assert re.search(r"^ +\d+ \| .*custdy: ", broken.stderr, re.MULTILINE), "the line is quoted"
    assert "Build succeeded" in validator("plan", "-", "--set", "PROJECT_ID=netra-staging", given=text).stdout
    nothing = validator("lint", "-")
    assert (nothing.code, "the spec must be a mapping" in nothing.stderr) == (2, True)
    endless = validator("lint", "-", given="a" * (1 << 21))
    assert (endless.code, "- cannot be read: it has more than 1048576 bytes" in endless.stderr) == (2, True)


def test_a_spec_from_standard_input_is_run(validator: Run) -> None:
    with Emulator(load(NETRA / "scenario.yaml")) as emulator:
        text = (ROOT / "checks.yaml").read_text(encoding="utf-8")
        words = ("run", "-", "--only", "All traffic", "--out", "{out}")
        ended = validator(*words, environment={**emulator.environment(), "PROJECT_ID": "netra-staging"}, given=text)
    assert ended.code == 0, ended.stdout
    assert (ended.summary["spec"]["file"], ended.check("All traffic")["verdict"]) == ("-", "passed")


def test_green_sections_are_folded_on_github_alone(validator: Run) -> None:
    gate = [sys.executable, "-m", "validator", "run", "checks.yaml", "--only", "All traffic", "--out", "{out}"]
    for value, folds in (("true", True), ("false", False), ("", False)):
        ended = validator("emulate", "examples/netra/scenario.yaml", "--", *gate, environment={"GITHUB_ACTIONS": value})
        commands = [line for line in ended.stdout.splitlines() if line.startswith("::")]
        assert ("::group::General: passed" in commands, bool(commands)) == (folds, folds), ended.stdout
        assert commands.count("::endgroup::") == sum(line.startswith("::group::") for line in commands)


def test_lint_imports_no_google_package() -> None:
    program = (
        "import sys; from validator.cli import main; code = main(['lint', 'checks.yaml']);"
        "print([m for m in sys.modules if m.startswith(('google.cloud', 'google.api_core', 'grpc', 'google.auth'))]);"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "[]"), done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_run_after_the_report_was_written(tmp_path: Path, number: int, code: int) -> None:
    with Emulator(load(NETRA / "scenario.yaml")) as emulator:
        gate = subprocess.Popen(
            [sys.executable, "-m", "validator", "run", "checks.yaml", "--out", str(tmp_path)],
            cwd=ROOT,
            env={**os.environ, **emulator.environment()},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert gate.stdout is not None
        for line in gate.stdout:
            if "is resolved and ready" in line and "passed" in line:
                break
        gate.send_signal(number)
        sent = time.monotonic()
        rest = gate.stdout.read()
        assert gate.wait(10) == code
        assert time.monotonic() - sent < 5
        assert "interrupted" in rest
        assert (tmp_path / "summary.json").exists()


def test_without_credentials_there_is_one_cause_and_no_list_of_skips(tmp_path: Path, validator: Run) -> None:
    nobody = {"HOME": str(tmp_path), "CLOUDSDK_CONFIG": str(tmp_path), "NO_GCE_CHECK": "true", "PROJECT_ID": "p"}
    unset = dict.fromkeys(("GOOGLE_APPLICATION_CREDENTIALS", "VALIDATOR_EMULATOR"), "")
    ended = validator("run", "checks.yaml", "--out", "{out}", environment={**nobody, **unset})
    assert ended.code == 3
    told = ended.stdout.split("INCONCLUSIVE", 1)[1]
    assert "  cause     netra-backend-staging is resolved and ready: Cloud Run got no valid credentials" in told
    assert "$ gcloud auth application-default login" in told
    assert sum(line.endswith(" checks skipped for it") for line in told.splitlines()) == 1
    assert "needs '" not in told


def test_an_emulator_on_another_machine_is_refused(validator: Run) -> None:
    elsewhere = {"VALIDATOR_EMULATOR": "http://192.0.2.1:80?grpc=81&epoch=0&speed=1", "PROJECT_ID": "p"}
    ended = validator("run", "checks.yaml", environment=elsewhere)
    assert ended.code == 2
    assert "not a loopback address" in ended.stderr


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_run(validator: Run) -> None:
    with Emulator(load(NETRA / "traffic-pinned.yaml")) as emulator:
        ended = validator("run", "checks.yaml", "--out", "/dev/null/x", environment=emulator.environment())
        assert ended.code == 2
        assert "the reports cannot be written to /dev/null/x" in ended.stderr
        assert not emulator.world.calls


@pytest.mark.parametrize(
    ("scenario", "only", "code"), [("traffic-pinned", "All traffic", 1), ("scenario", "Ready and wired", 3)]
)
def test_a_report_that_is_lost_is_said_and_shown_and_is_no_green(
    scenario: str, only: str, code: int, tmp_path: Path, validator: Run
) -> None:
    gate = [sys.executable, "-m", "validator", "run", "checks.yaml", "--only", only, "--out", str(tmp_path / "out")]
    full = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/dev/full"}
    ended = validator("emulate", f"examples/netra/{scenario}.yaml", "--", *gate, environment=full)
    assert (ended.code, ended.summary["exit_code"]) == (code, code)
    assert ended.summary["verdict"] == {1: "failed", 3: "inconclusive"}[code]
    assert "/dev/full cannot be written" in ended.stderr
    assert "/dev/full cannot be written" in "".join(ended.summary["warnings"])
    assert only in ended.stdout


def test_an_earlier_green_does_not_survive_a_run_that_is_killed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "summary.json").write_text('{"verdict": "passed"}', "utf-8")
    (out / "report.md").write_text("# Passed", "utf-8")
    with Emulator(load(NETRA / "scenario.yaml")) as emulator:
        gate = subprocess.Popen(
            [sys.executable, "-m", "validator", "run", "checks.yaml", "--out", str(out)],
            cwd=ROOT,
            env={**os.environ, **emulator.environment()},
            stdout=subprocess.PIPE,
        )
        assert gate.stdout is not None
        gate.stdout.readline()
        gate.kill()
        gate.stdout.close()
        assert gate.wait(10) == -signal.SIGKILL
    assert [path.name for path in out.iterdir()] in ([], ["recording.ndjson.gz"])  # what it saw until then


def test_a_reader_that_goes_away_takes_neither_the_verdict_nor_the_summary(tmp_path: Path) -> None:
    with Emulator(load(NETRA / "traffic-pinned.yaml")) as emulator:
        gate = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "validator",
                "run",
                "checks.yaml",
                "--only",
                "Nothing critical",
                "--out",
                str(tmp_path),
            ],
            cwd=ROOT,
            env={**os.environ, **emulator.environment()},
            stdout=subprocess.PIPE,
        )
        assert gate.stdout is not None
        gate.stdout.readline()
        gate.stdout.close()
        assert gate.wait(60) == 0
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert (summary["verdict"], summary["ending"]) == ("passed", "complete")
