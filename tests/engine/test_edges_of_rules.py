"""Where a rule of the engine begins to matter: each of these fails if the rule is taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.busy import busy
from tests.simulated import HEAD, overlaid, simulate
from validator.evidence.journal import Observation
from validator.evidence.log_fold import LogEvidence
from validator.evidence.logs import LogsOf
from validator.logs.entry import REQUESTS
from validator.logs.push_down import MOST_CHARACTERS
from validator.words.call import Answer, Exchange, Json, ListEntries, Problem
from validator.words.instant import rfc3339
from validator.words.verdict import Outcome

RUN, NOW = "0123456789abcdef", 1_790_000_000.0
SERVICE = ("europe-west1", "front")
MARK = f"{RUN}{1:016x}"


def echo(at: float) -> Json:
    """The request log's entry of a probe."""
    labels = {"location": SERVICE[0], "service_name": SERVICE[1], "revision_name": "front-00001-abc"}
    return {
        "logName": "projects/shop/logs/run.googleapis.com%2Frequests",
        "resource": {"type": "cloud_run_revision", "labels": labels},
        "timestamp": rfc3339(at),
        "receiveTimestamp": rfc3339(at + 0.1),
        "insertId": "echo",
        "httpRequest": {"requestUrl": "https://front/", "userAgent": f"validator ({MARK})", "latency": "0.010s"},
    }


def read(logs: LogEvidence, began: float, took: float) -> None:
    """A read of two pages, of which the last one has an echo."""
    first, last = (ListEntries(("projects/shop",), "all", page_token=token) for token in ("", "2"))
    pages: list[tuple[ListEntries, float, Json]] = [
        (first, began, {"entries": [], "nextPageToken": "2"}),
        (last, began + took, {"entries": [echo(NOW)]}),
    ]
    for place, (call, sent, content) in enumerate(pages):
        logs.page(Observation(sent + 0.05, place, LogsOf("shop"), call, sent, sent + 0.05, Answer(content)))


@pytest.mark.parametrize(("took", "known"), [(0.9, True), (1.1, False), (30.0, False)])
def test_an_echo_on_the_last_page_of_a_slow_read_says_nothing_of_its_first_page(took: float, known: bool) -> None:
    logs = LogEvidence(RUN)
    logs.probe(Exchange("GET", "https://front/", mark=MARK), NOW, NOW + 0.02)
    read(logs, NOW + 5, took)
    assert (logs.echoes.get((SERVICE, REQUESTS)) is not None) == known
    read(logs, NOW + 50, took)
    assert logs.echoes[SERVICE, REQUESTS] == pytest.approx(NOW + 0.01)


@pytest.mark.parametrize("ahead", [2.0, -2.0])
def test_bounds_of_the_skew_that_cross_by_a_little_still_tell_it(ahead: float) -> None:
    """Two servers' clocks are not one: a quick answer of one may say less than the other's admits."""
    logs = LogEvidence(RUN)
    logs.probe(Exchange("GET", "https://front/", mark=MARK), NOW - ahead + 0.001, NOW - ahead + 0.001)
    read(logs, NOW + 5, 0.1)
    logs.skew = logs.skew[0], logs.skew[0] - 0.002
    assert logs.offset == pytest.approx(ahead, abs=0.01)


@pytest.mark.parametrize(
    ("probe", "logs", "by", "echoed"),
    [
        ("{path: /health}", "", 40, False),
        (
            "{path: /health}",
            "logs: {mishaps: [{effect: lost, stream: requests, from: '@0s', until: '@40s'}]}",
            40,
            True,
        ),
        ("{url: 'https://elsewhere.example/health'}", "", 5, True),
    ],
    ids=["found in the request log", "not found in it", "of another host"],
)
def test_echo_probes_are_sent_where_the_checks_own_are_none(
    tmp_path: Path, probe: str, logs: str, by: float, echoed: bool
) -> None:
    checks = (
        f"  - {{name: Healthy, within: 5m, for: 45s, http: {probe}}}\n"
        "  - {name: Quiet, for: 5m, logs: {forbid: [SegFault]}}\n"
    )
    run = simulate(HEAD + checks, overlaid(tmp_path, logs))
    calls = [seen.call for seen in run.engine.journal if isinstance(seen, Observation) and seen.at < NOW + by]
    assert any(isinstance(call, Exchange) and call.method == "HEAD" for call in calls) == echoed


@pytest.mark.slow
def test_what_is_asked_of_a_busy_log_never_outgrows_a_filter(tmp_path: Path) -> None:
    """Three rules for which there is room, and thirty of 1,000 characters for which there is none."""
    few = "".join(f"  - {{name: Few {n}, for: 30s, logs: {{forbid: [SegFault {n}]}}}}\n" for n in range(3))
    many = "".join(
        f"  - {{name: Many {n}, for: 30s, logs: {{forbid: ['{'no such order ' * 70} {n}']}}}}\n" for n in range(30)
    )
    run, world = busy(HEAD + few + many, overlaid(tmp_path, ""), 60_000)
    assert max(len(call.filter) for _, call in world.calls) <= MOST_CHARACTERS
    assert all(run.verdict(f"Few {n}").outcome is Outcome.PASSED for n in range(3))
    told = [run.verdict(f"Many {n}") for n in range(30)]
    assert any(verdict.outcome is Outcome.INCONCLUSIVE and "volume 6" in verdict.reason for verdict in told)


@pytest.mark.parametrize("method", ["GetService", "GetRevision", "ListLogEntries"])
@pytest.mark.parametrize(
    "code", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "ABORTED", "RESOURCE_EXHAUSTED", "UNKNOWN", "CANCELLED"]
)
def test_a_problem_that_passes_is_asked_past(tmp_path: Path, method: str, code: str) -> None:
    checks = "  - {name: Found, within: 2m, logs: {expect: ['clickhouse: healthy']}}\n"
    faults = f"faults: [{{method: {method}, code: {code}, first: 2}}]"
    run = simulate(HEAD + checks, overlaid(tmp_path, faults))
    assert run.verdict("Found").outcome is Outcome.PASSED
    answers = [seen.result for seen in run.engine.journal if isinstance(seen, Observation)]
    assert sum(isinstance(result, Problem) and result.code == code for result in answers) == 2
