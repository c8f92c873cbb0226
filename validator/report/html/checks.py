"""The checks by group, each with all that its verdict rests on; what differs from a baseline side by side."""

from __future__ import annotations

from collections.abc import Sequence

from validator.report import document as doc
from validator.report import phrases
from validator.report.evidence_section import members
from validator.report.html.element import Element, Node, el
from validator.report.html.parts import Room, badge, code, component, excerpts, facts, icon, link, prose, remedy, state
from validator.words.counting import counted
from validator.words.instant import span


def groups(summary: doc.Summary, room: Room) -> list[Node]:
    """A section for each group."""
    number = {check["name"]: place for place, check in enumerate(summary["checks"])}
    shown = _told(summary["checks"], room)
    out: list[Node] = []
    for place, group in enumerate(summary["groups"]):
        own = [check for check in members(summary, group) if check["name"] in shown]
        title = el(
            "h3",
            icon(component(group)),
            el("span", group["title"]),
            el("span", phrases.tally(group["counts"]), class_="quiet"),
        )
        about = [*prose(group["description"]), " ", link("More", group["link"])]
        out.append(
            el(
                "section",
                title,
                el("p", *about, class_="about") if group["description"] or group["link"] else None,
                *(_check(check, number[check["name"]], summary, room) for check in own),
                id=f"group-{place}",
                class_="group",
            )
        )
    left = len(summary["checks"]) - len(shown)
    return [*out, el("p", f"{counted(left, 'more check')} in the summary", class_="about") if left > 0 else None]  # fmt: skip


def _told(checks: Sequence[doc.CheckSummary], room: Room) -> frozenset[str]:
    """The names of those that there is room for: what is not green before what is."""
    worst = sorted(checks, key=lambda check: check["verdict"] == "passed")
    return frozenset(check["name"] for check in worst[: room.checks])


def _check(check: doc.CheckSummary, number: int, summary: doc.Summary, room: Room) -> Element:
    name = state(check)
    word = "excused" if check["excused"] else check["verdict"]
    took = "" if check["duration"] is None else span(check["duration"])
    head = el(
        "summary",
        badge(name, word),
        el("span", el("strong", check["name"]), " ", el("span", *prose(check["reason"], room.characters), class_="reason"), class_="what"),
        el("span", took, class_="took"),
    )  # fmt: skip
    opened = "" if check["blocks"] and check["verdict"] in ("failed", "inconclusive") else None
    return el(
        "details",
        head,
        el("div", *_inside(check, summary, room), class_="inside"),
        open=opened,
        class_=f"check {name}",
        id=f"check-{number}",
        data_state=name,
    )


def _inside(check: doc.CheckSummary, summary: doc.Summary, room: Room) -> list[Node]:
    """All that a person needs to act on one check."""
    remark, day = phrases.remark(check), phrases.day(summary)
    decided = phrases.clock(check["decided"], day)
    rows: list[tuple[str, list[Node]]] = [
        ("Expected", prose(check["expected"], room.characters)),
        ("Actual", prose(check["actual"], room.characters) if check["actual"] != check["reason"] else []),
        ("Note", [remark or None]),
        ("Known issue", [phrases.known(check["known_issue"]) if check["known_issue"] else None]),
        ("Decided", [decided, f" after {counted(check['attempts'], 'attempt')}" if check["attempts"] > 1 else None]),
        ("Spec", [code(phrases.place(check["position"])), " ", code(check["kind"])]),
        ("Logs", [link("Logs Explorer", check["logs_url"], live=not summary["emulated"])]),
    ]
    description = el("p", *prose(check["description"], room.characters)) if check["description"] else None
    said = remedy(check["remedy"]) if check["verdict"] != "passed" else None
    return [description, facts(rows), said, _diff(check["evidence"]), excerpts(check["evidence"], room, day)]


def _diff(pieces: Sequence[doc.Piece]) -> Node:
    """What differs from a baseline, each setting with what it was and what it is; what may not differ first."""
    changes = [piece["change"] for piece in pieces if piece["change"]]
    if not changes:
        return None
    head = el("tr", *(el("th", name, scope="col") for name in ("setting", "before", "now", "verdict")))
    rows = (
        el(
            "tr",
            el("th", el("code", change["path"]), scope="row"),
            el("td", el("del", change["before"]) if change["before"] else "absent"),
            el("td", el("ins", change["after"]) if change["after"] else "absent"),
            el("td", badge("passed", "allowed") if change["allowed"] else badge("failed", "not allowed")),
        )
        for change in changes
    )
    shown = el("table", el("thead", head), el("tbody", *rows), class_="diff")
    return el("div", shown, class_="scroll", tabindex="0", role="group", aria_label="what differs")
