"""Every link from the commit to the running response is proven.

The links: commit -> build -> image digest -> revision -> traffic -> response -> logs. A broken link fails, an
unproven one is inconclusive.
"""

from __future__ import annotations

from typing import Any

from validator.evidence.known import Evidence
from validator.evidence.sort import Query
from validator.judging import custody
from validator.judging.attempts import eventually, timing
from validator.judging.variables import holds_and_asserts
from validator.judging.variables import queries as asked
from validator.words.check import Check
from validator.words.finding import Attempt, Finding, State
from validator.words.link import Link, Proof
from validator.words.verdict import Verdict

lasting = False
within: float | None = None
present = True
variables: dict[str, str] = {}
schema = {
    "type": "object",
    "additionalProperties": False,
    "examples": [{}],
    "x-failures": [
        "link ... is ...: ...",
    ],
    "x-unknown": [
        "link ... is ...: ...",
    ],
    "x-commands": [
        "gcloud builds describe BUILD --region=REGION --project=PROJECT --format='value(results.images)'",
        "gcloud run revisions describe REVISION --region=REGION --project=PROJECT",
    ],
}

_STATES = {Proof.PROVEN: State.HOLDS, Proof.UNPROVEN: State.UNKNOWN, Proof.BROKEN: State.VIOLATED}


def options(value: Any) -> None:
    """It has none."""


def queries(check: Check[Any]) -> frozenset[Query[Any]]:
    """The build, the logs, and a probe."""
    return custody.queries(check.target) | asked(check)


def judge(check: Check[Any], evidence: Evidence, now: float) -> Verdict:
    """Judge the chain as it is known now."""
    links = custody.chain(check.target, evidence)
    finding = holds_and_asserts(check, evidence, _find(links), {})
    decisive = _worst(links)
    when = timing(check, evidence)
    attempt = Attempt(
        min(now, when.deadline), finding, conclusive=decisive.conclusive and finding.state is not State.HOLDS
    )
    return eventually([attempt], when, now)


def _worst(links: tuple[Link, ...]) -> Link:
    order = {Proof.BROKEN: 0, Proof.UNPROVEN: 1, Proof.PROVEN: 2}
    return min(links, key=lambda link: (order[link.proof], not link.conclusive))


def _find(links: tuple[Link, ...]) -> Finding:
    link = _worst(links)
    if link.proof is Proof.PROVEN:
        shown = tuple(excerpt for each in links for excerpt in each.evidence)
        return Finding(State.HOLDS, " -> ".join(each.name for each in links) + " proven", evidence=shown)
    reason = f"link {link.name} is {link.proof}: {link.reason}"
    return Finding(_STATES[link.proof], reason, "every link proven", link.reason, link.remedy, link.evidence)
