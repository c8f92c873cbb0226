"""GitHub Actions: the run as annotations on the spec's lines, a step summary, and outputs for later steps.

Limits and escapes are those of actions/runner (ActionCommand.cs, FileCommandManager.cs): ten annotations of a step, a step
summary of 1 MiB (a larger one is dropped whole), outputs between delimiters that no value may contain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from validator.language.mistake import SpecError
from validator.report import document as doc
from validator.report import phrases
from validator.report.markdown import LIMIT, markdown
from validator.report.outputs import told
from validator.report.safety import cut, inert, visible

MOST = 10
"""Annotations that GitHub keeps of one step."""
LONGEST = 1000
"""Characters of one annotation."""


class GitHubError(Exception):
    """A file of the runner's cannot be written; the message says which and why."""


def publish_report(summary: doc.Summary, environment: Mapping[str, str]) -> None:
    """Append the report to the step summary, if the runner named its file in the environment.

    Raises:
        GitHubError: it cannot be written.
    """
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        _append(Path(path), markdown(summary, LIMIT - _size(Path(path)) - 1) + "\n")


def publish_outputs(summary: doc.Summary, environment: Mapping[str, str], file: Path, token: str) -> None:
    """Append the step's outputs to their file, if the runner named it in the environment.

    `file` is the summary's, `token` is unpredictable: with a fixed delimiter, evidence could end an output early.

    Raises:
        GitHubError: it cannot be written.
    """
    if path := environment.get("GITHUB_OUTPUT"):
        _append(Path(path), outputs(summary, relative(str(file), environment.get("GITHUB_WORKSPACE", "")), token))


def outputs(summary: doc.Summary, file: str, token: str) -> str:
    """The step's outputs. `failed` counts the failures that count; the others are excused or do not block."""
    counts = summary["counts"]
    values = {
        "verdict": summary["verdict"],
        "summary": file,
        **told(summary),
        "passed": str(counts["passed"]),
        "failed": str(counts["failed"] - counts["excused"] - counts["not_blocking"]),
    }
    delimiter = f"validator-{token}"
    return "".join(f"{name}<<{delimiter}\n{visible(value)}\n{delimiter}\n" for name, value in values.items())


def verdicts(summary: doc.Summary, workspace: str = "") -> list[str]:
    """Workflow commands that put what did not pass on its line of the spec: errors first, ten at most."""
    worth = [check for check in summary["checks"] if check["verdict"] in ("failed", "inconclusive")]
    errors = phrases.causes(summary)
    warnings = [check for check in worth if not check["blocks"]]
    level = "warning" if summary["warn_only"] else "error"
    found = [_annotation(level, check, workspace) for check in errors]
    if not errors and summary["verdict"] != "passed":
        found.append(_command(level, {"title": f"validator: {summary['verdict']}"}, summary["headline"]["text"]))
    found += [_annotation("warning", check, workspace) for check in warnings]
    return _bounded(found, level if len(errors) >= MOST else "warning")


def mistakes(errors: Sequence[SpecError], workspace: str = "", level: str = "error") -> list[str]:
    """The same for a spec that was refused: each mistake on its line, ten at most."""
    found = [
        _command(level, {**_place(each.position.file, each.position.line, each.position.column, workspace),
                           "title": "mistake in the spec"}, each.message)
        for each in errors
    ]  # fmt: skip
    return _bounded(found, level)


def relative(path: str, workspace: str) -> str:
    """A path as GitHub and later steps know it: from the workspace, which has another name outside the container."""
    if workspace and PurePath(path).is_relative_to(workspace):
        return str(PurePath(path).relative_to(workspace))
    return path


def group(title: str) -> str:
    """The command that folds the lines which follow under a title, up to the next group or its end."""
    return f"::group::{_data(inert(visible(cut(title, 200))))}"


END_OF_GROUP = "::endgroup::"


def _annotation(level: str, check: doc.CheckSummary, workspace: str) -> str:
    position = check["position"]
    place = _place(position["file"], position["line"], position["column"], workspace)
    title = {"title": f"{check['name']}: {check['verdict']}"}
    return _command(level, place | title, "\n".join(phrases.told(check)))


def _place(file: str, line: int, column: int, workspace: str) -> dict[str, str]:
    return {"file": relative(file, workspace), "line": str(max(line, 1)), "col": str(max(column, 1))}


def _bounded(commands: list[str], level: str) -> list[str]:
    """At most ten; the last one of more says how many are missing."""
    if len(commands) <= MOST:
        return commands
    more = _command(level, {"title": "validator"}, f"{len(commands) - MOST + 1} more: see the log and the summary")
    return [*commands[: MOST - 1], more]


def _command(level: str, properties: Mapping[str, str], message: str) -> str:
    r"""`::error file=checks.yaml,line=12::message`, escaped as the runner unescapes it."""
    head = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    lines = [visible(line) for line in cut(message, LONGEST).split("\n")]
    return f"::{level} {head}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(cut(text, 200))).replace(":", "%3A").replace(",", "%2C")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise GitHubError(_told(path, error)) from None


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise GitHubError(_told(path, error)) from None


def _told(path: Path, error: OSError) -> str:
    return (
        f"{path} cannot be written: {error.strerror}; the runner's files are root's: run the action's container as root, "
        "its default"
    )
