"""What a kind of check is, for a person: made of its schema, its docstring and the plan of its example alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from validator.judging.kind import Kind
from validator.language.keys import Key, flow, keys
from validator.language.reference import waiting
from validator.words.asked import Asked
from validator.words.plan import Plan

_UNKNOWN = "what it reads cannot be had (the role is missing, the API does not answer), or the time is over before it is decided"


def overview(kinds: Mapping[str, Kind[Any]]) -> Iterator[str]:
    """All kinds, a line each."""
    widest = max(map(len, kinds))
    for name, kind in kinds.items():
        yield f"{name:{widest}}  {_first(kind)}"
    yield ""
    yield "validator explain KIND says more; docs/checks.md has all of it."


def example_of(name: str, kind: Kind[Any]) -> str:
    """A whole spec with the kind's examples, that lint accepts."""
    lasts = "for: 60s, " if kind.lasting and kind.within is None else ""
    further = kind.schema.get("x-target", "")
    of = f"target: {further}, " if further else ""
    checks = [
        f"  - {{name: Example {number}, {of}{lasts}{name}: {flow(value)}}}"
        for number, value in enumerate(kind.schema["examples"], 1)
    ]
    head = ["version: 1", "target: {project: my-project, region: us-central1, service: my-service}"]
    head += [f"targets: {{{further}: {{service: my-{further}}}}}"] if further else []
    head.append("checks:")
    return "\n".join([*head, *checks]) + "\n"


def explanation(name: str, kind: Kind[Any], plan: Plan) -> Iterator[str]:
    """All there is to say of one kind; the plan is that of its example."""
    yield f"{name}: {_first(kind)}"
    yield from _rest(kind)
    yield from _chapter("Keys", _keys(kind))
    yield from _chapter("Example, a whole spec", example_of(name, kind).splitlines())
    yield from _chapter("Passed", [_first(kind)])
    yield from _chapter("Failed", kind.schema.get("x-failures", ()))
    yield from _chapter("Inconclusive", [*kind.schema.get("x-unknown", ()), _UNKNOWN])
    yield from _chapter("How long", [waiting(kind)])
    yield from _chapter("CEL sees, beside what every check sees", [f"{n}: {t}" for n, t in kind.variables.items()])
    own = {check.check.name for check in plan.checks}
    asked = [each for target in plan.targets for each in target.asked if own & set(each.checks)]
    yield from _chapter("Reads", map(_asked, asked))
    yield from _chapter("Least roles of the gate's account", [f"{r.role} on {r.on} ({r.why})" for r in plan.roles])
    yield from _chapter("By hand", kind.schema.get("x-commands", ()))


def _first(kind: Kind[Any]) -> str:
    return (kind.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")


def _rest(kind: Kind[Any]) -> Iterator[str]:
    paragraphs = (kind.__doc__ or "").strip().split("\n\n")[1:]
    for paragraph in paragraphs:
        yield ""
        yield from paragraph.splitlines()


def _chapter(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A title with its lines; nothing without lines."""
    listed = list(lines)
    if listed:
        yield ""
        yield title
        yield from (f"  {line}" for line in listed)


def _keys(kind: Kind[Any]) -> Iterator[str]:
    own = list(keys(kind.schema)) if kind.schema["type"] == "object" else []
    if not own:
        yield "none of its own" if kind.schema["type"] == "object" else _items(kind)
    for key in own:
        yield f"{key.path}: {key.value.replace('`', '')}{_default(key)}"
        yield f"    {key.description}{f' Example: {key.example}' if key.example else ''}"
    yield "name, group, within, for, assert and so on stand beside it, on every check: see docs/checks.md"


def _items(kind: Kind[Any]) -> str:
    return (
        f"a list; each item has one key, of {', '.join(kind.schema['items']['properties'])}, with what that kind takes"
    )


def _default(key: Key) -> str:
    return f", default {key.default}" if key.default else ""


def _asked(asked: Asked) -> str:
    return f"{asked.text}: {asked.call}"
