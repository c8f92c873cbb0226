"""What is meant by an expression that the compiler refuses: a field, a name, an enum, another language's word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from validator.language.cel_types import abbreviations, messages, pool

_WORDS = {
    **dict.fromkeys(("and", "AND"), "&&"),
    **dict.fromkeys(("or", "OR"), "||"),
    **dict.fromkeys(("not", "NOT"), "!"),
    **dict.fromkeys(("None", "NULL", "nil", "undefined"), "null"),
    "True": "true",
    "False": "false",
    "is": "==",
    "len": "size(...)",
    "length": "size(...)",
    "contains": "text.contains(part)",
    "like": "text.matches(pattern)",
}
"""Words of other languages, and how CEL says it."""

_SIGNS = {"=": "==", "===": "==", "<>": "!=", "!==": "!="}


def hint(message: str, text: str, line: int, column: int, variables: Mapping[str, str]) -> str:
    """What to add to the compiler's message; empty if nothing is known.

    Args:
        message: the compiler's.
        text: the expression.
        line: where the mistake is, from 1.
        column: the same.
        variables: name -> CEL type.
    """
    return (
        _foreign_word(message, text, line, column)
        or _suggestion(message, variables)
        or _enum_meant(message, text, line, column, variables)
    )


def _foreign_word(message: str, text: str, line: int, column: int) -> str:
    if not message.startswith(("Syntax error", "undeclared reference", "found no matching overload")):
        return ""
    written = text.split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
    before, after = written[: column - 1], written[column - 1 :]
    sign = re.search(r"[=<>!]*\Z", before)[0] + re.match(r"[=<>!]*", after)[0]  # type: ignore[index]
    if sign in _SIGNS and re.match(r"[=<>]", after):
        return f"; CEL writes `{_SIGNS[sign]}` for `{sign}`"
    for word in (re.match(r"\w+", after), re.search(r"(\w+)[\s(]*\Z", before)):
        said = word[0].strip(" (") if word else ""
        if said in _WORDS:
            return f"; CEL writes `{_WORDS[said]}` for `{said}`"
    return ""


def _suggestion(message: str, variables: Mapping[str, str]) -> str:
    known: list[str] = []
    if found := re.match(r"undefined field '(.*?)' not found in struct '(.*?)'", message):
        known = [each.name for each in pool().FindMessageTypeByName(found[2]).fields]
    elif found := re.match(r"undeclared reference to '(.*?)'", message):
        known = [*variables, *(name.rpartition(".")[2] for name in abbreviations())]
    near = difflib.get_close_matches(found[1], known, 1) if found else []
    return f"; did you mean {near[0]}?" if near else ""


def _enum_meant(message: str, text: str, line: int, column: int, variables: Mapping[str, str]) -> str:
    """Of an enum compared with a text: the name that is meant, told by the field's name and the text."""
    if not re.search(r"applied to '\((int, string|string, int|int, list\(string\))\)'", message):
        return ""
    lines = text.split("\n")
    before = "\n".join([*lines[: line - 1], lines[line - 1][: column - 1]])
    field_name = re.search(r"(\w+)\s*\Z", before)
    after = text[len(before) :]
    if not field_name:
        field_name = re.match(r"\W+(?:\w+(?:\[\d+\])?\.)*(\w+)", after)
    word = re.search(r"""["'](\w+)["']\s*\Z""", before) or re.search(r"""["'](\w+)["']""", after)
    if not (word and field_name):
        return ""
    used = [type_ for name, type_ in variables.items() if re.search(rf"\b{name}\b", text)]

    def foreign(enum: Any) -> bool:
        """Whether no variable of the expression is of the enum's API."""
        return not any(".".join(enum.full_name.split(".")[:2]) in type_ for type_ in used)

    for enum in sorted(_enums_of(field_name[1]), key=foreign):
        if word[1].upper() in enum.values_by_name:
            short = enum.full_name
            for full in abbreviations():
                if enum.full_name == full or enum.full_name.startswith(f"{full}."):
                    short = enum.full_name[len(full.rpartition(".")[0]) + 1 :]
            return f"; compare with {short}.{word[1].upper()}"
    return ""


@cache
def _enums_of(field_name: str) -> tuple[Any, ...]:
    """The enums that a field of this name may hold, in any message of the descriptors."""
    found = {
        field.enum_type.full_name: field.enum_type
        for message in messages()
        for field in message.fields
        if field.name == field_name and field.enum_type is not None
    }
    return tuple(found.values())
