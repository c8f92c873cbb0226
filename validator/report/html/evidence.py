"""Everything that was seen, in order of time, each line with the checks that rest on it."""

from __future__ import annotations

from validator.report import document as doc
from validator.report import phrases
from validator.report.html.element import Element, Node, el
from validator.report.html.parts import Room, icon, line, state
from validator.report.safety import cut
from validator.words.counting import counted

_Key = tuple[str, str, str]


def sources(summary: doc.Summary) -> list[str]:
    """Where evidence was seen."""
    return sorted({_source(piece) for check in summary["checks"] for piece in check["evidence"]} - {""})


def viewer(summary: doc.Summary, room: Room) -> Node:
    """The lines, each once; what no time is known of comes last."""
    pieces: dict[_Key, doc.Piece] = {}
    resting: dict[_Key, list[int]] = {}
    for number, check in enumerate(summary["checks"]):
        for piece in check["evidence"][: room.excerpts]:
            key = piece["at"] or "~", piece["source"], piece["text"]
            if key not in pieces or not pieces[key]["matched"]:
                pieces[key] = piece
            resting.setdefault(key, []).append(number)
    shown = sorted(pieces)[: room.checks]
    day = phrases.day(summary)
    lines = [_line(pieces[key], [(n, summary["checks"][n]) for n in resting[key]], room, day) for key in shown]
    if len(pieces) > len(shown):
        lines.append(
            el("li", el("span", f"{counted(len(pieces) - len(shown), 'more line')} in the summary", class_="text"))
        )
    return el("ol", *lines, class_="log all") if lines else None  # fmt: skip


def _line(piece: doc.Piece, checks: list[tuple[int, doc.CheckSummary]], room: Room, day: str) -> Element:
    chips = (el("a", icon(state(check)), check["name"], href=f"#check-{number}") for number, check in checks[:5])
    made = line(piece, room, day, el("span", *chips, class_="chips"))
    return el("li", *made.children, data_source=_source(piece))


def _source(piece: doc.Piece) -> str:
    return cut(piece["source"], 60)
