"""The command line: reads arguments and the environment, and wires everything together."""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from validator import __version__
from validator.language.mistake import BadSpec, Mistake, meant
from validator.report.redaction import secret_values
from validator.signals import Signals
from validator.surroundings import Surroundings
from validator.usage import INCONCLUSIVE, PASSED, UNUSABLE, UsageError
from validator.words.check import Spec
from validator.words.counting import counted

_FORMATS = ("human", "json", "github", "sarif")
"""In which mistakes can be told."""
_SHOWN = "console, github, json, markdown, html, junit, sarif, in-toto"
"""In which a summary can be shown."""
_DEMO = Path(__file__).parent / "demo"

_EPILOG = """\
exit codes:
  0  passed          every blocking check has its evidence
  1  failed          the evidence speaks against a check
  2  nothing was run the arguments or the spec are wrong
  3  inconclusive    evidence could not be had
  130, 143           interrupted; the summary says what is known
"""


_REPLAY_EPILOG = """\
of one recording the exit codes are a run's; of several:
  0  each deploy keeps its verdict
  1  a deploy would have another verdict
  2  a recording or the spec cannot be read
  3  a deploy would be inconclusive where it was not
"""


class _Shown(Exception):
    """The help was asked for; the message is its text."""


class _Parser(argparse.ArgumentParser):
    """Raises what it has to say instead of writing it, so that it leaves through the door."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage()}")

    def print_help(self, file: object = None) -> NoReturn:  # noqa: ARG002 - argparse's own
        raise _Shown(self.format_help())


def _one_of(*known: str) -> Callable[[str], str]:
    """What reads one of several words, and tells of another what was meant."""

    def read(word: str) -> str:
        if word not in known:
            raise argparse.ArgumentTypeError(f"{word!r} is none of {', '.join(known)}{meant(word, known)}")
        return word

    return read


def _positive(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(f"{word!r} is no number above 0, and below a million")
    return number


def _shown(word: str) -> str:
    return _one_of(*_SHOWN.split(", "))(word)


def main(arguments: Sequence[str] | None = None, signals: Signals | None = None) -> int:
    """Run the command line; returns the exit code."""
    around = Surroundings.of(os.environ, sys.stdout, sys.stderr, signals or Signals())
    code = _guarded(arguments, around)
    if around.out.outlet.lost and code == PASSED and not around.judged:
        around.err.line(f"validator: the output cannot be written: {around.out.outlet.lost}")
        return UNUSABLE
    return code


def _guarded(arguments: Sequence[str] | None, around: Surroundings) -> int:
    """Run the command line; whatever goes wrong is told and has its exit code."""
    try:
        parsed = _parsed(arguments, around.environment)
        around.learn(secret_values(_given(parsed)))
        code: int = parsed.command(parsed, around)
    except _Shown as shown:
        around.out.lines(str(shown))
        return PASSED
    except BadSpec as error:
        from validator import offline  # noqa: PLC0415

        offline.refuse(parsed.spec, error.errors, around)
        return UNUSABLE
    except (UsageError, Mistake) as error:
        around.err.lines(f"validator: {error}")
        return UNUSABLE
    except Exception as error:  # noqa: BLE001 - Python's own exit code would say that a check failed
        import traceback  # noqa: PLC0415

        around.err.lines(traceback.format_exc())
        around.err.lines(f"validator: a defect of the gate: {type(error).__name__}: {error}; please report it")
        return INCONCLUSIVE
    return code


def _parsed(arguments: Sequence[str] | None, environment: Mapping[str, str]) -> argparse.Namespace:
    """The arguments, told of a misspelt command or option what was meant."""
    parser, commands = _parser(environment)
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words[0] if words else ""
    if command and not command.startswith("-") and command not in commands:
        raise UsageError(f"there is no command {command!r}{meant(command, list(commands))}; see `validator --help`")
    parsed, rest = parser.parse_known_args(words)
    if rest:
        own = commands.get(command, parser)
        hint = meant(rest[0].partition("=")[0], re.findall(r"--[a-z-]+", own.format_usage()))
        raise UsageError(f"`{own.prog}` does not take {rest[0]!r}{hint}; see `{own.prog} --help`")
    return parsed


_Add = Callable[..., _Parser]
"""Adds a command's parser."""


