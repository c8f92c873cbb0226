"""Kind http: many answers judged together, by `samples` and by a small `load`; what is unknown never counts as a success."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.simulated import BACKEND, HEAD, NETRA, PREVIOUS, Finished, overlaid, simulate
from validator.checks import kinds
from validator.engine.planning import plan_of
from validator.evidence.journal import Observation, Sent
from validator.evidence.series import Sampled
from validator.language.load import load
from validator.report.plan_text import for_people
from validator.words.call import Answer, Call, Exchange, Problem, Result
from validator.words.verdict import Outcome

FAILED, PASSED, INCONCLUSIVE = Outcome.FAILED, Outcome.PASSED, Outcome.INCONCLUSIVE
BEHAVIOUR = f"""\
behaviour:
  {BACKEND}:
    /ok: {{text: fine, latency: 120ms}}
    /rarely: [{", ".join(["{text: a}"] * 19)}, {{status: 503}}]
    /wrong: [{", ".join(["{text: a}"] * 9)}, {{status: 404}}]
    /sometimes-slow: [{", ".join(["{text: a, latency: 100ms}"] * 9)}, {{text: a, latency: 3s}}]
    /slow: {{latency: 3s, text: late}}
    /hangs: [{{text: a}}, {{latency: 30s, text: late}}]
    /refused: [{{text: a}}, {{text: a}}, {{text: a}}, {{status: 429, instance: false}}]
    /large: {{text: "{"x" * 70_000} end"}}
