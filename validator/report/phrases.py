"""Phrases that the reports for people share, so that the same thing is said in the same words everywhere."""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from validator.report import document as doc
from validator.words.check import MAIN
from validator.words.counting import counted
from validator.words.instant import span
from validator.words.log_command import read_log

_COMMAND = re.compile(r"(?P<before>^|: |`)(?P<command>(?:gcloud|validator|docker|git|kubectl|curl) (?:(?!; )[^`])+)`?")


_DIGEST = re.compile(r"(@sha256:[0-9a-f]{12})[0-9a-f]+$")


_ENDINGS = {
    "complete": "every check was decided",
    "timeout": "by the run's timeout",
    "superseded": "by a newer revision",
    "interrupted": "by a signal",
}


class Remedy(NamedTuple):
    """A remedy taken apart, so that its command can be shown on a line of its own and copied whole."""

    prose: str
    command: str


def remedy(text: str) -> Remedy:
    """Find the command in a remedy: the whole of it, what follows a colon, or what stands in backticks."""
    found = _COMMAND.search(text)
    if not found:
        return Remedy(text, "")
    before, after = text[: found.start()].rstrip(" :`,"), text[found.end() :].strip(" .,;")
    return Remedy(f"{before} … {after}" if before and after else before or after, found["command"].strip())


def tally(counts: doc.Counts) -> str:
    """`11 passed, 2 failed, 1 known issue, 1 skipped`."""
    numbers = (
        (counts["passed"], "passed"),
        (counts["failed"] - counts["excused"] - counts["not_blocking"], "failed"),
        (counts["not_blocking"], "failed without blocking"),
        (counts["excused"], "failed as a known issue"),
        (counts["inconclusive"], "inconclusive"),
        (counts["skipped"], "skipped"),
    )
    return ", ".join(f"{number} {words}" for number, words in numbers if number) or "no check was judged"


def clock(at: str | None, day: str) -> str:
    """An RFC 3339 time without its date where that is the day of the run; empty if unknown."""
    if not at:
        return ""
    date, _, time = at.partition("T")
    return time if date == day else f"{date} {time}"


def clip(lines: list[str], most: int) -> list[str]:
    """The first lines and, since a traceback's cause stands last, more of the last ones."""
    if len(lines) <= most:
        return lines
    head = most // 3
    return [*lines[:head], f"… ({counted(len(lines) - most, 'more line')})", *lines[len(lines) - (most - head) :]]


def day(summary: doc.Summary) -> str:
    """The date on which the run began."""
    return summary["started"].partition("T")[0]


def place(position: doc.Place) -> str:
    """`checks.yaml:12:5`."""
    return f"{position['file']}:{position['line']}:{position['column']}"


def remark(check: doc.CheckSummary) -> str:
    """What a verdict does not say by itself: that it is excused, that it does not block."""
    issue = check["known_issue"]
    if issue and check["excused"]:
        return f"known issue: {issue['reason']}"
    if issue and check["verdict"] == "passed":
        return "its known issue is gone: the entry can go"
    if issue and check["verdict"] == "failed":
        return f"its known issue expired on {issue['expires']}"
    if check["verdict"] in ("failed", "inconclusive") and not check["blocking"]:
        return "does not block"
    return ""


def told(check: doc.CheckSummary) -> list[str]:
    """All that a check's verdict says, a line each, for readers of plain text; its remedy is the last."""
    labelled = (("expected", check["expected"]), ("actual", check["actual"]))
    said = [check["reason"], *(f"{label}: {value}" for label, value in labelled if value), remark(check)]
    return [*filter(None, said), *([f"remedy: {check['remedy']}"] if check["remedy"] else [])]


def exit_code(summary: doc.Summary) -> str:
    """`exit 1`, and why it is 0 in spite of a verdict that is none."""
    soft = summary["warn_only"] and summary["verdict"] != "passed" and not summary["exit_code"]
    return f"exit {summary['exit_code']}" + (": --warn-only" if soft else "")


