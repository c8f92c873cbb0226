"""Local commands are run for real: no shell, no secrets, bounded output, and nothing outlives its time."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from validator.evidence.command import RunCommand
from validator.sources.command import Commands, open_source
from validator.sources.connection import Direct
from validator.words.call import Answer, Problem, Result

SOON = 10.0


@pytest.fixture
def commands() -> Iterator[Commands]:
    opened = open_source(Direct())
    yield opened
    opened.close()


def python(text: str, folder: Path | str = ".", **env: str) -> RunCommand:
    return RunCommand((sys.executable, "-c", text), str(folder), tuple(env.items()))


def answered(result: Result) -> Any:
    assert isinstance(result, Answer), result
    return result.content


def problem(result: Result) -> Problem:
    assert isinstance(result, Problem), result
    return result


def test_how_it_ended_and_what_it_printed(commands: Commands) -> None:
    text = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    assert answered(commands(python(text), SOON)) == {
        "exit": 3,
        "stdout": {"text": "out\n"},
        "stderr": {"text": "err\n"},
    }


def test_one_that_a_signal_ended_says_so(commands: Commands) -> None:
    ended = answered(commands(python("import os; os.kill(os.getpid(), 9)"), SOON))
    assert (ended["exit"], ended["signal"]) == (137, "SIGKILL")


def test_there_is_no_shell_and_each_item_is_one_argument(commands: Commands) -> None:
    words = ("$HOME; echo `id` | cat > x", "*", "a b")
    call = RunCommand((sys.executable, "-c", "import sys; print(sys.argv[1:])", *words), ".")
    assert answered(commands(call, SOON))["stdout"]["text"] == f"{list(words)}\n"


def test_its_environment_is_a_few_names_and_its_own(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_TOKEN", "VALIDATOR_EMULATOR", "GOOGLE_APPLICATION_CREDENTIALS", "LD_PRELOAD"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("TZ", "UTC")
    told = answered(commands(python("import os; print(sorted(os.environ))", STAGE="x"), SOON))["stdout"]["text"]
    names = set(eval(told))
    assert {"PATH", "TZ", "STAGE"} <= names
    assert names <= {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "USER", "LOGNAME", "STAGE"}


def test_it_runs_in_its_folder_with_nothing_to_read(commands: Commands, tmp_path: Path) -> None:
    text = "import os, sys; print(os.getcwd(), repr(sys.stdin.read()))"
    assert answered(commands(python(text, tmp_path), SOON))["stdout"]["text"] == f"{tmp_path} ''\n"


def test_a_program_of_the_folder_is_found_by_its_path(commands: Commands, tmp_path: Path) -> None:
    script = tmp_path / "smoke.sh"
    script.write_text("#!/bin/sh\necho fine\n")
    script.chmod(0o755)
    assert answered(commands(RunCommand(("./smoke.sh",), str(tmp_path)), SOON))["stdout"]["text"] == "fine\n"


def test_why_a_program_cannot_be_started(commands: Commands, tmp_path: Path) -> None:
    plain, odd = tmp_path / "plain", tmp_path / "odd"
    plain.write_text("x")
    odd.write_text("#!/nowhere/python\n")
    odd.chmod(0o755)
    told = {
        ("nowhere-to-be-found",): "nowhere-to-be-found is not found in PATH (",
        ("./absent",): "./absent is not there",
        ("./plain",): "./plain: Permission denied",
        ("./odd",): "./odd: the interpreter in its first line is not there",
        ("a\0b",): "embedded null byte",
    }
    for run, why in told.items():
        found = problem(commands(RunCommand(run, str(tmp_path)), SOON))
        assert found.code == "NOT_STARTED"
        assert why in found.message
    assert "is not there" in problem(commands(python("", tmp_path / "gone"), SOON)).message


def test_of_an_endless_output_both_ends_are_kept_and_it_ends_in_its_time(commands: Commands) -> None:
    began = time.monotonic()
    found = problem(commands(python("while True: print('line ' * 1000)"), 1.0))
    assert found.code == "TIMEOUT"
    assert found.message.startswith("the last line it printed: line line")
    assert time.monotonic() - began < 5


def test_of_a_long_output_the_middle_is_left_out(commands: Commands) -> None:
    text = "import sys; print('first'); sys.stdout.write('x' * 10_000_000); print('last')"
    out = answered(commands(python(text), SOON))["stdout"]
    assert out["text"].startswith("first\n")
    assert out["tail"].endswith("last\n")
    assert len(out["text"]) + len(out["tail"]) + out["left_out"] == 10_000_000 + len("first\nlast\n")
    assert len(out["text"]) == len(out["tail"]) == 1 << 16


def test_what_is_no_text_is_told_as_text(commands: Commands) -> None:
    out = answered(commands(python("import os; os.write(1, b'a\\xffb')"), SOON))["stdout"]
    assert out == {"text": "a\N{REPLACEMENT CHARACTER}b"}


SLEEPS = "import subprocess, sys, time; print(subprocess.Popen(['sleep', '600']).pid, flush=True); "


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


def gone(pid: int) -> bool:
    deadline = time.monotonic() + SOON
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not alive(pid)


def test_a_time_out_kills_what_it_started_too(commands: Commands) -> None:
    found = problem(commands(python(SLEEPS + "time.sleep(600)"), 1.0))
    assert gone(int(found.message.rpartition(" ")[2]))


def test_what_it_left_in_the_background_ends_with_it(commands: Commands) -> None:
    began = time.monotonic()
    ended = answered(commands(python(SLEEPS), SOON))
    assert gone(int(ended["stdout"]["text"]))
    assert time.monotonic() - began < 5


def test_a_program_that_left_its_group_holds_nothing_up(commands: Commands) -> None:
    text = "import subprocess; print(subprocess.Popen(['sleep', '600'], start_new_session=True).pid, flush=True)"
    began = time.monotonic()
    ended = answered(commands(python(text), SOON))
    assert time.monotonic() - began < 5
    os.kill(int(ended["stdout"]["text"]), signal.SIGKILL)


def test_one_that_does_not_listen_to_signals_ends_all_the_same(commands: Commands) -> None:
    text = "import signal, time; [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 15)]; time.sleep(600)"
    began = time.monotonic()
    assert problem(commands(python(text), 1.0)).code == "TIMEOUT"
    assert time.monotonic() - began < 5


def test_the_end_of_the_run_kills_what_still_runs(commands: Commands, tmp_path: Path) -> None:
    path = tmp_path / "pid"
    text = f"import os, time; open({str(path)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    results: list[Result] = []
    thread = Thread(target=lambda: results.append(commands(python(text), 600)))
    thread.start()
    while not (path.exists() and path.read_text()):
        time.sleep(0.01)
    commands.close()
    thread.join(SOON)
    assert gone(int(path.read_text()))
    assert problem(commands(python(""), SOON)).message == "the run is over"
