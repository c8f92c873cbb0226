"""The HTML report: the page that people look at, whole in one file, in at most so many bytes."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from validator.report import document as doc
from validator.report.html import checks, custody, evidence, facts, lead, timeline
from validator.report.html.element import Element, Node, Own, el
from validator.report.html.parts import Room, badge, chapter

LIMIT = 4 * 1024 * 1024
"""Bytes of the report: a browser shows that at once, on a phone too."""
_ROOMS = (Room(51, 200, 9000, 2000), Room(10, 30, 2000, 1000), Room(3, 10, 600, 1000), Room(0, 0, 300, 500))


def html(summary: doc.Summary, limit: int = LIMIT) -> str:
    """The report in at most `limit` bytes: beyond them evidence goes first, then all but the verdict; the page says so."""
    for number, room in enumerate(_ROOMS):
        if _weight(summary, room) > limit:
            continue
        page = _page(summary, room, _body(summary, room), cut=number > 0)
        if len(page.encode()) <= limit:
            return page
    return _page(summary, _ROOMS[-1], [], cut=True)


def _weight(summary: doc.Summary, room: Room) -> int:
    """About how many characters of evidence a page has room for: what would not fit is not even written."""
    pieces = (piece for check in summary["checks"][: room.checks] for piece in check["evidence"][: room.excerpts])
    return sum(min(len(piece["text"]), room.characters) for piece in pieces)


def _body(summary: doc.Summary, room: Room) -> list[Node]:
    return [
        lead.glance(summary),
        chapter("components", "Component health", lead.components(summary)),
        chapter("timeline", "Timeline", timeline.timeline(summary)),
        chapter("custody", "Chain of custody", *custody.chains(summary, room)),
        chapter("checks", "Checks", _filter(summary), *checks.groups(summary, room)),
        chapter("evidence", "Evidence", evidence.viewer(summary, room), about="Everything that was seen, in order of time."),
        chapter("follow-ups", "Follow-ups", facts.follow_ups(summary)),
        chapter("watch", "Watch", facts.watch(summary)),
        chapter("known", "Known issues", facts.known_issues(summary)),
        chapter("deployment", "Deployment", facts.deployment(summary)),
        chapter("technical", "Technical details", facts.technical(summary)),
    ]  # fmt: skip


def _page(summary: doc.Summary, room: Room, body: list[Node], *, cut: bool) -> str:
    style, script = _own("style.css"), _own("script.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    title = f"{summary['verdict'].capitalize()}: {summary['title'] or summary['spec']['file']}"
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title[:200]),
        el("link", rel="icon", href="data:,"),
        el("style", Own(style)),
    )
    note = el("p", "Cut to size: the summary has all the evidence.", class_="about") if cut else None
    content = el("main", lead.banner(summary, room), note, *body, id="main")
    skip = el("a", "Skip to the verdict", href="#main", class_="skip")
    page = el(
        "body", Own(_own("symbols.svg")), skip, _navigation(body), content, _foot(summary), el("script", Own(script))
    )
    return f"<!DOCTYPE html>\n{el('html', head, page, lang='en')}\n"  # fmt: skip


def _navigation(body: list[Node]) -> Node:
    """The way to each chapter."""
    links = [
        el("li", el("a", *title.children, href=f"#{dict(part.attributes)['id']}"))
        for part in body
        if isinstance(part, Element)
        and "id" in dict(part.attributes)
        and isinstance(title := part.children[0], Element)
    ]
    return el("nav", el("ul", *links), aria_label="Chapters") if links else None


def _foot(summary: doc.Summary) -> Element:
    tool = summary["tool"]
    return el("footer", el("p", f"{tool['name']} {tool['version']}, run {summary['run_id']}, {summary['ended']}"))


def _filter(summary: doc.Summary) -> Element:
    """What narrows checks and evidence; it is there only where scripts are."""
    states = (
        el("button", badge(name, f"{name} {number}"), type="button", aria_pressed="false", data_state=name)
        for name, number in lead.states(summary)
    )
    options = (el("option", source, value=source) for source in evidence.sources(summary))
    return el(
        "form",
        el("label", "Find ", el("kbd", "/"), for_="find"),
        el("input", type="search", id="find", autocomplete="off", spellcheck="false"),
        el("div", *states, class_="states", role="group", aria_label="States"),
        el("label", "Seen in", for_="source"),
        el("select", el("option", "everywhere", value=""), *options, id="source"),
        el("button", "Open all", type="button", id="open"),
        el("p", id="found", role="status"),
        id="filter",
        hidden="",
    )


@cache
def _own(name: str) -> str:
    return files("validator.report.html").joinpath(name).read_text("utf-8").strip()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
