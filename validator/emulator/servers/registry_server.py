"""The registry of the scenario's images: manifests by digest, as the OCI distribution API has them, for everybody."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from validator.emulator.servers.rest_server import HTTP_STATUS
from validator.emulator.world.running import Running
from validator.words.call import GetManifest, Json, Problem

_PATH = re.compile(r"/v2/(.+)/manifests/([^/]+)")
_CODES = {401: "UNAUTHORIZED", 403: "DENIED", 404: "MANIFEST_UNKNOWN", 429: "TOOMANYREQUESTS"}
_IMAGE = "application/vnd.oci.image.manifest.v1+json"
_INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True)
class Found:
    """An answer."""

    status: int
    kind: str
    """Its content type."""
    text: str
    delay: float
    """World seconds."""


def serves(running: Running, host: str) -> bool:
    """Whether a host is one of a registry here."""
    return any(name.partition("/")[0] == host for name in running.scenario.images)


def answer(running: Running, verb: str, host: str, path: str) -> Found:
    """Answer a request; clients ask for `/v2/` first, whether it is a registry."""
    if verb == "GET" and path == "/v2/":
        return Found(200, "application/json", "{}", 0.0)
    found = _PATH.fullmatch(path)
    if not found or verb != "GET":
        return Found(404, "application/json", _error(404, f"{verb} {path} is not known here."), 0.0)
    repository, digest = f"{host}/{found[1]}", found[2]
    came = running(GetManifest(repository, digest))
    if isinstance(came.result, Problem):
        status = HTTP_STATUS[came.result.code]
        return Found(status, "application/json", _error(status, came.result.message), came.delay)
    return Found(200, _kind(came.result.content["manifest"]), running.scenario.images[repository][digest], came.delay)


def _kind(manifest: Json) -> str:
    return str(manifest.get("mediaType") or (_INDEX if "manifests" in manifest else _IMAGE))


def _error(status: int, message: str) -> str:
    return json.dumps({"errors": [{"code": _CODES.get(status, "UNKNOWN"), "message": message}]})
