"""The chain of custody, drawn as what it is: nodes in a row, each proven by what was seen."""

from __future__ import annotations

from validator.report import document as doc
from validator.report import phrases
from validator.report.html.element import Element, Node, el
from validator.report.html.parts import Room, excerpts, icon, prose, remedy
from validator.words.counting import counted


def chains(summary: doc.Summary, room: Room) -> list[Node]:
    """A chain for each target that has one."""
    return [_chain(target, room, phrases.day(summary)) for target in phrases.chains(summary)]


def _chain(target: doc.TargetSummary, room: Room, day: str) -> Element:
    proven = sum(link["proof"] == "proven" for link in target["chain"])
    return el(
        "article",
        el("h3", el("span", target["service"]), el("span", f"{proven} of {counted(len(target['chain']), 'link')} proven", class_="quiet")),
        el("ol", *(_node(link, room) for link in target["chain"]), class_="chain"),
        *(_mended(link) for link in target["chain"] if link["remedy"]),
        _seen(target, room, day),
    )  # fmt: skip


def _node(link: doc.LinkSummary, room: Room) -> Element:
    return el(
        "li",
        el("span", icon(link["proof"], "node"), class_="dot"),
        el("span", el("strong", link["name"]), " ", el("span", link["proof"], class_="proof"), class_="name"),
        el("span", *prose(link["reason"], min(300, room.characters)), class_="why"),
        class_=link["proof"],
    )


def _mended(link: doc.LinkSummary) -> Element:
    return el("div", el("h4", link["name"]), remedy(link["remedy"]))


def _seen(target: doc.TargetSummary, room: Room, day: str) -> Node:
    shown = [
        part
        for link in target["chain"]
        if (seen := excerpts(link["evidence"], room, day))
        for part in (el("h4", link["name"]), seen)
    ]
    return el("details", el("summary", "What each link rests on"), *shown, class_="plain") if shown else None
