"""The final report on a terminal or in a build log: the verdict with its cause and remedy first, then everything else."""

from __future__ import annotations

from collections.abc import Sequence

from validator.report import document as doc
from validator.report import phrases
from validator.report.safety import cut, lines
from validator.report.terminal import Terminal
from validator.words.counting import counted
from validator.words.instant import span

SYMBOLS = {
    "passed": "✓", "failed": "✗", "inconclusive": "?", "skipped": "\N{EN DASH}",
    "proven": "✓", "broken": "✗", "unproven": "?",
}  # fmt: skip
STYLES = {
    "passed": "green", "failed": "bold red", "inconclusive": "yellow", "skipped": "dim",
    "proven": "green", "broken": "bold red", "unproven": "yellow",
}  # fmt: skip
_LONGEST = 600
"""Characters of a reason, an expected or an actual value."""
_LINES = 12
"""Lines of one excerpt."""
_EXCERPTS = 6
_NAME = 34
"""Columns of a name; after a longer one the reason begins a new line."""
_ALSO = 5


class Screen:
    """Writes one summary; `folds` lets GitHub fold the sections that are green."""

    def __init__(self, terminal: Terminal, summary: doc.Summary, *, folds: bool = False) -> None:
        self._out, self._summary, self._day = terminal, summary, phrases.day(summary)
        self._folds, self._folded = folds, False

    def write(self, artifacts: Sequence[str] = ()) -> None:
        """Write all of it."""
        self._lead()
        groups = self._summary["groups"]
        for group in groups[:1] if phrases.alone(self._summary) else groups:
            self._group(group)
        self._deployment()
        for target in phrases.chains(self._summary):
            self._chain(target)
        self._logs()
        self._list("Outputs", [f"{each['name']}: {each['value']}" for each in self._summary["outputs"]])
        self._list("Known issues", self._known_issues())
        self._list("Warnings", self._summary["warnings"])
        self._list("Not selected", self._summary["not_selected"])
        self._watch()
        self._list("Artifacts", artifacts, fold=False)
        self._close()

    def _lead(self) -> None:
        """The first screen: what happened, why, and what to do."""
        summary, headline, out = self._summary, self._summary["headline"], self._out
        out.gap()
        self._verdict(
            f"  {summary['title']}" if summary["title"] else "",
            f"  {span(summary['duration'])}, {phrases.exit_code(summary)}",
        )
        out.gap()
        if summary["verdict"] == "passed":
            out.line((cut(headline["text"], _LONGEST), ""), indent="  ")
        else:
            self._field("cause", cut(headline["text"], _LONGEST), style="bold", indent="  ")
            self._lead_check()
        self._others()
        self._field("checks", phrases.tally(summary["counts"]), indent="  ")
        for target in summary["targets"][:1]:
            told = target["identified_by"]
            self._field("deploy", f"{target['revision']}, told by {told}" if told else "", indent="  ")
        self._field("decision", phrases.decision(summary), indent="  ")
        if summary["verdict"] == "failed" and (main := phrases.main(summary)):
            command = main["origin"]["rollback"]
            self._field("rollback", f"$ {command}" if command else "", indent="  ", fold=False)
        if summary["ending"] != "complete" and phrases.undecided(summary):
            self._field("ended by", _ENDINGS[summary["ending"]], indent="  ")
        if summary["emulated"]:
            self._field("note", "against an emulator: times are its world's, links lead nowhere", indent="  ")
        self._link()

    def _lead_check(self) -> None:
        """What the cause was seen by, what to do about it, and where to look."""
        headline = self._summary["headline"]
        lead = [check for check in phrases.causes(self._summary) if check["name"] == headline["check"]]
        for check in lead:
            self._evidence(check["evidence"][:3], indent="  ")
        self._remedy(headline["remedy"], indent="  ")
        for check in lead:
            self._field("spec", phrases.place(check["position"]), indent="  ")

    def _link(self) -> None:
        """The Logs Explorer on the cause, last as it is long."""
        for check in self._summary["checks"]:
            if check["name"] == self._summary["headline"]["check"] and not self._summary["emulated"]:
                self._field("logs", check["logs_url"], indent="  ", fold=False)

    def _others(self) -> None:
        """What else keeps the run from green, a line each."""
        others = [c for c in phrases.causes(self._summary) if c["name"] != self._summary["headline"]["check"]]
        together = phrases.alike(others)
        for number, (check, names) in enumerate(together[:_ALSO]):
            text = f"{SYMBOLS[check['verdict']]} {names}: {cut(check['reason'], 160)}"
            self._field("" if number else "also", text, indent="  ")
        if len(together) > _ALSO:
            self._field("", f"… and {len(together) - _ALSO} more", indent="  ")

    def _group(self, group: doc.GroupSummary) -> None:
        checks = [check for check in self._summary["checks"] if check["group"] == group["name"]]
        self._section(f"{group['title']}: {group['verdict']}", green=group["counts"]["passed"] == len(checks))
        widest = min(_NAME, self._out.width // 3)
        column = max((len(check["name"]) for check in checks if len(check["name"]) <= widest), default=0)
        alone = phrases.alone(self._summary)
        for check in checks:
            if not (alone and check["verdict"] == "skipped"):
                self._check(check, column)
        if alone:
            skipped = self._summary["counts"]["skipped"]
            self._out.line((f"{SYMBOLS['skipped']} {counted(skipped, 'check')} skipped for it", STYLES["skipped"]))

    def _check(self, check: doc.CheckSummary, column: int) -> None:
        """One line; whatever is neither green nor skipped with all that a person needs below it."""
        verdict = check["verdict"]
        style = "yellow" if verdict == "failed" and not check["blocks"] else STYLES[verdict]
        remark = phrases.remark(check)
        reason = cut(check["reason"], _LONGEST) + (f" ({remark})" if remark else "")
        name = cut(check["name"], 200)
        head = (f"{SYMBOLS[verdict]} ", style), (name.ljust(column) + "  ", style if verdict != "passed" else "")
        hang = " " * (column + 4)
        if len(name) <= column:
            self._out.line(*head, (reason, ""), hang=hang)
        else:
            self._out.line(*head, hang="  ")
            self._out.line((reason, ""), indent=hang)
        if verdict in ("failed", "inconclusive"):
            self._details(check)
        elif self._summary["verdict"] == "passed":
            self._glimpse(check["evidence"])

    def _details(self, check: doc.CheckSummary) -> None:
        indent = "    "
        for label in ("expected", "actual"):
            self._field(label, cut(check[label], _LONGEST), indent=indent)
        self._evidence(check["evidence"], indent=indent)
        self._remedy(check["remedy"], indent=indent)
        self._field("spec", phrases.place(check["position"]), indent=indent)

    def _deployment(self) -> None:
        """Who deployed what, and how it is configured."""
        target = phrases.main(self._summary)
        if target is None or not target["revision"]:
            return
        self._section("Deployment", green=True)
        origin = target["origin"]
        for label, value in (
            ("by", origin["by"]),
            ("commit", origin["commit"]),
            ("trigger", origin["trigger"]),
            ("previous", origin["previous"]),
            ("image", phrases.image(target)),
            ("runs with", f"{phrases.resources(target)}; {phrases.scaling(target)}"),
            ("runs as", target["configuration"]["service_account"]),
        ):
            self._field(label, value, indent="  ")

    def _chain(self, target: doc.TargetSummary) -> None:
        whole = all(link["proof"] == "proven" for link in target["chain"])
        self._section(f"Chain of custody: {target['service']}", green=whole)
        column = max(len(link["name"]) for link in target["chain"])
        for link in target["chain"]:
            head = (f"{SYMBOLS[link['proof']]} ", STYLES[link["proof"]]), (link["name"].ljust(column) + "  ", "")
            self._out.line(
                *head,
                (f"{link['proof']}: ", STYLES[link["proof"]]),
                (cut(link["reason"], _LONGEST), ""),
                hang=" " * (column + 4),
            )
            self._evidence(link["evidence"][:3], indent="    ")
            self._remedy(link["remedy"], indent="    ")

    def _logs(self) -> None:
        targets = [target for target in self._summary["targets"] if target["logs"]["reads"] or target["probes"]]
        if targets:
            self._section("Logs", green=True)
        for target in targets:
            self._out.line((f"{target['service']}: ", ""), (phrases.reading(target), ""), hang="  ")
            self._field("readable", phrases.readable(target), indent="  ")

    def _known_issues(self) -> list[str]:
        return [
            f"{check['name']}: {phrases.known(check['known_issue'])}"
            + ("" if check["excused"] else f"; {check['verdict']} now")
            for check in self._summary["checks"]
            if check["known_issue"]
        ]

    def _watch(self) -> None:
        """What to look at from now on."""
        watched = phrases.watch(self._summary)
        if watched:
            self._section("Watch", green=True)
        for prose, command in watched:
            self._out.line((cut(prose, _LONGEST), ""), indent="  ", hang="    ")
            self._out.line((f"$ {command}", "bold cyan"), indent="    ", fold=False)

    def _list(self, title: str, items: Sequence[str], *, fold: bool = True) -> None:
        if items:
            self._section(title)
        for item in items:
            self._out.line((cut(item, _LONGEST), ""), indent="  ", hang="    ", fold=fold)

    def _close(self) -> None:
        """The end of a build log is what is seen first there: the verdict once more."""
        self._unfold()
        self._out.gap()
        headline = self._summary["headline"]
        self._verdict(f" ({phrases.exit_code(self._summary)}): ", cut(headline["text"], _LONGEST))
        if self._summary["verdict"] != "passed":
            self._remedy(headline["remedy"], indent="  ")

    def _section(self, title: str, *, green: bool = False) -> None:
        """Begin a section, folded if it is green and GitHub shows it."""
        self._unfold()
        self._folded = self._folds and green
        if self._folded:
            self._out.fold(title)
        else:
            self._out.rule(title)

    def _unfold(self) -> None:
        if self._folded:
            self._out.unfold()
        self._folded = False

    def _verdict(self, *rest: str) -> None:
        verdict = self._summary["verdict"]
        head = f"{SYMBOLS[verdict]} {verdict.upper()}"
        self._out.line((head, f"bold {STYLES[verdict]}"), *((part, "bold") for part in rest), hang="  ")

    def _evidence(self, pieces: Sequence[doc.Piece], *, indent: str) -> None:
        """Foreign text behind a bar, so that no line of it can be taken for one of ours."""
        for piece in pieces[:_EXCERPTS]:
            text = phrases.clip(lines(piece["text"]), _LINES)
            self._out.line(
                (self._head(piece), "dim"), (cut(text[0], _LONGEST), ""), indent=f"{indent}│ ", hang=f"{indent}│   "
            )
            for line in text[1:]:
                self._out.line((cut(line, _LONGEST), ""), indent=f"{indent}│   ")
        if len(pieces) > _EXCERPTS:
            self._out.line(
                (f"… ({counted(len(pieces) - _EXCERPTS, 'more excerpt')} in the summary)", "dim"), indent=f"{indent}│ "
            )

    def _glimpse(self, pieces: Sequence[doc.Piece]) -> None:
        """One line of what a green rests on (in a red run it would hide what matters)."""
        for piece in pieces[:1]:
            more = f"  (and {len(pieces) - 1} more)" if len(pieces) > 1 else ""
            head = self._head(piece)
            room = max(self._out.width - len(head) - len(more) - 8, 20)
            text = " ".join(lines(piece["text"]))
            text = text if len(text) <= room else text[: room - 1] + "…"
            self._out.line((head + text + more, "dim"), indent="    │ ", hang="    │   ")

    def _head(self, piece: doc.Piece) -> str:
        """When and where an excerpt was seen."""
        parts = (phrases.clock(piece["at"], self._day), cut(piece["source"], 60))
        return "".join(f"{part}  " for part in parts if part)

    def _remedy(self, text: str, *, indent: str) -> None:
        if not text:
            return
        prose, command = phrases.remedy(text)
        if prose:
            self._field("remedy", cut(prose, _LONGEST), style="bold cyan", indent=indent)
        if command:
            self._field("" if prose else "remedy", f"$ {command}", style="bold cyan", indent=indent, fold=False)

    def _field(self, label: str, text: str, *, indent: str, style: str = "", fold: bool = True) -> None:
        """A labelled value, its further lines below its first."""
        if not text:
            return
        lead = f"{indent}{label:<8}  "
        self._out.line((f"{label:<8}  ", "dim"), (text, style), indent=indent, hang=" " * len(lead), fold=fold)


_ENDINGS = {
    "timeout": "the run's timeout: what was not decided by then is inconclusive",
    "superseded": "a newer revision: what was not decided by then is inconclusive",
    "interrupted": "a signal: what was not decided by then is inconclusive",
}
