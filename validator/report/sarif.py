"""SARIF 2.1.0: what did not pass, at its line of the spec, for code scanning and for viewers of SARIF.

A check is a rule, as it is one of the spec; one that did not pass is a result. An inconclusive one that blocks is an error too:
readers pass over what SARIF calls "open", and a green that nobody has evidence for is none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote

from validator.report import document as doc
from validator.report import phrases
from validator.report.safety import cut, inert_json, visible
from validator.words.call import Json

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LONGEST = 1000
"""Characters of one text; code scanning takes 1024 of a rule's."""
_NAME = 255
"""Characters of a rule's id."""
_RUN = "validator"
"""The rule of what is no check's: nothing was judged, a report is lost."""


def sarif(summary: doc.Summary) -> str:
    """The run as a log of SARIF."""
    made = log(
        version=summary["tool"]["version"],
        rules=[*map(_rule, summary["checks"]), _rule_of_run()],
        results=_results(summary),
        about={"automationDetails": {"id": f"validator/{summary['run_id']}"}, "invocations": [_invocation(summary)]},
    )
    return inert_json(json.dumps(made, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def log(version: str, rules: Sequence[Json], results: Sequence[Json], about: Json | None = None) -> Json:
    """A log of one run of this tool."""
    driver = {"name": "validator", "version": version, "rules": list(rules)}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", **(about or {}), "results": list(results)}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def result(rule: str, level: str, message: str, place: doc.Place) -> Json:
    """One result at a place of the spec."""
    region = {"startLine": max(place["line"], 1), "startColumn": max(place["column"], 1)}
    located = {"physicalLocation": {"artifactLocation": {"uri": _uri(place["file"])}, "region": region}}
    return {"ruleId": rule, "level": level, "message": {"text": _message(message)}, "locations": [located]}


def _results(summary: doc.Summary) -> list[Json]:
    """What did not pass, the causes first."""
    causes = phrases.causes(summary)
    found = [_of_check(check) for check in causes]
    if not causes and summary["verdict"] != "passed":
        top: doc.Place = {"file": summary["spec"]["file"], "line": 1, "column": 1}
        found.append(result(_RUN, "error", summary["headline"]["text"], top))
    others = [check for check in summary["checks"] if not check["blocks"]]
    return found + [_of_check(check) for check in others if check["verdict"] in ("failed", "inconclusive")]


def _of_check(check: doc.CheckSummary) -> Json:
    """A check that did not pass; one with a known issue is suppressed by it."""
    level, issue = "error" if check["blocks"] else "warning", check["known_issue"]
    message = "\n".join(phrases.told(check))
    found = result(_id(check["name"]), level, f"{check['verdict']}: {message}", check["position"])
    same = hashlib.sha256(_id(check["name"]).encode()).hexdigest()
    excuse = [{"kind": "external", "justification": _text(phrases.known(issue))}] if issue and check["excused"] else []
    return {
        **found,
        "partialFingerprints": {"validatorCheck/v1": same},
        "properties": {"verdict": check["verdict"], "blocks": check["blocks"]},
        **({"suppressions": excuse} if excuse else {}),
    }


def _rule(check: doc.CheckSummary) -> Json:
    if check["implicit"]:
        return _described(check["name"], "The target is found and ready: its own first check.", "validator plan")
    said = check["description"] or f"A check of kind {check['kind']}."
    return _described(check["name"], said, f"validator explain {check['kind']}", check["kind"], check["group"])


def _rule_of_run() -> Json:
    return _described(_RUN, "A green run has a passed check that counts, and all its reports.", "validator run --help")


def _described(name: str, description: str, help_command: str, *tags: str) -> Json:
    return {
        "id": _id(name),
        "shortDescription": {"text": _text(name)},
        "fullDescription": {"text": _message(description)},
        "help": {"text": _text(f"{help_command} says more of it.")},
        "properties": {"tags": list(dict.fromkeys(_text(tag) for tag in tags if tag))},
    }


def _invocation(summary: doc.Summary) -> Json:
    noted = [{"level": "warning", "message": {"text": _message(warning)}} for warning in summary["warnings"]]
    return {
        "executionSuccessful": summary["ending"] != "interrupted",
        "exitCode": summary["exit_code"],
        "startTimeUtc": summary["started"],
        "endTimeUtc": summary["ended"],
        "toolExecutionNotifications": noted,
    }


def _id(name: str) -> str:
    return visible(name[:_NAME]) or "unnamed"


def _text(text: str) -> str:
    return visible(cut(text, _LONGEST))


def _message(text: str) -> str:
    """A message of several lines; `[text](address)` in it would be a link."""
    return "\n".join(_text(line) for line in cut(text, 4 * _LONGEST).split("\n")).replace("](", "] (")


def _uri(path: str) -> str:
    """A path as a reference: relative as it was given, from the root as a file's."""
    whole = quote(path.encode("utf-8", "surrogatepass"))
    return f"file://{whole}" if PurePath(path).is_absolute() else whole
