"""JSON Schema and what it cannot say: that RE2 takes a pattern, that a length is one, that a bound bounds something."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from validator.language.asserted import KIND
from validator.language.expectation import number
from validator.language.schema_walk import has_format
from validator.language.values import DURATION, duration, measure, refusal
from validator.words.call import Json

_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("re2", raises=ValueError)
def _pattern(value: object) -> bool:
    reason = refusal(value) if isinstance(value, str) and value else ""
    if reason:
        raise ValueError(reason)
    return True


@_FORMATS.checks("length")
def _length(value: object) -> bool:
    fits = isinstance(value, str) and Draft202012Validator({"pattern": DURATION["pattern"]}).is_valid(value)
    return not fits or duration(value) > 0


def _bound(validator: Any, _: bool, instance: Any, schema: Json) -> Iterator[ValidationError]:
    """Both ends in order, and at least one that some value could miss: nothing is less than 0."""
    ends = schema["properties"]
    if not isinstance(instance, dict) or not all(
        validator.evolve(schema=ends[key]).is_valid(instance[key]) for key in ("min", "max") if key in instance
    ):
        return
    read = number if has_format(ends["min"], "amount") else measure
    low, high = (read(instance[key]) if key in instance else None for key in ("min", "max"))
    if low is not None and high is not None and low > high:
        yield ValidationError("upside down")
    elif low is not None and low <= 0 and high is None:
        yield ValidationError("demands nothing")


def _kinds(_: Any, kinds: AbstractSet[str], instance: Any, __: Json) -> Iterator[ValidationError]:
    """A check has one kind, or asserts alone."""
    if (
        isinstance(instance, dict)
        and len(kinds & instance.keys()) != 1
        and (kinds & instance.keys() or KIND not in instance)
    ):
        yield ValidationError("no kind, or several")


_Validator: Any = extend(Draft202012Validator, {"x-bound": _bound, "x-kinds": _kinds})  # type: ignore[no-untyped-call]


def errors(schema: Json, data: Any) -> Iterator[Any]:
    """Where the data does not fit, as jsonschema tells it."""
    return _Validator(schema, format_checker=_FORMATS).iter_errors(data)  # type: ignore[no-any-return]


def fits(schema: Json, data: Any) -> bool:
    """Whether the data fits."""
    return bool(_Validator(schema, format_checker=_FORMATS).is_valid(data))
