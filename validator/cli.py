"""The command line: reads arguments and the environment, and wires everything together."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from validator import __version__
from validator.spec.mistake import BadSpec, Mistake
from validator.usage import INCONCLUSIVE, PASSED, UNUSABLE, UsageError

_FORMATS = ("human", "json", "github", "sarif")
"""In which mistakes can be told."""
_DEMO = Path(__file__).parent / "demo"

_EPILOG = """\
exit codes:
  0  passed          every blocking check has its evidence
  1  failed          the evidence speaks against a check
  2  nothing was run the arguments or the spec are wrong
  3  inconclusive    evidence could not be had
  130, 143           interrupted; the summary says what is known
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parsed = _parser(os.environ).parse_args(arguments)
    try:
        code: int = parsed.command(parsed)
    except BadSpec as error:
        from validator import offline  # noqa: PLC0415

        offline.tell(error.errors)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            from validator import gate  # noqa: PLC0415

            gate.annotate_mistakes(error.errors)
        count = len(error.errors)
        print(f"{parsed.spec}: {count} mistake{'s' * (count != 1)}; nothing was run", file=sys.stderr)
        return UNUSABLE
    except (UsageError, Mistake) as error:
        print(f"validator: {error}", file=sys.stderr)
        return UNUSABLE
    except Exception as error:  # noqa: BLE001 - Python's own exit code would say that a check failed
        import traceback  # noqa: PLC0415

        traceback.print_exc()
        print(f"validator: a defect of the gate: {type(error).__name__}: {error}; please report it", file=sys.stderr)
        return INCONCLUSIVE
    return code


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "validator",
        description="A deployment gate for Cloud Run whose every green is evidence.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"validator {__version__}")
    parser.set_defaults(command=lambda _: _help(parser))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    spec = argparse.ArgumentParser(add_help=False)
    spec.add_argument(
        "spec", nargs="?", default=environment.get("VALIDATOR_SPEC") or "checks.yaml", help="the spec (%(default)s)"
    )
    spec.add_argument(
        "--set",
        action="append",
        default=_lines(environment, "VALIDATOR_SET"),
        metavar="NAME=VALUE",
        help="a value for ${NAME}, before the environment's",
    )

    chosen = argparse.ArgumentParser(add_help=False)
    for option, what in (("only", "judge only this"), ("skip", "leave this out")):
        default = _lines(environment, f"VALIDATOR_{option.upper()}")
        chosen.add_argument(
            f"--{option}", action="append", default=default, metavar="NAME", help=f"{what} check or group"
        )

    run = commands.add_parser("run", parents=[spec, chosen], help="the gate: judge the deployment", epilog=_EPILOG,
                              formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    run.add_argument("--dry-run", action="store_true", help="only say what would be asked (see `validator plan`)")
    run.add_argument(
        "--out",
        default=environment.get("VALIDATOR_OUT") or "out",
        metavar="DIR",
        help="where summary.json and report.md go (%(default)s)",
    )
    run.set_defaults(command=_run)

    lint = commands.add_parser("lint", parents=[spec], help="all that can be known of a spec without a network")
    lint.add_argument("more", nargs="*", metavar="spec", help=argparse.SUPPRESS)  # a commit's files, from pre-commit
    lint.add_argument("--format", choices=_FORMATS, default="human", help="how mistakes are told (%(default)s)")
    lint.set_defaults(command=_lint)

    plan = commands.add_parser("plan", parents=[spec, chosen], help="what a run would ask, whom, when and how often")
    plan.add_argument("--format", choices=("human", "json"), default="human", help="(%(default)s)")
    plan.set_defaults(command=_plan)

    schema = commands.add_parser("schema", help="the JSON Schema of checks.yaml, or of summary.json")
    schema.add_argument("which", nargs="?", choices=("checks", "summary"), default="checks", help="(%(default)s)")
    schema.set_defaults(command=_schema)

    demo = commands.add_parser("demo", help="the gate against an emulated deployment, offline")
    demo.add_argument("--out", default="out/demo", metavar="DIR", help="where the reports go (%(default)s)")
    demo.set_defaults(command=_demo)

    emulate = commands.add_parser(
        "emulate",
        help="an emulated deployment, alone or around a command",
        usage="validator emulate SCENARIO [-- COMMAND...]",
    )
    emulate.add_argument("scenario", type=Path, help="the scenario's file")
    emulate.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="a command that reaches it")
    emulate.set_defaults(command=_emulate)
    return parser


