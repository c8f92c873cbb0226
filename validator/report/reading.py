"""A summary read back from its text: it may be foreign, of a later version, or broken, and is hostile text in any case."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn, cast

from jsonschema import Draft202012Validator, FormatChecker

from validator.report import document as doc
from validator.report.door import Redact
from validator.report.summary import schema, without_secrets
from validator.words.counting import counted
from validator.words.instant import seconds

_SHOWN = 3
"""Mistakes that are told."""
_TIMES = FormatChecker(())


class NotASummaryError(Exception):
    """A text is no summary that can be read; the message says why."""


@_TIMES.checks("date-time", raises=ValueError)
def _time(value: object) -> bool:
    return not isinstance(value, str) or seconds(value) is not None


def read(text: str, name: str, redact: Redact) -> doc.Summary:
    """Read a summary of version 1, and take what a reader must not see out of it.

    Keys that are not known are passed over, as the summary's promise says.

    Raises:
        NotASummaryError: it is none, or of another version.
    """
    try:
        found = json.loads(text, parse_constant=_refuse, parse_float=_number)
        return without_secrets(_known(found, name), redact)
    except RecursionError:
        raise NotASummaryError(f"{name} is no summary: its objects and lists lie too deep in one another") from None
    except ValueError as error:
        raise NotASummaryError(f"{name} is no summary: it is no JSON: {error}") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _number(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)


def _known(found: object, name: str) -> doc.Summary:
    """What was read as the summary that it is."""
    if not isinstance(found, dict) or "version" not in found or "checks" not in found:
        raise NotASummaryError(f"{name} is no summary: name the summary.json of a run")
    version = found["version"]
    if version != doc.VERSION or isinstance(version, bool):
        raise NotASummaryError(
            f"{name} is a summary of version {version!r}, and this validator reads version {doc.VERSION}: "
            "make the report with the validator that wrote it"
        )
    _hold_to_schema(found, name)
    return cast("doc.Summary", found)


def _hold_to_schema(found: object, name: str) -> None:
    mistakes = sorted(
        Draft202012Validator(_open(schema()), format_checker=_TIMES).iter_errors(found), key=lambda each: each.json_path
    )
    if mistakes and all(each.validator == "required" for each in mistakes):
        raise NotASummaryError(
            f"{name} is a summary of an earlier release: it lacks {counted(len(mistakes), 'key')} that reports are made of "
            f"(at {mistakes[0].json_path}, {mistakes[0].message}); make the report with the validator that wrote it"
        )
    if mistakes:
        told = "; ".join(f"{each.json_path}: {each.message[:200]}" for each in mistakes[:_SHOWN])
        more = f"; {counted(len(mistakes) - _SHOWN, 'more mistake')}" if len(mistakes) > _SHOWN else ""
        raise NotASummaryError(f"{name} is no summary that this validator can read: {told}{more}")


def _open(node: Any) -> Any:  # noqa: ANN401 - any part of a JSON Schema
    """The schema without what closes its objects."""
    if isinstance(node, list):
        return [_open(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {key: _open(part) for key, part in node.items() if key != "additionalProperties"}