def _parser(environment: Mapping[str, str]) -> tuple[_Parser, Mapping[str, _Parser]]:
    """The parser, and those of the commands by name."""
    parser = _Parser(
        "validator",
        description="A deployment gate for Cloud Run whose every green is evidence.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="show the version and end")
    parser.set_defaults(command=lambda parsed, around: _version(around) if parsed.version else parser.print_help())
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    spec, chosen = _spec(environment), _chosen(environment)
    _add_run(commands.add_parser, spec, chosen, environment)
    _add_lint(commands.add_parser, spec)
    _add_plan(commands.add_parser, spec, chosen)
    _add_replay(commands.add_parser)
    _add_report(commands.add_parser)
    _add_schema(commands.add_parser)
    _add_emulated(commands.add_parser)
    return parser, commands.choices


def _spec(environment: Mapping[str, str]) -> _Parser:
    """Which spec, and the values of its names."""
    spec = _Parser(add_help=False)
    spec.add_argument(
        "spec",
        nargs="?",
        default=environment.get("VALIDATOR_SPEC") or "checks.yaml",
        help="the spec, - for standard input (%(default)s)",
    )
    spec.add_argument(
        "--set",
        action="append",
        default=_lines(environment, "VALIDATOR_SET"),
        metavar="NAME=VALUE",
        help="a value for ${NAME}, before the environment's",
    )
    return spec


def _chosen(environment: Mapping[str, str]) -> _Parser:
    """Which of its checks."""
    chosen = _Parser(add_help=False)
    for option, what in (("only", "judge only this"), ("skip", "leave this out")):
        default = _lines(environment, f"VALIDATOR_{option.upper()}")
        chosen.add_argument(
            f"--{option}", action="append", default=default, metavar="NAME", help=f"{what} check or group"
        )
    return chosen


def _add_run(add: _Add, spec: _Parser, chosen: _Parser, environment: Mapping[str, str]) -> None:
    run = add(
        "run",
        parents=[spec, chosen],
        help="the gate: judge the deployment",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("--dry-run", action="store_true", help="only say what would be asked (see `validator plan`)")
    run.add_argument(
        "--out",
        default=environment.get("VALIDATOR_OUT") or "out",
        metavar="DIR",
        help="where summary.json and the reports go (%(default)s)",
    )
    run.add_argument(
        "--record",
        action="append",
        default=_lines(environment, "VALIDATOR_RECORD"),
        metavar="FILE",
        help="record the run to this file too; see `validator replay`",
    )
    run.add_argument("--no-record", action="store_true", help="leave no recording in DIR")
    run.add_argument(
        "--format",
        action="append",
        dest="formats",
        default=_lines(environment, "VALIDATOR_FORMAT"),
        metavar="FORMAT",
        help="write this report to DIR too, or these with commas between them: sarif, in-toto",
    )
    run.add_argument(
        "--warn-only",
        action="store_true",
        default=environment.get("VALIDATOR_WARN_ONLY", "") not in ("", "false", "0"),
        help="exit 0 whatever the verdict, which the reports and outputs tell: for a first week",
    )
    _add_exports(run)
    run.set_defaults(command=_run)


def _add_exports(run: _Parser) -> None:
    exports = run.add_argument_group("judging saved output of gcloud, without any API")
    exports.add_argument(
        "--from", dest="service", type=Path, metavar="FILE", help="gcloud run services describe --format=json"
    )
    exports.add_argument("--revision", type=Path, metavar="FILE", help="gcloud run revisions describe --format=json")
    exports.add_argument("--build", type=Path, metavar="FILE", help="gcloud builds describe --format=json")
    exports.add_argument("--logs", type=Path, metavar="FILE", help="gcloud logging read --format=json")


def _add_replay(add: _Add) -> None:
    replay = add(
        "replay",
        help="judge recordings again, by their own or an edited spec, offline",
        epilog=_REPLAY_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    replay.add_argument("recordings", nargs="+", type=Path, metavar="RECORDING", help="what `validator run` recorded")
    replay.add_argument("--spec", type=Path, metavar="FILE", help="an edited spec; without it: the recorded one")
    replay.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a value for ${NAME} of it")
    replay.add_argument("--out", type=Path, metavar="DIR", help="where the reports go; without it: nowhere")
    replay.add_argument(
        "--format",
        type=_shown,
        default="console",
        metavar="FORMAT",
        help=f"{_SHOWN} (%(default)s)",
    )
    replay.set_defaults(command=_replay)


def _add_report(add: _Add) -> None:
    report = add("report", help="a summary in another format, or two summaries compared")
    report.add_argument(
        "summaries", nargs="+", type=Path, metavar="SUMMARY", help="a run's summary.json, - for standard input"
    )
    report.add_argument(
        "--format",
        type=_shown,
        default="console",
        metavar="FORMAT",
        help=f"{_SHOWN} (%(default)s); two are compared as console, json or markdown",
    )
    report.set_defaults(command=_report)


def _add_lint(add: _Add, spec: _Parser) -> None:
    lint = add("lint", parents=[spec], help="all that can be known of a spec without a network")
    lint.add_argument("more", nargs="*", metavar="spec", help=argparse.SUPPRESS)  # a commit's files, from pre-commit
    lint.add_argument(
        "--format",
        type=_one_of(*_FORMATS),
        default="human",
        metavar="FORMAT",
        help=f"how mistakes are told: {', '.join(_FORMATS)} (%(default)s)",
    )
    lint.set_defaults(command=_lint)


def _add_plan(add: _Add, spec: _Parser, chosen: _Parser) -> None:
    plan = add("plan", parents=[spec, chosen], help="what a run would ask, whom, when and how often")
    plan.add_argument(
        "--format",
        type=_one_of("human", "json"),
        default="human",
        metavar="FORMAT",
        help="human or json (%(default)s)",
    )
    plan.set_defaults(command=_plan)


def _add_schema(add: _Add) -> None:
    schema = add("schema", help="the JSON Schema of checks.yaml, or of summary.json")
    schema.add_argument(
        "which",
        nargs="?",
        type=_one_of("checks", "summary"),
        default="checks",
        metavar="checks|summary",
        help="(%(default)s)",
    )
    schema.set_defaults(command=_schema)
    explain = add(
        "explain",
        help="what a kind of check does; or what led to the verdict of one check",
        usage="validator explain [KIND]\n       validator explain RECORDING|SUMMARY CHECK",
    )
    explain.add_argument("what", nargs="?", default="", metavar="KIND", help="without one: all kinds, a line each")
    explain.add_argument(
        "check", nargs="?", default="", metavar="CHECK", help="the name of a check of a recording or summary"
    )
    explain.set_defaults(command=_explain)


def _add_emulated(add: _Add) -> None:
    demo = add("demo", help="the gate against an emulated deployment, offline")
    demo.add_argument("--out", default="out/demo", metavar="DIR", help="where the reports go (%(default)s)")
    demo.set_defaults(command=_demo)
    emulate = add(
        "emulate",
        help="an emulated deployment, alone or around a command",
        usage="validator emulate [--speed N] SCENARIO|RECORDING [-- COMMAND...]",
    )
    emulate.add_argument(
        "--speed", type=_positive, metavar="N", help="seconds there in one here; without it the scenario's own"
    )
    emulate.add_argument("scenario", type=Path, help="the scenario's file, or a recording")
    emulate.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="a command that reaches it")
    emulate.set_defaults(command=_emulate)


def _lines(environment: Mapping[str, str], variable: str) -> list[str]:
    """A variable of several values, one on a line."""
    return [line.strip() for line in environment.get(variable, "").splitlines() if line.strip()]


def _version(around: Surroundings) -> int:
    around.out.line(f"validator {__version__}")
    return PASSED


def _given(parsed: argparse.Namespace) -> dict[str, str]:
    """The values of `--set`."""
    given = {}
    for word in getattr(parsed, "set", ()):
        name, equals, value = word.partition("=")
        if not (equals and name.isidentifier()):
            raise UsageError(f"--set {name!r}: write NAME=VALUE")
        given[name] = value
    return given


def _variables(parsed: argparse.Namespace, around: Surroundings) -> dict[str, str]:
    """`--set` before the environment."""
    return {**around.environment, **_given(parsed)}


def _lint(parsed: argparse.Namespace, around: Surroundings) -> int:
    gc.disable()  # lint is over before there is garbage worth collecting, and imports make none
    try:
        return max(_lint_file(Path(name), parsed, around) for name in (parsed.spec, *parsed.more))
    finally:
        gc.enable()


def _lint_file(file: Path, parsed: argparse.Namespace, around: Surroundings) -> int:
    from validator import offline  # noqa: PLC0415
    from validator.emulator.scenario.recognition import is_scenario  # noqa: PLC0415

    if is_scenario(file):
        if parsed.format != "human":
            raise UsageError(f"--format {parsed.format}: the mistakes of a scenario are told as text only")
        return _lint_scenario(file, around)
    wanted = () if parsed.more else _given(parsed)  # which of several files a name is for is not said
    return offline.lint(file, _variables(parsed, around), parsed.format, around, wanted=wanted)


def _lint_scenario(file: Path, around: Surroundings) -> int:
    from validator.emulator.scenario.files import ScenarioError  # noqa: PLC0415
    from validator.emulator.scenario.loading import load  # noqa: PLC0415

    try:
        scenario = load(file)
    except ScenarioError as error:
        around.err.lines(str(error))
        return UNUSABLE
    for note in scenario.notes:
        around.err.line(note)
    around.out.line(f"{file}: a scenario of {counted(len(scenario.deployment.services), 'service')}, no mistakes")
    return PASSED


def _plan(parsed: argparse.Namespace, around: Surroundings) -> int:
    from validator import offline  # noqa: PLC0415

    form = getattr(parsed, "format", "human")
    return offline.plan(
        Path(parsed.spec),
        _variables(parsed, around),
        parsed.only,
        parsed.skip,
        form,
        around=around,
        wanted=_given(parsed),
    )


def _schema(parsed: argparse.Namespace, around: Surroundings) -> int:
    from validator import offline  # noqa: PLC0415

    return offline.schema(parsed.which, around)


def _explain(parsed: argparse.Namespace, around: Surroundings) -> int:
    if parsed.check:
        from validator.replaying import explaining  # noqa: PLC0415

        return explaining.explain(Path(parsed.what), parsed.check, around)
    from validator import offline  # noqa: PLC0415

    return offline.explain(parsed.what, around)


def _run(parsed: argparse.Namespace, around: Surroundings) -> int:
    from validator import offline  # noqa: PLC0415

    formats = _formats(parsed.formats)
    if parsed.dry_run:
        return _plan(parsed, around)
    spec, left_out, written = offline.load_to_run(
        Path(parsed.spec), _variables(parsed, around), parsed.only, parsed.skip, wanted=_given(parsed)
    )
    out = Path(parsed.out)
    if parsed.service or parsed.revision or parsed.build or parsed.logs:
        return _exported(parsed, spec, left_out, formats, around)
    from validator import gate  # noqa: PLC0415 - all that reaches out, once the spec is known to be good

    records = [*([] if parsed.no_record else [out / gate.RECORDING]), *map(Path, parsed.record)]
    return gate.run(
        spec, left_out, out, around, written=written, records=records, formats=formats, warn_only=parsed.warn_only
    )


def _formats(asked: Sequence[str]) -> list[str]:
    """The further formats of a run, one by one."""
    from validator.report.formats import FORMATS  # noqa: PLC0415

    words = [word.strip() for each in asked for word in each.split(",") if word.strip()]
    for word in words:
        if word not in FORMATS:
            raise UsageError(f"--format {word!r}: known are {', '.join(FORMATS)}{meant(word, list(FORMATS))}")
    return words


def _report(parsed: argparse.Namespace, around: Surroundings) -> int:
    from validator import reporting  # noqa: PLC0415

    return reporting.command(parsed.summaries, parsed.format, around)


def _exported(
    parsed: argparse.Namespace, spec: Spec, left_out: tuple[str, ...], formats: Sequence[str], around: Surroundings
) -> int:
    from validator import exported  # noqa: PLC0415

    if parsed.service is None:
        raise UsageError("--revision, --build and --logs go with --from: name the service's own file")
    if parsed.record:
        raise UsageError("--record: saved output is no run to record; keep the files")
    files = exported.Exports(parsed.service, parsed.revision, parsed.logs, parsed.build)
    return exported.run(spec, left_out, files, Path(parsed.out), around, formats=formats, warn_only=parsed.warn_only)


def _replay(parsed: argparse.Namespace, around: Surroundings) -> int:
    from validator.replaying import commands  # noqa: PLC0415
    from validator.replaying.replayed import Edited  # noqa: PLC0415

    given = _given(parsed)
    if parsed.spec is None and given:
        raise UsageError("--set is for another spec than the recorded one: name that with --spec FILE")
    edited = Edited(parsed.spec, given, around.environment) if parsed.spec else None
    parsed.spec = str(parsed.spec)  # named where it is refused
    if len(parsed.recordings) > 1:
        if parsed.out is not None:
            raise UsageError("--out is for one recording; of several write --format json or markdown to a file")
        return commands.backtest(parsed.recordings, edited, parsed.format, around)
    return commands.replay(parsed.recordings[0], edited, parsed.format, parsed.out, around)


def _demo(parsed: argparse.Namespace, around: Surroundings) -> int:
    gate = [sys.executable, "-I", "-m", "validator", "run", str(_DEMO / "checks.yaml"), "--out", parsed.out]
    gate += ["--set", "APPLICATION=application"]  # beside the spec, as the package has them
    return _around(_DEMO / "scenario.yaml", gate, around, own=False)


def _emulate(parsed: argparse.Namespace, around: Surroundings) -> int:
    words = parsed.words[1:] if parsed.words[:1] == ["--"] else parsed.words
    return _around(parsed.scenario, words, around, speed=parsed.speed)


def _around(
    scenario: Path, words: Sequence[str], around: Surroundings, *, own: bool = True, speed: float | None = None
) -> int:
    """The emulator around a command. What the command judged is its own exit code's to say.

    `own` lets the command see whose deploy the environment says it is; the demo's deploy is nobody's.
    """
    from validator.emulator.scenario.files import ScenarioError  # noqa: PLC0415
    from validator.emulator.servers.client_environment import OWN  # noqa: PLC0415 - the gate does without the emulator
    from validator.emulator.servers.command import CommandError, emulate  # noqa: PLC0415

    around.judged = bool(words)
    try:
        inherited = {name: value for name, value in os.environ.items() if own or name not in OWN}
        return emulate(scenario, words, speed=speed, inherited=inherited, say=around.out.setting, note=around.err.line)
    except (ScenarioError, CommandError) as error:
        raise UsageError(str(error)) from None
