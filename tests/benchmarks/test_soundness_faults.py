"""One deployment for each fault, written by hand: what the gate says of it, why, and that the truth agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from benchmarks.soundness import gate, generator
from benchmarks.soundness.claims import KNOWN, STARTED, SUITES, TRACEBACK
from benchmarks.soundness.draft import LONG_AGO
from benchmarks.soundness.faults import FAULTS
from benchmarks.soundness.figures import grade, naming
from benchmarks.soundness.lacking import judge
from benchmarks.soundness.regime import Regime, Spread
from benchmarks.soundness.story import FOREVER, PREVIOUS, Health, Line, Outage, Page, Span, Story, Traffic
from benchmarks.soundness.truth import Windows

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
OLD = (
    line(LONG_AGO + 1, "Starting front", revision=PREVIOUS),
    line(LONG_AGO + 9, f"cart 12: {KNOWN}", "stderr", severity="ERROR", revision=PREVIOUS),
)
AUDITED = line(-41, "Ready condition status changed to True", "audit", severity="INFO")


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
    "old-error": Row("passed", [], {"lines": (*OLD, *PLAIN, line(20, f"cart 7: {KNOWN}", "stderr", severity="ERROR"))}, "wired"),
    "slow-answers": Row("passed", [], {"health": (Health(-FOREVER, 200, 7.0),)}),
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
    "never-started": Row("failed", [f"{STARTED} was not logged"], {"lines": (PLAIN[0], *PLAIN[2:])}),
    "other-image": Row("failed", ["runs sha256:5d", "pushed sha256:e1"], {"chain": "broken"}, "proven"),
    "never-healthy": Row(
        "failed",
        ["cannot become ready: HealthCheckContainerError"],
        {"created": -10.0, "imported": -8.0, "ready": None, "broken": 40.0, "traffic": (AWAY,), "lines": (line(-6, "Starting"),)},
    ),
    "tag-moves": Row("inconclusive", ["superseded", "tag"], {"tag_moved": 30.0, "traffic": (AWAY,)}, "candidate"),
    "tag-stays": Row("inconclusive", ["tag"], {"tag_moved": -600.0, "traffic": (AWAY,)}, "candidate"),
    "slow-start": Row("failed", ["it started in"], {"created": -120.0, "imported": -118.0, "ready": -60.0}, "wired"),
    "wrong-setting": Row("failed", ["LOG_LEVEL has another value"], {"setting": "debug", "sidecar": "first"}, "wired"),
    "trace-in-payload": Row(
        "failed",
        [TRACEBACK],
        {"lines": (*PLAIN, line(30, "", payload={"event": "refused", "exception": f"{TRACEBACK}: KeyError"}, means="ERROR"))},
    ),
    "level-in-text": Row(
        "failed", ["no stock"], {"lines": (*PLAIN, line(30, "ERROR:shop.orders:no stock", "stderr", means="ERROR"))}
    ),
    "platform-error": Row(
        "failed",
        ["Memory limit of"],
        {"lines": (*PLAIN, line(30, "Memory limit of 512 MiB exceeded with 530 MiB used.", "system", severity="ERROR"))},
    ),
    # Evidence late or in part.
    "api-faults": Row(
        "passed", [], {"outages": tuple(Outage(m, "UNAVAILABLE", 20, 45) for m in ("GetService", "ListEntries"))}
    ),
    "quota": Row("passed", [], {"outages": (Outage("ListEntries", "RESOURCE_EXHAUSTED", 10, 50),)}),
    "quota-used": Row("passed", [], {"outages": (Outage("ListEntries", "RESOURCE_EXHAUSTED", -600, 50),)}),
    "some-requests-lost": Row("passed", [], {"lost": 0.2}),
    "front-page-while": Row("passed", [], {"pages": (Page(-600, 10, "iam"),)}),
    # Evidence withheld.
    "no-op": Row(
        "inconclusive",
        ["is not of this deploy", "this pipeline is commit 8c0f3a9"],
        {"foreign": True, "created": -900.0, "ready": -890.0, "traffic": (AWAY,)},
    ),
    "superseded": Row(
        "inconclusive",
        ["superseded: revision front-00013-nxt"],
        {"superseded": 40.0, "traffic": (Traffic(-FOREVER, 100), Traffic(48, 0))},
    ),
    "stuck": Row("inconclusive", ["front-00012-new is not ready yet"], {"ready": None, "traffic": (AWAY,)}),
    "tag-only": Row("inconclusive", ["link digest is unproven", "is a tag, not a digest"], {"chain": "unproven"}, "proven"),
    "logs-denied": Row("inconclusive", ["Cloud Logging denied"], {"logs_denied": -1.0}),
    "logs-denied-later": Row("inconclusive", ["Cloud Logging denied"], {"logs_denied": 40.0}),
    "run-denied": Row("inconclusive", ["Cloud Run denied"], {"run_denied": True}),
    "requests-lost": Row("inconclusive", ["its request log entry is not readable"], {"lost": 1.0}),
    "api-down": Row("inconclusive", ["INTERNAL"], {"outages": (Outage("ListEntries", "INTERNAL", -600, FOREVER),)}),
    "look-alike-page": Row(
        "inconclusive", ["front end"], {"pages": (Page(-600, FOREVER, "iam"),), "lines": (*OLD, *PLAIN)}, "wired"
    ),
    "front-page": Row("inconclusive", ["front end"], {"pages": (Page(-600, FOREVER, "iam"),)}),
    "silent": Row("inconclusive", ["no log entry of front-00012-new"], {"lines": (PLAIN[-1], AUDITED)}),
    "lines-lost": Row("inconclusive", ["no log entry of front-00012-new"], {"lines": NEVER}),
}  # fmt: skip


def told(fault: str) -> Story:
    row = ROWS[fault]
    plain = Story(f"by hand {fault}", STEADY.name, row.suite, (fault,), lines=PLAIN)
    return replace(plain, **row.changes)


def test_every_fault_is_told_here() -> None:
    assert set(ROWS) == set(FAULTS)
    assert all(row.suite in FAULTS[fault].suites for fault, row in ROWS.items())


@pytest.mark.parametrize("fault", ROWS)
def test_the_truth_knows_what_the_fault_deserves(fault: str) -> None:
    story, row = told(fault), ROWS[fault]
    truth = judge(story, SUITES[story.suite], Windows({}, 90.0, 480.0))
    if row.outcome == "passed":
        assert truth.good
        assert not truth.missing
    elif row.outcome == "failed":
        assert truth.bad
    else:
        assert truth.missing


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


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_drawn_is_what_its_name_says(fault: str) -> None:
    """Of each fault some twenty stories as they are drawn: their truth is that of the one by hand, or a fault hides behind it."""
    row, truths = ROWS[fault], []
    for number in range(20):
        drawn = generator.story(3, STEADY, number, faults=(fault,))
        assert drawn.faults[0] == fault
        if not drawn.faults[1:]:
            truths.append(judge(drawn, SUITES[drawn.suite], Windows({}, 110.0, 480.0)))
    if row.outcome == "passed" and fault != "slow-answers":
        assert not any(truth.bad for truth in truths if "Wired" not in truth.claims)
    elif row.outcome == "inconclusive":
        assert all(truth.missing or truth.scarce for truth in truths)
    else:
        assert any(truth.bad for truth in truths)
