"""How a command check is written: a program with its arguments, and how it has to end."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from validator.language.mistake import Mistake, sound
from validator.language.values import ABSENT, LENGTH, PATTERN, Bound, bound, bound_of, duration

__all__ = ["ABSENT", "Options", "options", "schema"]

_TIMEOUT = "60s"
_PATTERNS = {"anyOf": [PATTERN, {"type": "array", "items": PATTERN, "minItems": 1}]}
schema = {
    "type": "object",
    "properties": {
        "run": {
            "type": "array",
            "items": {
                "type": "string",
                "pattern": "^[^\\x00]*$",
                "x-form": "has a NUL character, which no argument can",
            },
            "minItems": 1,
            "x-empty": "write the program and its arguments, each an item of the list",
            "description": "The program, found in PATH or by its path from the spec's folder, and its arguments: a list, for there is no shell.",
        },
        "timeout": {
            **LENGTH,
            "default": _TIMEOUT,
            "description": "For one run; then it is killed, which is a failure.",
        },
        "env": {
            "type": "object",
            "propertyNames": {
                "type": "string",
                "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
                "x-form": "may have letters, digits and _ only",
            },
            "additionalProperties": {"type": "string", "pattern": "^[^\\x00]*$"},
            "description": "Its environment, beside the few variables that every command has.",
        },
        "expect": {
            "type": "object",
            "properties": {
                "exit": {
                    **bound_of({"type": "integer", "minimum": 0, "maximum": 255}),
                    "default": 0,
                    "description": "Its exit code; 128 and the signal's number of one that a signal ended.",
                },
                "stdout": {**_PATTERNS, "description": "RE2 patterns, each of which its standard output has to match."},
                "stderr": {**_PATTERNS, "description": "RE2 patterns, each of which its standard error has to match."},
                "json": {
                    "description": "What its standard output, read as JSON, has to contain: objects match partially, arrays whole."
                },
            },
            "additionalProperties": False,
            "minProperties": 1,
            "description": "How it has to end, and what it has to print.",
        },
    },
    "required": ["run"],
    "additionalProperties": False,
    "examples": [
        {"run": ["python3", "-c", "import json"]},
        {
            "run": ["./smoke.sh", "--fast"],
            "timeout": "2m",
            "env": {"STAGE": "staging"},
            "expect": {"stdout": "all .* passed"},
        },
        {"run": ["migrate", "status", "--json"], "expect": {"json": {"pending": 0}}},
    ],
    "x-failures": [
        "exit code ..., and not ...: ...",
        "it did not end within ... and was killed",
        "... does not match ...",
        "the JSON differs at ...",
    ],
    "x-unknown": [
        "it could not be started: ...",
        "... is not known as a whole: ... bytes of it were not kept",
    ],
    "x-commands": ['env -i PATH="$PATH" HOME="$HOME" python3 -c \'import json\'; echo $?'],
}
_CODE = re.compile(r"-[a-zA-Z]*[ce]|--(?:command|eval|execute)|/[cC]")
"""Options after which the next argument is read as a program's text."""
_OPERATORS = frozenset(["|", "||", "&", "&&", ";", ">", ">>", "<", "2>", "2>&1"])


@dataclass(frozen=True)
class Options:
    """A command, and how it has to end."""

    run: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    timeout: float
    exit: Bound
    stdout: tuple[str, ...]
    stderr: tuple[str, ...]
    json: Any

    @property
    def title(self) -> str:
        """The check's name when it has none."""
        return shlex.join(self.run)


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    expect = value.get("expect", {})
    made = Options(
        tuple(value["run"]),
        tuple(value.get("env", {}).items()),
        duration(value.get("timeout", _TIMEOUT)),
        bound(expect.get("exit", 0)),
        _patterns(expect.get("stdout", ())),
        _patterns(expect.get("stderr", ())),
        expect.get("json", ABSENT),
    )
    return sound(made, _mistakes(value["run"]))


def _patterns(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _mistakes(run: list[str]) -> Iterator[Mistake]:
    """What only a shell would understand, and where what was captured would become a program's text."""
    if run and not run[0].strip():
        yield Mistake("write the program to run", "run", 0)
    elif len(run) == 1 and len(words := run[0].split()) > 1:
        yield Mistake(f"there is no shell: write each word as an item, {words}", "run", 0)
    for place, word in enumerate(run):
        if word in _OPERATORS:
            yield Mistake(f"there is no shell, and `{word}` would be an argument; write a script", "run", place)
        if "${capture." in word and (place == 0 or _CODE.fullmatch(run[place - 1])):
            told = "what was captured may not become a program or its text; give it by `env` or as an argument"
            yield Mistake(told, "run", place)
