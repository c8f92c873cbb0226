"""Where a character of a text's value stands in the file: plain, quoted, literal and folded scalars alike."""

from __future__ import annotations

import re

from yaml.nodes import ScalarNode

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\n[ \t]*|.)", re.DOTALL)
_SPACES = {"\\n", "\\t", "\\ ", "\\r", "\\v", "\\f", "\\_", "\\N", "\\L", "\\P", "\\x20", "\\x09", "\\x0a", "\\\t"}
"""Escapes for white space."""


def offset_in_text(node: ScalarNode, text: str, line: int, column: int) -> int:
    """The index in the file's text of a character, given its line and column (from 1) in the scalar's value.

    White space is where folding, indentation and escapes differ from the value, and nothing but that: so the n-th
    character of the value that is not white space is the n-th of the source that is not.
    """
    value = node.value
    lines = value.split("\n")
    offset = sum(len(each) + 1 for each in lines[: line - 1]) + column - 1
    wanted = sum(not character.isspace() for character in value[:offset])
    inside = offset < len(value) and not value[offset].isspace()
    solid = _solid(node, text)
    if not solid:
        return int(node.start_mark.index)
    if inside and wanted < len(solid):
        return solid[wanted][0]
    return solid[min(wanted, len(solid)) - 1][1] if wanted else solid[0][0]


def _solid(node: ScalarNode, text: str) -> list[tuple[int, int]]:
    """Begin and end of each character of the source that stands for one that is not white space."""
    at, end = node.start_mark.index, node.end_mark.index
    if node.style in ("|", ">"):
        header = text.find("\n", at, end)
        at = end if header < 0 else header + 1
    elif node.style:
        at, end = at + 1, end - 1
    found: list[tuple[int, int]] = []
    while at < end:
        length = 1
        if node.style == "'" and text[at] == "'":
            length = 2
        elif node.style == '"' and text[at] == "\\":
            escape = _ESCAPE.match(text, at)
            length = len(escape[0]) if escape else 1
        part = text[at : at + length]
        if not (part.isspace() or part in _SPACES or part.startswith("\\\n")):
            found.append((at, at + length))
        at += length
    return found
