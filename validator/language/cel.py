"""Asserts in CEL: compiled against the real types of Google's resources, evaluated to a finding."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cel_expr_python import cel

from validator.language.cel_hints import hint
from validator.language.cel_shown import NOT_SHOWN, hides, shown
from validator.language.cel_text import Expr, written
from validator.language.cel_tree import EMPTY, UNSET, Tree, walk
from validator.language.cel_types import Kind, abbreviations, from_json, kind, plain, pool
from validator.words.finding import Finding, State
from validator.words.strict_json import NotJsonError, parse

_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*?)(?:\n \| |\Z)", re.DOTALL)
_NOISE = re.compile(r" \(in container '.*?'\)| expecting \{.*\}")
_LITERAL_CALLS = {"duration", "timestamp", "matches"}
"""Functions whose literal argument has a syntax of its own, which the compiler does not check."""
_VACUOUS = "@vacuous "
_NOT_JSON = "@json "


class CelError(ValueError):
    """An expression that is wrong whatever the platform says; line and column (1-based) in its text."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Assertion:
    """A compiled expression that holds, is violated or cannot be known."""

    text: str
    names: frozenset[str]
    """The variables it uses."""
    _kinds: Mapping[str, Kind] = field(repr=False, compare=False)
    _tree: Tree = field(repr=False, compare=False)
    _load: Callable[[Expr], Any] = field(repr=False, compare=False)
    """Makes a runnable expression of a part of the tree."""
    _program: Any = field(repr=False, compare=False)

    def evaluate(self, values: Mapping[str, Any]) -> Finding:
        """Judge it on values of its variables: Google resources as their official JSON, moments as datetime.

        False, a missing key and a value of another type than is asked for are violations. An error of any other
        sort, a variable without a value and vacuous truth are unknown. The values of `vars`, `env` and of
        environment variables inside resources are not told.
        """
        data = self._data(values)
        if isinstance(data, Finding):
            return data
        result, problem = _run(self._program, data)
        if problem:
            return self._failed(problem)
        if isinstance(result, bool):
            seen = shown(self._tree, lambda part: _run(self._load(part), data), truth=result)
            if result:
                return Finding(State.HOLDS, seen or f"{self.text} holds", self.text, seen)
            whole = f"the assert does not hold: {seen or self.text}"
            return Finding(State.VIOLATED, whole if NOT_SHOWN in seen or not seen else seen, self.text, seen)
        return Finding(State.VIOLATED, "the assert is neither true nor false", self.text, type(result).__name__)

    def value(self, values: Mapping[str, Any]) -> tuple[Any, str]:
        """What it is, in JSON's types, or why it is nothing."""
        data = self._data(values)
        if isinstance(data, Finding):
            return None, data.reason
        result, problem = _run(self._program, data)
        if problem:
            return None, self._failed(problem).reason
        try:
            return plain(result), ""
        except TypeError as error:
            return None, str(error)

    def _data(self, values: Mapping[str, Any]) -> dict[str, Any] | Finding:
        """The values as CEL has them, or which of them is not known."""
        missing = sorted(self.names - values.keys())
        if missing:
            return Finding(State.UNKNOWN, f"{', '.join(missing)} is not known yet", self.text)
        data = {}
        for name in self.names:
            try:
                data[name] = self._kinds[name].value(values[name])
            except (ValueError, TypeError, AttributeError):  # its message may quote a secret
                reason = f"{name} cannot be read as {self._kinds[name].name}"
                return Finding(State.UNKNOWN, reason, self.text)
        return data

    def uses(self, variable: str) -> int:
        """How often it reads a variable, about."""
        return self._tree.uses(variable)

    def keys_of(self, variable: str) -> frozenset[str] | None:
        """The keys that it takes from a map variable by name; None if it uses the map in another way."""
        return self._tree.keys_of(variable)

    def _failed(self, problem: str) -> Finding:
        """The finding of an evaluation that ended in an error."""
        if _VACUOUS in problem:
            reason, _, remedy = problem.partition(_VACUOUS)[2].partition("\n")
            return Finding(State.UNKNOWN, f"an assert about nothing proves nothing: {reason}", self.text, remedy=remedy)
        violation = _violation(problem)
        secret = hides(self._tree, self._tree.root)
        if violation is None:
            reason = "the assert could not be evaluated"
            return Finding(State.UNKNOWN, reason if secret else f"{reason}: {_plain(problem)}", self.text)
        reason, detail = violation
        told = not secret or detail in self.text
        return Finding(State.VIOLATED, f"{reason}: {detail}" if told else reason, self.text)


