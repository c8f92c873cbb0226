"""YAML text as a tree of nodes with marks, by libyaml where it is there: bounded in size, depth and number of nodes."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_LIBYAML: Any = None
"""libyaml's parser is ten times as fast as PyYAML's own, and its marks are the same."""
if yaml.__with_libyaml__:
    from yaml import cyaml

    _LIBYAML = cyaml.CParser  # type: ignore[attr-defined]

LIMIT_NODES = 100_000
LIMIT_DEPTH = 64


class BadYaml(Exception):
    """The text is not acceptable YAML; line and column count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


class _PurePython(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """PyYAML's own parser of events."""

    def __init__(self, text: str) -> None:
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


def compose(text: str, nodes: int = LIMIT_NODES) -> Node | None:
    """The root of the one document in a text; None if there is none. Aliases share the node of their anchor.

    Raises:
        BadYaml: it is no YAML, holds more than one document, or is too deep or too big.
    """
    try:
        _refuse_characters(text)
        return _Composing((_LIBYAML or _PurePython)(text), nodes).root()
    except yaml.MarkedYAMLError as error:
        raise _told(error, text) from None
    except yaml.YAMLError as error:
        raise BadYaml(str(error).splitlines()[0]) from None
    except RecursionError:
        raise BadYaml(f"it is nested deeper than {LIMIT_DEPTH} levels") from None


def place(node: Node) -> tuple[int, int]:
    """Line and column of a node, from 1."""
    return node.start_mark.line + 1, node.start_mark.column + 1


class _Composing:
    """One composing: a stack of open collections instead of recursion, so that no depth can break it."""

    def __init__(self, parser: Any, limit: int) -> None:
        self.parser, self.limit = parser, limit
        self.anchors: dict[str, Node] = {}
        self.open: list[Node] = []
        self.keys: list[Node | None] = []
        """Of each open mapping the key that waits for its value."""
        self.found: Node | None = None
        self.count = 0

    def root(self) -> Node | None:
        documents = 0
        while self.parser.check_event():
            event = self.parser.get_event()
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise BadYaml("a second document begins here; a spec is one", *_mark(event))
            elif isinstance(event, NodeEvent):
                self._node(event)
            elif event.__class__.__name__ in ("MappingEndEvent", "SequenceEndEvent"):
                self.keys.pop()
                self.open.pop().end_mark = event.end_mark
        return self.found

    def _node(self, event: Any) -> None:
        self.count += 1
        if self.count > self.limit:
            raise BadYaml(f"it has more than {self.limit} values", *_mark(event))
        if isinstance(event, AliasEvent):
            node = self.anchors.get(str(event.anchor))
            if node is None or any(node is each for each in self.open):
                problem = "is not anchored before" if node is None else "stands inside what it stands for"
                raise BadYaml(f"the alias *{event.anchor} {problem}", *_mark(event))
            self._put(node)
            return
        node = self._made(event)
        if event.anchor:
            self.anchors[event.anchor] = node
        self._put(node)
        if not isinstance(node, ScalarNode):
            self.open.append(node)
            self.keys.append(None)
            if len(self.open) > LIMIT_DEPTH:
                raise BadYaml(f"it is nested deeper than {LIMIT_DEPTH} levels", *_mark(event))

    @staticmethod
    def _made(event: Any) -> Node:
        kinds: dict[type, Any] = {
            ScalarEvent: lambda tag, begin, end: ScalarNode(tag, event.value, begin, end, event.style or ""),
            MappingStartEvent: lambda tag, *marks: MappingNode(tag, [], *marks),
            SequenceStartEvent: lambda tag, *marks: SequenceNode(tag, [], *marks),
        }
        made: Node = kinds[type(event)](event.tag, event.start_mark, event.end_mark)
        return made

    def _put(self, node: Node) -> None:
        if not self.open:
            self.found = node
        elif isinstance(self.open[-1], SequenceNode):
            self.open[-1].value.append(node)
        elif self.keys[-1] is None:
            self.keys[-1] = node
        else:
            self.open[-1].value.append((self.keys[-1], node))
            self.keys[-1] = None


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _refuse_characters(text: str) -> None:
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found:
        at = found.start()
        before = text[:at]
        line, column = before.count("\n") + 1, at - before.rfind("\n")
        raise BadYaml(f"the character U+{ord(text[at]):04X} may not stand in YAML", line, column)


def _told(error: yaml.MarkedYAMLError, text: str) -> BadYaml:
    last = len(text.rstrip().split("\n"))
    ended = "stream" in (error.problem or "") or (error.problem_mark and error.problem_mark.line >= last)
    # What was begun and never ended is where to look, not the end of the file.
    mark = (error.context_mark if ended else None) or error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    written = text.split("\n")[line] if line < text.count("\n") + 1 else ""
    if "\t" in written[: column + 1] and not written[:column].strip():
        return BadYaml("a tab stands where YAML wants spaces", line + 1, written.index("\t") + 1)
    problem = " ".join(filter(None, (error.context, error.problem)))
    if "mapping values are not allowed" in problem:
        problem += "; see that the indentation is right, and put text with a colon and a space in it in quotes"
    elif "cannot start any token" in problem:
        problem += f"; put text that begins with {written[column : column + 1]} in quotes"
    return BadYaml(problem, line + 1, column + 1)
