"""The chapters of the Markdown report but those of evidence, each a list of lines made from the summary alone."""

from __future__ import annotations

from validator.report import document as doc
from validator.report import phrases
from validator.report.evidence_section import SYMBOLS, Detail, component, excerpts, members, remedy
from validator.report.markup import code, link, table, text
from validator.words.counting import counted
from validator.words.instant import span


def lead(summary: doc.Summary, detail: Detail) -> list[str]:
    """The verdict, its cause and its remedy."""
    headline, verdict = summary["headline"], summary["verdict"]
    title = f": {text(summary['title'])}" if summary["title"] else ""
    out = [f"# {SYMBOLS[verdict]} {verdict.capitalize()}{title}", ""]
    if verdict == "passed":
        out += [f"{text(headline['text'])}.", ""]
    else:
        out += [f"**Cause**: {text(headline['text'])}", ""]
    causes = phrases.causes(summary)
    for check in causes:
        if check["name"] == headline["check"]:
            out += excerpts(check["evidence"][:5], detail, phrases.day(summary))
    out += remedy(headline["remedy"], detail)
    out += _others(causes, headline)
    out += [
        f"{phrases.tally(summary['counts'])}, in {span(summary['duration'])}; {phrases.exit_code(summary)}.",
        "",
    ]
    if summary["emulated"]:
        out += ["> Against an emulator: times are its world's, and links would lead nowhere.", ""]
    return out


def _others(causes: list[doc.CheckSummary], headline: doc.Headline) -> list[str]:
    """What else keeps the run from green."""
    together = phrases.alike([check for check in causes if check["name"] != headline["check"]])
    if not together:
        return []
    items = [
        f"- {SYMBOLS[check['verdict']]} **{text(names)}**: {text(check['reason'], longest=200)}"
        for check, names in together[:_ALSO]
    ]
    items += [f"- … and {len(together) - _ALSO} more"] if len(together) > _ALSO else []
    return ["**Also**:", "", *items, ""]


def summed(summary: doc.Summary) -> list[str]:
    """Who deployed what and how, what was there before, and what follows."""
    rows = [("Decision", text(phrases.decision(summary), table=True))]
    if target := phrases.main(summary):
        origin = target["origin"]
        links = not summary["emulated"]
        run = link("run", origin["trigger_link"], table=True) if links else ""
        rows += [
            (
                "Deployed by",
                f"{code(origin['by'], table=True)}, who changed the service last" if origin["by"] else "not known",
            ),
            ("Commit", _commit(origin, links=links) or "not known"),
            ("Trigger", f"{text(origin['trigger'], table=True)} {run}".strip() or "not known"),
            ("Previous revision", code(origin["previous"], table=True) or "not known"),
        ]
        if origin["rollback"]:
            rows.append(("Rollback", code(origin["rollback"], table=True)))
    return ["## Summary", "", *table(("", ""), ((f"**{name}**", value) for name, value in rows))]


def _commit(origin: doc.OriginSummary, *, links: bool) -> str:
    shown = link(origin["commit"][:12], origin["commit_link"], table=True) if links and origin["commit_link"] else ""
    return shown or code(origin["commit"], table=True)


def deployment(summary: doc.Summary) -> list[str]:
    """What was judged: a column for each target."""
    targets = summary["targets"]
    rows = (
        ("Project", [code(t["project"], table=True) for t in targets]),
        ("Region", [code(t["region"], table=True) for t in targets]),
        ("Service", [code(t["service"], table=True) for t in targets]),
        ("Revision", [code(t["revision"], table=True) or "not resolved" for t in targets]),
        ("Created", [_at(t["created"]) for t in targets]),
        ("Identified by", [text(t["identified_by"], table=True) or "not told" for t in targets]),
        ("Traffic", [text(phrases.traffic(t), table=True) for t in targets]),
        ("URL", [code(t["url"], table=True) or "not known" for t in targets]),
        ("Resources", [text(phrases.resources(t), table=True) for t in targets]),
        ("Scaling", [text(phrases.scaling(t), table=True) for t in targets]),
        ("Service account", [code(t["configuration"]["service_account"], table=True) or "not known" for t in targets]),
        ("Image", [code(phrases.image(t), table=True) or "not known" for t in targets]),
        ("Build", [_build(t, summary) for t in targets]),
    )
    head = ["", *(text(t["name"], table=True) for t in targets)]
    return ["## Deployment", "", *table(head, ([f"**{name}**", *cells] for name, cells in rows))]


def health(summary: doc.Summary) -> list[str]:
    """One line for each group."""
    rows = []
    for group in summary["groups"][:1] if phrases.alone(summary) else summary["groups"]:
        checks = members(summary, group)
        worth = next((f"{c['name']}: {c['reason']}" for c in checks if c["verdict"] in ("failed", "inconclusive")), "")
        worth = worth or next((c["reason"] for c in checks if c["verdict"] == "skipped"), "")
        rows.append(
            (
                f"{component(group)}&nbsp;{group['verdict']}",
                text(group["title"], table=True),
                phrases.tally(group["counts"]),
                text(worth, table=True, longest=200),
            )
        )
    return ["## Component health", "", *table(("verdict", "component", "checks", "worth knowing"), rows)]


