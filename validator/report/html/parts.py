"""What all chapters of the HTML report are put together from: symbols, words in code, commands, links, excerpts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from validator.report import document as doc
from validator.report import phrases
from validator.report.html.element import Element, Node, el
from validator.report.markup import linkable
from validator.report.safety import cut
from validator.words.counting import counted


@dataclass(frozen=True)
class Room:
    """How much of everything the report has room for."""

    excerpts: int
    """Of one check or link."""
    lines: int
    """Of one excerpt."""
    characters: int
    """Of one text."""
    checks: int
    """Shown one by one, and lines of evidence in order of time."""


WORDS = {
    "passed": "passed",
    "failed": "failed",
    "inconclusive": "inconclusive",
    "skipped": "skipped",
    "warned": "warned",
}


def state(check: doc.CheckSummary) -> str:
    """A check's state: a failure that does not count for the run only warns."""
    return "warned" if check["verdict"] == "failed" and not check["blocks"] else check["verdict"]


def component(group: doc.GroupSummary) -> str:
    """A group's state, in the same way."""
    counts = group["counts"]
    warns = group["verdict"] == "failed" and counts["failed"] == counts["excused"] + counts["not_blocking"]
    return "warned" if warns else group["verdict"]


def icon(name: str, size: str = "") -> Element:
    """A symbol, each state with a shape of its own; what it says stands in words beside it."""
    return el(
        "svg", el("use", href=f"#{name}"), class_=f"icon {name} {size}".strip(), aria_hidden="true", viewBox="0 0 20 20"
    )


def badge(name: str, word: str) -> Element:
    """A state by its shape and in words."""
    return el("span", icon(name), el("span", word), class_=f"badge {name}")


def prose(raw: str, longest: int = 8192) -> list[Node]:
    """Text; what it has in backticks is code."""
    parts = re.split(r"`([^`]+)`", cut(raw, longest))
    return [el("code", part) if number % 2 else part for number, part in enumerate(parts) if part]


def link(label: str, url: str, *, live: bool = True) -> Node:
    """A link; a URL that is not plainly one of the web is shown and leads nowhere."""
    if not url or not live:
        return None
    return el("a", label, href=url, rel="noopener noreferrer") if linkable(url) else el("code", url)


def command(text: str) -> Element:
    """A command that can be copied."""
    return el("div", el("pre", el("code", text)), class_="command")


def remedy(said: str) -> Node:
    """What to do, its command on a line of its own."""
    if not said:
        return None
    told, run = phrases.remedy(said)
    first = el("p", el("strong", "Remedy "), *prose(told or "run")) if told or run else None
    return el("div", first, command(run) if run else None, class_="remedy")


def lit(text: str, matched: str) -> list[Node]:
    """Text in which what a pattern matched is marked."""
    if not matched or matched not in text:
        return [text]
    first, *rest = text.split(matched)
    return [first, *(node for part in rest for node in (el("mark", matched), part))]


def line(piece: doc.Piece, room: Room, day: str, *more: Node) -> Element:
    """One excerpt as a line of a log: when, where, what."""
    text = "\n".join(phrases.clip(cut(piece["text"], room.characters).split("\n"), room.lines))
    at = phrases.clock(piece["at"], day)
    return el(
        "li",
        el("span", el("time", at, datetime=piece["at"]) if at else "", class_="at"),
        el("span", cut(piece["source"], 60), class_="source"),
        el("span", *lit(text, piece["matched"]), class_="text"),
        *more,
    )


def excerpts(pieces: Sequence[doc.Piece], room: Room, day: str) -> Node:
    """Excerpts as lines of a log; what differs from a baseline has a view of its own."""
    shown = [line(piece, room, day) for piece in pieces[: room.excerpts] if not piece["change"]]
    if room.excerpts and len(pieces) > room.excerpts:
        shown.append(
            el(
                "li",
                el("span", f"{counted(len(pieces) - room.excerpts, 'more excerpt')} in the summary", class_="text"),
            )
        )
    return el("ol", *shown, class_="log") if shown else None


def facts(rows: Iterable[tuple[str, Sequence[Node]]]) -> Node:
    """Names and what there is to say of each; what is unknown is left out."""
    told = [(name, [node for node in nodes if node]) for name, nodes in rows]
    pairs = [el("div", el("dt", name), el("dd", *nodes)) for name, nodes in told if nodes]
    return el("dl", *pairs, class_="facts") if pairs else None


def chapter(id_: str, title: str, *content: Node, about: str = "") -> Node:
    """A chapter with its heading; nothing without content."""
    if not any(content):
        return None
    said = el("p", about, class_="about") if about else None
    return el("section", el("h2", title, id=f"{id_}-title"), said, *content, id=id_, aria_labelledby=f"{id_}-title")


def code(text: str) -> Node:
    """A name as code; nothing for nothing."""
    return el("code", text) if text else None
