"""Google's token APIs, as google-auth and the gate ask them: the exchange of a job's own OIDC token or a person's, and iamcredentials.

cloud.google.com/iam/docs/reference/sts/rest and .../credentials/rest. Who may make whose ID tokens the scenario says
(`token_makers`); a federated identity is known by the `sub` of its own token, a person by the refresh token: nobody here can
check them further.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from validator.emulator.api.refusal import RefusalError
from validator.emulator.servers.rest_server import Told, body_of, error
from validator.emulator.world.running import Running
from validator.emulator.world.tokens import LIFETIME, access_token, caller, minted

_TOKENS = ("/v1/token", "/token")
"""Of sts.googleapis.com and of oauth2.googleapis.com."""
_MAKE = re.compile(r"/v1/projects/-/serviceAccounts/([^/:]+):generateIdToken")
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def answer(running: Running, verb: str, path: str, headers: Mapping[str, str], body: bytes) -> Told | None:
    """Answer a request; None if it is none of these.

    Raises:
        RefusalError: something in it is not known here.
    """
    made = _MAKE.fullmatch(path)
    if verb != "POST" or not (made or path in _TOKENS):
        return None
    return _id_token(running, made[1], headers, body_of(body)) if made else _exchanged(running, body)


def _exchanged(running: Running, body: bytes) -> Told:
    asked = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    if asked.get("grant_type") == _EXCHANGE:
        who, code = _subject(asked.get("subject_token", "")), "unauthorized_client"
        told = "The given credential is rejected by the attribute condition."
    elif asked.get("grant_type") == "refresh_token":
        who, code, told = asked.get("refresh_token", ""), "invalid_grant", "Bad Request"
    else:
        return Told(400, {"error": "unsupported_grant_type", "error_description": "This grant is not known here."})
    if not any(who in makers for makers in running.scenario.token_makers.values()):
        return Told(400, {"error": code, "error_description": told})
    token = {
        "access_token": access_token(who, running.scenario.seed),
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "token_type": "Bearer",
        "expires_in": LIFETIME,
    }
    return Told(200, token)


def _subject(token: str) -> str:
    """The `sub` of a token, whoever signed it."""
    try:
        part = token.split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sub"])
    except (LookupError, ValueError, TypeError, binascii.Error):
        raise RefusalError("INVALID_ARGUMENT", "The subject token is no JSON Web Token.") from None


def _id_token(running: Running, account: str, headers: Mapping[str, str], body: Any) -> Told:
    scenario = running.scenario
    who = caller(headers.get("Authorization", "").removeprefix("Bearer "), scenario.seed)
    if not who:
        told = "Request had invalid authentication credentials."
        return Told(401, error("UNAUTHENTICATED", told))
    if who not in scenario.token_makers.get(account, ()):
        told = "Permission 'iam.serviceAccounts.getOpenIdToken' denied on resource (or it may not exist)."
        return Told(403, error("PERMISSION_DENIED", told))
    if not isinstance(body, dict) or not body.get("audience"):
        raise RefusalError("INVALID_ARGUMENT", "Request contains an invalid argument: audience.")
    return Told(200, {"token": minted(account, str(body["audience"]), running.now(), scenario.seed)})
