from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from validator.emulator.scenario.files import ScenarioError
from validator.emulator.servers.command import CommandError, emulate

pytestmark = pytest.mark.slow

SCENARIO = Path(__file__).parent.parent.parent / "examples" / "netra" / "scenario.yaml"
_EMULATE = f"""
import sys; from pathlib import Path; from validator.emulator.servers.command import emulate
sys.exit(emulate(Path({str(SCENARIO)!r}), sys.argv[1:], say=lambda line: print(line, flush=True) is None))
"""


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $$", 143)]
)
def test_it_ends_with_the_commands_exit_code(script: str, code: int) -> None:
    assert emulate(SCENARIO, ["sh", "-c", script]) == code


def test_the_command_gets_the_emulator_in_its_environment(tmp_path: Path) -> None:
    out = tmp_path / "environment.json"
    code = f"import json, os; json.dump(dict(os.environ), open({str(out)!r}, 'w'))"
    addresses: list[str] = []
    ready = lambda emulator: addresses.append(emulator.address)  # noqa: E731
    assert emulate(SCENARIO, [sys.executable, "-c", code], ready=ready) == 0
    environment = json.loads(out.read_text())
    assert environment["VALIDATOR_EMULATOR"] == addresses[0]
    assert environment["PROJECT_ID"] == "netra-staging"
    assert (environment["no_proxy"], environment["NO_PROXY"]) == ("127.0.0.1", "127.0.0.1")
    assert environment["PATH"] == os.environ["PATH"]


def test_whose_deploy_it_is_the_user_says_and_not_the_pipeline_that_tries_a_scenario(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"extends: {SCENARIO}\nenv: {{COMMIT_SHA: aaaaaaa, GITHUB_SHA: bbbbbbb}}\n", encoding="utf-8")
    out = tmp_path / "environment.json"
    code = f"import json, os; json.dump(dict(os.environ), open({str(out)!r}, 'w'))"
    inherited = {**os.environ, "COMMIT_SHA": "ccccccc", "GITHUB_SHA": "ddddddd", "CI_COMMIT_SHA": "eeeeeee"}
    assert emulate(scenario, [sys.executable, "-c", code], inherited=inherited) == 0
    environment = json.loads(out.read_text())
    assert environment["COMMIT_SHA"] == "ccccccc"
    assert environment["GITHUB_SHA"] == "bbbbbbb"
    assert "CI_COMMIT_SHA" not in environment


def test_the_command_reaches_the_emulator() -> None:
    code = """
import http.client, os, sys, urllib.parse
url = urllib.parse.urlsplit(os.environ["VALIDATOR_EMULATOR"])
connection = http.client.HTTPConnection(url.hostname, url.port)
connection.request("GET", "/health", headers={"Host": "netra-backend-staging-pnovr5vsba-uc.a.run.app"})
sys.exit(connection.getresponse().status - 200)
"""
    assert emulate(SCENARIO, [sys.executable, "-c", code]) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_go_on_to_the_command(number: signal.Signals) -> None:
    script = f"trap 'exit 42' {number.name.removeprefix('SIG')}; echo ready; while :; do sleep 0.05; done"
    process = subprocess.Popen(
        [sys.executable, "-c", _EMULATE, "sh", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    assert process.wait(10) == 42
    process.stdout.close()


def test_without_a_command_it_serves_until_it_is_interrupted() -> None:
    process = subprocess.Popen([sys.executable, "-c", _EMULATE], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "netra staging, issue 1069" in process.stdout.readline()
    told = [process.stdout.readline()]
    while not told[-1].startswith("unset "):
        told.append(process.stdout.readline())
    assert "export PROJECT_ID=netra-staging\n" in told
    assert any(line.startswith("export VALIDATOR_EMULATOR='http://127.0.0.1:") for line in told)
    assert any(line.startswith("export CLOUDSDK_CONFIG=") for line in told)
    assert "GOOGLE_APPLICATION_CREDENTIALS" in told[-1]
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    process.stdout.close()


def test_what_it_prints_is_inert_to_a_shell_whatever_the_scenario_says(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    title = r"shop\n touch pwned-title; `touch pwned-ticks` $(touch pwned-dollar)\r\u2028"
    scenario.write_text(
        f'title: "{title}"\nenv: {{A: "\'; touch pwned-value; echo \'\\n$(touch pwned)"}}\nservices: {{}}\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "validator", "emulate", str(scenario)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = [process.stdout.readline()]
    while not told[-1].startswith("unset "):
        told.append(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    process.stdout.close()
    for script in ('eval "$TOLD"', "eval $TOLD"):
        ended = subprocess.run(
            ["sh", "-c", f'{script}; printf "%s" "$A"'],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "TOLD": "".join(told)},
            capture_output=True,
            text=True,
            check=True,
        )
    assert [path.name for path in tmp_path.iterdir()] == ["scenario.yaml"], ended.stderr


def test_it_ends_where_nobody_reads_what_it_prints() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen(
        [sys.executable, "-m", "validator", "emulate", str(SCENARIO)], stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    _, told = process.communicate(timeout=20)
    assert (process.returncode, told) == (0, b"")


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="no-such-program: cannot be started: No such file or directory"):
        emulate(SCENARIO, ["no-such-program"])


def test_an_unusable_scenario() -> None:
    with pytest.raises(ScenarioError):
        emulate(Path("none.yaml"), ["true"])


@pytest.mark.slow
def test_gcloud_reaches_it_without_a_word_more() -> None:
    assert shutil.which("gcloud"), "gcloud is not installed: this test runs the real one"
    words = [
        "run",
        "services",
        "describe",
        "netra-backend-staging",
        "--region=us-central1",
        "--format=value(status.url)",
    ]
    ended = subprocess.run(
        [sys.executable, "-c", _EMULATE, "gcloud", *words], capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.stdout.strip() == "https://netra-backend-staging-pnovr5vsba-uc.a.run.app", ended.stderr


def test_the_machines_credentials_do_not_reach_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/somewhere/key.json")
    script = (
        'test -z "$GOOGLE_APPLICATION_CREDENTIALS" && test -d "$CLOUDSDK_CONFIG" && test -z "$(ls "$CLOUDSDK_CONFIG")"'
    )
    assert emulate(SCENARIO, ["sh", "-c", script]) == 0


@pytest.mark.slow
def test_gcloud_connects_to_nothing_beyond_this_machine(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    words = ["run", "deploy", "netra-backend-staging", "--region=us-central1", "--image=us-docker.pkg.dev/p/r/i:3"]
    strace = ["strace", "-f", "-qq", "-e", "trace=connect", "-o", str(trace), "gcloud", *words]
    own = {name: value for name, value in os.environ.items() if not name.startswith("CLOUDSDK_")}
    ended = subprocess.run(
        [sys.executable, "-c", _EMULATE, *strace], env=own, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    connected = [line for line in trace.read_text().splitlines() if "AF_INET" in line]
    assert connected
    assert [line for line in connected if '"127.0.0.1"' not in line] == []
