"""The console: a live table of the checks on a terminal, one line a change in a build log, then the final report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Group as Rows
from rich.live import Live
from rich.table import Table
from rich.text import Text

from validator.report import document as doc
from validator.report.door import Door
from validator.report.phrases import some_names
from validator.report.screen import STYLES, SYMBOLS, Screen
from validator.report.terminal import Terminal
from validator.words.counting import counted
from validator.words.instant import span
from validator.words.verdict import Outcome, Verdict

QUIET = 10.0
"""Seconds of elapsed time between two lines that say what one check waits for."""
_WAITING = "…"
_LONGEST = 300


@dataclass
class _Row:
    """What is shown of one check."""

    reason: str = ""
    outcome: Outcome | None = None
    """None while it is open."""
    elapsed: float = 0.0
    said: str = ""
    """The reason that a line was last written about."""
    said_at: float = 0.0


class Console:
    """Tells a person how the run goes and what it came to. All times are elapsed seconds of the run's own clock.

    Also a context manager: leaving it restores the terminal, whatever happened.
    """

    def __init__(self, door: Door, *, live: bool, color: bool, folds: bool = False, width: int | None = None) -> None:
        self._terminal = Terminal(door, color=color, live=live, width=width)
        self._live: Live | None = None
        self._wants_live, self._folds = live, folds
        self._title = ""
        self._elapsed = 0.0
        self._rows: dict[str, _Row] = {}
        self._skipped: dict[tuple[float, str], list[str]] = {}
        """Names of the checks that were skipped at a time for a reason, and that no line was written of yet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self, title: str, targets: Sequence[str], names: Sequence[str]) -> None:
        """The run begins: its title, a line for each target, the names of its checks in order."""
        self._title = title
        self._rows = {name: _Row() for name in names}
        self._terminal.line((title or "validator", "bold"), (f": {counted(len(names), 'check')}", ""))
        for target in targets:
            self._terminal.line((target, "dim"), indent="  ")
        if self._wants_live:
            self._live = Live(
                console=self._terminal.rich,
                get_renderable=self._table,
                transient=True,
                refresh_per_second=5,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def progress(self, name: str, verdict: Verdict, elapsed: float) -> None:
        """A check's verdict or reason changed."""
        self.tick(elapsed)
        row = self._rows.setdefault(name, _Row())
        outcome = verdict.outcome if verdict.final else None
        news = outcome is not None and (outcome, verdict.reason) != (row.outcome, row.reason)
        row.reason, row.outcome, row.elapsed = verdict.reason, outcome, elapsed
        if news and outcome is Outcome.SKIPPED:
            self._skipped.setdefault((elapsed, verdict.reason), []).append(name)
        elif news and self._live is None:
            self._say(elapsed, SYMBOLS[verdict.outcome], verdict.outcome, name, verdict.reason)

    def tick(self, elapsed: float) -> None:
        """Time went by: open checks that had no line for a while get one if their reason is new, alike ones together."""
        moved, self._elapsed = elapsed > self._elapsed, elapsed
        if self._live is not None or not moved:
            return
        self._say_skipped()
        due: dict[str, list[str]] = {}
        for name, row in self._rows.items():
            if row.outcome is None and row.reason != row.said and elapsed - row.said_at >= QUIET:
                row.said, row.said_at = row.reason, elapsed
                due.setdefault(row.reason, []).append(name)
        for reason, names in due.items():
            self._say(elapsed, _WAITING, "waiting", some_names(names), reason)

    def finish(self, summary: doc.Summary, artifacts: Sequence[str] = ()) -> None:
        """The run is over: write the final report, and where its files are."""
        self._say_skipped()
        self.close()
        Screen(self._terminal, summary, folds=self._folds).write(artifacts)

    def close(self) -> None:
        """Take the live table down and give the terminal back; does nothing twice."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def _say_skipped(self) -> None:
        """One line for all that were skipped at one time for one reason."""
        skipped, self._skipped = self._skipped, {}
        for (elapsed, reason), names in skipped.items() if self._live is None else ():
            self._say(elapsed, SYMBOLS["skipped"], "skipped", some_names(names), reason)

    def _say(self, elapsed: float, symbol: str, word: str, name: str, reason: str) -> None:
        """One line of a build log."""
        symbol, style = self._terminal.show(symbol).ljust(len(self._terminal.show(_WAITING))), STYLES.get(word, "dim")
        self._terminal.line(
            (f"{elapsed:7.1f}s ", "dim"),
            (f"{symbol} {word:<12} ", style),
            (name, ""),
            (": ", ""),
            (self._terminal.show(reason, _LONGEST), ""),
            fold=False,
        )

    def _table(self) -> Rows:
        """The live table; where not all checks fit, the open and the failed ones."""
        room = max(self._terminal.rich.height - 4, 5)
        shown = list(self._rows.items())
        if len(shown) > room:
            open_or_red = [item for item in shown if item[1].outcome in (None, Outcome.FAILED, Outcome.INCONCLUSIVE)]
            shown = sorted(open_or_red, key=lambda item: item[1].outcome is None)[:room]
        symbols, names, times = len(self._terminal.show(_WAITING)), self._names(), 12
        reasons = max(self._terminal.width - symbols - names - times - 3, 10)
        grid = Table.grid(padding=(0, 1))
        for width in (symbols, names, reasons, times):
            grid.add_column(no_wrap=True, overflow="crop", width=width)
        for name, row in shown:
            word = row.outcome or "waiting"
            grid.add_row(
                Text(self._terminal.show(SYMBOLS.get(word, _WAITING)), STYLES.get(word, "cyan")),
                Text(self._terminal.show(name), STYLES.get(word, "") if word != "passed" else ""),
                Text(self._terminal.show(row.reason, reasons), "" if row.outcome is None else "dim"),
                Text(span(row.elapsed if row.outcome else self._elapsed), "dim"),
            )
        return Rows(Text(self._terminal.show(self._heading()), "bold"), grid)

    def _names(self) -> int:
        """Columns of the names, the longest or a third of the width."""
        return min(max((len(name) for name in self._rows), default=0), self._terminal.width // 3)

    def _heading(self) -> str:
        decided = sum(row.outcome is not None for row in self._rows.values())
        return f"{self._title or 'validator'}: {decided} of {len(self._rows)} decided after {span(self._elapsed)}"
