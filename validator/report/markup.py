"""Hostile text in Markdown (GitHub's dialect): it can open no HTML, link, image, table, heading, mention or fence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from validator.report.safety import cut, lines

LONGEST = 600
"""Characters of one text."""
_URL = re.compile(r"https?://[\w.-]+(?::\d+)?(?:[/?#;][\w.~%:/?#=&;,+@-]*)?", re.ASCII)
_LINKING = re.compile(r"://|www\.|[@$]|#\d|gh-\d", re.IGNORECASE)
"""What GitHub makes links, mentions or formulas of even when it is escaped: only a code span holds it."""
_TOKEN = re.compile(r"(?P<body>.*?)(?P<end>[.,;:!?)]*)", re.DOTALL)
_ALWAYS = re.compile(r"[\\`*<\[\]|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_AT_START = re.compile(r"^(\d{1,9})([.)])|^([#+=>-])")


def text(raw: str, *, table: bool = False, longest: int = LONGEST) -> str:
    """Text on one line. What it has in backticks becomes code."""
    parts = re.split(r"`([^`]+)`", cut(" ".join(lines(raw)), longest))
    shown = ""
    for number, part in enumerate(parts):
        markup = code(part, table=table) if number % 2 else _prose(part, table=table)
        touching = shown.endswith("`") and markup.startswith("`")  # two code spans would run into one
        shown += f" {markup}" if touching else markup
    return _AT_START.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", shown.strip())


def code(raw: str, *, table: bool = False, longest: int = LONGEST) -> str:
    """A code span on one line; nothing for nothing."""
    content = cut(" ".join(lines(raw)), longest)
    if not content.strip():
        return ""
    ticks = "`" * (_longest_run(content, "`") + 1)
    pad = " " if content[0] in "` " or content[-1] in "` " else ""
    if table:
        content = content.replace("|", "\\|")
    return f"{ticks}{pad}{content}{pad}{ticks}"


def fence(content: Iterable[str], language: str = "text") -> list[str]:
    """A code block of these lines; its fence is longer than any in it."""
    shown = [line for raw in content for line in lines(raw)]
    ticks = "`" * max(3, max((_longest_run(line, "`") for line in shown), default=0) + 1)
    return [f"{ticks}{language}", *shown, ticks]


def link(label: str, url: str, *, table: bool = False) -> str:
    """A link, if the URL is one that needs no escaping; else the URL as code."""
    if not url:
        return ""
    if linkable(url):
        return f"[{text(label, table=table)}](<{url}>)"
    return code(url, table=table)


def linkable(url: str) -> bool:
    """Whether a URL is plainly one of the web, with nothing that needs escaping."""
    return _URL.fullmatch(url) is not None


def row(cells: Iterable[str]) -> str:
    """A table's row of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table; nothing without rows."""
    body = [row(cells) for cells in rows]
    head = list(head)
    return [row(head), row("---" for _ in head), *body, ""] if body else []


def _prose(part: str, *, table: bool) -> str:
    return "".join(_word(word, table=table) for word in re.split(r"(\s+)", part))


def _word(word: str, *, table: bool) -> str:
    if not _LINKING.search(word):
        return _ALWAYS.sub(lambda found: f"\\{found[0]}", word)
    found = _TOKEN.fullmatch(word)
    assert found is not None, "it matches any text"
    return code(found["body"], table=table) + found["end"]


def _longest_run(content: str, character: str) -> int:
    return max((len(run) for run in re.findall(f"{re.escape(character)}+", content)), default=0)
