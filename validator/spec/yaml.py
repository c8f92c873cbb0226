"""YAML 1.2 as plain data with positions: safe, bounded, and strict about duplicate keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]

_LIMIT_NODES = 100_000
_LIMIT_DEPTH = 64
_TAG = "tag:yaml.org,2002:"
_CORE = (
    # YAML 1.2.2, section 10.3.2 (core schema); `off`, `yes` and dates are text.
    ("null", re.compile(r"(?:~|null|Null|NULL|)\Z")),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")),
    ("int", re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")),
    ("float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")),
)  # fmt: skip


class BadYaml(Exception):
    """The text is not acceptable YAML; line and column count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(frozen=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None) and where each part of it stands."""

    data: Any
    values: dict[Path, tuple[int, int]] = field(repr=False)
    """Line and column of each value."""
    keys: dict[Path, tuple[int, int]] = field(repr=False)
    """Line and column of the key of each mapping entry."""

    def place(self, path: Path) -> tuple[int, int]:
        """Where the value at a path stands; of a path that is not there, its nearest ancestor."""
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def key_place(self, path: Path) -> tuple[int, int]:
        """Where the key of the entry at a path stands."""
        return self.keys.get(path) or self.place(path)


def resolve(text: str) -> Any:
    """The value of a plain scalar in the core schema."""
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


class _Loader(yaml.SafeLoader):
    """PyYAML's safe parser without its YAML 1.1 resolvers."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute


def load(text: str) -> Document:
    """Parse one YAML document.

    Raises:
        BadYaml: it is no YAML, has duplicate keys, tags, more than one document, or is made to explode.
    """
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = before.count("\n") + 1, error.position - before.rfind("\n")
        raise BadYaml(f"the character U+{ord(text[error.position]):04X} may not stand in YAML", *place) from None
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(filter(None, (error.context, error.problem)))
        if "'\\t'" in problem:
            problem = "a tab stands where YAML wants spaces"
        raise BadYaml(problem, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from None
    except yaml.YAMLError as error:
        raise BadYaml(str(error).splitlines()[0]) from None
    except RecursionError:
        raise BadYaml(f"it is nested deeper than {_LIMIT_DEPTH} levels") from None
    finally:
        loader.dispose()
    reader = _Reader()
    data = reader.read(root, ()) if root else None
    return Document(data, reader.values, reader.keys)


class _Reader:
    def __init__(self) -> None:
        self.values: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}

    def read(self, node: Node, path: Path) -> Any:
        place = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.values[path] = place
        if len(self.values) > _LIMIT_NODES:
            raise BadYaml(f"it has more than {_LIMIT_NODES} values once its aliases are written out", *place)
        if len(path) > _LIMIT_DEPTH:
            raise BadYaml(f"it is nested deeper than {_LIMIT_DEPTH} levels", *place)
        if isinstance(node, ScalarNode):
            return self._text(node, place)
        self._refuse_tag(node, place, "map" if isinstance(node, MappingNode) else "seq")
        if isinstance(node, SequenceNode):
            return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
        return dict(self._entries(node, path))

    def _entries(self, node: Node, path: Path) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if not isinstance(key_node, ScalarNode):
                raise BadYaml("a key must be text", line, column)
            key = key_node.value
            if key in seen:
                raise BadYaml(f"the key {key!r} stands here a second time (first in line {seen[key]})", line, column)
            seen[key] = line
            self.keys[(*path, key)] = (line, column)
            yield key, self.read(value_node, (*path, key))

    def _text(self, node: ScalarNode, place: tuple[int, int]) -> Any:
        plain = node.style is None
        if node.tag not in (f"{_TAG}str", "!"):
            self._refuse_tag(node, place, "str")
        return resolve(node.value) if plain and node.tag != "!" else node.value

    @staticmethod
    def _refuse_tag(node: Node, place: tuple[int, int], usual: str) -> None:
        if node.tag != _TAG + usual:
            raise BadYaml(f"the tag {node.tag.replace(_TAG, '!!')} is not understood here; remove it", *place)
