"""What the Markdown report shows of evidence: checks with what they rest on, and the chain of custody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from validator.report import document as doc
from validator.report import phrases
from validator.report.markup import code, fence, link, table, text
from validator.report.safety import cut, lines, visible
from validator.words.counting import counted

SYMBOLS = {
    "passed": "✅", "failed": "❌", "inconclusive": "❔", "skipped": "⏭️",
    "proven": "✅", "broken": "❌", "unproven": "❔",
}  # fmt: skip


@dataclass(frozen=True)
class Detail:
    """How much evidence the report carries."""

    excerpts: int
    """Of one check or link."""
    lines: int
    """Of one excerpt."""
    greens: bool
    """Whether passed checks show theirs."""


FULL = Detail(10, 30, greens=True)
NONE = Detail(0, 0, greens=False)


def symbol(check: doc.CheckSummary) -> str:
    """A check's symbol: a failure that does not count for the run only warns."""
    return "⚠️" if check["verdict"] == "failed" and not check["blocks"] else SYMBOLS[check["verdict"]]


def component(group: doc.GroupSummary) -> str:
    """A group's symbol, in the same way."""
    counts = group["counts"]
    warns = group["verdict"] == "failed" and counts["failed"] == counts["excused"] + counts["not_blocking"]
    return "⚠️" if warns else SYMBOLS[group["verdict"]]


def evidence(summary: doc.Summary, detail: Detail) -> list[str]:
    """What was looked at in each group, and what each verdict rests on."""
    out = ["## Scope and evidence", ""]
    alone = phrases.alone(summary)
    for group in summary["groups"][:1] if alone else summary["groups"]:
        checks = [each for each in members(summary, group) if not (alone and each["verdict"] == "skipped")]
        out += [f"### {component(group)} {text(group['title'])}", ""]
        about = " ".join(part for part in (text(group["description"]), link("More", group["link"])) if part)
        out += [about, ""] if about else []
        out += table(("verdict", "check", "what it rests on"), (_check_row(check, summary) for check in checks))
        for check in checks:
            if check["verdict"] in ("failed", "inconclusive"):
                out += _failure(check, summary, detail)
        out += _greens(checks, summary, detail)
    return out


def custody(summary: doc.Summary, detail: Detail) -> list[str]:
    """The chains of custody."""
    out = []
    for target in phrases.chains(summary):
        rows = (
            (
                f"{SYMBOLS[link['proof']]}&nbsp;{link['proof']}",
                text(link["name"], table=True),
                text(link["reason"], table=True),
                "<br>".join(_seen(piece, summary) for piece in link["evidence"][: min(detail.excerpts, 3)]),
            )
            for link in target["chain"]
        )
        out += [f"### {text(target['service'])}", "", *table(("proof", "link", "how it is known", "seen"), rows)]
        for one in target["chain"]:
            if one["remedy"]:
                out += [f"**{text(one['name'])}**:", "", *remedy(one["remedy"], detail)]
    return ["## Chain of custody", "", *out] if out else []


def excerpts(pieces: Sequence[doc.Piece], detail: Detail, day: str) -> list[str]:
    """Excerpts as a block of lines with time and source."""
    if not (pieces and detail.excerpts):
        return []
    shown: list[str] = []
    for piece in pieces[: detail.excerpts]:
        head = "".join(
            f"{part}  " for part in (phrases.clock(piece["at"], day), visible(cut(piece["source"], 60))) if part
        )
        content = [cut(line, 1000) for line in phrases.clip(lines(piece["text"]), detail.lines)]
        shown += [head + content[0], *(f"    {line}" for line in content[1:])]
    if len(pieces) > detail.excerpts:
        shown.append(f"… ({counted(len(pieces) - detail.excerpts, 'more excerpt')} in the summary)")
    return [*fence(shown), ""]


def remedy(said: str, detail: Detail) -> list[str]:
    """A remedy, its command as a block that can be copied."""
    if not said:
        return []
    prose, command = phrases.remedy(said)
    out = [f"**Remedy**: {text(prose) or 'run'}"]
    if command and detail.excerpts:
        return [*out, "", *fence([command], "sh"), ""]
    return [out[0] + (f": {code(command, longest=2000)}" if command else ""), ""]


def members(summary: doc.Summary, group: doc.GroupSummary) -> list[doc.CheckSummary]:
    """The checks of a group."""
    return [check for check in summary["checks"] if check["group"] == group["name"]]


def _check_row(check: doc.CheckSummary, summary: doc.Summary) -> Iterator[str]:
    remark = phrases.remark(check)
    yield f"{symbol(check)}&nbsp;{check['verdict']}" + (" (excused)" if check["excused"] else "")
    yield f"**{text(check['name'], table=True)}**"
    parts = [text(check["reason"], table=True)]
    if remark:
        parts.append(f"*{text(remark, table=True)}*")
    if check["attempts"] > 1:
        parts.append(f"{check['attempts']} attempts")
    if not summary["emulated"]:
        parts.append(link("logs", check["logs_url"], table=True))
    yield "; ".join(part for part in parts if part)


def _failure(check: doc.CheckSummary, summary: doc.Summary, detail: Detail) -> list[str]:
    """All that a person needs to act on one check; never collapsed."""
    out = [f"#### {symbol(check)} {text(check['name'])}", ""]
    out += [text(check["description"]), ""] if check["description"] else []
    for label, value in (("Expected", check["expected"]), ("Actual", check["actual"])):
        out += [f"- **{label}**: {text(value)}"] if value else []
    out += [f"- **Spec**: {code(phrases.place(check['position']))}", ""]
    out += excerpts(check["evidence"], detail, phrases.day(summary))
    return out + remedy(check["remedy"], detail)


def _greens(checks: Sequence[doc.CheckSummary], summary: doc.Summary, detail: Detail) -> list[str]:
    """What the passed checks of a group rest on, collapsed."""
    shown = [check for check in checks if check["verdict"] == "passed" and check["evidence"]]
    if not (shown and detail.greens):
        return []
    out = [f"<details><summary>Evidence of {counted(len(shown), 'passed check')}</summary>", ""]
    for check in shown:
        out += [f"**{text(check['name'])}**", "", *excerpts(check["evidence"], detail, phrases.day(summary))]
    return [*out, "</details>", ""]


def _seen(piece: doc.Piece, summary: doc.Summary) -> str:
    """One excerpt in a table's cell."""
    where = " ".join(part for part in (phrases.clock(piece["at"], phrases.day(summary)), piece["source"]) if part)
    return " ".join(part for part in (text(where, table=True), code(piece["text"], table=True, longest=200)) if part)
