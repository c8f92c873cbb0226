"""What is read first: the verdict, its cause, what to do, and the deployment at a glance."""

from __future__ import annotations

from validator.report import document as doc
from validator.report import phrases
from validator.report.html.element import Element, Node, el
from validator.report.html.parts import Room, badge, code, component, excerpts, facts, icon, link, prose, remedy, state
from validator.words.instant import span

_ALSO = 10
_LONG = 160
"""Characters from which on a cause is set smaller."""
_FIRST = 5
"""Excerpts of the cause that are shown at once."""


def banner(summary: doc.Summary, room: Room) -> Element:
    """The verdict, its cause first, and the command that mends it."""
    headline, verdict = summary["headline"], summary["verdict"]
    causes = phrases.causes(summary)
    lead = next((check for check in causes if check["name"] == headline["check"]), None)
    shown = excerpts(lead["evidence"][:_FIRST], room, phrases.day(summary)) if lead else None
    return el(
        "header",
        el(
            "div",
            icon(verdict, "large"),
            el("div", el("h1", verdict.capitalize(), class_="verdict"), el("p", summary["title"], class_="title") if summary["title"] else None),
            class_="verdict-line",
        ),
        _cause(summary, room),
        shown,
        remedy(headline["remedy"]),
        _also(causes, headline, room),
        el("p", f"{phrases.tally(summary['counts'])}, in {span(summary['duration'])}; {phrases.exit_code(summary)}.", class_="tally"),
        _bar(summary["counts"]),
        el("p", "Against an emulator: times are its world's, and links would lead nowhere.", class_="about") if summary["emulated"] else None,
        class_=f"banner {verdict}",
    )  # fmt: skip


def _cause(summary: doc.Summary, room: Room) -> Element:
    """The sentence that leads, the check that it is about in bold."""
    text, check = summary["headline"]["text"], summary["headline"]["check"]
    before, named, after = text.partition(f"{check}: ") if check else ("", "", text)
    if check and not named:
        before, after = "", text
    label = None if summary["verdict"] == "passed" else el("span", "Cause", class_="label")
    bold = el("strong", check, ": ") if named else None
    class_ = "cause" if len(text) < _LONG else "cause long"
    return el("p", label, before, bold, *prose(after, room.characters), class_=class_)


def _also(causes: list[doc.CheckSummary], headline: doc.Headline, room: Room) -> Node:
    """What else keeps the run from green."""
    together = phrases.alike([check for check in causes if check["name"] != headline["check"]])
    if not together:
        return None
    items = [
        el("li", icon(check["verdict"]), el("span", el("strong", names), ": ", *prose(check["reason"], min(300, room.characters))))
        for check, names in together[:_ALSO]
    ]  # fmt: skip
    if len(together) > _ALSO:
        items.append(el("li", f"… and {len(together) - _ALSO} more"))
    return el("div", el("p", "Also", class_="label"), el("ul", *items), class_="also")


def _bar(counts: doc.Counts) -> Node:
    """The checks by verdict as one bar."""
    warned = counts["excused"] + counts["not_blocking"]
    numbers = (
        ("passed", counts["passed"]),
        ("warned", warned),
        ("failed", counts["failed"] - warned),
        ("inconclusive", counts["inconclusive"]),
        ("skipped", counts["skipped"]),
    )
    total, at, parts = sum(number for _, number in numbers), 0.0, []
    for name, number in numbers:
        if number:
            width = 100 * number / total
            parts.append(el("rect", x=f"{at:.2f}%", y=0, width=f"{width:.2f}%", height=8, class_=name))
            at += width
    return el("svg", *parts, class_="bar", aria_hidden="true", width="100%", height="8") if parts else None


def glance(summary: doc.Summary) -> Node:
    """What was deployed, by whom, and what follows."""
    target = phrases.main(summary)
    rows: list[tuple[str, list[Node]]] = [("Decision", [phrases.decision(summary)])]
    if target:
        origin, live = target["origin"], not summary["emulated"]
        shown = link(origin["commit"][:12], origin["commit_link"], live=live) or code(origin["commit"][:12])
        run = link("run", origin["trigger_link"], live=live)
        rows += [
            ("Revision", [code(target["revision"]) or "not resolved"]),
            ("Traffic", [phrases.traffic(target)]),
            ("Commit", [shown]),
            ("Trigger", [origin["trigger"], " " if run else None, run]),
            ("Deployed by", [code(origin["by"])]),
            ("Previous revision", [code(origin["previous"])]),
        ]
    return el("section", el("h2", "At a glance", class_="hidden"), facts(rows), class_="glance")


def components(summary: doc.Summary) -> Node:
    """A tile for each group, leading to its checks."""
    tiles = [
        el(
            "li",
            el(
                "a",
                badge(component(group), group["verdict"]),
                el("strong", group["title"]),
                el("span", phrases.tally(group["counts"]), class_="quiet"),
                href=f"#group-{number}",
                class_=component(group),
            ),
        )
        for number, group in enumerate(summary["groups"])
    ]
    return el("ul", *tiles, class_="tiles") if len(tiles) > 1 else None


def states(summary: doc.Summary) -> list[tuple[str, int]]:
    """The states that checks are in, and how many are."""
    found = [state(check) for check in summary["checks"]]
    order = ("failed", "warned", "inconclusive", "skipped", "passed")
    return [(name, found.count(name)) for name in order if name in found]
