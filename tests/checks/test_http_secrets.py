"""Kind http: a call takes a token or a cookie from the call before it, and no report shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.simulated import BACKEND, HEAD, overlaid, simulate
from validator.engine.outcome import known_secrets
from validator.report.redaction import Redactor
from validator.report.summary import summarize
from validator.words.verdict import Outcome

COOKIE, TOKEN = "Zq9-hunter2-hunter2", "correct-horse-battery"
WORLD = f"""\
behaviour:
  {BACKEND}:
    /login:
      - when: {{method: POST, body: user=ann}}
        json: {{token: {TOKEN}}}
        headers: {{set-cookie: sid={COOKIE}; Path=/; Secure; SameSite=Strict}}
      - {{status: 401}}
    /me:
      - {{when: {{headers: {{cookie: {{match: 'sid={COOKIE}'}}}}}}, json: {{you: ann, sid: {COOKIE}}}}}
      - {{when: {{headers: {{authorization: Bearer {TOKEN}}}}}, json: {{you: ann, seen: {TOKEN}}}}}
      - {{status: 401, text: "who is {COOKIE}?"}}
"""
CHECKS = """\
  - name: Log in
    http: {path: /login, method: POST, form: {user: ann, password: does-not-matter}, expect: {headers: {set-cookie: ^sid=}}}
    capture: {token: json.token, cookie: "headers['set-cookie']"}
  - name: By cookie
    within: 6s
    http: {path: /me, headers: {Cookie: "${capture.cookie}"}, expect: {json: {you: ANN}}}
  - name: By token
    within: 6s
    http: {path: /me, headers: {Authorization: "Bearer ${capture.token}"}, expect: {json: {you: ANN}}}
    assert: "json.you == capture.token"
"""


def test_a_chain_of_calls_shows_neither_cookie_nor_token(tmp_path: Path) -> None:
    run = simulate(HEAD + CHECKS, overlaid(tmp_path, WORLD))
    assert run.verdict("Log in").outcome is Outcome.PASSED, run.verdict("Log in").reason
    for name in ("By cookie", "By token"):
        assert "json.you" in run.verdict(name).reason  # so both were let in
    redact = Redactor(known_secrets(run.engine.verdicts))
    told = json.dumps(summarize(run.run), ensure_ascii=False)
    for secret in (COOKIE, TOKEN, "does-not-matter"):
        assert secret not in told
        assert secret not in redact(f"the log says {secret}")
    assert redact("mode: Strict, path: /") == "mode: Strict, path: /"


@pytest.mark.parametrize("password", ["p=a;ss", "päss-wörd", "a b+c&d"])
def test_a_fields_secret_goes_however_it_was_sent(tmp_path: Path, password: str) -> None:
    check = f"  - {{name: Log in, http: {{path: /login, method: POST, form: {{user: ann, password: '{password}'}}}}}}\n"
    run = simulate(HEAD + check, overlaid(tmp_path, WORLD))
    assert password in known_secrets(run.engine.verdicts)
