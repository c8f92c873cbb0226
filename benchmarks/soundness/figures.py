"""Verdicts counted against the truth, with bounds: what the benchmark writes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import exp, lgamma, log
from typing import Any

from benchmarks.soundness.claims import SUITES
from benchmarks.soundness.gate import Said
from benchmarks.soundness.lacking import Judgement, judge
from benchmarks.soundness.story import Story

GATES = ("gate", "naive", "careful")
PHRASES = {
    "deploy": "is not of this deploy",
    "newer revision": "superseded",
    "run permission": "Cloud Run denied",
    "log permission": "Cloud Logging denied",
    "request log": "request log",
    "log lines": "no log entry",
    "readiness": "is not ready|nothing shows that its container was started",
    "digest": "not a digest|names no digest",
    "manifest": "may be an image of the index",
    "answers": "answered too few",
    "last reading": "was not read at the end",
    "readable log": "waiting for logs up to",
}
"""Evidence that the truth calls missing -> what the gate's report has to say of it; else its own word: a code, `front end`, `tag`. `|` is or."""


@dataclass(frozen=True)
class Case:
    """One story, and how each gate did."""

    key: str
    regime: str
    suite: str
    faults: tuple[str, ...]
    bad: bool
    good: bool
    grades: Mapping[str, str]
    checks: int
    """How many checks the gate said anything of."""
    wrong: tuple[str, ...]
    """What it said wrongly of single checks: `Quiet passed`, `Healthy failed`."""
    evidence: str
    """Of an inconclusive gate: `named`, `not_named` or `not_missing`, see `naming`; else empty."""
    most_reads: int
    reads: int
    told: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The story and the verdict in words, for what is not right."""


def case(story: Story, said: Mapping[str, Said]) -> Case:
    """Grade all gates on a story; each is held to the windows of its own."""
    suite = SUITES[story.suite]
    truths = {gate: judge(story, suite, verdict.windows) for gate, verdict in said.items()}
    grades = {gate: grade(said[gate].outcome, truths[gate], strict=gate == "gate") for gate in said}
    gate, truth = said["gate"], truths["gate"]
    evidence = naming(gate, truth) if gate.outcome == "inconclusive" else ""
    wrong = tuple(wrongly(gate, truth))
    told: dict[str, Any] = {}
    if wrong or grades["gate"] in ("false_pass", "false_fail") or evidence in ("not_named", "not_missing"):
        told = {
            "story": story.key,
            "suite": story.suite,
            "faults": list(story.faults),
            "grade": grades["gate"],
            "checks": wrong,
            "outcome": gate.outcome,
            "claims": dict(truth.claims),
            "missing": dict(truth.lacking),
            "scarce": truth.scarce,
            "evidence": evidence,
            "reasons": dict(gate.reasons),
            "ended": round(gate.windows.ended, 3),
        }
    return Case(
        story.key, story.regime, story.suite, story.faults, truth.bad, truth.good, grades, len(gate.outcomes), wrong, evidence,
        gate.most_reads, gate.reads, told,
    )  # fmt: skip


def grade(outcome: str, truth: Judgement, *, strict: bool) -> str:
    """right, false_pass, false_fail or inconclusive.

    Where a claim is too close to call either verdict is right. `strict`: a pass without the evidence that it needs is
    false although the claim is true; a baseline, which does not ask for that evidence, is not held to it.
    """
    if outcome == "passed":
        return "false_pass" if truth.bad or (strict and truth.missing) else "right"
    if outcome == "failed":
        return "false_fail" if truth.good else "right"
    return "right" if truth.missing else "inconclusive"


def wrongly(said: Said, truth: Judgement) -> Iterator[str]:
    """What the gate said wrongly of single checks, whatever the run came to.

    A check passes wrongly if its claim is false or what it rests on could not be had; it fails wrongly if its claim is true.
    """
    for claim, holds in truth.claims.items():
        outcome = said.outcomes.get(claim)
        if outcome == "passed" and (holds is False or claim in truth.lacking):
            yield f"{claim} passed"
        elif outcome == "failed" and holds:
            yield f"{claim} failed"


def naming(said: Said, truth: Judgement) -> str:
    """Whether an inconclusive gate's report names the evidence that the truth calls missing.

    `named`: each inconclusive check that started says that of a sort which was missing; `not_named`: one says something else;
    `not_missing`: by the truth all evidence could be had.
    """
    wanted = [PHRASES.get(evidence, evidence) for evidence in (*truth.missing, *truth.scarce)]
    if not wanted:
        return "not_missing"
    started = [reason for check, reason in said.reasons.items() if check in said.windows.starts]
    reasons = [reason for reason in started if reason.startswith("inconclusive")]
    named = reasons and all(re.search("|".join(wanted), reason) for reason in reasons)
    return "named" if named else "not_named"


def figures(cases: Iterable[Case]) -> dict[str, Any]:
    """Counts and bounds over cases."""
    found = list(cases)
    bad, good = sum(case.bad for case in found), sum(case.good for case in found)
    counted = {gate: Counter(case.grades[gate] for case in found) for gate in GATES}
    return {"runs": len(found), "bad": bad, "good": good} | {
        gate: {kind: counted[gate][kind] for kind in ("false_pass", "false_fail", "inconclusive", "right")}
        | _rates(counted[gate], bad, good)
        for gate in GATES
    }


def _rates(counts: Counter[str], bad: int, good: int) -> dict[str, float]:
    found = {}
    for kind, of in (("false_pass", bad), ("false_fail", good)):
        found[f"{kind}_rate"] = round(counts[kind] / of, 6) if of else 0.0
        found[f"{kind}_bound"] = round(upper_bound(counts[kind], of), 6)
    return found


def upper_bound(hits: int, of: int, confidence: float = 0.95) -> float:
    """The rate above which so few hits would be seen with a probability under 5 % (one-sided Clopper-Pearson)."""
    if of == 0 or hits >= of:
        return 1.0
    low, high = hits / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(hits, of, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(hits: int, of: int, rate: float) -> float:
    """The probability of that many hits or fewer."""
    if rate >= 1:
        return 0.0
    terms = (
        lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * log(rate) + (of - k) * log(1 - rate)
        for k in range(hits + 1)
    )
    return sum(exp(term) for term in terms)


def report(seed: int, cases: Iterable[Case], on_top: Iterable[Case], plant: str = "") -> dict[str, Any]:
    """The whole file: `cases` are what the top-level figures are about, `on_top` is reported by regime alone."""
    covered, more = list(cases), list(on_top)
    everything = covered + more
    regimes = sorted({case.regime for case in everything})
    faults = sorted({case.faults[0] for case in covered})
    naming = Counter(case.evidence for case in covered)
    return {
        **figures(covered),
        "seed": seed,
        "plant": plant or None,
        "regimes": {name: figures(case for case in everything if case.regime == name) for name in regimes},
        "by_fault": {name: figures(case for case in covered if case.faults[0] == name) for name in faults},
        "by_suite": {name: figures(case for case in covered if case.suite == name) for name in sorted(SUITES)},
        "checks": {
            "judged": sum(case.checks for case in covered),
            "wrongly_passed": _count(covered, "passed"),
            "wrongly_failed": _count(covered, "failed"),
        },
        "missing_evidence": {kind: naming[kind] for kind in ("named", "not_named", "not_missing")},
        "reads": {
            "most_in_a_minute": max((case.most_reads for case in covered), default=0),
            "mean": round(sum(case.reads for case in covered) / max(1, len(covered)), 1),
        },
        "not_right": [case.told for case in everything if case.told][:200],
    }


def _count(cases: Iterable[Case], outcome: str) -> int:
    """How many single checks were said wrongly to have come to that."""
    return sum(said.endswith(outcome) for case in cases for said in case.wrong)
