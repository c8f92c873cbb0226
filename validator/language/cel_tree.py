"""The checked syntax tree of a CEL expression: what it names, its parts, and its guarded form.

Guarding makes vacuous truth an error that says so. Each `all`, `exists`, `exists_one` becomes
`size(range) == 0 ? <error> : ...`, each use of a message, timestamp or duration field `has(field) ? field : <error>`.
CEL's own rules then do the rest: `size(x) > 0 && x.all(...)` is false, not an error, where x is empty, and
`!has(a.b) || a.b < c` is true where b is unset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import any_pb2

from validator.language.cel_text import Expr, quantifier, written
from validator.language.cel_types import message_class

EMPTY = "@empty"
"""The function that fails, saying which list was empty. No expression can call it: `@` begins no name."""
UNSET = "@unset"
"""The same for a field that is not set."""
_TYPE_URL = "type.googleapis.com/cel.expr.CheckedExpr"
_OVERLOADS = {
    "size": ("size_list", "size_map"),
    "_==_": ("equals",),
    "_[_]": ("index_list",),
    "_?_:_": ("conditional",),
    EMPTY: (EMPTY,),
    UNSET: (UNSET,),
}
"""What the type checker would have noted for the calls that are put in."""
_LOOP = 100
"""Elements that the list of a quantifier is taken to have."""
_MOMENTS = (2, 3)
"""cel.expr.Type.WellKnownType: TIMESTAMP, DURATION."""


class Tree:
    """A checked expression."""

    def __init__(self, serialized: bytes) -> None:
        self._checked = message_class("cel.expr.CheckedExpr").FromString(any_pb2.Any.FromString(serialized).value)
        self._types = {item.key: item.value for item in self._checked.type_map}
        self._positions = {item.key: item.value for item in self._checked.source_info.positions}
        self._resolved = {item.key for item in self._checked.reference_map if item.value.overload_id}
        self._last = max(self._positions, default=0) + 1000

    @property
    def root(self) -> Expr:
        """The whole expression."""
        return self._checked.expr

    def names(self, variables: Mapping[str, object]) -> frozenset[str]:
        """Which of the variables it uses; one hidden by a quantifier's own variable of that name is not used."""
        return frozenset(_free(self.root, frozenset())) & variables.keys()

    def keys_of(self, variable: str) -> frozenset[str] | None:
        """The keys that are taken from a map variable by name; None if it is used in another way too."""
        keys: set[str] = set()
        named = 0
        for expr in walk(self.root):
            select, call = expr.select_expr, expr.call_expr
            if expr.WhichOneof("kind") == "select_expr" and select.operand.ident_expr.name == variable:
                keys.add(select.field)
                named += 1
            elif call.function == "_[_]" and call.args[0].ident_expr.name == variable:
                key = call.args[1].const_expr.string_value
                keys |= {key} if key else set()
                named += bool(key)
        uses = sum(expr.ident_expr.name == variable for expr in walk(self.root))
        return frozenset(keys) if uses == named else None

    def uses(self, variable: str) -> int:
        """How often a variable is read at the least; in what a quantifier says of each element, a hundred times."""
        return _uses(self.root, variable)

    def position(self, expr: Expr) -> int:
        """Where it stands in the text, in characters from its beginning."""
        return int(self._positions.get(expr.id, 0))

    def message(self, expr: Expr) -> str:
        """The full name of its message type; empty if it is no message."""
        type_ = self._types.get(expr.id)
        return type_.message_type if type_ is not None else ""

    def serialized(self, expr: Expr) -> bytes:
        """A part of it as an expression of its own."""
        part = type(self._checked)()
        part.CopyFrom(self._checked)
        part.expr.CopyFrom(expr)
        for call in walk(expr):
            function = call.call_expr.function
            if function in _OVERLOADS and call.id not in self._resolved:
                # Of two items with one key the later one counts: a replaced variable's id has one already.
                part.reference_map.add(key=call.id, value={"name": function, "overload_id": _OVERLOADS[function]})
        return any_pb2.Any(type_url=_TYPE_URL, value=part.SerializeToString()).SerializeToString()

    def element(self, quantified: Expr, number: int) -> Expr:
        """What an `all` or `exists` says of one element of its list, counted from 0."""
        loop = quantified.comprehension_expr
        said = type(quantified)()
        said.CopyFrom(loop.loop_step.call_expr.args[1])
        index = self._new(const_expr={"int64_value": number})
        _replace(said, loop.iter_var, self._call("_[_]", loop.iter_range, index))
        return said

    def guarded(self) -> Expr:
        """The expression in which vacuous truth is an error (see the module)."""
        copy = type(self.root)()
        copy.CopyFrom(self.root)
        self._guard(copy, operand=False)
        return copy

    def _guard(self, expr: Expr, *, operand: bool) -> None:
        for child in children(expr):
            self._guard(child, operand=expr.WhichOneof("kind") == "select_expr")
        original = type(expr)()
        original.CopyFrom(expr)
        if quantifier(expr):
            source = expr.comprehension_expr.iter_range
            size = self._call("size", source)
            none = self._call("_==_", size, self._new(const_expr={"int64_value": 0}))
            failure = self._call(EMPTY, self._text(source))
            expr.CopyFrom(self._call("_?_:_", none, failure, original))
        elif not operand and self._may_be_unset(expr):
            present = type(expr)()
            present.CopyFrom(expr)
            present.select_expr.test_only = True
            failure = self._call(UNSET, self._text(expr))
            expr.CopyFrom(self._call("_?_:_", present, original, failure))

    def _may_be_unset(self, expr: Expr) -> bool:
        if expr.WhichOneof("kind") != "select_expr" or expr.select_expr.test_only:
            return False
        type_ = self._types.get(expr.id)
        holds_message = type_ is not None and (bool(type_.message_type) or type_.well_known in _MOMENTS)
        return holds_message and bool(self.message(expr.select_expr.operand))

    def _text(self, expr: Expr) -> Expr:
        return self._new(const_expr={"string_value": written(expr)})

    def _call(self, function: str, *arguments: Expr) -> Expr:
        return self._new(call_expr={"function": function, "args": arguments})

    def _new(self, **kind: Any) -> Expr:
        self._last += 1
        return type(self.root)(id=self._last, **kind)


