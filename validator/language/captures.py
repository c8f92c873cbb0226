"""`${capture.name}` in the values of a spec: where it may stand, and what is put in once it is known."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import re2

from validator.language.mistake import Mistake
from validator.language.schema_walk import below, has_format, items, types
from validator.language.yaml_reader import Path, leaves
from validator.words.call import Json

CEL_KEYS = ("assert", "until", "if", "capture")
"""The keys of a check whose values are CEL."""
_CAPTURE = re.compile(r"\$\{capture\.([A-Za-z_][A-Za-z0-9_]*)\}")


def captures_in(value: Any) -> Iterator[tuple[Path, str]]:
    """Each `${capture.name}` in a value: where it stands, and its name."""
    for path, text in leaves(value):
        if isinstance(text, str):
            yield from ((path, name) for name in _CAPTURE.findall(text))


def is_capture(value: Any) -> bool:
    """Whether it is one captured value and nothing else."""
    return isinstance(value, str) and _CAPTURE.fullmatch(value) is not None


def misplaced(data: Any, kinds: Collection[str]) -> Iterator[Mistake]:
    """Where a file refers to captured values although none is known there."""
    for path, name in captures_in(data):
        match path:
            case ("checks", int(), key, *inside) if (key in kinds and inside) or key in CEL_KEYS:
                continue
            case ("checks", int(), key, *_) if key in kinds:
                told = f"it can stand inside `{key}`, not in place of all of it"
            case ("checks", *_):
                told = "it can stand inside a kind's own part, and in CEL"
            case _:
                told = "it can stand in checks only"
        yield Mistake(f"${{capture.{name}}} is not known here; {told}", *path)


def with_captures(value: Any, schema: Json, captured: Mapping[str, Any]) -> Any:
    """The value with each `${capture.name}` replaced by what was captured.

    A text that is one reference and nothing else becomes the captured value with its type, wherever the schema takes
    more than text. Within a text it becomes text: quoted in a pattern, so that it matches itself, and in a path or URL,
    unless it is the beginning of that.
    """
    if isinstance(value, str):
        found = _CAPTURE.fullmatch(value)
        if found and types(schema) != {"string"} and not has_format(schema, "re2"):
            return captured.get(found[1])
        return _CAPTURE.sub(lambda each: _put(captured.get(each[1]), each.start(), schema), value)
    if isinstance(value, dict):
        return {key: with_captures(item, below(schema, key), captured) for key, item in value.items()}
    if isinstance(value, list):
        return [with_captures(item, items(schema), captured) for item in value]
    return value


def _put(value: Any, at: int, schema: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if has_format(schema, "re2"):
        return str(re2.escape(text))
    return quote(text, safe="") if at and has_format(schema, "location") else text
