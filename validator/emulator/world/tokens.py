"""ID tokens and access tokens of this world: signed by its own key, so that a service here takes them and nobody else does.

The claims are those of Google's ID tokens for service accounts (cloud.google.com/docs/authentication/token-types#id).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from typing import Any

from validator.emulator.world.chance import digits

LIFETIME = 3600
"""Seconds for which a token is good."""
_ISSUER = "https://accounts.google.com"


@dataclass(frozen=True)
class Identity:
    """Whom a token speaks of."""

    email: str
    audience: str


def minted(email: str, audience: str, at: float, seed: int) -> str:
    """An ID token of a service account for an audience, from a moment on."""
    subject = str(int(digits(seed, "subject", email, size=17), 16))
    claims = {
        "iss": _ISSUER,
        "aud": audience,
        "azp": subject,
        "sub": subject,
        "email": email,
        "email_verified": True,
        "iat": int(at),
        "exp": int(at) + LIFETIME,
    }
    key = digits(seed, "key of tokens", size=16)
    body = f"{_encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': key})}.{_encoded(claims)}"
    return f"{body}.{_signature(body, seed)}"


def identity(token: str, at: float, seed: int) -> Identity | None:
    """Whom a token speaks of; None if it is none of this world's, or not good any more."""
    body, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body, seed).encode()):
        return None
    claims = json.loads(_decoded(body.partition(".")[2]))
    return Identity(claims["email"], claims["aud"]) if claims["iat"] - 300 <= at < claims["exp"] else None


def access_token(principal: str, seed: int) -> str:
    """An access token of an account or a federated identity, for the token APIs of this world."""
    body = f"emulated.{_text(principal.encode())}"
    return f"{body}.{_signature(f'access {body}', seed)}"


def caller(token: str, seed: int) -> str:
    """Whose access token it is; empty if it is none of this world's."""
    body, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(f"access {body}", seed).encode()):
        return ""
    return _decoded(body.removeprefix("emulated.")).decode()


def _signature(body: str, seed: int) -> str:
    secret = digits(seed, "secret of tokens", size=64).encode()
    return _text(hmac.digest(secret, body.encode(), "sha256"))


def _encoded(data: dict[str, Any]) -> str:
    return _text(json.dumps(data, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return b"{}"