def alone(summary: doc.Summary) -> bool:
    """Whether all checks but the headline's were skipped for it: then one cause says everything."""
    lead = summary["headline"]["check"]
    others = [check for check in summary["checks"] if check["name"] != lead]
    return bool(others) and all(check["verdict"] == "skipped" and check["skipped_for"] == lead for check in others)


def undecided(summary: doc.Summary) -> bool:
    """Whether the end of the run left a check without its evidence."""
    return any(check["verdict"] in ("inconclusive", "skipped") for check in summary["checks"])


def ended(summary: doc.Summary) -> str:
    """What ended the run."""
    return _ENDINGS[summary["ending"] if undecided(summary) else "complete"]


def known(issue: doc.Known) -> str:
    """A known issue: its reason, until when, and where it is tracked."""
    link = f", {issue['link']}" if issue["link"] else ""
    return f"{issue['reason']} (until {issue['expires']}{link})"


def readable(target: doc.TargetSummary) -> str:
    """How far each stream could be read and how that is known: `requests echoed to 12:00:40Z, stdout inferred to ...`."""
    return ", ".join(_mark(mark) for mark in target["logs"]["watermarks"]) or "how far is not known"


def _mark(mark: doc.Mark) -> str:
    stream = mark["stream"].rsplit("/", 1)[-1]
    if mark["up_to"] is None:
        return f"{stream} not at all"
    return f"{stream} {mark['how']} to {mark['up_to'].partition('T')[2].partition('.')[0]}Z"


def reading(target: doc.TargetSummary) -> str:
    """What was read and asked of one target, in numbers."""
    logs = target["logs"]
    delay = "no probe was found in the request log"
    if logs["echo_delay"] is not None:
        delay = f"worst echo delay {span(logs['echo_delay'])}"
    too_much = f" of {logs['volume']:,.0f} a minute, too many to read all," if logs["volume"] is not None else ""
    return (
        f"{counted(logs['entries'], 'entry', 'entries')}{too_much} in {counted(logs['reads'], 'read')}, "
        f"{counted(target['probes'], 'probe')}, {delay}"
    )


def traffic(target: doc.TargetSummary) -> str:
    """Who has the traffic: `100 % netra-00645-l8x`."""
    return ", ".join(f"{share['percent']} % {share['revision']}" for share in target["serving"]) or "not known"


def main(summary: doc.Summary) -> doc.TargetSummary | None:
    """The target that was deployed."""
    return next((target for target in summary["targets"] if target["name"] == MAIN), None)


def decision(summary: doc.Summary) -> str:
    """What the verdict means for the deploy."""
    target = main(summary)
    serves = target is not None and _serves(target)
    back = "roll back, or mend" if target and target["origin"]["rollback"] else "mend"
    said = {
        "passed": "keep it" if serves else "it may take traffic",
        "failed": f"do not {'keep it as it is' if serves else 'promote it'}: {back} the cause",
    }.get(summary["verdict"], "none yet: get the evidence that is missing, and run the gate again")
    return said + ("; the pipeline goes on all the same: --warn-only" if exit_code(summary).endswith("-only") else "")


def image(target: doc.TargetSummary) -> str:
    """The image with a short digest: the chain of custody and the summary have the whole of it."""
    return _DIGEST.sub(r"\1…", target["image"])


def _serves(target: doc.TargetSummary) -> bool:
    return any(share["revision"] == target["revision"] for share in target["serving"])


def resources(target: doc.TargetSummary) -> str:
    """`2 CPU, 512Mi memory`."""
    told = target["configuration"]
    parts = (f"{told['cpu']} CPU" if told["cpu"] else "", f"{told['memory']} memory" if told["memory"] else "")
    return ", ".join(filter(None, parts)) or "not known"


def scaling(target: doc.TargetSummary) -> str:
    """`1 to 20 instances, 80 requests at a time each`."""
    told = target["configuration"]
    if told["min_instances"] is None:
        return "not known"
    most = f"to {counted(told['max_instances'], 'instance')}" if told["max_instances"] else "instances or more"
    each = f", {counted(told['concurrency'], 'request')} at a time each" if told["concurrency"] else ""
    return f"{told['min_instances']} {most}{each}"


