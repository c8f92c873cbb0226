"""JUnit: the run for the test views of GitHub, GitLab, Jenkins and Buildkite, by the schema of Jenkins' xUnit plugin.

A failure is a check that has evidence against it, an error one that has none; what does not count for the run is skipped, with
what it came to. A run that is not green has a failure or an error in any case.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence

from validator.report import document as doc
from validator.report import phrases
from validator.report.safety import cut, inert, lines, visible
from validator.words.counting import counted
from validator.words.instant import seconds

_EXCERPTS = 10
"""Excerpts of one check; the summary has the others."""
_LINES = 30
"""Lines of one excerpt."""
_LONGEST = 1000
"""Characters of one line."""


def junit(summary: doc.Summary) -> str:
    """The run as a document of JUnit's XML."""
    root = ET.Element("testsuites", {"name": _line(summary["title"] or "validator")})
    checks = summary["checks"]
    for number, group in enumerate(summary["groups"]):
        suite = _suite(root, group["title"], [each for each in checks if each["group"] == group["name"]], summary)
        if number == 0:
            _properties(suite, summary)
        for check in checks:
            if check["group"] == group["name"]:
                _case(suite, check, group["name"] or group["title"])
    if summary["verdict"] != "passed" and root.find(".//failure") is None and root.find(".//error") is None:
        _run_itself(root, summary)
    for suites in (root, *root):
        suites.attrib |= _counted(suites, with_skipped=suites is not root)
    root.set("time", f"{summary['duration']:.3f}")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, name: str, checks: Sequence[doc.CheckSummary], summary: doc.Summary) -> ET.Element:
    """A suite without its tests; its time is the clock's, as checks are judged side by side."""
    started = [check["started"] for check in checks if check["started"]]
    length = max(seconds(check["decided"]) for check in checks) - min(map(seconds, started)) if started else 0.0
    attributes = {
        "name": _line(name),
        "timestamp": min(started, default=summary["started"]).partition(".")[0],
        "time": f"{max(length, 0.0):.3f}",
        "file": _line(summary["spec"]["file"]),
    }
    return ET.SubElement(root, "testsuite", attributes)


def _properties(suite: ET.Element, summary: doc.Summary) -> None:
    """What the run was about."""
    main = phrases.main(summary)
    told = {"verdict": summary["verdict"], "run_id": summary["run_id"], "spec": summary["spec"]["digest"]}
    if main:
        told |= {"revision": main["revision"], "image": main["image"], "commit": main["origin"]["commit"]}
    properties = ET.SubElement(suite, "properties")
    for name, value in told.items():
        ET.SubElement(properties, "property", {"name": name, "value": _line(value)})


def _case(suite: ET.Element, check: doc.CheckSummary, group: str) -> None:
    length = f"{check['duration'] or 0:.3f}"
    case = ET.SubElement(suite, "testcase", {"classname": _line(group), "name": _line(check["name"]), "time": length})
    if check["verdict"] != "passed":
        tag = {"failed": "failure", "inconclusive": "error"}[check["verdict"]] if _broken(check) else "skipped"
        remark = phrases.remark(check)
        message = f"{check['verdict']}: {check['reason']}" + (f" ({remark})" if remark and tag == "skipped" else "")
        reasons = [*phrases.told(check), phrases.place(check["position"])]
        _put(ET.SubElement(case, tag, {"type": check["verdict"], "message": _line(message)}), reasons)
    seen = [*([check["reason"]] if check["verdict"] == "passed" else []), *_evidence(check)]
    if seen:
        _put(ET.SubElement(case, "system-out"), seen)


def _broken(check: doc.CheckSummary) -> bool:
    """Whether it keeps the run from green by itself: a skip names the check that does."""
    return check["blocks"] and check["verdict"] in ("failed", "inconclusive")


def _run_itself(root: ET.Element, summary: doc.Summary) -> None:
    """What keeps the run from green and is no check's: nothing was judged, a report is lost."""
    suite = _suite(root, "validator", [], summary)
    case = ET.SubElement(suite, "testcase", {"classname": "validator", "name": "the run", "time": "0.000"})
    headline = summary["headline"]
    error = ET.SubElement(case, "error", {"type": summary["verdict"], "message": _line(headline["text"])})
    _put(error, [headline["text"], *([f"remedy: {headline['remedy']}"] if headline["remedy"] else [])])


def _evidence(check: doc.CheckSummary) -> Iterator[str]:
    for piece in check["evidence"][:_EXCERPTS]:
        head = " ".join(part for part in (piece["at"], piece["source"]) if part)
        first, *rest = phrases.clip(lines(piece["text"]), _LINES)
        yield f"{visible(head)}: {first}" if head else first
        yield from (f"    {line}" for line in rest)
    if len(check["evidence"]) > _EXCERPTS:
        yield f"… ({counted(len(check['evidence']) - _EXCERPTS, 'more excerpt')} in the summary)"


def _counted(suites: ET.Element, *, with_skipped: bool) -> dict[str, str]:
    tags = {"tests": "testcase", "failures": "failure", "errors": "error"}
    tags |= {"skipped": "skipped"} if with_skipped else {}
    return {name: str(sum(1 for _ in suites.iter(tag))) for name, tag in tags.items()}


def _put(element: ET.Element, said: Iterable[str]) -> None:
    """The one way in for text of several lines: each is visible, which leaves nothing that XML forbids, and inert."""
    element.text = "\n".join(inert(cut(line, _LONGEST)) for text in said for line in lines(text))


def _line(text: str) -> str:
    """The one way in for attributes."""
    return inert(visible(cut(text, _LONGEST)))
