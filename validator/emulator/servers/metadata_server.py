"""The metadata server: a project, one account, its access tokens and its ID tokens, as google-auth asks for them.

cloud.google.com/compute/docs/metadata: every request carries `Metadata-Flavor: Google`, and so does every answer. In
Cloud Build the identity of the default account is answered 404 (kubernetes/k8s.io#9953): `identity: false`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from validator.emulator.world.running import Running
from validator.emulator.world.tokens import LIFETIME, access_token, minted

PREFIX = "/computeMetadata/v1"
HOSTS = ("metadata.google.internal", "169.254.169.254", "metadata")
_ACCOUNT = f"{PREFIX}/instance/service-accounts"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


@dataclass(frozen=True)
class Metadata:
    """An answer."""

    status: int
    content: Any
    """Text, or JSON to be written."""


def answer(running: Running, path: str, query: Mapping[str, str], flavor: str) -> Metadata:
    """Answer a request; `flavor` is its `Metadata-Flavor`."""
    account = running.scenario.account
    if account is None:
        return Metadata(404, "The scenario has no metadata server.")
    if flavor != "Google":
        return Metadata(403, "Missing Metadata-Flavor:Google header.")
    if path in ("/", PREFIX, f"{PREFIX}/"):
        return Metadata(200, "computeMetadata/\n" if path == "/" else "instance/\nproject/\n")
    if path == f"{PREFIX}/project/project-id":
        return Metadata(200, _project(account.email))
    if path == f"{PREFIX}/universe/universe-domain":
        return Metadata(404, "not set")
    if path == f"{_ACCOUNT}/":
        return Metadata(200, f"default/\n{account.email}/\n")
    owner, _, what = path.removeprefix(f"{_ACCOUNT}/").partition("/")
    if not path.startswith(_ACCOUNT) or owner not in ("default", account.email):
        return Metadata(404, f"{path} is not known here.")
    return _of_account(running, account.email, what, query)


def _project(email: str) -> str:
    return email.partition("@")[2].partition(".")[0]


def _of_account(running: Running, email: str, what: str, query: Mapping[str, str]) -> Metadata:
    account, seed = running.scenario.account, running.scenario.seed
    if what == "" and query.get("recursive") == "true":
        return Metadata(200, {"aliases": ["default"], "email": email, "scopes": [_SCOPE]})
    if what == "email":
        return Metadata(200, email)
    if what == "scopes":
        return Metadata(200, _SCOPE + "\n")
    if what == "token":
        return Metadata(
            200, {"access_token": access_token(email, seed), "expires_in": LIFETIME, "token_type": "Bearer"}
        )
    if what == "identity" and account is not None and account.identity:
        if not query.get("audience"):
            return Metadata(400, "non-empty audience parameter required")
        return Metadata(200, minted(email, query["audience"], running.now(), seed))
    return Metadata(404, f"{what or 'this'} is not known here.")