def rerun(summary: doc.Summary, *names: str) -> str:
    """The command that judges these checks again, or all of them."""
    only = "".join(f" --only {shlex.quote(name)}" for name in names)
    return f"validator run {shlex.quote(summary['spec']['file'])}{only}"


def follow_ups(summary: doc.Summary) -> list[tuple[str, Remedy]]:
    """What is left to do beside the cause: what it is about, if that is a check, and what to do with its command."""
    left = []
    for check in summary["checks"]:
        said = _left(check)
        if said:
            prose, command = remedy(check["remedy"])
            command = command or ("" if check["implicit"] else rerun(summary, check["name"]))
            left.append((check["name"], Remedy(f"{said}. {prose}" if prose else said, command)))
    left += [("", remedy(warning)) for warning in summary["warnings"]]
    if summary["not_selected"]:
        left.append(("", Remedy(f"not selected: {', '.join(summary['not_selected'])}", rerun(summary))))
    return left


def _left(check: doc.CheckSummary) -> str:
    """Why a check needs a follow-up; empty if it needs none."""
    if check["verdict"] == "inconclusive":
        return f"inconclusive: {check['reason']}"
    if check["verdict"] == "failed" and not check["blocks"]:
        return f"{check['reason']} ({remark(check)})"
    return remark(check)


def watch(summary: doc.Summary) -> list[Remedy]:
    """What the run's end leaves open, each with the command that shows it."""
    target = main(summary)
    watched = []
    if target and _serves(target):
        command = read_log(target["project"], target["revision"], "severity>=ERROR", f'timestamp>="{summary["ended"]}"')
        watched.append(Remedy(f"errors that {target['revision']} logs after this run", command))
        if len(target["serving"]) > 1:
            place = f"--region={target['region']} --project={target['project']}"
            shown = f"gcloud run services describe {target['service']} {place} --format='yaml(status.traffic)'"
            watched.append(Remedy(f"the split of the traffic: {traffic(target)}", shown))
    for check in summary["checks"]:
        if check["excused"] and check["known_issue"]:
            until = (
                f"{check['name']} is excused until {check['known_issue']['expires']} and fails the gate from then on"
            )
            watched.append(Remedy(until, rerun(summary, check["name"])))
    return watched


def causes(summary: doc.Summary) -> list[doc.CheckSummary]:
    """The checks that keep the run from green, the headline's first: failed before inconclusive."""
    blocking = [
        check for check in summary["checks"] if check["blocks"] and check["verdict"] in ("failed", "inconclusive")
    ]
    lead = summary["headline"]["check"]
    return sorted(blocking, key=lambda check: (check["name"] != lead, check["verdict"] != "failed"))


def chains(summary: doc.Summary) -> list[doc.TargetSummary]:
    """The targets whose chain of custody is shown: the main one, those that a check asks for, and whole ones.

    The others were probed and read only as far as their checks needed; "unproven" would sound like a finding.
    """
    asked = {check["target"] for check in summary["checks"] if check["chain"]} | {MAIN}
    return [
        target
        for target in summary["targets"]
        if target["chain"]
        and not (alone(summary) and all(link["proof"] == "unproven" for link in target["chain"]))
        and (target["name"] in asked or all(link["proof"] == "proven" for link in target["chain"]))
    ]


def alike(checks: list[doc.CheckSummary]) -> list[tuple[doc.CheckSummary, str]]:
    """Checks with one verdict for one reason together: the first of them, and their names."""
    together: dict[tuple[str, str], list[doc.CheckSummary]] = {}
    for check in checks:
        together.setdefault((check["verdict"], check["reason"]), []).append(check)
    return [(group[0], some_names([check["name"] for check in group])) for group in together.values()]


def some_names(names: list[str]) -> str:
    """Names in a row, of many the first two."""
    return ", ".join(names) if len(names) <= 3 else f"{names[0]}, {names[1]} and {len(names) - 2} more"
