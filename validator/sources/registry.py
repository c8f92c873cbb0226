"""Image registries by the OCI distribution API: one manifest a call, never a layer.

Google's registries get the gate's own access token, and get it themselves alone; all others are asked as nobody, as public
images can be. https://github.com/opencontainers/distribution-spec, https://distribution.github.io/distribution/spec/auth/token
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import re
import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from validator.resources.image import IMAGE_TYPES, INDEX_TYPES
from validator.sources.access_token import access_token
from validator.sources.connection import Connection, Direct
from validator.sources.probing import Probing
from validator.words.call import Answer, Call, Exchange, GetManifest, Json, Problem, Result

_ACCEPT = ", ".join((*INDEX_TYPES, *IMAGE_TYPES))
_CODES = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


def open_source(connection: Connection) -> Registry:
    """What asks registries; there is nothing to open."""
    return Registry(connection)


class Registry:
    """One manifest a call."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._http = Probing(connection)

    def __call__(self, call: Call, timeout: float) -> Result:
        """Get a manifest within `timeout` real seconds, with a token if the registry asks for one."""
        if not isinstance(call, GetManifest):
            raise TypeError(f"not a manifest: {call}")
        deadline = time.monotonic() + timeout
        host, _, name = call.repository.partition("/")
        url = f"{_scheme(host)}://{host}/v2/{name}/manifests/{call.reference}"
        came = self._get(url, deadline)
        realm = _challenge(came)
        if realm:
            token = self._token(host, realm, deadline)
            if isinstance(token, Problem):
                return token
            came = self._get(url, deadline, f"Bearer {token}")
        return _manifest(call, came)

    def close(self) -> None:
        """Each exchange closes its own connection."""

    def _get(self, url: str, deadline: float, authorization: str = "") -> Result:
        headers = (("Accept", _ACCEPT), *((("Authorization", authorization),) if authorization else ()))
        return self._http(Exchange("GET", url, headers), max(0.001, deadline - time.monotonic()))

    def _token(self, host: str, challenge: Mapping[str, str], deadline: float) -> str | Problem:
        """The token that a registry wants, of the service that it names: for Google's own by the gate's credentials."""
        realm = urlsplit(challenge["realm"])
        own = (
            realm.scheme == "https" and realm.netloc == host and _google(host) and isinstance(self._connection, Direct)
        )
        authorization = ""
        if own:
            found = access_token(max(0.001, deadline - time.monotonic()))
            if isinstance(found, Problem):
                return found
            authorization = "Basic " + base64.b64encode(f"oauth2accesstoken:{found}".encode()).decode()
        query = urlencode({key: challenge[key] for key in ("service", "scope") if key in challenge})
        came = self._get(f"{challenge['realm']}?{query}", deadline, authorization)
        content = _json(came)
        token = content.get("token") or content.get("access_token") if isinstance(content, dict) else None
        if isinstance(token, str) and token:
            return token
        return _problem(came, f"{realm.netloc} gives no token")


def _scheme(host: str) -> str:
    """Http on this machine, as image tools have it, else https."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        local = name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        local = False
    return "http" if local else "https"


def _google(host: str) -> bool:
    return host == "gcr.io" or host.endswith((".gcr.io", ".pkg.dev"))


def _challenge(came: Result) -> dict[str, str] | None:
    """What a registry wants to be told of a token: its parameters; None if it wants none."""
    if not isinstance(came, Answer) or came.content["status"] != 401:
        return None
    wanted = next((value for name, value in came.content["headers"] if name == "www-authenticate"), "")
    scheme, _, parameters = wanted.partition(" ")
    found = dict(_PARAMETER.findall(parameters))
    return (
        found if scheme.lower() == "bearer" and urlsplit(found.get("realm", "")).scheme in ("http", "https") else None
    )


def _manifest(call: GetManifest, came: Result) -> Result:
    """The manifest of an answer: its bytes are those that the digest names, or it is none."""
    content = _json(came)
    if not isinstance(came, Answer) or came.content["status"] != 200 or not isinstance(content, dict):
        return _problem(came, "the registry's answer is no manifest")
    digest = f"sha256:{hashlib.sha256(came.content['text'].encode()).hexdigest()}"
    if call.reference.startswith("sha256:") and digest != call.reference:
        return Problem("DATA_LOSS", f"the registry sent {digest[:19]} for {call.reference[:19]}")
    return Answer({"digest": digest, "manifest": content})


def _json(came: Result) -> Json | None:
    """The JSON of a whole answer of 200; None if it is none."""
    if not isinstance(came, Answer) or came.content["status"] != 200 or {"cut", "undecoded"} & came.content.keys():
        return None
    try:
        return json.loads(came.content["text"])  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        return None


def _problem(came: Result, otherwise: str) -> Problem:
    """Why there is no manifest, or no token."""
    if isinstance(came, Problem):
        return came
    status = int(came.content["status"])
    if status == 200:
        return Problem("UNREADABLE", otherwise)
    code = _CODES.get(status, "UNAVAILABLE" if status >= 500 else "UNKNOWN" if status >= 300 else "UNREADABLE")
    return Problem(code, _told(came.content) or f"HTTP {status}")


def _told(content: Json) -> str:
    """What a registry says of an error: `{"errors": [{"code": ..., "message": ...}]}`."""
    try:
        first = json.loads(content["text"])["errors"][0]
        return f"{first['code']}: {first['message']}"
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
