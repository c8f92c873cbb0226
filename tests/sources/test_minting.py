"""Each way to an ID token, by the real google-auth against the emulator's metadata server and token APIs, and each way of failing."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme
from google.auth import jwt

from tests.sources.tcp_server import Talk, tcp_server
from validator.emulator.servers.client_environment import UNSET
from validator.emulator.servers.emulator import Emulator
from validator.emulator.world.tokens import identity, minted
from validator.report.redaction import Redactor
from validator.sources.connection import Direct, Emulated, parse
from validator.sources.id_tokens import Minted, Unobtainable
from validator.sources.minting import minted as mint

GATE = "gate@acme.iam.gserviceaccount.com"
CLOUD_BUILD = "123@cloudbuild.gserviceaccount.com"
REPOSITORY = "repo:acme/shop:ref:refs/heads/main"
PROVIDER = "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/github/providers/github"
URL = "https://cart-q1w2e3-ez.a.run.app"
BASE = Path(__file__).parent.parent / "cases" / "base.yaml"
ON_GITHUB = {"GITHUB_ACTIONS": "true"}
SEED = 0


def emulated(folder: Path, more: str) -> Emulator:
    scenario = folder / "scenario.yaml"
    scenario.write_text(f"extends: {BASE}\nseed: {SEED}\n{more}", encoding="utf-8")
    return Emulator(scenario)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """A machine whose account has ID tokens; a job of the repository may make them too."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    with emulated(
        tmp_path, f'metadata: {{account: "{GATE}"}}\ntoken_makers: {{"{GATE}": ["{REPOSITORY}"]}}\n'
    ) as emulator:
        yield emulator


def asked(emulator: Emulator | Direct, environment: Mapping[str, str] | None = None) -> Minted | Unobtainable:
    connection = emulator if isinstance(emulator, Direct) else parse(emulator.address)
    assert isinstance(connection, (Direct, Emulated))
    return mint(URL, connection, environment or {})


def whose(found: Minted | Unobtainable, emulator: Emulator) -> tuple[str, str]:
    """The account and the audience of a token that the world's services take."""
    assert isinstance(found, Minted), found
    known = identity(found.token, emulator.running.now(), SEED)
    assert known is not None
    assert found.account == known.email
    assert 3000 < found.expires - emulator.running.now() <= 3600
    return known.email, known.audience


def failed(found: Minted | Unobtainable, *words: str) -> None:
    """It was not had, and it is said why and what to do."""
    assert isinstance(found, Unobtainable), found
    for each in words:
        assert each in f"{found.reason} -> {found.remedy}"
    for text in (found.reason, found.remedy):
        assert Redactor()(text) == text, "a report would tear it"


def credentials(folder: Path, monkeypatch: pytest.MonkeyPatch, content: Mapping[str, Any]) -> dict[str, str]:
    """Let a file be the application default credentials; the environment that names it."""
    path = folder / "credentials.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    return {"GOOGLE_APPLICATION_CREDENTIALS": str(path)}


def federated(folder: Path, *, account: str = GATE, subject: str = REPOSITORY) -> dict[str, Any]:
    """The file that google-github-actions/auth writes, with the job's own OIDC token in a file."""
    claims = base64.urlsafe_b64encode(json.dumps({"sub": subject}).encode()).decode().rstrip("=")
    (folder / "oidc").write_text(f"e30.{claims}.c2ln", encoding="utf-8")
    iam = f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{account}:generateAccessToken"
    return {
        "type": "external_account",
        "audience": PROVIDER,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"file": str(folder / "oidc")},
    } | ({"service_account_impersonation_url": iam} if account else {})


def test_the_metadata_server_has_one(here: Emulator) -> None:
    assert whose(asked(here), here) == (GATE, URL)


_DIRECT = """
import os, sys
from validator.sources.connection import Direct
from validator.sources.minting import minted
found = minted(sys.argv[1], Direct(), os.environ)
print(found.account, found.token)
"""