"""


def series(folder: Path, options: str, more: str = "", changes: str = "", wrap: Any = None) -> Finished:
    check = f"{HEAD}  - {{name: Many, {more}http: {options}}}\n"
    run = simulate(check, overlaid(folder, BEHAVIOUR + changes), wrap=wrap)
    assert run.replayed().standings == run.engine.standings
    return run


def sent(run: Finished) -> list[float]:
    return [each.at for each in run.engine.journal if isinstance(each, Sent) and isinstance(each.query, Sampled)]


@pytest.mark.parametrize(
    ("options", "outcome", "reason"),
    [
        ("{path: /ok, samples: 20}", PASSED, "0 of 20 requests failed, 0 %; p50 120 ms, p95 120 ms, slowest 120 ms"),
        ("{path: /ok, samples: 20, expect: {latency: {p50: {max: 200ms}, p95: 120ms, max: 1s}}}", PASSED, "p95 120 ms"),
        ("{path: /ok, samples: 20, expect: {latency: {p95: {max: 100ms}}}}", FAILED, "p95 is 120 ms"),
        ("{path: /ok, samples: 20, expect: {latency: {p50: {min: 200ms}}}}", FAILED, "p50 is 120 ms"),
        ("{path: /ok, samples: 20, expect: {latency: {max: 100ms}}}", FAILED, "20 answers: it took 120 ms"),
        ("{path: /rarely, samples: 20}", FAILED, "1 of 20 requests failed, 5 %: status 503"),
        ("{path: /rarely, samples: 40, expect: {error_rate: {max: 5%}}}", PASSED, "2 of 40 requests failed, 5 %"),
        ("{path: /rarely, samples: 20, expect: {error_rate: {max: 4.9%}}}", FAILED, "1 of 20 requests failed, 5 %"),
        ("{path: /rarely, samples: 20, expect: {status: [200, 503]}}", PASSED, "0 of 20 requests failed"),
        ("{path: /wrong, samples: 20, expect: {error_rate: {max: 50%}}}", FAILED, "of 20 answers: status 404"),
        ("{path: /sometimes-slow, samples: 20, expect: {latency: {p50: {max: 200ms}}}}", PASSED, "slowest 3 s"),
        ("{path: /sometimes-slow, samples: 20, expect: {latency: {p95: {max: 1s}}}}", FAILED, "p95 is 3 s"),
        ("{path: /hangs, samples: 4, timeout: 1s}", FAILED, "2 of 4 requests failed, 50 %: no answer"),
        ("{path: /hangs, samples: 20, timeout: 1s, expect: {error_rate: {max: 60%}, latency: {p95: {max: 9s}}}}", FAILED, "p95 is no answer"),
        ("{path: /large, samples: 3, expect: {text: '^x{9}'}}", PASSED, "0 of 3 requests failed"),
        ("{path: /large, samples: 3, expect: {text: end}}", INCONCLUSIVE, "longer than the 64 KiB that are kept"),
        ("{path: /ok, load: {rate: 5/s, for: 6s}}", PASSED, "0 of 30 requests failed"),
        ("{path: /rarely, load: {rate: 10/s, for: 4s}, expect: {error_rate: {max: 1%}}}", FAILED, " of 40 requests failed, "),
        ("{path: /slow, load: {rate: 20/s, for: 10s}}", INCONCLUSIVE, "the load was not kept: 200 requests took"),
        ("{path: /slow, load: {rate: 10/s, for: 10s}, expect: {latency: {p50: {max: 1s}}}}", FAILED, "p50 is 3 s"),
    ],
)  # fmt: skip
def test_a_series_comes_to(tmp_path: Path, options: str, outcome: Outcome, reason: str) -> None:
    run = series(tmp_path, options)
    verdict = run.verdict("Many")
    assert verdict.outcome is outcome, verdict.reason
    assert reason in verdict.reason, verdict.reason
    assert verdict.evidence


def test_samples_go_one_after_the_other_and_politely(tmp_path: Path) -> None:
    run = series(tmp_path, "{path: /ok, samples: 20}")
    moments = sent(run)
    assert len(moments) == 20
    assert moments[-1] - moments[0] > 19 * 0.19
    made = [each for each in run.engine.journal if isinstance(each, Observation) and isinstance(each.query, Sampled)]
    assert all(one.received <= next_ for one, next_ in zip(made, moments[1:], strict=False))


def test_a_load_keeps_its_rate_whatever_the_answers_take(tmp_path: Path) -> None:
    run = series(tmp_path, "{path: /slow, load: {rate: 8/s, for: 10s}, timeout: 5s}")
    moments = sent(run)
    assert run.verdict("Many").outcome is PASSED, run.verdict("Many").reason
    assert 80 <= len(moments) <= 82  # one more shows how far the request log is readable
    moments = moments[:80]
    assert 9.8 <= moments[-1] - moments[0] <= 11
    assert max(sum(at <= other < at + 1 for other in moments) for at in moments) <= 9


@pytest.mark.parametrize("options", ["{path: /ok, samples: 20}", "{path: /ok, load: {rate: 5/s, for: 4s}}"])
def test_answers_of_another_revision_are_no_samples(tmp_path: Path, options: str) -> None:
    routing = f"routing:\n  - {{service: netra-backend-staging, split: {{{PREVIOUS}: 100}}}}\n"
    verdict = series(tmp_path, options, changes=routing).verdict("Many")
    assert verdict.outcome is FAILED
    assert f"of 20 answers: {PREVIOUS} answered, not {BACKEND}" in verdict.reason


def test_what_the_front_end_refused_is_no_success(tmp_path: Path) -> None:
    verdict = series(tmp_path, "{path: /refused, samples: 20}", "within: 90s, ").verdict("Many")
    assert verdict.outcome is INCONCLUSIVE
    assert "not known to be the target's, and count as failed: Google's front end answered" in verdict.reason
    allowed = "{path: /refused, samples: 20, expect: {error_rate: {max: 30%}}}"
    assert series(tmp_path, allowed, "within: 90s, ").verdict("Many").outcome is PASSED


def lost(share: int) -> Any:
    """Every so many samples' entries are missing in the request log."""

    def told(ahead: Any, call: Call, at: float) -> tuple[float, Result]:
        took, result = ahead(call, at)
        if isinstance(result, Answer) and "entries" in result.content:
            kept = [
                each for each in result.content["entries"] if int(_mark(each), 16) % share or "/ok" not in str(each)
            ]
            result = Answer({**result.content, "entries": kept})
        return took, result

    return told


def _mark(entry: Any) -> str:
    return str(entry.get("trace", "")).rpartition("/")[2][-4:] or "1"


def test_entries_that_were_lost_are_made_up_for_and_count_as_failed(tmp_path: Path) -> None:
    few = series(tmp_path, "{path: /ok, samples: 20, expect: {error_rate: {max: 20%}}}", wrap=lost(10))
    assert few.verdict("Many").outcome is PASSED
    assert 20 < len(sent(few)) < 30
    none = series(tmp_path, "{path: /ok, samples: 20}", wrap=lost(10))
    assert none.verdict("Many").outcome is INCONCLUSIVE
    all_ = series(tmp_path, "{path: /ok, samples: 20, expect: {error_rate: {max: 20%}}}", wrap=lost(1))
    assert all_.verdict("Many").outcome is INCONCLUSIVE
    assert len(sent(all_)) == 40


