"""One deployment for each fault, written by hand: what the gate says of it, why, and that the truth agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from benchmarks.soundness import gate
from benchmarks.soundness.claims import STARTED, SUITES, TRACEBACK
from benchmarks.soundness.faults import FAULTS
from benchmarks.soundness.figures import grade, naming
from benchmarks.soundness.regime import Regime, Spread
from benchmarks.soundness.story import FOREVER, PREVIOUS, Health, Line, Outage, Span, Story, Traffic
from benchmarks.soundness.truth import judge

DELAY = 3.0
STEADY = Regime("steady", stream=Spread(DELAY, DELAY))
"""Every entry is readable 3 s after it was written."""


def line(at: float, text: str, stream: str = "stdout", **more: Any) -> Line:
    return Line(at, stream, text, at + DELAY, at + DELAY, **more)


PLAIN = (
    line(-58, "Starting front"),
    line(-41, f"{STARTED}."),
    *(line(at, f"tick {at}") for at in range(-40, 180, 15)),
    line(-400, f"{TRACEBACK}:", "stderr", revision=PREVIOUS),
)
NEVER = tuple(replace(each, readable=FOREVER, received=FOREVER) for each in PLAIN if each.revision != PREVIOUS)
AWAY = Traffic(-FOREVER, 0)


def trace(at: float) -> tuple[Line, ...]:
    texts = (f"{TRACEBACK}:", '  File "/app/main.py", line 41, in handle', "ValueError: no such order")
    return (*PLAIN, *(line(at + 0.001 * n, text, "stderr") for n, text in enumerate(texts)))


@dataclass(frozen=True)
class Row:
    """A deployment, and what has to be said of it."""

    outcome: str
    says: Sequence[str]
    """Words of the reason of some check that did not pass."""
    changes: dict[str, Any] = field(default_factory=dict)
    """Against a deployment of which all is well."""
    suite: str = "serving"


ROWS = {
    # Good, if not easy.
    "healthy": Row("passed", []),
    "cold-start": Row("passed", [], {"health": (Health(-FOREVER, 200, 12.0), Health(18, 200))}),
    "slow-ready": Row(
        "passed",
        [],
        {"created": -10.0, "ready": 70.0, "traffic": (AWAY, Traffic(70, 100)), "lines": (line(-8, "Starting"), line(69, STARTED))},
    ),
    "traffic-lags": Row("passed", [], {"traffic": (Traffic(-FOREVER, 50, pinned=True), Traffic(40, 100))}),
    "late-error": Row("passed", [], {"lines": trace(70)}),
    # Bad.
    "never-ready": Row(
        "failed", ["cannot become ready: HealthCheckContainerError"], {"ready": None, "broken": 20.0, "traffic": (AWAY,)}
    ),
    "pinned": Row("failed", ["traffic is pinned to front-00011-old"], {"traffic": (Traffic(-FOREVER, 0, pinned=True),)}),
    "partial": Row("failed", ["front-00012-new has 50 % of the traffic"], {"traffic": (Traffic(-FOREVER, 50),)}),
    "rolled-back": Row(
        "failed",
        ["traffic is pinned to front-00011-old", "no longer at the end"],
        {"traffic": (Traffic(-FOREVER, 100), Traffic(50, 0, pinned=True))},
    ),
    "old-answers": Row("failed", ["front-00011-old answered, not front-00012-new"], {"astray": (Span(-600, FOREVER),)}),
    "tag-reuse": Row(
        "failed",
        ["front-00011-old answered, not front-00012-new"],
        {"astray": (Span(-600, FOREVER),), "traffic": (AWAY,)},
        "candidate",
    ),
    "errors-after": Row("failed", ["status 503"], {"health": (Health(-FOREVER, 200), Health(15, 503))}),
    "flapping": Row(
        "failed", ["status 503"], {"health": (Health(-FOREVER, 200), *(Health(7 * n - 2, 200 if n % 2 else 503) for n in range(30)))}
    ),
    "traceback": Row("failed", [TRACEBACK, "ValueError: no such order"], {"lines": trace(30)}),
    "last-moment": Row("failed", [TRACEBACK], {"lines": trace(59)}),
    "error-line": Row("failed", ["payment failed"], {"lines": (*PLAIN, line(20, "payment failed", severity="ERROR"))}),
    "early-error": Row("failed", ["no database"], {"lines": (*PLAIN, line(-55, "no database", severity="CRITICAL"))}),
    "never-started": Row("failed", [f"{STARTED} was logged never"], {"lines": (PLAIN[0], *PLAIN[2:])}),
    "other-image": Row("failed", ["the revision runs sha256:5d", "pushed sha256:e1"], {"chain": "broken"}, "proven"),
    # Evidence late or in part.
    "api-faults": Row(
        "passed", [], {"outages": tuple(Outage(m, "UNAVAILABLE", 20, 45) for m in ("GetService", "ListEntries"))}
    ),
    "quota": Row("passed", [], {"outages": (Outage("ListEntries", "RESOURCE_EXHAUSTED", 10, 50),)}),
    "some-requests-lost": Row("passed", [], {"lost": 0.2}),
    # Evidence withheld.
    "no-op": Row(
        "inconclusive",
        ["is not of this deploy", "before this run, more than 1 h"],
        {"foreign": True, "created": -7200.0, "ready": -7190.0, "traffic": (AWAY,)},
    ),
    "superseded": Row(
        "inconclusive",
        ["superseded: revision front-00013-nxt"],
        {"superseded": 40.0, "traffic": (Traffic(-FOREVER, 100), Traffic(48, 0))},
    ),
    "stuck": Row("inconclusive", ["front-00012-new is not ready yet"], {"ready": None, "traffic": (AWAY,)}),
    "tag-only": Row("inconclusive", ["link digest is unproven", "is a tag, not a digest"], {"chain": "unproven"}, "proven"),
    "logs-denied": Row("inconclusive", ["Cloud Logging said no"], {"logs_denied": -1.0}),
    "logs-denied-later": Row("inconclusive", ["Cloud Logging said no"], {"logs_denied": 40.0}),
    "run-denied": Row("inconclusive", ["Cloud Run said no"], {"run_denied": True}),
    "requests-lost": Row("inconclusive", ["its request log entry is not readable"], {"lost": 1.0}),
    "lines-lost": Row("inconclusive", ["no log entry of front-00012-new"], {"lines": NEVER}),
}  # fmt: skip


def told(fault: str) -> Story:
    row = ROWS[fault]
    plain = Story(f"by hand {fault}", STEADY.name, row.suite, (fault,), lines=PLAIN)
    return replace(plain, **row.changes)


def test_every_fault_is_told_here() -> None:
    assert set(ROWS) == set(FAULTS)
    assert all(row.suite in FAULTS[fault].suites for fault, row in ROWS.items())


@pytest.mark.slow
@pytest.mark.parametrize("fault", ROWS)
def test_the_gate_says_what_the_fault_deserves_and_why(fault: str) -> None:
    row, story = ROWS[fault], told(fault)
    said = gate.judge(story, STEADY)
    reasons = "\n".join(f"{check}: {reason}" for check, reason in said.reasons.items())
    assert said.outcome == row.outcome, reasons
    for words in row.says:
        assert words in reasons
    truth = judge(story, SUITES[story.suite], said.windows)
    if said.outcome == "inconclusive":
        assert naming(said, truth) == "named"
    else:
        assert grade(said.outcome, truth, strict=True) == "right"
        assert (said.outcome == "failed") == truth.bad
