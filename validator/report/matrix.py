"""The matrix of a backtest: what the checks of a spec come to on recorded deploys, what changes by it first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from validator.report import document as doc
from validator.report.markup import table, text
from validator.words.counting import counted

NOT_JUDGED = "not judged"
_SYMBOLS = {"passed": "✓", "failed": "✗", "inconclusive": "?", "skipped": "-", NOT_JUDGED: "·", "": " "}
_LEGEND = "✓ passed  ✗ failed  ? inconclusive  - skipped  · not judged: the recording does not hold what it rests on"


@dataclass(frozen=True)
class Cell:
    """A check on one deploy."""

    before: str
    """What it came to in the run; empty of a new check."""
    after: str
    """What it comes to; empty of a check that the spec does not have."""
    reason: str = ""

    @property
    def changed(self) -> bool:
        """Whether the spec decides otherwise than the run did; what is not judged decides nothing."""
        return bool(self.before and self.after) and self.after not in (self.before, NOT_JUDGED)

    @property
    def new(self) -> bool:
        """Whether it blocks or may block what no check was there for."""
        return not self.before and self.after in ("failed", "inconclusive")

    @property
    def text(self) -> str:
        """In words."""
        return self.after if self.before in ("", self.after) else f"{self.before} -> {self.after or 'gone'}"


@dataclass(frozen=True)
class Deploy:
    """One recorded deploy."""

    file: str
    name: str
    """Its revision."""
    started: str
    before: str
    """The run's verdict."""
    after: str
    """By the spec."""
    checks: Mapping[str, Cell]
    """By name, in the spec's order."""


def deploy(file: str, summary: doc.Summary, before: str, verdicts: Mapping[str, str]) -> Deploy:
    """Of a replay's summary, and what the run came to."""
    checks = {
        check["name"]: Cell(verdicts.get(check["name"], ""), _after(check), check["reason"])
        for check in summary["checks"]
    }
    gone = {name: Cell(verdict, "") for name, verdict in verdicts.items() if name not in checks}
    name = next((target["revision"] or target["service"] for target in summary["targets"]), summary["title"])
    return Deploy(file, name, summary["started"], before, summary["verdict"], {**checks, **gone})


def _after(check: doc.CheckSummary) -> str:
    return NOT_JUDGED if check["reason"].startswith(f"{NOT_JUDGED}: ") else check["verdict"]


def as_json(deploys: Sequence[Deploy]) -> dict[str, Any]:
    """For a program."""
    return {
        "version": 1,
        "deploys": [
            {
                "file": each.file,
                "revision": each.name,
                "started": each.started,
                "before": each.before,
                "after": each.after,
            }
            for each in deploys
        ],
        "checks": [
            {
                "name": name,
                "changed": any(cell.changed or cell.new for cell in cells),
                "verdicts": [{"before": one.before, "after": one.after, "reason": one.reason} for one in cells],
            }
            for name, cells in _rows(deploys)
        ],
    }


def for_people(deploys: Sequence[Deploy]) -> Iterator[str]:
    """Lines: each change with its reason, then all checks with a column a deploy, those that change first."""
    yield from _told(deploys)
    yield ""
    for number, each in enumerate(deploys, 1):
        verdict = each.after if each.before == each.after else f"{each.before} -> {each.after}"
        yield f"{number:>3}  {each.started}  {each.name}: {verdict}  ({each.file})"
    yield ""
    rows = list(_rows(deploys))
    widest = max((len(name) for name, _ in rows), default=0)
    yield f"{'':{widest}}  {'  '.join(f'{number:>3}' for number in range(1, len(deploys) + 1))}"
    for name, cells in rows:
        yield f"{name:{widest}}  {'  '.join(f'{_short(each):>3}' for each in cells)}".rstrip()
    yield ""
    yield _LEGEND


def markdown(deploys: Sequence[Deploy]) -> Iterator[str]:
    """The same for a page."""
    first, *changes = _told(deploys)
    yield f"**{text(first)}**"
    yield ""
    for line in changes:
        yield f"- {text(line.strip())}"
    if changes:
        yield ""
    runs = ["*the run*", *(Cell(each.before, each.after).text for each in deploys)]
    rows = [[text(name, table=True), *(one.text for one in cells)] for name, cells in _rows(deploys)]
    yield from table(["check", *(text(each.name, table=True) for each in deploys)], [runs, *rows])


def _told(deploys: Sequence[Deploy]) -> Iterator[str]:
    turned = [each for each in deploys if each.before != each.after]
    yield f"{counted(len(turned), 'verdict')} of {counted(len(deploys), 'deploy')} would be another one"
    for name, cells in _rows(deploys):
        for each, one in zip(deploys, cells, strict=True):
            if one.changed or one.new:
                yield f"  {name}, {each.name}: {one.before or 'new'} -> {one.after}: {one.reason}"


def _rows(deploys: Sequence[Deploy]) -> Iterator[tuple[str, list[Cell]]]:
    """Each check with its cell a deploy, those that change first."""
    names = dict.fromkeys(name for each in deploys for name in each.checks)
    rows = [(name, [each.checks.get(name, Cell("", "")) for each in deploys]) for name in names]
    yield from sorted(rows, key=lambda row: -sum(one.changed or one.new for one in row[1]))


def _short(one: Cell) -> str:
    return f"{_SYMBOLS[one.before]}→{_SYMBOLS[one.after]}" if one.changed or not one.after else _SYMBOLS[one.after]
