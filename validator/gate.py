"""The gate: one run of a spec against the platform, from the first request to the reports."""

from __future__ import annotations

import contextlib
import secrets
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue

from validator.checks import kinds
from validator.engine import threads
from validator.engine.outcome import known_secrets, outcome
from validator.engine.run import Engine
from validator.engine.verdicts import checks_in_order
from validator.recording.header import Header, Written, target_of
from validator.recording.recorder import Recorder
from validator.report import github
from validator.report.console import Console
from validator.report.document import Summary
from validator.report.reports import Reports
from validator.report.summary import defective, summarize
from validator.sources import Connection, Emulated, EmulatorAddressError, connect, from_environment
from validator.surroundings import Surroundings
from validator.usage import UsageError
from validator.words.call import Completion
from validator.words.check import Spec

RECORDING = "recording.ndjson.gz"
"""What the recording is called in the folder of the reports."""


def run(
    spec: Spec,
    left_out: tuple[str, ...],
    out: Path,
    around: Surroundings,
    *,
    written: Written,
    records: Sequence[Path],
    formats: Sequence[str] = (),
    warn_only: bool = False,
) -> int:
    """Judge a deployment and write the reports to a folder; returns the exit code, which the summary has too.

    With `warn_only` that is 0 whatever the verdict. The run is recorded to `records`, as the spec was `written`.

    Raises:
        UsageError: the emulator's address or the folder cannot be used; nothing was run.
    """
    reports = Reports(out, around.environment, secrets.token_hex(16), on_github=around.on_github, formats=formats)
    try:
        connection = from_environment(around.environment)
        reports.prepare()
    except EmulatorAddressError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"the reports cannot be written to {out}: {error.strerror}") from None
    engine = Engine(spec, kinds(), secrets.token_hex(8))
    emulated = isinstance(connection, Emulated)
    header = Header(written, spec.digest, engine.run_id, target_of(spec), emulated, warn_only)
    recorder = Recorder(records, header, spec.variables, secrets.token_bytes(32))
    around.learn(known_secrets(engine.verdicts))
    console = _begun(engine, around)
    code = _drive(engine, connection, console, recorder, around)
    around.signals.end()
    recorder.finish(engine.journal, engine.verdicts, code)
    summary = reports.write(_summary(engine, left_out, code, recorder, emulated=emulated, warn_only=warn_only))
    around.judged = True
    _show(summary, reports, recorder, console, around)
    return summary["exit_code"]


def _begun(engine: Engine, around: Surroundings) -> Console:
    """The console, which says what is to be judged."""
    console = Console(
        around.out, live=around.out.outlet.isatty(), color=around.colored(around.out), folds=around.on_github
    )
    spec = engine.spec
    names = [standing.check.name for standing in checks_in_order(spec, engine.standings)]
    console.begin(spec.title, [_target_line(spec, name) for name in engine.verdicts.implicit], names)
    return console


def _target_line(spec: Spec, name: str) -> str:
    target = spec.targets[name]
    return f"{target.project}/{target.region}/{target.service}"


def _drive(engine: Engine, connection: Connection, console: Console, recorder: Recorder, around: Surroundings) -> int:
    """Run the engine to its end or to a signal; returns the signal's exit code, or 0."""
    inbox: SimpleQueue[Completion | None] = SimpleQueue()

    def tell(now: float) -> None:
        around.learn(known_secrets(engine.verdicts))
        for name, standing in engine.standings.items():
            console.progress(name, standing.verdict, now - engine.verdicts.evidence.started)
        console.tick(now - engine.verdicts.evidence.started)

    told = _unless_broken(tell)

    def changed(now: float) -> None:
        recorder.take(engine.journal, engine.verdicts)
        told(now)

    sources = connect(connection)
    around.signals.begin(lambda: inbox.put(None))
    try:
        whole = threads.drive(engine, sources, lambda: connection.now, connection.speed, changed, inbox=inbox)
    except Exception:  # noqa: BLE001 - whatever it is, the summary of what is known is written
        around.err.lines(traceback.format_exc())
        with contextlib.suppress(Exception):
            engine.interrupt(connection.now)
        return 0
    finally:
        sources.close()
    return 0 if whole else 128 + around.signals.received


def _unless_broken(tell: Callable[[float], None]) -> Callable[[float], None]:
    """Tell as long as that works: the console's errors end no run."""
    works = True

    def told(now: float) -> None:
        nonlocal works
        try:
            if works:
                tell(now)
        except Exception:  # noqa: BLE001 - as above
            works = False

    return told


def _summary(
    engine: Engine, left_out: tuple[str, ...], code: int, recorder: Recorder, *, emulated: bool, warn_only: bool
) -> Summary:
    """The summary; should the gate have a defect in making it, one that says so."""
    try:
        run = outcome(engine.verdicts, not_selected=left_out, emulated=emulated, secrets=recorder.secrets)
        return summarize(run, code or None, warn_only=warn_only)
    except Exception as error:  # noqa: BLE001 - a run without a summary is worse
        return defective(engine.spec, engine.run_id, f"{type(error).__name__}: {error}", code, warn_only=warn_only)


def _show(summary: Summary, reports: Reports, recorder: Recorder, console: Console, around: Surroundings) -> None:
    """The last report, once the artifacts are written: they must not be lost to a closed terminal."""
    try:
        console.finish(summary, [*reports.written, *([] if recorder.lost else map(str, recorder.paths))])
        if around.on_github:
            around.out.commands(github.verdicts(summary, around.workspace))
    except Exception:  # noqa: BLE001 - as above
        around.err.lines(traceback.format_exc())
    for lost in (*reports.lost, *filter(None, [recorder.lost])):
        around.err.line(f"validator: {lost}")
