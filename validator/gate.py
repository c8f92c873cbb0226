"""The gate: one run of a spec against the platform, from the first request to the reports."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from validator.checks import kinds
from validator.engine import threads
from validator.engine.outcome import outcome
from validator.engine.run import Engine, checks_in_order
from validator.model.check import Spec
from validator.report import github
from validator.report.artifact import prepare, write_json, write_text
from validator.report.console import Console
from validator.report.document import Summary
from validator.report.markdown import markdown
from validator.report.summary import summarize
from validator.sources import Connection, Emulated, EmulatorAddressError, connect, from_environment
from validator.spec.mistake import SpecError
from validator.usage import INCONCLUSIVE, UsageError


class _SignalError(BaseException):
    """A signal that ends the run."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run(spec: Spec, left_out: tuple[str, ...], out: Path) -> int:
    """Judge a deployment and write the reports to a folder; returns the exit code. A green whose report is lost is none.

    Raises:
        UsageError: the emulator's address or the folder cannot be used; nothing was run.
    """
    try:
        connection = from_environment(os.environ)
        prepare(out)
    except EmulatorAddressError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"the reports cannot be written to {out}: {error.strerror}") from None
    console = Console(sys.stdout, live=sys.stdout.isatty(), color=_color())
    engine = Engine(spec, kinds(), secrets.token_hex(8))
    names = [standing.check.name for standing in checks_in_order(spec, engine.standings)]
    console.begin(spec.title, [_target_line(spec, name) for name in engine.verdicts.implicit], names)
    code = _drive(engine, connection, console)
    ended = outcome(engine, not_selected=left_out, emulated=isinstance(connection, Emulated))
    lost = _write(summarize(ended, code or None), out, console)
    if lost:
        print(f"validator: {lost}", file=sys.stderr)
    return code or ended.exit_code or (INCONCLUSIVE if lost else 0)


def _target_line(spec: Spec, name: str) -> str:
    target = spec.targets[name]
    return f"{target.project}/{target.region}/{target.service}"


def _color() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _drive(engine: Engine, connection: Connection, console: Console) -> int:
    """Run the engine to its end or to a signal; returns the signal's exit code, or 0."""

    def interrupt(number: int, _: FrameType | None) -> NoReturn:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)  # the report is written in any case
        raise _SignalError(number)

    def changed(now: float) -> None:
        for name, standing in engine.standings.items():
            console.progress(name, standing.verdict, now - engine.verdicts.evidence.started)
        console.tick(now - engine.verdicts.evidence.started)

    sources = connect(connection)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, interrupt)
    try:
        threads.drive(engine, sources, lambda: connection.now, connection.speed, changed)
    except _SignalError as received:
        engine.interrupt(connection.now)
        return 128 + received.number
    except Exception:  # noqa: BLE001 - whatever it is, the summary of what is known is written
        traceback.print_exc()
        engine.interrupt(connection.now)
    return 0


def _write(summary: Summary, out: Path, console: Console) -> str:
    """Write the artifacts first, then the last report: the summary must not be lost to a closed terminal.

    Returns what could not be written and why, or nothing.
    """
    artifacts = (out / "summary.json", out / "report.md")
    try:
        write_json(summary, artifacts[0])
        write_text(artifacts[1], markdown(summary))
    except OSError as error:
        console.finish(summary)
        return f"the reports cannot be written to {out}: {error.strerror}"
    console.finish(summary, [str(path) for path in artifacts])
    return _tell_github(summary, artifacts[0]) if _on_github() else ""


def annotate_mistakes(errors: Sequence[SpecError]) -> None:
    """On GitHub, put the mistakes of a spec on its lines."""
    if _on_github():
        _annotate(github.mistakes(errors, os.environ.get("GITHUB_WORKSPACE", "")))


def _on_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _annotate(commands: Sequence[str]) -> None:
    for line in commands:
        print(line.encode(sys.stdout.encoding, "backslashreplace").decode(sys.stdout.encoding), flush=True)


def _tell_github(summary: Summary, file: Path) -> str:
    _annotate(github.verdicts(summary, os.environ.get("GITHUB_WORKSPACE", "")))
    try:
        github.publish(summary, os.environ, file, secrets.token_hex(16))
    except github.GitHubError as error:
        return str(error)
    return ""
