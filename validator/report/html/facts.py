"""The chapters of names and numbers: the deployment, known issues, what is left to do, technical details."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from validator.report import document as doc
from validator.report import phrases
from validator.report.html.element import Element, Node, el
from validator.report.html.parts import badge, code, command, facts, link, prose, state
from validator.words.instant import span


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[Sequence[Node]]]) -> Element:
    """A table; the first cell of each row names it. It scrolls by itself where it is too wide."""
    body = [
        el("tr", *(el("th", *cell, scope="row") if not number else el("td", *cell) for number, cell in enumerate(row)))
        for row in rows
    ]
    first = el("tr", *(el("th", name, scope="col") if name else el("td") for name in head))
    shown = el("table", el("thead", first), el("tbody", *body))
    return el("div", shown, class_="scroll", tabindex="0", role="group", aria_label=title)


def deployment(summary: doc.Summary) -> Node:
    """What was judged: a column for each target."""
    targets, live = summary["targets"], not summary["emulated"]
    rows: list[tuple[str, list[list[Node]]]] = [
        ("Project", [[code(t["project"])] for t in targets]),
        ("Region", [[code(t["region"])] for t in targets]),
        ("Service", [[code(t["service"])] for t in targets]),
        ("Revision", [[code(t["revision"]) or "not resolved"] for t in targets]),
        ("Created", [[_at(t["created"])] for t in targets]),
        ("Identified by", [[t["identified_by"] or "not told"] for t in targets]),
        ("Traffic", [[phrases.traffic(t)] for t in targets]),
        ("URL", [[code(t["url"]) or "not known"] for t in targets]),
        ("Resources", [[phrases.resources(t)] for t in targets]),
        ("Scaling", [[phrases.scaling(t)] for t in targets]),
        ("Service account", [[code(t["configuration"]["service_account"]) or "not known"] for t in targets]),
        ("Image", [[code(phrases.image(t)) or "not known"] for t in targets]),
        ("Build", [[code(t["build"]) or "not known", " ", link("log", t["build_log"], live=live)] for t in targets]),
    ]
    head = ["", *(t["name"] for t in targets)]
    shown = table("Deployment", head, ([[name], *cells] for name, cells in rows)) if targets else None
    main = phrases.main(summary)
    back = main["origin"]["rollback"] if main else ""
    return el("div", shown, *((el("h3", "Roll back"), command(back)) if back else ())) if shown else None


def known_issues(summary: doc.Summary) -> Node:
    """What is known to fail, and whether it still does."""
    rows: list[list[list[Node]]] = [
        [
            [check["name"]],
            prose(issue["reason"]),
            [issue["expires"]],
            [badge(state(check), check["verdict"]), " ", *prose(check["reason"], 300)],
            [link("tracked", issue["link"])],
        ]
        for check in summary["checks"]
        if (issue := check["known_issue"])
    ]
    return table("Known issues", ("check", "what is known", "until", "now", "where"), rows) if rows else None


def follow_ups(summary: doc.Summary) -> Node:
    """What is left to do beside the cause, each with its command."""
    items = [_item(name, todo) for name, todo in phrases.follow_ups(summary)]
    return el("ul", *items, class_="todo") if items else None


def watch(summary: doc.Summary) -> Node:
    """What to look at from now on."""
    items = [_item("", todo) for todo in phrases.watch(summary)]
    return el("ul", *items, class_="todo") if items else None


def _item(name: str, todo: phrases.Remedy) -> Element:
    about: list[Node] = [el("strong", name), ": "] if name else []
    return el("li", el("p", *about, *prose(todo.prose, 1000)), command(todo.command) if todo.command else None)


def technical(summary: doc.Summary) -> Node:
    """Times, versions, and how much was read."""
    spec, tool = summary["spec"], summary["tool"]
    rows: list[tuple[str, list[Node]]] = [
        ("Run", [code(summary["run_id"])]),
        ("Time", [f"{_at(summary['started'])} to {_at(summary['ended'])} ({span(summary['duration'])})"]),
        ("Ended", [phrases.ended(summary)]),
        ("Spec", [code(spec["file"]), " ", code(spec["digest"])]),
        ("Tool", [f"{tool['name']} {tool['version']}"]),
    ]
    for target in summary["targets"]:
        rows.append((f"Logs of {target['service']}", [phrases.reading(target)]))
        rows.append((f"Readable of {target['service']}", [phrases.readable(target)]))
    return facts(rows)


def _at(at: str | None) -> str:
    return at.replace("T", " ") if at else "not known"