def children(expr: Expr) -> list[Expr]:
    """The expressions that it is made of."""
    match expr.WhichOneof("kind"):
        case "select_expr":
            return [expr.select_expr.operand]
        case "call_expr":
            target = [expr.call_expr.target] if expr.call_expr.HasField("target") else []
            return [*target, *expr.call_expr.args]
        case "list_expr":
            return list(expr.list_expr.elements)
        case "struct_expr":
            entries = expr.struct_expr.entries
            return [part for e in entries for part in ([e.map_key, e.value] if e.HasField("map_key") else [e.value])]
        case "comprehension_expr":
            loop = expr.comprehension_expr
            return [loop.iter_range, loop.accu_init, loop.loop_condition, loop.loop_step, loop.result]
        case _:
            return []


def walk(expr: Expr) -> Iterator[Expr]:
    """It and all within it, outer ones first."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def _uses(expr: Expr, variable: str) -> int:
    if expr.WhichOneof("kind") == "ident_expr":
        return int(expr.ident_expr.name == variable)
    inside = sum(_uses(part, variable) for part in children(expr))
    if expr.WhichOneof("kind") != "comprehension_expr":
        return inside
    return inside + (_LOOP - 1) * _uses(expr.comprehension_expr.loop_step, variable)


def _free(expr: Expr, bound: frozenset[str]) -> Iterator[str]:
    kind = expr.WhichOneof("kind")
    if kind == "ident_expr":
        name = expr.ident_expr.name.lstrip(".")
        if name not in bound:
            yield name
    elif kind == "comprehension_expr":
        loop = expr.comprehension_expr
        yield from _free(loop.iter_range, bound)
        yield from _free(loop.accu_init, bound)
        inner = bound | {loop.iter_var, loop.iter_var2, loop.accu_var}
        for part in (loop.loop_condition, loop.loop_step, loop.result):
            yield from _free(part, inner)
    else:
        for child in children(expr):
            yield from _free(child, bound)


def _replace(expr: Expr, name: str, value: Expr) -> None:
    """Put a value where a variable is; it takes the variable's id, and so its type."""
    if expr.WhichOneof("kind") == "ident_expr" and expr.ident_expr.name == name:
        identity = expr.id
        expr.CopyFrom(value)
        expr.id = identity
        return
    hidden = expr.WhichOneof("kind") == "comprehension_expr" and expr.comprehension_expr.iter_var == name
    for part in [expr.comprehension_expr.iter_range] if hidden else children(expr):
        _replace(part, name, value)
