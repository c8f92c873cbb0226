"""A new ID token, from whatever credentials are there: one of the environment, a service account's key, the metadata server, or
iamcredentials for the account that they impersonate.

cloud.google.com/docs/authentication/get-id-token. A federated identity and a person have no ID tokens of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import google.auth
import requests
from google.auth import compute_engine, external_account, impersonated_credentials, jwt
from google.auth.credentials import with_scopes_if_required
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from validator.sources import no_id_token as why
from validator.sources.connection import Connection, Emulated
from validator.sources.id_tokens import Minted, Unobtainable
from validator.sources.wire import Wire, WiredAdapter

VARIABLE = "VALIDATOR_ID_TOKEN"
"""ID tokens that the pipeline made, with white space between: each is used for the audience that it is made for."""
_CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS"
_METADATA = "http://metadata.google.internal/"
_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
_IAM = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts"
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_SECONDS = 30.0
"""Real ones for all of it."""


class _DeniedError(GoogleAuthError):
    """iamcredentials made no token."""


@dataclass(frozen=True)
class _Wanted:
    """What is asked for, and over which connection."""

    audience: str
    request: Request
    environment: Mapping[str, str]


def minted(audience: str, connection: Connection, environment: Mapping[str, str]) -> Minted | Unobtainable:
    """A new token for an audience, or why there is none: the first way that leads to one is taken."""
    given, unfit = _given(environment.get(VARIABLE, ""), audience, connection.now)
    if given is not None:
        return given
    with _session(connection) as session:
        wanted = _Wanted(audience, Request(session), environment)
        try:
            found = _by(_credentials(connection, wanted), wanted)
        except DefaultCredentialsError as error:
            found = why.no_credentials(audience, str(error), environment)
    return found if isinstance(found, Minted) or not unfit else why.unfit(VARIABLE, unfit, found)


def _given(text: str, audience: str, now: float) -> tuple[Minted | None, str]:
    """The environment's own token for an audience; else why the one that is there is none."""
    unfit = ""
    for token in text.split():
        try:
            made, meant = _minted(token), str(_claims(token).get("aud", ""))
        except GoogleAuthError:
            unfit = "is no ID token, which is a JSON Web Token with `aud` and `exp`"
            continue
        if meant.rstrip("/") != audience.rstrip("/"):
            unfit = unfit or f"is for {meant}, not for {audience}"
        elif made.expires <= now:
            unfit = "ran out before it was used"
        else:
            return made, ""
    return None, unfit


def _session(connection: Connection) -> requests.Session:
    """What google-auth sends its requests with; to an emulator all of them go."""
    session = requests.Session()
    session.auth = lambda request: request  # google-auth brings its own word: none comes from a `.netrc`
    if isinstance(connection, Emulated):
        session.trust_env = False
        adapter = WiredAdapter(connection, Wire(_SECONDS, emulated=True))
        session.mount("http://", adapter)
        session.mount("https://", adapter)
    return session


def _credentials(connection: Connection, wanted: _Wanted) -> Any:
    """The application default credentials; beside an emulator those of this machine are looked for nowhere but in a file that is named.

    Raises:
        DefaultCredentialsError: there are none.
    """
    if isinstance(connection, Emulated) and not wanted.environment.get(_CREDENTIALS):
        flavor = {"Metadata-Flavor": "Google"}
        if wanted.request(_METADATA, headers=flavor).status != 200:
            raise DefaultCredentialsError("the emulated machine has no metadata server")
        return compute_engine.Credentials()
    found, _ = google.auth.default(request=wanted.request)
    return with_scopes_if_required(found, _SCOPES)


def _by(credentials: Any, wanted: _Wanted) -> Minted | Unobtainable:
    """What some credentials lead to."""
    if isinstance(credentials, service_account.Credentials):
        return _by_key(credentials, wanted)
    if isinstance(credentials, compute_engine.Credentials):
        return _by_metadata(credentials, wanted)
    if isinstance(credentials, impersonated_credentials.Credentials):
        source, account = credentials._source_credentials, credentials.service_account_email  # noqa: SLF001
        try:
            return _generated(source, account, wanted, credentials._delegates)  # noqa: SLF001
        except GoogleAuthError as error:
            return why.impersonation(account, str(error))
    if isinstance(credentials, external_account.Credentials):
        return _by_federation(credentials, wanted)
    return why.person(wanted.audience)