def _lines(environment: Mapping[str, str], variable: str) -> list[str]:
    """A variable of several values, one on a line."""
    return [line.strip() for line in environment.get(variable, "").splitlines() if line.strip()]


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return PASSED


def _variables(parsed: argparse.Namespace) -> dict[str, str]:
    """`--set` before the environment."""
    given = {}
    for word in parsed.set:
        name, equals, value = word.partition("=")
        if not (equals and name.isidentifier()):
            raise UsageError(f"--set {word!r}: write NAME=VALUE")
        given[name] = value
    return {**os.environ, **given}


def _lint(parsed: argparse.Namespace) -> int:
    variables = _variables(parsed)
    gc.disable()  # lint is over before there is garbage worth collecting, and imports make none
    try:
        return max(_lint_file(Path(name), variables, parsed.format) for name in (parsed.spec, *parsed.more))
    finally:
        gc.freeze()  # what is loaded lives to the end; looking through it on the way out takes longer than lint
        gc.enable()


def _lint_file(file: Path, variables: Mapping[str, str], form: str) -> int:
    from validator import offline  # noqa: PLC0415
    from validator.emulator.recognition import is_scenario  # noqa: PLC0415

    if is_scenario(file):
        if form != "human":
            raise UsageError(f"--format {form}: the mistakes of a scenario are told as text alone")
        return _lint_scenario(file)
    return offline.lint(file, variables, form)


def _lint_scenario(file: Path) -> int:
    from validator.emulator.scenario import ScenarioError, load  # noqa: PLC0415

    try:
        scenario = load(file)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    print(f"{file}: a scenario of {len(scenario.deployment.services)} services, no mistakes")
    return PASSED


def _plan(parsed: argparse.Namespace) -> int:
    from validator import offline  # noqa: PLC0415

    return offline.plan(Path(parsed.spec), _variables(parsed), parsed.only, parsed.skip, parsed.format)


def _schema(parsed: argparse.Namespace) -> int:
    from validator import offline  # noqa: PLC0415

    return offline.schema(parsed.which)


def _run(parsed: argparse.Namespace) -> int:
    from validator import offline  # noqa: PLC0415
    from validator.spec.selection import select  # noqa: PLC0415

    if parsed.dry_run:
        return offline.plan(Path(parsed.spec), _variables(parsed), parsed.only, parsed.skip, "human")
    spec, left_out = select(offline.load_file(Path(parsed.spec), _variables(parsed)), parsed.only, parsed.skip)
    from validator import gate  # noqa: PLC0415 - all that reaches out, once the spec is known to be good

    return gate.run(spec, left_out, Path(parsed.out))


def _demo(parsed: argparse.Namespace) -> int:
    from validator.emulator.command import emulate  # noqa: PLC0415 - the gate itself does without the emulator

    gate = [sys.executable, "-m", "validator", "run", str(_DEMO / "checks.yaml"), "--out", parsed.out]
    return emulate(_DEMO / "scenario.yaml", gate)


def _emulate(parsed: argparse.Namespace) -> int:
    from validator.emulator.command import CommandError, emulate  # noqa: PLC0415
    from validator.emulator.scenario import ScenarioError  # noqa: PLC0415

    words = parsed.words[1:] if parsed.words[:1] == ["--"] else parsed.words
    try:
        return emulate(parsed.scenario, words)
    except (ScenarioError, CommandError) as error:
        raise UsageError(str(error)) from None
