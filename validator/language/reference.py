"""The reference of the spec language in Markdown, made from the schema: each kind, key, default and example."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from validator.judging.kind import Kind
from validator.language.schema import COMMON, schema_of, schema_of_included
from validator.language.schema_walk import branches, properties
from validator.language.yaml_reader import resolve

_HEAD = """\
# checks.yaml

Made by `scripts/reference.py` from the schema that `validator lint` holds a spec against. Editors read the same schema:
`validator schema > checks.schema.json`, and `# yaml-language-server: $schema=checks.schema.json` as the first line of
`checks.yaml`.

Durations are written `500ms`, `30s`, `5m`, `1h30m`. A measured value is bounded by a value (exactly that) or by
`{min, max}`, both ends included; a bound that every value keeps is refused. `${NAME}` and `${NAME:-default}` come from `--set`, then from the environment; `$$` is a dollar. In CEL they
are `vars.NAME`.
"""
_SEES = """\
CEL sees `revision`, `previous`, `serving`, `service`, `build`, `deployed`, `env`, `secrets`, `vars` and `capture` in every
check, and what its kind adds. Enums are compared by name: `Build.Status.SUCCESS`, `LogSeverity.ERROR`.

A check has one kind, `any` (alternatives), or `assert` alone over what every check sees. `${capture.name}` stands inside a
kind's own part: alone it keeps its type (a number, a truth value, an object), within a text it is text, in a pattern it matches
itself, and in a path or URL it is quoted unless it is the beginning. A captured value that does not fit is inconclusive. A check
that uses a captured value waits for the check that captures it; if that does not pass, blocking or not, it is not judged, and
the run is no green.
"""


def reference(kinds: Mapping[str, Kind]) -> str:
    """The page."""
    return "\n".join(_page(kinds)).rstrip() + "\n"


def _page(kinds: Mapping[str, Kind]) -> Iterator[str]:
    yield _HEAD
    whole = schema_of(kinds)
    yield "## The file\n"
    yield from _table(whole, {"target", "targets", "groups", "include"})
    yield "\n## Every check\n"
    yield _SEES
    yield from _table({"properties": COMMON}, {"known_issue"})
    yield "\n## Included files\n"
    yield from _table(schema_of_included(kinds), {"parameters"})
    for name, kind in kinds.items():
        yield ""
        yield from _kind(name, kind)


def _kind(name: str, kind: Kind) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{(kind.__doc__ or '').strip()}\n"
    yield from _shape(kind.schema)
    if kind.variables:
        seen = ", ".join(f"`{variable}` ({type_})" for variable, type_ in kind.variables.items())
        yield f"\nIts CEL also sees {seen}."
    yield f"\n`for` {'may be written: what it judges may come and go.' if kind.lasting else 'means nothing here.'}"
    if kind.schema.get("examples"):
        yield "\n```yaml"
        for example in kind.schema["examples"]:
            yield f"- {{name: ..., {name}: {_flow(example)}}}"
        yield "```"
    told = kind.schema.get("x-failures", ())
    if told:
        yield "\nWhat it says when it fails:\n"
        yield from (f"- {message}" for message in told)
    commands = kind.schema.get("x-commands", ())
    if commands:
        yield "\nBy hand:\n\n```sh"
        yield from commands
        yield "```"


def _shape(schema: Mapping[str, Any]) -> Iterator[str]:
    if schema["type"] == "array":
        of = ", ".join(f"`{name}`" for name in schema["items"]["properties"])
        yield f"It is a list; each item has one key, of {of}, with what that kind takes."
    else:
        yield from _table(schema, {key for key, _ in _all(schema, "")})


def _table(schema: Mapping[str, Any], open_: set[str]) -> Iterator[str]:
    rows = [row for row in _all(schema, "") if "." not in row[0] or row[0].split(".")[0] in open_ or row[0] in open_]
    if not rows:
        yield "It has no keys of its own."
        return
    yield "| key | value | what it is |\n| --- | --- | --- |"
    for path, value in rows:
        default = f" Default: `{_flow(_said(value, 'default'))}`." if _said(value, "default") is not None else ""
        examples = _said(value, "examples")
        shown = f" Example: `{_flow(examples[0])}`." if examples else ""
        yield f"| `{path}` | {_type(value)} | {_cell((_said(value, 'description') or '') + default + shown)} |"


def _all(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """All keys at any depth, by their paths; of what stands under a name of one's own the name is `*`."""
    for key, value in properties(schema).items():
        if key in ("min", "max") and path:
            continue
        here = f"{path}.{key}" if path else key
        yield here, value
        if path == "" and key == "checks":
            continue
        yield from _all(value, here)
        for branch in branches(value):
            if isinstance(branch.get("items"), dict):
                yield from _all(branch["items"], f"{here}[]")
            if isinstance(branch.get("additionalProperties"), dict):
                yield from _all(branch["additionalProperties"], f"{here}.*")


def _said(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _type(value: Any) -> str:
    words: dict[str, None] = {}
    for branch in branches(value):
        if branch.get("format") == "cel":
            words["CEL"] = None
        elif "enum" in branch:
            words[", ".join(f"`{word}`" for word in branch["enum"])] = None
        elif "const" in branch:
            words[f"`{_flow(branch['const'])}`"] = None
        elif branch.get("type") == "object" and {"min", "max"} & branch.get("properties", {}).keys():
            words["`{min, max}`"] = None
        elif "duration" in str(branch.get("x-form", "")) or str(branch.get("pattern", "")).startswith("^(?=\\d)"):
            words["duration"] = None
        else:
            kinds_ = branch.get("type", [])
            for kind in [kinds_] if isinstance(kinds_, str) else kinds_:
                words[
                    {"string": "text", "object": "mapping", "array": "list", "integer": "whole number"}.get(kind, kind)
                ] = None
    return " or ".join(words).replace("|", "\\|") or "any value"


def _flow(value: Any) -> str:
    """A value as one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        plain = isinstance(resolve(value), str) and not any(c in value for c in ":#{}[],&*!|>'\"%@`\\^$?")
        return value if plain and value.strip() == value else "'" + value.replace("'", "''") + "'"
    return json.dumps(value)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
