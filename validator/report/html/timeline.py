"""The run in time: who answered the probes, what was logged and how far that is readable, when each check was decided.

Time goes from left to right on one scale for all rows. What was before the run, from the revision's creation on, has the
first part of it and a scale of its own. Places are percents, so that words stay readable at any width.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from validator.report import document as doc
from validator.report import phrases
from validator.report.html.element import Element, Node, el
from validator.report.html.parts import icon, state
from validator.words.counting import counted
from validator.words.instant import seconds, span

_BEFORE = 20.0
"""Percent of the width for what was before the run."""
_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600)
"""Between two ticks, seconds."""
_MOST_TICKS = 5
_MOST_CHECKS = 40
_MOST_MARKS = 400
"""In one row."""
_HEIGHT, _MIDDLE = 22, 11
_SHAPES = {
    "target": "dot",
    "other": "diamond",
    "pending": "ring",
    "untold": "ring",
    "front end": "cross",
    "nobody": "cross",
}
_TOLD = {
    "pending": "who answered is not known yet",
    "untold": "who answered will not be known",
    "front end": "refused by Google's front end",
    "nobody": "no answer",
}


@dataclass(frozen=True)
class Scale:
    """Where a moment stands, in percent."""

    first: float
    start: float
    end: float

    @classmethod
    def of(cls, summary: doc.Summary) -> Scale:
        """From the creation of what was deployed, or from the first line that it logged, to the end."""
        start, end = seconds(summary["started"]), seconds(summary["ended"])
        main = phrases.main(summary)
        created = seconds(main["created"]) if main and main["created"] else start
        return cls(min(created, start), start, max(end, start + 0.001))

    @property
    def before(self) -> float:
        """Percent of the width for what was before the run."""
        return _BEFORE if self.first < self.start - 1 else 0.0

    def place(self, at: float) -> float:
        """The place of a moment, those outside at the edge."""
        if at < self.start:
            whole = self.start - self.first
            return max(0.0, self.before * (at - self.first) / whole) if whole else 0.0
        return self.before + (100 - self.before) * min(1.0, (at - self.start) / (self.end - self.start))

    def shows(self, at: float) -> bool:
        """Whether a moment is on it."""
        return self.first <= at <= self.end + 1


def timeline(summary: doc.Summary) -> Node:
    """The rows, each with what it shows in words."""
    scale = Scale.of(summary)
    rows = [*_probes(summary, scale), *_streams(summary, scale), *_verdicts(summary, scale)]
    if not rows:
        return None
    return el("ol", _axis(scale), *rows, class_="timeline")


def _row(name: Sequence[Node], told: str, marks: Iterable[Node], scale: Scale, class_: str = "") -> Element:
    grid = (el("line", x1=f"{x:.2f}%", x2=f"{x:.2f}%", y1=0, y2=_HEIGHT, class_="grid") for x, _ in _ticks(scale))
    now = f"{scale.before:.2f}%"
    drawn = el(
        "svg",
        *grid,
        el("line", x1=now, x2=now, y1=0, y2=_HEIGHT, class_="start"),
        *marks,
        class_="lane",
        aria_hidden="true",
        height=_HEIGHT,
        width="100%",
    )
    return el("li", el("div", el("span", *name, class_="name"), el("span", told, class_="quiet"), class_="said"), drawn, class_=class_ or None)  # fmt: skip


def _axis(scale: Scale) -> Element:
    words = [el("text", told, x=f"{x:.2f}%", y=14, class_="tick") for x, told in _ticks(scale)]
    if scale.before:
        length = scale.start - scale.first
        told = span(round(length / 60) * 60 if length > 90 else round(length))
        words.append(el("text", f"-{told}", x="0", y=14, class_="tick first"))
    return el(
        "li",
        el("div", class_="said"),
        el("svg", *words, class_="lane", aria_hidden="true", height=20, width="100%"),
        class_="axis",
    )


def _ticks(scale: Scale) -> list[tuple[float, str]]:
    whole = scale.end - scale.start
    step = next((step for step in _STEPS if whole / step <= _MOST_TICKS), _STEPS[-1])
    return [
        (scale.place(scale.start + n * step), span(n * step) if n else "start")
        for n in range(min(int(whole / step), 50) + 1)
    ]


def _heading(text: str, about: str) -> Element:
    return el("li", el("h3", text), el("span", about, class_="quiet"), class_="heading")


def _probes(summary: doc.Summary, scale: Scale) -> list[Node]:
    """A row for each revision that answered, and for each way of not knowing."""
    rows: list[Node] = []
    for target in summary["targets"]:
        answered: dict[tuple[str, str], list[doc.ProbeSummary]] = {}
        for probe in target["probed"]:
            answered.setdefault((probe["who"], probe["revision"]), []).append(probe)
        for (who, revision), probes in answered.items():
            name = revision or f"{target['service']}: {_TOLD.get(who, 'answered')}"
            codes = "; ".join(_counted(answer, probes) for answer in dict.fromkeys(p["answer"] for p in probes))
            also = "; not the revision of this deploy" if who == "other" else ""
            marks = (_probe(p, scale) for p in probes)
            rows.append(_row([el("code", name)], f"{codes}{also}", marks, scale))
    return [_heading("Probes", "by the revision that answered, as the request log tells it"), *rows] if rows else []  # fmt: skip


def _counted(answer: str, probes: list[doc.ProbeSummary]) -> str:
    return f"{answer}: {counted(sum(probe['answer'] == answer for probe in probes), 'time')}"


def _probe(probe: doc.ProbeSummary, scale: Scale) -> Element:
    """A probe by who answered it, and by whether that was an answer at all."""
    broken = not probe["answer"].isdecimal() or probe["answer"] >= "500"
    shape, class_ = ("cross", "nobody") if broken else (_SHAPES[probe["who"]], probe["who"].replace(" ", "-"))
    return _mark(shape, scale.place(seconds(probe["at"])), _said(probe), class_)


def _said(probe: doc.ProbeSummary) -> str:
    return f"{probe['asked']}: {probe['answer']} in {span(probe['took'])}"


def _streams(summary: doc.Summary, scale: Scale) -> list[Node]:
    """A row for each stream of a log: how far it is readable, and what of it is evidence."""
    rows: list[Node] = []
    for target in summary["targets"]:
        if not target["logs"]["reads"]:
            continue
        for mark in target["logs"]["watermarks"]:
            stream = mark["stream"].rsplit("/", 1)[-1]
            seen = _logged(summary, target, stream, scale)
            marks: list[Node] = []
            told = "not readable"
            if mark["up_to"]:
                at = seconds(mark["up_to"])
                told = (
                    f"readable to {phrases.clock(mark['up_to'], phrases.day(summary)).partition('.')[0]}, {mark['how']}"
                )
                width = scale.place(at) if scale.shows(at) or at > scale.end else 0.0
                marks.append(
                    el("rect", x=0, y=4, width=f"{width:.2f}%", height=14, rx=3, class_=f"readable {mark['how']}")
                )
                marks.append(el("line", x1=f"{width:.2f}%", x2=f"{width:.2f}%", y1=1, y2=21, class_="watermark"))
            marks += [_mark("tick-mark", scale.place(at), text, name) for at, text, name in seen[:_MOST_MARKS]]
            lines = f"; {counted(len(seen), 'line')} as evidence" if seen else ""
            rows.append(
                _row(
                    [el("code", stream), f" {target['service']}" if len(summary["targets"]) > 1 else None],
                    told + lines,
                    marks,
                    scale,
                )
            )
    return [_heading("Logs", "each stream up to its watermark, and the lines that are evidence"), *rows] if rows else []  # fmt: skip


def _logged(summary: doc.Summary, target: doc.TargetSummary, stream: str, scale: Scale) -> list[tuple[float, str, str]]:
    """The lines of a stream that are evidence: when, what, and the state of the check that rests on them."""
    return [
        (seconds(piece["at"]), piece["text"][:200], state(check))
        for check in summary["checks"]
        if check["target"] == target["name"]
        for piece in check["evidence"]
        if piece["source"] == stream and piece["at"] and scale.shows(seconds(piece["at"]))
    ]


def _verdicts(summary: doc.Summary, scale: Scale) -> list[Node]:
    """A row for each check, from its start to its decision; of many those that are not green first."""
    numbered = [(n, check) for n, check in enumerate(summary["checks"]) if check["started"]]
    shown = sorted(numbered, key=lambda one: one[1]["verdict"] == "passed")[:_MOST_CHECKS]
    rows = [_verdict(n, check, scale) for n, check in sorted(shown, key=lambda one: (one[1]["decided"], one[0]))]
    if not rows:
        return []
    left = len(numbered) - len(shown)
    more = f"; {counted(left, 'more check')} below" if left else ""
    return [_heading("Verdicts", f"from the start of each check to its decision{more}"), *rows]


def _verdict(number: int, check: doc.CheckSummary, scale: Scale) -> Element:
    name = state(check)
    begun, decided = scale.place(seconds(check["started"] or check["decided"])), scale.place(seconds(check["decided"]))
    bar = el(
        "rect", x=f"{begun:.2f}%", y=8, width=f"{max(decided - begun, 0.1):.2f}%", height=6, rx=3, class_=f"span {name}"
    )
    took = f" after {span(check['duration'])}" if check["duration"] else " at once"
    place = el(
        "svg",
        el("use", href=f"#{name}", x=-8, y=-8, width=16, height=16),
        x=f"{min(decided, 99.2):.2f}%",
        y=_MIDDLE,
        overflow="visible",
        class_=name,
    )
    label = [icon(name), el("a", check["name"], href=f"#check-{number}")]
    return _row(label, f"{check['verdict']}{took}", [bar, place], scale, class_="verdicts")  # fmt: skip


def _mark(shape: str, x: float, told: str, class_: str) -> Element:
    drawn = el("use", el("title", told), href=f"#{shape}", x=-6, y=-6, width=12, height=12)
    return el("svg", drawn, x=f"{min(x, 99.4):.2f}%", y=_MIDDLE, overflow="visible", class_=class_)