def _by_key(credentials: service_account.Credentials, wanted: _Wanted) -> Minted | Unobtainable:
    account = credentials.service_account_email
    own = service_account.IDTokenCredentials(
        credentials.signer,
        account,
        credentials._token_uri,  # noqa: SLF001
        wanted.audience,
    )
    try:
        own.refresh(wanted.request)
        return _minted(own.token, account)
    except GoogleAuthError as error:
        return why.key(account, str(error))


def _by_metadata(credentials: compute_engine.Credentials, wanted: _Wanted) -> Minted | Unobtainable:
    """From the metadata server; where that has none, as in Cloud Build, from iamcredentials for the same account."""
    account = ""
    try:
        own = compute_engine.IDTokenCredentials(wanted.request, wanted.audience, use_metadata_identity_endpoint=True)
        account = own.service_account_email
        own.refresh(wanted.request)
        return _minted(own.token, account)
    except GoogleAuthError as error:
        first = str(error)
    if not account:
        return why.metadata(first)
    try:
        return _generated(credentials, account, wanted)
    except GoogleAuthError as error:
        return why.own_account(account, first, str(error))


def _by_federation(credentials: external_account.Credentials, wanted: _Wanted) -> Minted | Unobtainable:
    """For the account that a federated identity (GitHub, GitLab, ...) stands for, as that identity itself."""
    account = credentials.service_account_email
    if not account:
        return why.no_account(wanted.audience, wanted.environment)
    own = {key: value for key, value in credentials.info.items() if not key.startswith("service_account_imp")}
    pool = str(own.get("audience", ""))
    try:
        return _generated(type(credentials).from_info(own, scopes=_SCOPES), account, wanted)
    except _DeniedError as error:
        return why.federation(account, pool, str(error))
    except (GoogleAuthError, ValueError) as error:
        return why.exchange(pool, str(error), wanted.environment)


def _generated(source: Any, account: str, wanted: _Wanted, delegates: list[str] | None = None) -> Minted:
    """Call iamcredentials' generateIdToken, asked as `source`.

    Raises:
        _DeniedError: it said no.
        GoogleAuthError: `source` has no access token, or it did not answer.
    """
    url, headers = f"{_IAM}/{account}:generateIdToken", {"Content-Type": "application/json"}
    source.refresh(wanted.request)  # `before_request` would ask where the account may be used, on a thread of its own
    source.apply(headers)
    body = {"audience": wanted.audience, "includeEmail": True, "delegates": delegates or []}
    answer = wanted.request(url, "POST", json.dumps(body).encode(), headers, timeout=_SECONDS)
    text = answer.data.decode("utf-8", "replace")
    if answer.status != 200:
        found = re.search(r'"message":\s*"((?:[^"\\]|\\.)*)"', text)
        raise _DeniedError(f"{answer.status}: {found[1] if found else text}")
    try:
        return _minted(json.loads(text)["token"], account)
    except (ValueError, LookupError, TypeError):
        raise GoogleAuthError(f"iamcredentials answered {answer.status} without a token") from None


def _minted(token: object, account: str = "") -> Minted:
    """A token, by what it says of itself; its signature is for the service to check.

    Raises:
        GoogleAuthError: it is none. What it is instead is not said.
    """
    text = str(token).strip()
    try:
        claims = _claims(text)
        return Minted(text, account or str(claims.get("email", "")), float(claims["exp"]))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise GoogleAuthError("the answer is no ID token") from None


def _claims(token: str) -> Mapping[str, Any]:
    """What a token says.

    Raises:
        ValueError: it is none.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("not three words of base64url")
    found: Mapping[str, Any] = jwt.decode(token, verify=False)
    return found