@pytest.mark.slow
def test_without_an_emulator_google_auth_finds_the_machines_metadata_server(here: Emulator, tmp_path: Path) -> None:
    own = {name: value for name, value in os.environ.items() if name not in UNSET and "proxy" not in name.lower()}
    metadata = {name: value for name, value in here.environment().items() if name.startswith("GCE_METADATA")}
    environment = {**own, **metadata, "CLOUDSDK_CONFIG": str(tmp_path), "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-c", _DIRECT, URL]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    account, token = ended.stdout.split()
    known = identity(token, here.running.now(), SEED)
    assert known is not None
    assert (account, known.email, known.audience) == (GATE, GATE, URL)


def test_one_of_the_environment_comes_first_and_for_its_own_audience_alone(here: Emulator) -> None:
    now = here.running.now()
    mine = minted("ci@acme.iam.gserviceaccount.com", URL + "/", now, SEED)
    others = minted("ci@acme.iam.gserviceaccount.com", "https://other.example", now, SEED)
    found = asked(here, {"VALIDATOR_ID_TOKEN": f"{others}\n{mine}\n"})
    assert isinstance(found, Minted)
    assert found.token == mine
    assert whose(asked(here, {"VALIDATOR_ID_TOKEN": others}), here) == (GATE, URL), "it would be another's to replay"
    old = minted("ci@acme.iam.gserviceaccount.com", URL, now - 7200, SEED)
    assert whose(asked(here, {"VALIDATOR_ID_TOKEN": old}), here) == (GATE, URL)


def test_one_of_the_environment_that_does_not_fit_is_told(tmp_path: Path) -> None:
    with emulated(tmp_path, "") as emulator:
        now = emulator.running.now()
        other = minted(GATE, "https://other.example", now, SEED)
        told = f"VALIDATOR_ID_TOKEN is for https://other.example, not for {URL}; and without it: no Google credentials"
        failed(asked(emulator, {"VALIDATOR_ID_TOKEN": other}), told, "`id_token_audience`")
        old = minted(GATE, URL, now - 7200, SEED)
        failed(asked(emulator, {"VALIDATOR_ID_TOKEN": old}), "VALIDATOR_ID_TOKEN ran out before it was used")
        broken = asked(emulator, {"VALIDATOR_ID_TOKEN": "what-is-this"})
        failed(broken, "VALIDATOR_ID_TOKEN is no ID token")
        assert "what-is-this" not in f"{broken}"


