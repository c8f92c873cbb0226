"""Kind http: what `expect` and `forbid` say of an answer, and what cannot be told of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.checks.test_http_evidence import probed
from tests.simulated import HEAD, overlaid, simulate
from validator.words.instant import rfc3339
from validator.words.verdict import Outcome

FAILED, PASSED, INCONCLUSIVE = Outcome.FAILED, Outcome.PASSED, Outcome.INCONCLUSIVE
START = 1_790_000_000.0
ANSWER: dict[str, Any] = {"status": 200, "text": '{"id": 7, "tags": ["a"], "owner": {"name": "Ann"}}', "size": 50}
SCHEMA = (
    "{type: object, required: [id, tags], properties: {id: {type: integer}, tags: {type: array, uniqueItems: true}}}"
)


@pytest.mark.parametrize(
    ("expect", "content", "outcome", "reason"),
    [
        ("status: [200, 302]", {}, PASSED, "status 200"),
        ("status: [201, 302]", {}, FAILED, "status 200"),
        ("status: any", {"status": 503}, PASSED, "status 503"),
        ("status: {max: 499}", {"status": 503}, FAILED, "status 503"),
        ("json: any", {}, PASSED, "the body is JSON"),
        ("json: any", {"text": "<p>"}, FAILED, "the body is not JSON"),
        ("json: any", {"cut": True}, INCONCLUSIVE, "the JSON is not known"),
        (f"json_schema: {SCHEMA}", {}, PASSED, "the JSON fits its schema"),
        (f"json_schema: {SCHEMA}", {"text": '{"id": "7", "tags": ["a"]}'}, FAILED, "json.id: '7' is not of type 'integer'"),
        (f"json_schema: {SCHEMA}", {"text": '{"id": 7, "tags": [1, 1.0]}'}, FAILED, "json.tags: 1 of its 2 items stand there twice"),
        (f"json_schema: {SCHEMA}", {"text": '{"id": 7, "id": 8, "tags": []}'}, FAILED, "the body is not JSON"),
        (f"json_schema: {SCHEMA}", {"undecoded": "its byte 1 is not utf-8"}, INCONCLUSIVE, "is not known"),
        ("text: [Ann, tags]", {}, PASSED, "the body matches Ann; the body matches tags"),
        ("text: [Ann, Bob]", {}, FAILED, "the body does not match Bob"),
        ("size: {max: 1kB}", {}, PASSED, "the body has 50 B"),
        ("size: {min: 51B}", {}, FAILED, "the body has 50 B"),
        ("size: {max: 1MiB}", {"size": (1 << 20) + 1}, FAILED, "the body has more than 1 MiB"),
        ("size: {min: 1MB}", {"size": (1 << 20) + 1}, PASSED, "the body has more than 1 MiB"),
        ("size: {max: 5MB}", {"size": (1 << 20) + 1}, INCONCLUSIVE, "of which no more is read"),
        ("size: {min: 5MB}", {"size": (1 << 20) + 1}, INCONCLUSIVE, "of which no more is read"),
    ],
)  # fmt: skip
def test_an_answer_is_as_expected(expect: str, content: dict[str, Any], outcome: Outcome, reason: str) -> None:
    verdict = probed(f"http: {{path: /probed, expect: {{{expect}}}}}", **(ANSWER | content)).verdict("Probe")
    assert verdict.outcome is outcome, verdict.reason
    assert reason in verdict.reason, verdict.reason


@pytest.mark.parametrize(
    ("forbid", "content", "outcome", "reason"),
    [
        ("text: Traceback", {}, PASSED, "the body does not match Traceback"),
        ("text: [Traceback, Ann]", {}, FAILED, "the body matches Ann, which it must not"),
        ("text: Traceback", {"cut": True}, INCONCLUSIVE, "whether the body matches Traceback is not known"),
        ("text: Ann", {"cut": True}, FAILED, "the body matches Ann"),
        ("headers: [X-Powered-By]", {}, PASSED, "no header x-powered-by"),
        ("headers: [x-powered-by]", {"headers": [["x-powered-by", "Express"]]}, FAILED, "header x-powered-by is 'Express'"),
        ("headers: {server: '[0-9]'}", {"headers": [["server", "nginx"], ["server", "nginx/1.2"]]}, FAILED, "'nginx/1.2'"),
        ("headers: {server: '[0-9]'}", {"headers": [["server", "nginx"]]}, PASSED, "no header server like [0-9]"),
    ],
)  # fmt: skip
def test_an_answer_is_not_what_is_forbidden(
    forbid: str, content: dict[str, Any], outcome: Outcome, reason: str
) -> None:
    verdict = probed(f"http: {{path: /probed, forbid: {{{forbid}}}}}", **(ANSWER | content)).verdict("Probe")
    assert verdict.outcome is outcome, verdict.reason
    assert reason in verdict.reason, verdict.reason


@pytest.mark.parametrize(("status", "outcome"), [(404, PASSED), (500, FAILED), (503, FAILED), (200, PASSED)])
def test_some_statuses_may_be_forbidden_of_any(status: int, outcome: Outcome) -> None:
    check = "http: {path: /probed, expect: {status: any}, forbid: {status: [500, 503]}}"
    assert probed(check, **(ANSWER | {"status": status})).verdict("Probe").outcome is outcome


@pytest.mark.parametrize(
    ("days", "outcome", "reason"),
    [
        (20.5, PASSED, "the certificate is valid until"),
        (13.9, FAILED, "13 d"),
        (-1, FAILED, "the certificate is valid until"),
        (None, INCONCLUSIVE, "no certificate was seen"),
    ],
)
def test_a_certificate_is_valid_for_days_yet(days: float | None, outcome: Outcome, reason: str) -> None:
    shown = {} if days is None else {"certificate": {"not_after": rfc3339(START + days * 86400)}}
    check = "http: {path: /probed, expect: {certificate: {days: {min: 14}}}}"
    verdict = probed(check, **(ANSWER | shown)).verdict("Probe")
    assert (verdict.outcome, reason in verdict.reason) == (outcome, True), verdict.reason


REDIRECTS = """\
behaviour:
  netra-backend-staging-00645-l8x:
    /old: {status: 308, headers: {location: /new}}
    /away: {status: 302, headers: {location: 'https://login.example.com/?next=%2F'}}
    /new: {text: here}
    /odd: {status: 304, headers: {location: /new}}
