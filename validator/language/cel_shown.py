"""What made an expression true or false, in a few words, without telling a secret."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from validator.language.cel_text import COMPARISONS, Expr, quantifier, written
from validator.language.cel_tree import Tree, walk
from validator.language.cel_types import pool
from validator.words.secret import named

Run = Callable[[Expr], tuple[Any, str]]
"""The value of a part, or why it has none."""
_SECRET_NAMES = {"vars", "env", "capture"}
_SECRET_FIELDS = {
    ("google.cloud.run.v2.EnvVar", "value"),
    ("google.devtools.cloudbuild.v1.Build", "substitutions"),
    ("google.devtools.cloudbuild.v1.BuildStep", "env"),
    ("google.devtools.cloudbuild.v1.BuildOptions", "env"),
}
NOT_SHOWN = "(not shown)"
_LONGEST, _LONGEST_TRUE = 200, 80
"""Characters of one value, where the expression is false and where it is true."""
_MOST, _MOST_TRUE = 5, 3
"""Parts that are told; items of a list that are shown."""
_MOST_TRIED = 100


def shown(tree: Tree, run: Run, *, truth: bool) -> str:
    """`name is value` of the parts that made the expression what it is; empty if there is none."""
    limit = _Limits(_MOST_TRUE, _LONGEST_TRUE) if truth else _Limits(_MOST, _LONGEST)
    parts = list(dict.fromkeys(_parts(tree, tree.root, run, truth=truth, longest=limit.longest)))
    return "; ".join(parts[: limit.parts])


class _Limits(NamedTuple):
    """How much is told."""

    parts: int
    longest: int
    """Characters of one value."""


def hides(tree: Tree, expr: Expr) -> bool:
    """Whether values in this part are secret: `vars`, `env`, environment variables in resources, credentials."""
    return any(_secret(tree, part) for part in walk(expr))


def _secret(tree: Tree, expr: Expr) -> bool:
    match expr.WhichOneof("kind"):
        case "ident_expr":
            return expr.ident_expr.name.lstrip(".") in _SECRET_NAMES
        case "select_expr":
            field, operand = expr.select_expr.field, expr.select_expr.operand
            message = tree.message(operand)
            return (message, field) in _SECRET_FIELDS or (
                not message and named(field) and operand.ident_expr.name != "secrets"  # which has their names alone
            )
        case "const_expr":
            return named(expr.const_expr.string_value)
        case _:
            return False


def _parts(tree: Tree, expr: Expr, run: Run, *, truth: bool, longest: int) -> Iterator[str]:
    call = expr.call_expr
    if call.function in ("_&&_", "_||_"):
        decisive = [part for part in call.args if run(part)[0] is truth]
        for part in decisive[:1] if truth and call.function == "_||_" else decisive:
            yield from _parts(tree, part, run, truth=truth, longest=longest)
    elif call.function == "!_":
        yield from _parts(tree, call.args[0], run, truth=not truth, longest=longest)
    elif call.function in COMPARISONS or call.HasField("target"):
        for part in ([call.target] if call.HasField("target") else []) + list(call.args):
            if _varies(part):
                yield from _value(tree, part, run, longest)
    elif quantifier(expr):
        yield from _elements(tree, expr, run, truth=truth, longest=longest)
    elif _varies(expr):
        yield from _value(tree, expr, run, longest)


def _elements(tree: Tree, expr: Expr, run: Run, *, truth: bool, longest: int) -> Iterator[str]:
    """The first element that decides: of a list of which not all hold, or one does; else what was looked through."""
    source = expr.comprehension_expr.iter_range
    values, _ = run(source)
    if quantifier(expr) == ("exists" if truth else "all") and isinstance(values, list):
        for number in range(min(len(values), _MOST_TRIED)):
            one = tree.element(expr, number)
            if run(one)[0] is truth:
                yield from _parts(tree, one, run, truth=truth, longest=longest)
                return
    yield from _value(tree, source, run, longest)


def _varies(expr: Expr) -> bool:
    """Whether it depends on evidence: literals and enum names (which the compiler wrote out in full) do not."""
    names = (part.ident_expr.name for part in walk(expr) if part.WhichOneof("kind") == "ident_expr")
    return any("." not in name for name in names)


def _value(tree: Tree, expr: Expr, run: Run, longest: int) -> Iterator[str]:
    if hides(tree, expr):
        yield f"{written(expr)} is {NOT_SHOWN}"
        return
    value, problem = run(expr)
    if not problem:
        yield f"{written(expr)} is {_enum(tree, expr, value) or _cut(_text(value), longest)}"


def _enum(tree: Tree, expr: Expr, value: Any) -> str:
    """The name of an enum's value; empty if it is no enum."""
    owner = tree.message(expr.select_expr.operand) if expr.WhichOneof("kind") == "select_expr" else ""
    if not owner or not isinstance(value, int):
        return ""
    enum = pool().FindMessageTypeByName(owner).fields_by_name[expr.select_expr.field].enum_type
    return enum.values_by_number[value].name if enum is not None and value in enum.values_by_number else ""


def _text(value: Any) -> str:
    match value:
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case int() | float():
            return str(value)
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.timedelta():
            return f"{value.total_seconds():g}s"
        case list():
            simple = len(value) <= _MOST and all(isinstance(item, None | bool | int | float | str) for item in value)
            return json.dumps(value, ensure_ascii=False) if simple else f"a list of {len(value)}"
        case dict():
            return f"a map of {len(value)}"
        case _:
            return f"a {type(value).__name__}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
