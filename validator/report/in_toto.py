"""in-toto: the run as a test-result statement about the image that the revision runs. Signing it is the pipeline's.

A verifier asks that its tests are among `passedTests`, or `warnedTests`, and that `failedTests` is empty. So what blocks without
having passed has failed here, for whatever reason, and what was skipped is in no list.
"""

from __future__ import annotations

import json
import re

from validator.report import document as doc
from validator.report import phrases
from validator.report.safety import inert_json
from validator.words.call import Json

_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
_IMAGE = re.compile(r"(?P<name>[^@]+)@(?P<algorithm>sha256|sha512):(?P<digest>[0-9a-f]{64,128})")


class NoStatementError(Exception):
    """Nothing can be stated of the run; the message says why."""


def in_toto(summary: doc.Summary) -> str:
    """The run as a statement, in JSON.

    Raises:
        NoStatementError: no image is known, or the run was against an emulator and says nothing of any.
    """
    made = {
        "_type": _STATEMENT,
        "subject": [_subject(summary)],
        "predicateType": _PREDICATE,
        "predicate": _predicate(summary),
    }
    return inert_json(json.dumps(made, indent=2, ensure_ascii=False)) + "\n"


def _subject(summary: doc.Summary) -> Json:
    if summary["emulated"]:
        raise NoStatementError("a run against an emulator proves nothing of an image")
    main = phrases.main(summary)
    found = _IMAGE.fullmatch(main["image"] if main else "")
    if found is None:
        raise NoStatementError("the digest of the image is not known, and a statement is about one")
    return {"name": found["name"], "digest": {found["algorithm"]: found["digest"]}}


def _predicate(summary: doc.Summary) -> Json:
    spec, main = summary["spec"], phrases.main(summary)
    url = main["origin"]["trigger_link"] if main else ""
    passed, warned, failed = _tests(summary)
    result = "FAILED" if summary["verdict"] != "passed" or failed else "WARNED" if warned else "PASSED"
    return {
        "result": result,
        "configuration": [{"name": spec["file"], "digest": {"sha256": spec["digest"].removeprefix("sha256:")}}],
        **({"url": url} if url else {}),
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
    }


def _tests(summary: doc.Summary) -> tuple[list[str], list[str], list[str]]:
    """The names of the checks that passed, that did not and do not count, and that did not and count."""
    checks = summary["checks"]
    passed = [check["name"] for check in checks if check["verdict"] == "passed"]
    others = [check for check in checks if check["verdict"] != "passed"]
    warned = [check["name"] for check in others if not check["blocks"] and check["verdict"] != "skipped"]
    return passed, warned, [check["name"] for check in others if check["blocks"]]