def test_time_that_is_too_short_says_how_far_it_came(tmp_path: Path) -> None:
    verdict = series(tmp_path, "{path: /slow, samples: 20}", "within: 20s, ").verdict("Many")
    assert verdict.outcome is INCONCLUSIVE
    assert "are known to be the target's, 20 are wanted" in verdict.reason


def test_what_may_change_something_is_repeated_only_if_it_says_so(tmp_path: Path) -> None:
    run = series(tmp_path, "{path: /ok, method: POST, samples: 5}", "within: 60s, ")
    assert run.verdict("Many").outcome is PASSED
    assert len(sent(run)) == 5


def test_under_a_split_it_asks_for_a_tag(tmp_path: Path) -> None:
    split = f"""
services:
  netra-backend-staging:
    traffic: &half
      - {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {BACKEND}, percent: 50}}
      - {{type: TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION, revision: {PREVIOUS}, percent: 50}}
    trafficStatuses: *half
"""
    verdict = series(tmp_path, "{path: /ok, samples: 20}", "within: 30s, ", changes=split).verdict("Many")
    assert verdict.outcome is INCONCLUSIVE
    assert "give the target a tag" in verdict.remedy


@pytest.mark.parametrize("many", ["samples: 5", "load: {rate: 5/s, for: 2s}"])
def test_headers_without_measure_are_a_failed_request(tmp_path: Path, many: str) -> None:
    def flooded(ahead: Any, call: Call, at: float) -> tuple[float, Result]:
        took, result = ahead(call, at)
        if isinstance(call, Exchange) and call.url.endswith("/ok") and isinstance(result, Answer):
            result = Answer({**result.content, "headers": [["x-a", "x" * 65_000]] * 2})
        return took, result

    run = series(tmp_path, f"{{path: /ok, {many}}}", wrap=flooded)
    assert run.verdict("Many").outcome is FAILED
    assert "its headers have 130 kB" in run.verdict("Many").reason
    assert sum(len(str(each)) for each in run.engine.journal) < 1_000_000


def test_a_host_that_was_never_reached_is_inconclusive(tmp_path: Path) -> None:
    def unreached(ahead: Any, call: Call, at: float) -> tuple[float, Result]:
        if isinstance(call, Exchange):
            return 0.1, Problem("CONNECT", "no connection")
        return ahead(call, at)  # type: ignore[no-any-return]

    verdict = series(tmp_path, "{path: /ok, samples: 5}", "within: 30s, ", wrap=unreached).verdict("Many")
    assert verdict.outcome is INCONCLUSIVE
    assert "no answer: no connection" in verdict.reason


@pytest.mark.parametrize("key", ["for: 10s", "times: 3", "attempts: 1", "until: 'true'", "capture: {a: text}"])
def test_keys_that_mean_nothing_beside_it_are_refused(key: str) -> None:
    spec = f"{HEAD}  - {{name: Many, within: 1m, {key}, http: {{path: /ok, samples: 20}}}}\n"
    with pytest.raises(Exception, match=f"`{key.partition(':')[0]}` means nothing here"):
        load(spec, "checks.yaml", kinds(), {})


def test_the_plan_prints_a_load_once() -> None:
    spec = load(f"{HEAD}  - {{name: Many, http: {{path: /ok, load: {{rate: 5/s, for: 30s}}}}}}\n", "c", kinds(), {})
    told = [line for line in for_people(plan_of(spec, kinds())) if "150 times at 5/s" in "".join(map(str, line))]
    assert len(told) == 1


@pytest.mark.slow
def test_the_largest_load_is_judged_in_time(tmp_path: Path) -> None:
    run = series(tmp_path, "{path: /ok, load: {rate: 20/s, for: 2m}}")
    assert run.verdict("Many").outcome is PASSED, run.verdict("Many").reason
    assert run.ended < 150


def test_a_url_that_is_no_service_has_series_too() -> None:
    spec = "version: 1\ntarget: {url: 'https://netra-backend-staging-pnovr5vsba-uc.a.run.app'}\nchecks:\n"
    run = simulate(f"{spec}  - {{name: Many, http: {{path: /health, samples: 20}}}}\n", NETRA / "scenario.yaml")
    assert run.verdict("Many").outcome is PASSED, run.verdict("Many").reason
