"""The commands that need no network: what is wrong with a spec, what it would ask, and its schemas."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from validator.checks import kinds
from validator.files import below, content
from validator.language.expressions import EVERY
from validator.language.include import Read, decoded
from validator.language.load import Examined, examine, load
from validator.language.mistake import BadSpec, SpecError, meant
from validator.surroundings import Surroundings
from validator.usage import PASSED, UNUSABLE, UsageError
from validator.words.check import Position, Spec
from validator.words.counting import counted

if TYPE_CHECKING:
    from validator.recording.header import Written


def examine_file(
    file: Path,
    variables: Mapping[str, str],
    *,
    strict: bool,
    command: str,
    wanted: Collection[str] = (),
    texts: dict[str, str] | None = None,
    today: date | None = None,
) -> Examined:
    """Find all that is wrong with a spec's file.

    Args:
        file: the spec.
        variables: for `${NAME}` and `vars`.
        strict: whether an unset name is an error and not a warning.
        command: the one that was called, for advice.
        wanted: the names of `--set`, which the spec has to use.
        texts: takes in what was read, by the names of the files.
        today: the day (UTC) on which known issues are held against their ends; None for this one.

    Raises:
        UsageError: the file cannot be read.
    """
    texts = {} if texts is None else texts
    try:
        text = decoded(content(file), str(file))
    except FileNotFoundError:
        raise UsageError(f"there is no {file}; name the spec: validator {command} path/to/checks.yaml") from None
    except (OSError, ValueError) as error:  # ValueError: no file has such a name
        raise UsageError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except BadSpec as error:
        return Examined(None, error.errors)
    texts[str(file)] = text
    beside = _noting(below(file.parent), texts)
    examined = examine(text, str(file), kinds(), variables, strict=strict, read=beside, today=today or today_utc())
    return _held_to(wanted, examined, file)


def _noting(read: Read, texts: dict[str, str]) -> Read:
    """The same, noting what was read."""

    def noted(name: str) -> bytes:
        found = read(name)
        texts[name] = found.decode("utf-8-sig", "replace")
        return found

    return noted


def _held_to(wanted: Collection[str], examined: Examined, file: Path) -> Examined:
    """The same, with the names of `--set` that are not used as mistakes."""
    unused = () if EVERY in examined.names else sorted(set(wanted) - examined.names)
    if not unused:
        return examined
    names = sorted(examined.names)
    said = [f"--set {one}: the spec uses neither ${{{one}}} nor vars.{one}{meant(one, names)}" for one in unused]
    top = Position(str(file), 1, 1)
    return Examined(None, (*(SpecError(top, each, quotable=False) for each in said), *examined.found), examined.names)


def today_utc() -> date:
    """The day on which known issues are held against their ends."""
    return datetime.now(UTC).date()


def load_file(
    file: Path,
    variables: Mapping[str, str],
    *,
    command: str,
    wanted: Collection[str] = (),
    today: date | None = None,
) -> Spec:
    """The spec of a file; the arguments are those of `examine_file`.

    Raises:
        BadSpec: with every mistake in it.
        UsageError: the file cannot be read.
    """
    examined = examine_file(file, variables, strict=True, command=command, wanted=wanted, today=today)
    if examined.spec is None:
        raise BadSpec(examined.errors)
    return examined.spec


def load_to_run(
    file: Path, variables: Mapping[str, str], only: list[str], skip: list[str], *, wanted: Collection[str] = ()
) -> tuple[Spec, tuple[str, ...], Written]:
    """The spec of a file for a run, the checks that were not selected, and the spec as a recording holds it.

    Raises:
        BadSpec, Mistake, UsageError: as of `load_file`, and of `select`.
    """
    from validator.language.selection import select  # noqa: PLC0415
    from validator.recording.header import Written  # noqa: PLC0415

    texts: dict[str, str] = {}
    examined = examine_file(file, variables, strict=True, command="run", wanted=wanted, texts=texts)
    if examined.spec is None:
        raise BadSpec(examined.errors)
    spec, left_out = select(examined.spec, only, skip)
    written = Written.of(str(file), texts, variables, examined.names, today_utc(), only=only, skip=skip)
    return spec, left_out, written


def lint(
    file: Path, variables: Mapping[str, str], form: str, around: Surroundings, *, wanted: Collection[str] = ()
) -> int:
    """Say all that is wrong with a spec; returns the exit code."""
    examined = examine_file(file, variables, strict=False, command="lint", wanted=wanted)
    found = _without_secrets(examined.found, around)
    checks = len(examined.spec.checks) if examined.spec else 0
    if form == "human":
        _tell(found, around)
        (around.out if examined.spec else around.err).line(_conclusion(file, examined, checks))
    elif form == "github":
        _annotate(found, around)
    else:
        from validator.report import mistakes  # noqa: PLC0415 - only for these forms

        around.out.json(mistakes.as_json(found, str(file), checks) if form == "json" else mistakes.as_sarif(found))
    return PASSED if examined.spec else UNUSABLE


def refuse(file: str, errors: Sequence[SpecError], around: Surroundings) -> None:
    """Say why a spec is not run, to a person and on GitHub on its lines."""
    found = _without_secrets(errors, around)
    _tell(found, around)
    if around.on_github:
        _annotate(found, around)
    around.err.line(f"{file}: {counted(len(found), 'mistake')}; nothing was run")


def _without_secrets(found: Sequence[SpecError], around: Surroundings) -> list[SpecError]:
    """A mistake quotes what is wrong, and that may be a secret that a variable brought in."""
    return [replace(each, message=around.err.redact(each.message)) for each in found]


def _tell(found: Sequence[SpecError], around: Surroundings) -> None:
    """Say mistakes to a person, on standard error."""
    if not found:
        return
    from validator.report import mistakes  # noqa: PLC0415 - a spec without mistakes does without

    for spans in mistakes.for_people(found, _lines, around.err.redact):
        around.err.spans(spans, color=around.colored(around.err))


@cache
def _lines(file: str) -> Sequence[str]:
    try:
        return content(Path(file)).decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
    except OSError:
        return ()


def _conclusion(file: Path, examined: Examined, checks: int) -> str:
    warned = sum(each.warning for each in examined.found)
    wrong = len(examined.found) - warned
    warnings = f", {counted(warned, 'warning')}" if warned else ""
    if examined.spec is None:
        return f"{file}: {counted(wrong, 'mistake')}{warnings}; nothing was run"
    return f"{file}: {counted(checks, 'check')}, no mistakes{warnings}"


def _annotate(found: Sequence[SpecError], around: Surroundings) -> None:
    from validator.report import github  # noqa: PLC0415

    around.out.commands(github.mistakes([each for each in found if not each.warning], around.workspace))
    around.out.commands(github.mistakes([each for each in found if each.warning], around.workspace, "warning"))


def plan(
    file: Path,
    variables: Mapping[str, str],
    only: list[str],
    skip: list[str],
    form: str,
    *,
    around: Surroundings,
    wanted: Collection[str] = (),
) -> int:
    """Say what a run would ask, whom, when and how often; returns the exit code."""
    from validator.engine.planning import plan_of  # noqa: PLC0415
    from validator.language.selection import select  # noqa: PLC0415
    from validator.report.plan_text import as_json, for_people  # noqa: PLC0415

    spec, _ = select(load_file(file, variables, command="plan", wanted=wanted), only, skip)
    made = plan_of(spec, kinds())
    if form == "json":
        around.out.json(as_json(made))
    else:
        for line in for_people(made):
            around.out.line(line)
    return PASSED


def explain(name: str, around: Surroundings) -> int:
    """Say what a kind does, or what kinds there are; returns the exit code.

    Raises:
        UsageError: there is no such kind.
    """
    from validator.report.explain import example_of, explanation, overview  # noqa: PLC0415

    known = kinds()
    if not name:
        lines = overview(known)
    elif name not in known:
        raise UsageError(f"there is no kind {name!r}{meant(name, list(known))}; known: {', '.join(known)}")
    else:
        from validator.engine.planning import plan_of  # noqa: PLC0415

        spec = load(example_of(name, known[name]), "example", known, {})
        lines = explanation(name, known[name], plan_of(spec, known))
    for line in lines:
        around.out.setting(line)
    return PASSED


def schema(which: str, around: Surroundings) -> int:
    """Write one of the published schemas."""
    from validator.language.published import published  # noqa: PLC0415

    if which == "summary":
        around.out.json(json.loads((Path(__file__).parent / "report" / "summary.schema.json").read_text("utf-8")))
    else:
        around.out.json(published(kinds()))
    return PASSED