"""


@pytest.mark.parametrize(
    ("options", "outcome", "reason"),
    [
        ("{path: /old, expect: {redirect: '^https://netra-backend-[^/]+/new$'}}", PASSED, "it redirects to https://"),
        ("{path: /away, expect: {redirect: '^https://login\\.example\\.com/'}}", PASSED, "status 302"),
        ("{path: /away, expect: {redirect: '^https://shop\\.'}}", FAILED, "it redirects to https://login.example.com/"),
        ("{path: /away, expect: {redirect: login, status: 301}}", FAILED, "status 302"),
        ("{path: /new, expect: {redirect: login}}", FAILED, "status 200"),
        ("{path: /odd, expect: {redirect: new, status: 304}}", PASSED, "/new"),
        ("{path: /old}", FAILED, "status 308"),
        ("{path: /old, follow_redirects: true, expect: {url: /new$, text: here}}", PASSED, "it ended at https://"),
        ("{path: /old, follow_redirects: true, expect: {url: /newer$}}", FAILED, "it ended at https://"),
        ("{path: /new, follow_redirects: true, expect: {url: /new$}}", PASSED, "it ended at https://"),
    ],
)
def test_a_redirect_is_judged_or_followed(tmp_path: Path, options: str, outcome: Outcome, reason: str) -> None:
    run = simulate(f"{HEAD}  - {{name: Probe, within: 6s, http: {options}}}\n", overlaid(tmp_path, REDIRECTS))
    verdict = run.verdict("Probe")
    assert (verdict.outcome, reason in verdict.reason) == (outcome, True), verdict.reason


def test_an_assert_sees_where_it_ended(tmp_path: Path) -> None:
    check = "http: {path: /old, follow_redirects: true}, assert: url.endsWith('/new')"
    run = simulate(f"{HEAD}  - {{name: Probe, {check}}}\n", overlaid(tmp_path, REDIRECTS))
    assert run.verdict("Probe").outcome is PASSED


@pytest.mark.parametrize("check", ["expect: {headers: {set-cookie: '^sid=.*Secure'}}", "forbid: {headers: [set-cookie]}", "expect: {headers: {x-session-token: never}}"])  # fmt: skip
def test_what_is_secret_in_a_header_is_never_shown(check: str) -> None:
    headers = [["set-cookie", "sid=Zq9hunter2hunter2; Secure; HttpOnly"], ["x-session-token", "Zq9hunter2hunter2"]]
    verdict = probed(f"http: {{path: /probed, {check}}}", **(ANSWER | {"headers": headers})).verdict("Probe")
    assert verdict.outcome in (PASSED, FAILED)
    assert "hunter2" not in str(verdict)
    assert "(not shown)" in verdict.reason