def known_issues(summary: doc.Summary) -> list[str]:
    """What is known to fail, and whether it still does."""
    rows = []
    for check in summary["checks"]:
        if issue := check["known_issue"]:
            cells = (check["name"], issue["reason"], issue["expires"], f"{check['verdict']}: {check['reason']}")
            rows.append(
                [*(text(cell, table=True, longest=300) for cell in cells), link("tracked", issue["link"], table=True)]
            )
    shown = table(("check", "what is known", "until", "now", ""), rows)
    return ["## Known issues", "", *shown] if shown else []


def criteria(summary: doc.Summary) -> list[str]:
    """The checklist: what each check demands. What its verdict rests on stands in the table of evidence alone."""
    out = ["## Criteria", ""]
    for check in _told(summary):
        tick, word = ("x", "") if check["verdict"] == "passed" else (" ", f" ({check['verdict']})")
        demanded = f": {text(check['expected'], longest=200)}" if check["expected"] else ""
        out.append(f"- [{tick}] **{text(check['name'])}**{word}{demanded}")
    if phrases.alone(summary):
        out.append(f"- [ ] {counted(summary['counts']['skipped'], 'check')} skipped for it")
    return [*out, ""]


def _told(summary: doc.Summary) -> list[doc.CheckSummary]:
    """The checks; of those that one cause skipped, only that cause."""
    alone = phrases.alone(summary)
    return [check for check in summary["checks"] if not (alone and check["verdict"] == "skipped")]


def follow_ups(summary: doc.Summary) -> list[str]:
    """What is left to do beside the cause, each with its command."""
    items = [_item(name, todo) for name, todo in phrases.follow_ups(summary)]
    return ["## Follow-ups", "", *(items or ["- none"]), ""]


def watch(summary: doc.Summary) -> list[str]:
    """What to look at from now on."""
    items = [_item("", todo) for todo in phrases.watch(summary)]
    return ["## Watch", "", *items, ""] if items else []


def _item(name: str, todo: phrases.Remedy) -> str:
    about = f"**{text(name)}**: " if name else ""
    command = code(todo.command, longest=2000)
    return f"- {about}{text(todo.prose)}" + (f": {command}" if command else "")


def outputs(summary: doc.Summary) -> list[str]:
    """What the spec hands to the steps after the gate."""
    rows = ((code(each["name"], table=True), code(each["value"], table=True)) for each in summary["outputs"])
    shown = table(("output", "value"), rows)
    return ["## Outputs", "", *shown] if shown else []


def technical(summary: doc.Summary) -> list[str]:
    """Times, versions, and how much was read."""
    spec, tool = summary["spec"], summary["tool"]
    rows = [
        ("Run", code(summary["run_id"], table=True)),
        ("Time", f"{_at(summary['started'])} to {_at(summary['ended'])} ({span(summary['duration'])})"),
        ("Ended", text(phrases.ended(summary))),
        ("Spec", f"{code(spec['file'], table=True)} {code(spec['digest'], table=True)}"),
        ("Tool", text(f"{tool['name']} {tool['version']}", table=True)),
    ]
    for target in summary["targets"]:
        name = text(target["service"], table=True)
        rows.append((f"Logs of {name}", text(phrases.reading(target), table=True)))
        rows.append((f"Readable of {name}", text(phrases.readable(target), table=True)))
    return ["## Technical details", "", *table(("", ""), ((f"**{name}**", value) for name, value in rows))]


def conclusion(summary: doc.Summary) -> list[str]:
    """What the run came to and what follows, in one paragraph."""
    headline, counts = summary["headline"], summary["counts"]
    if summary["verdict"] == "passed":
        excused = counts["excused"] + counts["not_blocking"]
        count = "does not count" if excused == 1 else "do not count"
        besides = f" {counted(excused, 'failed check')} {count} (see the follow-ups)." if excused else ""
        said = f"The deployment does what the spec demands: {text(headline['text'])}.{besides}"
    elif summary["verdict"] == "failed":
        said = f"The deployment does not do what the spec demands. {text(headline['text'])}"
    else:
        said = (
            f"Nothing speaks against the deployment, but the evidence for it is not complete. {text(headline['text'])}"
        )
    return ["## Conclusion", "", f"{SYMBOLS[summary['verdict']]} {said}", ""]


def _build(target: doc.TargetSummary, summary: doc.Summary) -> str:
    name = code(target["build"], table=True) or "not known"
    log = "" if summary["emulated"] else link("log", target["build_log"], table=True)
    return f"{name} {log}".strip()


def _at(at: str | None) -> str:
    return at.replace("T", " ") if at else "not known"


_ALSO = 10
