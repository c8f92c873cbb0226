"""Expressions of CEL as text again, for people."""

from __future__ import annotations

import json
from typing import Any

from validator.language.cel_types import abbreviations

Expr = Any
"""A cel.expr.Expr; its class comes from the descriptors, so the type checker does not know it."""
COMPARISONS = {"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=", "@in": "in"}
_INFIX = COMPARISONS | {
    "_&&_": "&&",
    "_||_": "||",
    "_+_": "+",
    "_-_": "-",
    "_*_": "*",
    "_/_": "/",
    "_%_": "%",
}
_PREFIX = {"!_": "!", "-_": "-"}


def quantifier(expr: Expr) -> str:
    """`all`, `exists` or `exists_one` if it is one, else empty; told by what the macros expand to."""
    if expr.WhichOneof("kind") != "comprehension_expr":
        return ""
    loop = expr.comprehension_expr
    match loop.accu_init.const_expr.WhichOneof("kind"), loop.loop_step.call_expr.function:
        case "bool_value", "_&&_":
            return "all"
        case "bool_value", "_||_":
            return "exists"
        case "int64_value", "_?_:_":
            return "exists_one"
        case _:
            return ""


def written(expr: Expr) -> str:
    """It as text again; what stands inside a `map` or `filter` is left out."""
    match expr.WhichOneof("kind"):
        case "const_expr":
            return _constant(expr.const_expr)
        case "ident_expr":
            return _short(expr.ident_expr.name)
        case "select_expr":
            path = f"{_inner(expr.select_expr.operand)}.{expr.select_expr.field}"
            return f"has({path})" if expr.select_expr.test_only else path
        case "call_expr":
            return _call(expr.call_expr)
        case "list_expr":
            return f"[{', '.join(map(written, expr.list_expr.elements))}]"
        case "comprehension_expr":
            loop = expr.comprehension_expr
            source = _inner(loop.iter_range)
            if name := quantifier(expr):
                predicate = loop.loop_step.call_expr.args[0 if name == "exists_one" else 1]
                return f"{source}.{name}({loop.iter_var}, {written(predicate)})"
            return f"{source}.{'filter' if loop.loop_step.call_expr.function == '_?_:_' else 'map'}(...)"
        case _:
            return "{...}"


def _short(name: str) -> str:
    """An enum's value as a spec would write it: `Build.Status.SUCCESS`."""
    long = next((full for full in abbreviations() if name.startswith(f"{full}.")), "")
    return name[len(long.rpartition(".")[0]) + 1 :] if long else name


def _call(call: Any) -> str:
    name, arguments = call.function, [_inner(argument) for argument in call.args]
    if name in _INFIX and len(arguments) == 2:
        return f"{arguments[0]} {_INFIX[name]} {arguments[1]}"
    if name in _PREFIX:
        return _PREFIX[name] + arguments[0]
    if name == "_[_]":
        return f"{arguments[0]}[{written(call.args[1])}]"
    if name == "_?_:_":
        return f"{arguments[0]} ? {arguments[1]} : {arguments[2]}"
    target = f"{_inner(call.target)}." if call.HasField("target") else ""
    return f"{target}{name}({', '.join(map(written, call.args))})"


def _inner(expr: Expr) -> str:
    """It as text, in parentheses where it would fall apart."""
    compound = expr.WhichOneof("kind") == "call_expr" and expr.call_expr.function in (*_INFIX, "_?_:_")
    return f"({written(expr)})" if compound else written(expr)


def _constant(constant: Any) -> str:
    kind = constant.WhichOneof("kind")
    value = getattr(constant, kind)
    match kind:
        case "null_value":
            return "null"
        case "bool_value":
            return str(value).lower()
        case "string_value":
            return json.dumps(value, ensure_ascii=False)
        case "uint64_value":
            return f"{value}u"
        case _:
            return str(value)
