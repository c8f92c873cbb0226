"""Kind http: what is not known of an answer is no evidence, whatever the check says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.simulated import HEAD, NETRA, Finished, overlaid, simulate
from validator.words.call import Answer, Call, Exchange, Result
from validator.words.verdict import Outcome

FAILED, PASSED, INCONCLUSIVE = Outcome.FAILED, Outcome.PASSED, Outcome.INCONCLUSIVE


def probed(check: str, **content: Any) -> Finished:
    """A run in which the answers to GET /probed are as is told."""

    def told(ahead: Any, call: Call, sent: float) -> tuple[float, Result]:
        took, result = ahead(call, sent)
        if isinstance(call, Exchange) and call.url.endswith("/probed") and isinstance(result, Answer):
            result = Answer({**result.content, **content})
        return took, result

    return simulate(f"{HEAD}  - {{name: Probe, within: 8s, {check}}}\n", NETRA / "scenario.yaml", wrap=told)


LACKING: list[tuple[dict[str, Any], str]] = [
    ({"text": "up\n" * 9000, "cut": True}, "longer than the 26 KiB that are kept"),
    ({"text": "", "undecoded": "its Content-Encoding is 'br', which is not read"}, "its Content-Encoding is 'br'"),
    ({"text": "up \ufffd", "undecoded": "its byte 4 is not utf-8"}, "its byte 4 is not utf-8"),
    ({"text": "", "unread": True}, "the body of a redirect is not read"),
]


@pytest.mark.parametrize(("lacking", "why"), LACKING)
@pytest.mark.parametrize(
    "check",
    [
        "http: {path: /probed, expect: {status: any-of-these}}, assert: \"!text.contains('down')\"",
        "http: {path: /probed, expect: {status: any-of-these}}, assert: \"json.status != 'down'\"",
        "http: {path: /probed, expect: {status: any-of-these}}, capture: {all: text}",
        "http: {path: /probed, expect: {status: any-of-these, json: {status: up}}}",
        "http: {path: /probed, expect: {status: any-of-these, text: '(?s)^[^d]*$'}}",
    ],
)
def test_absence_json_and_asserts_need_the_whole_body(check: str, lacking: dict[str, Any], why: str) -> None:
    run = probed(check.replace("any-of-these", "{min: 200, max: 599}"), **lacking)
    verdict = run.verdict("Probe")
    assert verdict.outcome is INCONCLUSIVE, verdict
    assert why in verdict.reason
    assert verdict.remedy


def test_what_can_be_told_of_a_cut_body_is_told() -> None:
    part = {"status": 200, "text": "status: up\n" + "more\n" * 9000, "cut": True}
    assert probed("http: {path: /probed, expect: {text: '^status: up'}}", **part).verdict("Probe").outcome is PASSED
    assert probed("http: {path: /probed, expect: {status: 204}}", **part).verdict("Probe").outcome is FAILED
    wanted = "http: {path: /probed, expect: {json: {}, headers: {x-absent: a}}}"
    assert probed(wanted, **part).verdict("Probe").outcome is FAILED


@pytest.mark.parametrize(
    ("text", "check", "outcome"),
    [
        ('{"rate": NaN}', "assert: '!(json.rate > 0.01)'", FAILED),
        ('{"a": {"x": 1, "x": 2}}', "assert: 'json.a.x == 2'", FAILED),
        ('{"n": 123456789012345678901234567890, "up": true}', "assert: json.up", PASSED),
        ("[" * 975 + "]" * 975, "assert: 'json == []'", INCONCLUSIVE),
        ('{"a":' * 3000 + "1" + "}" * 3000, "assert: json.a != 1", INCONCLUSIVE),
        ("<html>", "assert: json == null", FAILED),
        ("", "assert: json == null", FAILED),
    ],
)
def test_an_assert_sees_json_that_is_json(text: str, check: str, outcome: Outcome) -> None:
    run = probed(f"http: {{path: /probed}}, {check}", status=200, text=text)
    assert run.verdict("Probe").outcome is outcome, run.verdict("Probe")


@pytest.mark.parametrize(
    ("trailers", "outcome"), [([["grpc-status", "0"]], PASSED), ([["grpc-status", "5"]], FAILED), ([], INCONCLUSIVE)]
)
def test_a_status_of_200_says_nothing_of_a_grpc_call(trailers: Any, outcome: Outcome) -> None:
    headers = [["content-type", "application/grpc"]]
    run = probed("http: {path: /probed}", status=200, text="", headers=headers, trailers=trailers)
    assert run.verdict("Probe").outcome is outcome


def test_where_redirects_led_is_part_of_the_evidence(tmp_path: Path) -> None:
    behaviour = (
        "behaviour:\n  netra-backend-staging-00645-l8x:\n"
        "    /old: {status: 308, headers: {location: /older}}\n"
        "    /older: {status: 302, headers: {location: /new}}\n    /new: {text: here}\n"
    )
    check = "http: {path: /old, follow_redirects: true, expect: {text: here}}"
    run = simulate(f"{HEAD}  - {{name: Probe, {check}}}\n", overlaid(tmp_path, behaviour))
    (shown,) = run.verdict("Probe").evidence
    assert run.verdict("Probe").outcome is PASSED
    assert "/old -> 200 at https://" in shown.text
    assert "/new in " in shown.text


def test_a_redirect_that_is_not_followed_for_good_reason_is_not_known(tmp_path: Path) -> None:
    behaviour = (
        "behaviour:\n  netra-backend-staging-00645-l8x:\n"
        "    /go: {status: 302, headers: {location: 'http://169.254.169.254/computeMetadata/v1/'}}\n"
    )
    run = simulate(
        f"{HEAD}  - {{name: Probe, within: 8s, http: {{path: /go, follow_redirects: true}}}}\n",
        overlaid(tmp_path, behaviour),
    )
    verdict = run.verdict("Probe")
    assert verdict.outcome is INCONCLUSIVE
    assert "http://169.254.169.254/computeMetadata/v1/ is not asked" in verdict.reason
    assert "see what the service redirects to" in verdict.remedy


def test_a_refusal_of_the_caller_is_final_soon(tmp_path: Path) -> None:
    private = overlaid(tmp_path, "invokers: {netra-backend-staging: [somebody@else.iam.gserviceaccount.com]}\n")
    run = simulate(f"{HEAD}  - {{name: Probe, within: 5m, http: {{path: /}}}}\n", private)
    assert run.verdict("Probe").outcome is INCONCLUSIVE
    assert 20 <= run.decided("Probe") < 40


def test_a_lack_of_instances_may_pass(tmp_path: Path) -> None:
    busy = "{status: 429, instance: false}"
    behaviour = f"behaviour:\n  netra-backend-staging-00645-l8x:\n    /: [{', '.join([busy] * 14)}, {{text: ok}}]\n"
    run = simulate(f"{HEAD}  - {{name: Probe, within: 2m, http: {{path: /}}}}\n", overlaid(tmp_path, behaviour))
    assert run.verdict("Probe").outcome is PASSED
    assert run.decided("Probe") > 25
