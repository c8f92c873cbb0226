"""YAML 1.2 as plain data with positions: safe, bounded, and strict about duplicate keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from validator.language.scalar import offset_in_text
from validator.language.yaml_nodes import LIMIT_DEPTH, LIMIT_NODES, BadYaml, compose, place

__all__ = ["BadYaml", "Document", "Path", "leaves", "load", "read", "resolve"]

Path = tuple[str | int, ...]

_LONGEST_NUMBER = 400
"""Characters of a plain scalar beyond which it is text, whatever they are."""
_TAG = "tag:yaml.org,2002:"
_CORE = (
    # YAML 1.2.2, section 10.3.2 (core schema); `off`, `yes` and dates are text.
    ("null", re.compile(r"(?:~|null|Null|NULL|)\Z")),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")),
    ("int", re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")),
    ("float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")),
)  # fmt: skip


@dataclass(frozen=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None) and where each part of it stands."""

    data: Any
    values: dict[Path, tuple[int, int]] = field(repr=False)
    """Line and column of each value."""
    keys: dict[Path, tuple[int, int]] = field(repr=False)
    """Line and column of the key of each mapping entry."""
    scalars: dict[Path, ScalarNode] = field(default_factory=dict, repr=False)
    """Each text as it was written."""
    problems: tuple[BadYaml, ...] = ()
    """Duplicate keys and tags: the data can be read all the same."""
    text: str = field(default="", repr=False)

    def place(self, path: Path) -> tuple[int, int]:
        """Where the value at a path stands; of a path that is not there, its nearest ancestor."""
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def key_place(self, path: Path) -> tuple[int, int]:
        """Where the key of the entry at a path stands."""
        return self.keys.get(path) or self.place(path)

    def place_within(self, path: Path, line: int, column: int) -> tuple[int, int]:
        """Where a character of a text stands, given its line and column (from 1) in the text's value."""
        node = self.scalars.get(path)
        if node is None:
            return self.place(path)
        index = offset_in_text(node, self.text, line, column)
        before = self.text[:index]
        return before.count("\n") + 1, index - before.rfind("\n")


def leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each value that holds no others, and where it stands."""
    if isinstance(data, dict | list):
        for key, item in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(item, (*path, key))
    else:
        yield path, data


def resolve(text: str) -> Any:
    """The value of a plain scalar in the core schema."""
    if len(text) > _LONGEST_NUMBER:
        return text
    for kind, pattern in _CORE:
        if pattern.match(text):
            return _scalar(kind, text)
    return text


def _scalar(kind: str, text: str) -> Any:
    if kind == "null":
        return None
    if kind == "bool":
        return text[0] in "tT"
    if kind == "int":
        return int(text[2:], {"o": 8, "x": 16}[text[1]]) if text[:2] in ("0o", "0x") else int(text)
    return float(re.sub(r"\.(inf|nan)", r"\1", text.lower()))


def load(text: str) -> Document:
    """Parse one YAML document.

    Raises:
        BadYaml: it is no YAML, has duplicate keys, tags, more than one document, or is made to explode.
    """
    document = read(text)
    if document.problems:
        raise document.problems[0]
    return document


def read(text: str, nodes: int = LIMIT_NODES) -> Document:
    """Parse one YAML document; what can be read in spite of it is among its `problems`.

    Raises:
        BadYaml: it is no YAML, has more than one document, or is made to explode.
    """
    text = text.replace("\r\n", "\n")
    root = compose(text, nodes)
    reader = _Reader(nodes)
    data = reader.read(root, ()) if root else None
    return Document(data, reader.values, reader.keys, reader.scalars, tuple(reader.problems), text)


class _Reader:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.values: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}
        self.scalars: dict[Path, ScalarNode] = {}
        self.problems: list[BadYaml] = []

    def read(self, node: Node, path: Path) -> Any:
        self.values[path] = place(node)
        if len(self.values) > self.limit:
            raise BadYaml(f"it has more than {self.limit} values once its aliases are written out", *place(node))
        if len(path) > LIMIT_DEPTH:
            raise BadYaml(f"it is nested deeper than {LIMIT_DEPTH} levels", *place(node))
        if isinstance(node, ScalarNode):
            self.scalars[path] = node
            return self._text(node)
        self._refuse_tag(node, "map" if isinstance(node, MappingNode) else "seq")
        if isinstance(node, MappingNode):
            return dict(self._entries(node, path))
        return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]

    def _entries(self, node: Node, path: Path) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.problems.append(BadYaml("a key must be text", *place(key_node)))
                continue
            key = key_node.value
            if key in seen:
                told = f"the key {key!r} stands here a second time (first in line {seen[key]})"
                self.problems.append(BadYaml(told, *place(key_node)))
                continue
            seen[key] = place(key_node)[0]
            self.keys[(*path, key)] = place(key_node)
            yield key, self.read(value_node, (*path, key))

    def _text(self, node: ScalarNode) -> Any:
        self._refuse_tag(node, "str")
        return node.value if node.style or node.tag else resolve(node.value)

    def _refuse_tag(self, node: Node, usual: str) -> None:
        if node.tag not in (None, "!", _TAG + usual):
            told = f"the tag {node.tag.replace(_TAG, '!!')} is not understood here; remove it"
            self.problems.append(BadYaml(told, *place(node)))
