"""Redaction: what stands where secrets stand goes, whatever it is quoted in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.report.redaction import REDACTED, Redactor

redact = Redactor()
SECRETS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFXYZ0123456789_-", min_size=12, max_size=40).map(lambda s: "Zq9" + s)
TEMPLATES = [
    "Authorization: Bearer {}",
    "authorization: Basic {}==",
    "X-Serverless-Authorization: bearer {}",
    "-H 'Authorization: {}' https://x.example",
    "Cookie: session={}; theme=dark",
    "Set-Cookie: sid={}; Path=/",
    '{{"authorization": "Bearer {}"}}',
    '[["authorization", "Basic {}"], ["accept", "*/*"]]',
    "('cookie', 'a=b; sid={}')",
    "sent bearer {} to it",
    "password={}",
    "DB_PASSWORD = {} and more",
    "postgres?user=x&password={}&ssl=true",
    "token='{} with spaces'",
    'api_key="{}"',
    "API-KEY={}",
    "?access_token={}#top",
    '{{"client_secret":"{}"}}',
    '{{"password": "{}", "user": "x"}}',
    "password: {}",
    "postgres://user:{}@db.example/x",
    "jwt eyJhbGciOiJSUzI1NiJ9.{}.sig",
    "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\\n{}",
    "oauth ya29.{}",
    "https://storage.googleapis.com/b/o?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature={}",
    "https://x.blob.core.windows.net/c/b?sv=2025&sig={}&se=2027",
    "GET /callback?state=1&code={}",
    "https://x.example/ws?session_id={}#top",
    "posting to https://hooks.slack.com/services/{}",
]


@pytest.mark.parametrize("template", TEMPLATES)
@given(secret=SECRETS)
def test_secrets_go_wherever_they_stand(template: str, secret: str) -> None:
    text = redact("before\n" + template.format(secret) + "\nafter")
    assert secret not in text
    assert REDACTED in text
    assert text.startswith("before\n")


@pytest.mark.parametrize("template", TEMPLATES)
@given(secret=SECRETS)
def test_secrets_go_from_quoted_json_too(template: str, secret: str) -> None:
    once = json.dumps({"text": template.format(secret)})
    assert secret not in redact(once)
    assert secret not in redact(json.dumps({"text": once}))


@pytest.mark.parametrize(
    "text",
    [
        "GET /health answered 403: the caller has no token",
        "Bearer token missing",
        'WWW-Authenticate: Bearer realm="x"',
        "max_tokens=4096",
        "https://x.example/error?code=404&signature=none",
        "24 secrets, VPC connector netra-vpc",
        "[ClickHouse] Client params: host=xedvrr4c3r.us-central1.gcp.clickhouse.cloud, port=8443, secure=True",
        "pass --no-allow-unauthenticated",
        "gcloud run services update-traffic s --to-latest --region r --project p",
        "sha256:" + "ab" * 32,
        "https://netra-backend-staging-pnovr5vsba-uc.a.run.app/health?x=1",
        "With no Authorization, the front end answers 403",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text())
def test_redaction_is_done_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "part", ["eyJ-", "token ", "://", "authorization\t", "cookie:\n", "-----BEGIN PRIVATE KEY-----", "\\", '"']
)
def test_hostile_text_cannot_make_it_slow(part: str) -> None:
    redact(part * (200_000 // len(part)))


def test_the_place_of_a_secret_is_no_secret() -> None:
    places = {"PWD": "/workspace", "OLDPWD": "/home/me", "TOKEN_FILE": "/run/token", "APP_TOKEN": "s3cr3t-value"}
    assert Redactor.of(places)("/workspace/checks.yaml reads /run/token: s3cr3t-value") == (
        f"/workspace/checks.yaml reads /run/token: {REDACTED}"
    )
