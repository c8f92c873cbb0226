"""The commands that need no network: what is wrong with a spec, what it would ask, and its schemas."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from validator.checks import kinds
from validator.model.check import Spec
from validator.spec.include import decoded
from validator.spec.load import Examined, examine
from validator.spec.mistake import BadSpec, SpecError
from validator.usage import PASSED, UNUSABLE, UsageError


def examine_file(file: Path, variables: Mapping[str, str], *, strict: bool) -> Examined:
    """Find all that is wrong with a spec's file.

    Raises:
        UsageError: there is no such file.
    """
    try:
        text = decoded(file.read_bytes(), str(file))
    except FileNotFoundError:
        raise UsageError(f"there is no {file}; name the spec: validator run path/to/checks.yaml") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except BadSpec as error:
        return Examined(None, error.errors)
    today = datetime.now(UTC).date()
    return examine(text, str(file), kinds(), variables, strict=strict, read=_content, today=today)


def _content(file: str) -> bytes:
    return Path(file).read_bytes()


def load_file(file: Path, variables: Mapping[str, str]) -> Spec:
    """The spec of a file, for a run.

    Raises:
        BadSpec: with every mistake in it.
        UsageError: there is no such file.
    """
    examined = examine_file(file, variables, strict=True)
    if examined.spec is None:
        raise BadSpec(examined.errors)
    return examined.spec


def lint(file: Path, variables: Mapping[str, str], form: str) -> int:
    """Say all that is wrong with a spec; returns the exit code."""
    examined = examine_file(file, variables, strict=False)
    checks = len(examined.spec.checks) if examined.spec else 0
    if form == "human":
        tell(examined.found)
        print(_conclusion(file, examined, checks), file=sys.stdout if examined.spec else sys.stderr)
    elif form == "github":
        _tell_github(examined.found)
    else:
        from validator.report import mistakes  # noqa: PLC0415 - only for these forms

        print(
            mistakes.as_json(examined.found, str(file), checks) if form == "json" else mistakes.as_sarif(examined.found)
        )
    return PASSED if examined.spec else UNUSABLE


def tell(found: Sequence[SpecError]) -> None:
    """Say mistakes to a person, on standard error."""
    if not found:
        return
    from validator.report import mistakes  # noqa: PLC0415 - a spec without mistakes does without

    color = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    for line in mistakes.for_people(found, _lines, color=color):
        print(line.encode(sys.stderr.encoding, "backslashreplace").decode(sys.stderr.encoding), file=sys.stderr)


@cache
def _lines(file: str) -> Sequence[str]:
    try:
        return Path(file).read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
    except OSError:
        return ()


def _conclusion(file: Path, examined: Examined, checks: int) -> str:
    warned = sum(each.warning for each in examined.found)
    wrong = len(examined.found) - warned
    warnings = f", {warned} warning{'s' * (warned != 1)}" if warned else ""
    if examined.spec is None:
        return f"{file}: {wrong} mistake{'s' * (wrong != 1)}{warnings}; nothing was run"
    return f"{file}: {checks} check{'s' * (checks != 1)}, no mistakes{warnings}"


def _tell_github(found: Sequence[SpecError]) -> None:
    from validator.report import github  # noqa: PLC0415

    workspace = os.environ.get("GITHUB_WORKSPACE", "")
    for line in github.mistakes([each for each in found if not each.warning], workspace):
        print(line)
    for line in github.mistakes([each for each in found if each.warning], workspace):
        print(line.replace("::error ", "::warning ", 1))


def plan(file: Path, variables: Mapping[str, str], only: list[str], skip: list[str], form: str) -> int:
    """Say what a run would ask, whom, when and how often; returns the exit code."""
    from validator.engine.plan import plan_of  # noqa: PLC0415
    from validator.report.plan import as_json, for_people  # noqa: PLC0415
    from validator.spec.selection import select  # noqa: PLC0415

    spec, _ = select(load_file(file, variables), only, skip)
    made = plan_of(spec, kinds())
    print(as_json(made) if form == "json" else for_people(made))
    return PASSED


def schema(which: str) -> int:
    """Print one of the published schemas."""
    from validator.spec.published import published  # noqa: PLC0415

    if which == "summary":
        print((Path(__file__).parent / "report" / "summary.schema.json").read_text(encoding="utf-8"), end="")
    else:
        print(json.dumps(published(kinds()), indent=2, ensure_ascii=False))
    return PASSED