def compile(text: str, variables: Mapping[str, str], *, truth: bool = True) -> Assertion:  # noqa: A001  the word of the field
    """Check an expression against the types of its variables.

    Args:
        text: the expression.
        truth: whether it must be a bool, or dyn (which is then checked when it is evaluated); else it is a value.
        variables: name -> CEL type: `string`, `map(string, dyn)`, `google.cloud.run.v2.Revision`,
            `list(google.logging.v2.LogEntry)`.

    Raises:
        CelError: the first mistake in the expression.
        ValueError: a variable's type is none.
    """
    if not text.strip():
        raise CelError("the expression is empty", 1, 1)
    kinds = {name: kind(type_) for name, type_ in variables.items()}
    env = _env(tuple(sorted(kinds.items())))
    try:
        expression = env.compile(text)
    except RuntimeError as error:
        raise _mistake(str(error), variables, text) from None
    tree = Tree(expression.serialize())
    result = expression.return_type().name()
    if truth and result not in ("BOOL", "DYN"):
        raise CelError(f"this must be true or false, and is a value of type {result.lower()}", 1, 1)
    if not truth and tree.message(tree.root):
        raise CelError(f"this is a whole {tree.message(tree.root)}; capture a field of it", 1, 1)

    def load(part: Expr) -> Any:
        return env.deserialize(tree.serialized(part))

    _check_literals(text, tree, load)
    return Assertion(text, tree.names(variables), kinds, tree, load, load(tree.guarded()))


@cache
def _env(kinds: tuple[tuple[str, Kind], ...]) -> Any:
    def function(name: str, parameter: Any, implementation: Callable[[Any], Any]) -> Any:
        overload = cel.Overload(name, return_type=cel.Type.DYN, parameters=[parameter], impl=implementation)
        return cel.FunctionDecl(name, [overload])

    return cel.NewEnv(
        descriptor_pool=pool(),
        variables={name: kind_.cel for name, kind_ in kinds},
        container=cel.ExpressionContainer(name="", abbreviations=list(abbreviations())),
        functions=[
            function("parseJson", cel.Type.STRING, _parse_json),
            function(EMPTY, cel.Type.STRING, _empty),
            function(UNSET, cel.Type.STRING, _unset),
        ],
    )


def _parse_json(text: str) -> Any:
    try:
        return from_json(parse(text))
    except NotJsonError as error:
        raise ValueError(f"{_NOT_JSON}{error}") from None


def _empty(path: str) -> Any:
    remedy = f"write `size({path}) > 0 && ...` if it must not be, `size({path}) == 0 || ...` if it may"
    raise ValueError(f"{_VACUOUS}{path} is empty\n{remedy}")


def _unset(path: str) -> Any:
    remedy = f"write `has({path}) && ...` if it must be, `!has({path}) || ...` if it need not"
    raise ValueError(f"{_VACUOUS}{path} is not set\n{remedy}")


def _run(program: Any, data: Mapping[str, Any]) -> tuple[Any, str]:
    """The value of an expression, or why it has none."""
    try:
        value = program.eval(data=data)
    except RuntimeError as error:  # a limit of the runtime
        return None, str(error)
    if value.type().name() == "ERROR":
        return None, str(value.value())
    return value.plain_value(), ""


def _violation(problem: str) -> tuple[str, str] | None:
    """(what is wrong with the evidence, its detail) if the evidence is at fault, which then has another shape."""
    if found := re.search(r'Key not found in map : "?(.*?)"?$', problem):
        return "a key is missing", json.dumps(found[1], ensure_ascii=False)[1:-1]
    if found := re.search(r"Index error: index=(-?\d+) size=(\d+)", problem):
        return "an element is missing", f"number {found[1]} of a list of {found[2]}"
    if found := re.search(r"No matching overloads found : (.*)", problem):
        return "a value is of another type", found[1]
    if "Applying SELECT to non-message type" in problem:
        return "a key is missing", "what should have it is neither an object nor a map"
    if _NOT_JSON in problem:
        return "a text is not JSON", problem.partition(_NOT_JSON)[2]
    return None


def _check_literals(text: str, tree: Tree, load: Callable[[Expr], Any]) -> None:
    """Refuse literal patterns, durations and timestamps that no evidence can make right."""
    for expr in walk(tree.root):
        call = expr.call_expr
        if call.function not in _LITERAL_CALLS or not call.args:
            continue
        literal = call.args[-1]
        if literal.const_expr.WhichOneof("kind") != "string_value":
            continue
        trial = type(expr)()
        trial.CopyFrom(expr)
        for subject in [trial.call_expr.target] if call.HasField("target") else trial.call_expr.args[:-1]:
            subject.Clear()
            subject.const_expr.string_value = ""
        _, problem = _run(load(trial), {})
        if problem:
            before = text[: tree.position(literal)]
            column = len(before) - (before.rfind("\n") + 1) + 1
            message = f"{call.function}({written(literal)}): {_plain(problem)}"
            raise CelError(message, before.count("\n") + 1, column)


def _plain(problem: str) -> str:
    """The runtime's message without its status."""
    return re.sub(r"^[A-Z_]+: | \[[A-Z_]+\]$", "", problem)


def _mistake(report: str, variables: Mapping[str, str], text: str) -> CelError:
    """The first of the compiler's complaints; the later ones mostly follow from it."""
    found = _ERROR.search(report)
    if not found:
        return CelError(_plain(report).strip(), 1, 1)
    message = (
        _NOISE.sub("", found[3])
        .replace("mismatched input", "unexpected")
        .replace("'<EOF>'", "end of the expression")
        .strip()
    )
    line, column = int(found[1]), int(found[2])
    return CelError(message + hint(message, text, line, column, variables), line, column)
