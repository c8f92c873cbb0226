"""The reference of the spec language in Markdown, made from the schema: each kind, key, default and example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import dedent
from typing import Any

from validator.language.keys import keys
from validator.language.kind import Kind
from validator.language.schema import COMMON, schema_of, schema_of_included
from validator.words.instant import span

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


def reference(kinds: Mapping[str, Kind[Any]], examples: Mapping[str, str]) -> str:
    """The page; `examples` are the texts of specs, by the kind that each of their checks shows."""
    return "\n".join(_page(kinds, examples)).rstrip() + "\n"


def _page(kinds: Mapping[str, Kind[Any]], examples: Mapping[str, str]) -> Iterator[str]:
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
        yield from _kind(name, kind, examples[name])


def _kind(name: str, kind: Kind[Any], example: str) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{(kind.__doc__ or '').strip()}\n"
    yield from _shape(kind.schema)
    if kind.variables:
        seen = ", ".join(f"`{variable}` ({type_})" for variable, type_ in kind.variables.items())
        yield f"\nIts CEL also sees {seen}."
    yield f"\n{waiting(kind)}"
    yield f"\n```yaml\n{_checks(example)}\n```"
    for key, when in (("x-failures", "fails"), ("x-unknown", "is inconclusive")):
        if told := kind.schema.get(key, ()):
            yield f"\nWhat it says when it {when}:\n"
            yield from (f"- {message}" for message in told)
    commands = kind.schema.get("x-commands", ())
    if commands:
        yield "\nBy hand:\n\n```sh"
        yield from commands
        yield "```"


def waiting(kind: Kind[Any]) -> str:
    """How long it is waited for where a check does not say, and whether it may have to last."""
    if kind.within is None:
        until = "until the run's `timeout`; a window of the log is read to its end"
    else:
        until = f"{span(kind.within)} at most"
    lasts = "may be written: what it judges may come and go" if kind.lasting else "means nothing here"
    return f"Without `within` it is polled {until}. `for` {lasts}."


def _checks(spec: str) -> str:
    """The checks of a spec's text, each with the comment above it."""
    return dedent(spec.partition("\nchecks:\n")[2]).rstrip()


def _shape(schema: Mapping[str, Any]) -> Iterator[str]:
    if schema["type"] == "array":
        of = ", ".join(f"`{name}`" for name in schema["items"]["properties"])
        yield f"It is a list; each item has one key, of {of}, with what that kind takes."
    else:
        yield from _table(schema, {key.path for key in keys(schema)})


def _table(schema: Mapping[str, Any], open_: set[str]) -> Iterator[str]:
    rows = [key for key in keys(schema) if "." not in key.path or key.path.split(".")[0] in open_ or key.path in open_]
    if not rows:
        yield "It has no keys of its own."
        return
    yield "| key | value | what it is |\n| --- | --- | --- |"
    for key in rows:
        default = f" Default: `{key.default}`." if key.default else ""
        shown = f" Example: `{key.example}`." if key.example else ""
        yield f"| `{key.path}` | {_cell(key.value)} | {_cell(key.description + default + shown)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
