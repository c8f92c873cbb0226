"""Elements of HTML and SVG, and the one place where text becomes markup: nothing that came from outside is anything but text."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from validator.report.safety import lines

_VOID = frozenset({"meta", "link", "br", "hr", "input", "wbr"})
_SHAPES = frozenset({"use", "path", "circle", "rect", "line", "polygon"})
"""Of SVG, written without an end where they have no title."""


@dataclass(frozen=True)
class Element:
    """An element, with what is in it."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Node, ...]

    def __str__(self) -> str:
        return "".join(_written(self))


@dataclass(frozen=True)
class Own:
    """Text of this package that is no HTML: a style sheet or a script. It must not hold `</`."""

    text: str


Node = Element | Own | str | None
"""What may be in an element; None is left out."""


def el(tag: str, *children: Node, **attributes: str | float | None) -> Element:
    """An element. Of an attribute's name the last `_` goes and others become `-`; an attribute of None is left out."""
    given = tuple(
        (name.removesuffix("_").replace("_", "-"), f"{value:g}" if isinstance(value, float) else str(value))
        for name, value in attributes.items()
        if value is not None
    )
    return Element(tag, given, children)


def escaped(text: str) -> str:
    """Text as HTML: what shows nothing is shown as its escape, and no line is a command to the GitHub runner."""
    shown = html.escape("\n".join(lines(text)))
    if ":" not in shown and "[" not in shown:
        return shown
    bare = shown if shown.isascii() else "".join(c for c in shown if unicodedata.category(c) not in ("Mn", "Me"))
    if "::" in bare:
        shown = shown.replace(":", "&#58;")
    return shown.replace("[", "&#91;") if "##[" in bare else shown


def _written(node: Node) -> Iterator[str]:
    if node is None:
        return
    if isinstance(node, str):
        yield escaped(node)
    elif isinstance(node, Own):
        yield node.text
    else:
        attributes = "".join(f' {name}="{escaped(value)}"' for name, value in node.attributes)
        void = node.tag in _VOID
        yield f"<{node.tag}{attributes}{'/' if node.tag in _SHAPES and not node.children else ''}>"
        if not void and (node.children or node.tag not in _SHAPES):
            for child in node.children:
                yield from _written(child)
            yield f"</{node.tag}>"
