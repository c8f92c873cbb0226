"""The outermost frame: whatever happens to the process, its exit code means what the table says, and 1 is a failed check's."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import ROOT

pytestmark = pytest.mark.slow
INSTANTS = int(os.environ.get("SIGNALS", "60"))
"""SIGNALS=300 for a long look."""
GATE = [sys.executable, "-I", "-m", "validator"]
HELD = ["env", "--block-signal=INT", *GATE]
"""As the image starts it: until the gate's own handlers stand, no signal meets Python's."""
SPEC = """\
version: 1
timeout: 60s
target: {project: "${PROJECT_ID}", region: us-central1, service: netra-backend-staging}
checks:
  - {name: Healthy, http: {path: /health}}
  - {name: Traffic, traffic: {percent: 100}}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "checks.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def ended(command: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, **more)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_instant_ends_with_its_code_or_finds_a_whole_summary(
    number: signal.Signals, spec: Path, tmp_path: Path
) -> None:
    chance = random.Random(number)
    out = tmp_path / "out"
    gate = [*HELD, "emulate", "examples/netra/scenario.yaml", "--", *HELD, "run", str(spec), "--out", str(out)]
    for instant in range(INSTANTS // 2):
        process = subprocess.Popen(
            gate, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        after = chance.uniform(0, 4.5)
        try:
            _, err = process.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
            _, err = process.communicate(timeout=30)
        case = f"instant {instant}: {number.name} after {after:.3f} s: {process.returncode}, {err.decode()}"
        assert b"Traceback" not in err, case
        assert b"KeyboardInterrupt" not in err, case
        file = out / "summary.json"
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        if file.exists():
            summary = json.loads(file.read_text(encoding="utf-8"))
            assert code == summary["exit_code"], case
            assert code in {0, 128 + number}, case
            file.unlink()
        else:
            assert code == 128 + number, case


def test_a_second_ctrl_c_ends_at_once() -> None:
    program = (
        "import os, signal; from validator.signals import Signals; signals = Signals(); signals.install();"
        "signals.begin(lambda: None); signal.raise_signal(signal.SIGINT); print('noted', flush=True);"
        "signal.raise_signal(signal.SIGTERM); print('still here', flush=True);"
        "signal.raise_signal(signal.SIGINT); print('never')"
    )
    done = ended([sys.executable, "-c", program])
    assert (done.returncode, done.stdout) == (130, "noted\nstill here\n")


@pytest.mark.parametrize(
    ("redirection", "code"),
    [("| head -1", 0), (">&-", 2), (">/dev/full", 2), ("2>&-", 0), ("2>/dev/full", 0), ("<&- >&- 2>&-", 2)],
)
@pytest.mark.parametrize(
    "words", ["schema", "lint checks.yaml --set PROJECT_ID=p", "--help", "plan checks.yaml --set PROJECT_ID=p"]
)
def test_streams_that_fail_are_never_a_failed_check(words: str, redirection: str, code: int) -> None:
    done = ended(["bash", "-c", f"set -o pipefail; {' '.join(GATE)} {words} {redirection}"])
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", "2>&-", "<&- >&- 2>&-", "| true"])
def test_a_console_that_fails_ends_no_run(redirection: str, spec: Path, tmp_path: Path) -> None:
    gate = f"{' '.join(GATE)} run {spec} --out {tmp_path / 'out'} {redirection}"
    done = ended([*GATE, "emulate", "examples/netra/scenario.yaml", "--", "bash", "-c", f"set -o pipefail; {gate}"])
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (done.returncode, summary["verdict"], summary["exit_code"]) == (0, "passed", 0), done.stderr


def test_a_broken_installation_is_no_failed_check() -> None:
    program = "import sys; sys.modules['argparse'] = None; from validator.frame import main; main()"
    done = ended([sys.executable, "-c", program])
    assert (done.returncode, done.stderr) == (
        3,
        "validator: a defect of the gate: ModuleNotFoundError; please report it\n",
    )


def test_a_folder_of_the_jobs_does_not_replace_the_gate(tmp_path: Path) -> None:
    for name in ("validator", "google", "sitecustomize.py", "usercustomize.py"):
        path = tmp_path / name
        if path.suffix:
            path.write_text("raise SystemExit(0)\n", encoding="utf-8")
        else:
            path.mkdir()
            (path / "__init__.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
            (path / "__main__.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    hostile = {
        **os.environ,
        "PYTHONPATH": ".",
        "PYTHONSTARTUP": str(tmp_path / "sitecustomize.py"),
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        [*GATE, "lint", "nowhere.yaml"], cwd=tmp_path, env=hostile, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "there is no nowhere.yaml" in done.stderr) == (2, True), done.stderr
    out = tmp_path / "out"
    done = subprocess.run(
        [*GATE, "demo", "--out", str(out)], cwd=tmp_path, env=hostile, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["verdict"] == "passed"