def test_a_job_of_github_makes_the_tokens_of_its_account(
    here: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = credentials(tmp_path, monkeypatch, federated(tmp_path))
    assert whose(asked(here, environment), here) == (GATE, URL)


def test_a_job_whose_repository_the_provider_does_not_let_in(
    here: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = credentials(tmp_path, monkeypatch, federated(tmp_path, subject="repo:else/where:ref:refs/heads/main"))
    words = (
        "OIDC token was not exchanged",
        "rejected by the attribute condition",
        "`permissions: id-token: write`",
        "workloadIdentityPools/github",
    )
    failed(asked(here, environment | ON_GITHUB), *words)


def test_a_job_that_may_not_act_as_its_account(here: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = "other@acme.iam.gserviceaccount.com"
    environment = credentials(tmp_path, monkeypatch, federated(tmp_path, account=other))
    failed(
        asked(here, environment | ON_GITHUB),
        f"iamcredentials made no ID token of {other}: 403: Permission 'iam.serviceAccounts.getOpenIdToken' denied",
        f"gcloud iam service-accounts add-iam-policy-binding {other} --role=roles/iam.workloadIdentityUser",
        '--member="principalSet://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/github/*"',
    )


def test_a_federated_identity_without_an_account_has_none(
    here: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = credentials(tmp_path, monkeypatch, federated(tmp_path, account=""))
    failed(
        asked(here, environment | ON_GITHUB),
        "name no service account",
        "`token_format: id_token`",
        f"`id_token_audience: {URL}`",
    )
    failed(asked(here, environment), "name no service account", "--service-account=GATE_ACCOUNT")


def test_cloud_build_has_none_unless_its_account_may_make_them(tmp_path: Path) -> None:
    build = f'metadata: {{account: "{GATE}", identity: false}}\n'
    with emulated(tmp_path, build) as emulator:
        failed(
            asked(emulator),
            f"the metadata server has no ID token of {GATE} (404), and iamcredentials made none: 403: Permission",
            f"gcloud iam service-accounts add-iam-policy-binding {GATE} --member=serviceAccount:{GATE}"
            " --role=roles/iam.serviceAccountOpenIdTokenCreator",
        )
    with emulated(tmp_path, f'{build}token_makers: {{"{GATE}": ["{GATE}"]}}\n') as emulator:
        assert whose(asked(emulator), emulator) == (GATE, URL)
    with emulated(tmp_path, f'metadata: {{account: "{CLOUD_BUILD}", identity: false}}\n') as emulator:
        failed(
            asked(emulator),
            "Cloud Build's own account cannot have ID tokens: run the build as one of yours (serviceAccount:",
        )


def test_without_any_credentials_it_says_how_to_get_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with emulated(tmp_path, "") as emulator:
        failed(
            asked(emulator), "no Google credentials were found", "gcloud auth application-default login --impersonate"
        )
        failed(asked(emulator, ON_GITHUB), "let google-github-actions/auth run in this job before the gate")
        missing = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "gha-creds.json")}
        monkeypatch.setenv(*missing.popitem())
        failed(asked(emulator, {"GOOGLE_APPLICATION_CREDENTIALS": "x"}), "gha-creds.json was not found")


def test_a_person_has_none(here: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = {"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}
    environment = credentials(tmp_path, monkeypatch, person)
    words = ("the credentials are a person's", "gcloud auth print-identity-token", f"--audiences={URL}")
    failed(asked(here, environment), *words)


def test_credentials_that_impersonate_an_account_make_its_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = "me@acme.example"  # the emulator knows a person by the refresh token
    source = {"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": person}
    iam = f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{GATE}:generateAccessToken"
    content = {
        "type": "impersonated_service_account",
        "source_credentials": source,
        "service_account_impersonation_url": iam,
    }
    environment = credentials(tmp_path, monkeypatch, content)
    with emulated(tmp_path, f'token_makers: {{"{GATE}": ["{person}"]}}\n') as emulator:
        assert whose(asked(emulator, environment), emulator) == (GATE, URL)
    with emulated(tmp_path, f'token_makers: {{"other@acme.iam.gserviceaccount.com": ["{person}"]}}\n') as emulator:
        failed(asked(emulator, environment), f"made no ID token of {GATE}", "roles/iam.serviceAccountTokenCreator")


@pytest.mark.parametrize("taken", [True, False])
def test_a_key_of_an_account_is_exchanged_at_its_own_token_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    pair = trustme.CA(key_type=trustme.KeyType.RSA)
    public, made = pair.cert_pem.bytes(), minted(GATE, URL, Direct().now, SEED)

    def play(talk: Talk) -> None:
        body = talk.head.partition("\r\n\r\n")[2] or talk.connection.recv(65536).decode()
        assertion = dict(pair.split("=", 1) for pair in body.split("&"))["assertion"]
        claims = jwt.decode(assertion, certs=public)  # the signature is right
        assert (claims["iss"], claims["target_audience"]) == (GATE, URL)
        answer = (
            {"id_token": made} if taken else {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        )
        text = json.dumps(answer)
        talk.send(
            f"HTTP/1.1 {200 if taken else 400} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"
        )

    with tcp_server(play) as server:
        key = {"type": "service_account", "client_email": GATE, "private_key": pair.private_key_pem.bytes().decode()}
        key |= {"token_uri": f"{server.url}token", "project_id": "acme"}
        found = asked(Direct(), credentials(tmp_path, monkeypatch, key))
    if taken:
        assert found == Minted(made, GATE, found.expires)  # type: ignore[union-attr]
    else:
        failed(found, f"the key of {GATE} was not taken: ", "Invalid JWT Signature", f"keys list --iam-account={GATE}")
