"""REST for the client libraries' `transport="rest"` and for gcloud: v2 of run and logging, v1 of builds.

A path names a method and some fields of its request, the query and the body the others; what no field is made of is
refused. Answers have enums by name, or as numbers where `enum-encoding=int` asks for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format

from validator.emulator.api.methods import METHODS, Method, load, message
from validator.emulator.api.refusal import RefusalError
from validator.emulator.world.running import Running
from validator.words.call import Json, Problem

HTTP_STATUS = {
    "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "OUT_OF_RANGE": 400, "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403, "NOT_FOUND": 404, "ABORTED": 409, "ALREADY_EXISTS": 409, "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499, "INTERNAL": 500, "UNKNOWN": 500, "DATA_LOSS": 500, "UNIMPLEMENTED": 501, "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}  # fmt: skip
"""gRPC status -> HTTP status (google.rpc.Code)."""
_SYSTEM = frozenset({"alt", "$alt", "prettyPrint", "$prettyPrint"})
"""Parameters that say how, not what."""


@dataclass(frozen=True)
class Asked:
    """A REST request."""

    verb: str
    host: str
    path: str
    query: Mapping[str, str]
    body: Any
    """Its JSON; None: it has none."""

    @property
    def fields(self) -> dict[str, str]:
        """The query without what says how to answer."""
        return {key: value for key, value in self.query.items() if key not in _SYSTEM}

    @property
    def numbers(self) -> bool:
        """Whether enums are to be numbers."""
        return "enum-encoding=int" in self.query.get("$alt", self.query.get("alt", ""))


@dataclass(frozen=True)
class Told:
    """A REST answer, and how it comes."""

    status: int
    content: Any
    delay: float = 0.0
    """World seconds."""


@dataclass(frozen=True)
class _Route:
    verb: str
    path: re.Pattern[str]
    method: str
    body: str = ""
    """The field that the body is; `*`: the request itself; empty: there is no body."""


_BOOLEANS = {"true": True, "false": False}
_PARENT = r"projects/[^/:]+/locations/[^/:]+"
_SERVICE = rf"{_PARENT}/services/[^/:]+"


def _route(verb: str, path: str, method: str, body: str = "") -> _Route:
    return _Route(verb, re.compile(path), method, body)


_SERVICES, _REVISIONS = "/google.cloud.run.v2.Services/", "/google.cloud.run.v2.Revisions/"
_BUILDS = "/google.devtools.cloudbuild.v1.CloudBuild/"
_ROUTES = (
    _route("GET", rf"/v2/(?P<name>{_SERVICE})", _SERVICES + "GetService"),
    _route("GET", rf"/v2/(?P<parent>{_PARENT})/services", _SERVICES + "ListServices"),
    _route("POST", rf"/v2/(?P<parent>{_PARENT})/services", _SERVICES + "CreateService", "service"),
    _route("PATCH", rf"/v2/(?P<service__name>{_SERVICE})", _SERVICES + "UpdateService", "service"),
    _route("GET", rf"/v2/(?P<name>{_SERVICE}/revisions/[^/:]+)", _REVISIONS + "GetRevision"),
    _route("GET", rf"/v2/(?P<parent>{_SERVICE})/revisions", _REVISIONS + "ListRevisions"),
    _route("GET", rf"/v2/(?P<name>{_PARENT}/operations/[^/:]+)", "/google.longrunning.Operations/GetOperation"),
    _route("GET", rf"/v1/(?P<name>{_PARENT}/builds/[^/:]+)", _BUILDS + "GetBuild"),
    _route("GET", rf"/v1/(?P<parent>{_PARENT})/builds", _BUILDS + "ListBuilds"),
    _route("GET", r"/v1/projects/(?P<project_id>[^/:]+)/builds/(?P<id>[^/:]+)", _BUILDS + "GetBuild"),
    _route("GET", r"/v1/projects/(?P<project_id>[^/:]+)/builds", _BUILDS + "ListBuilds"),
    _route("POST", r"/v2/entries:list", "/google.logging.v2.LoggingServiceV2/ListLogEntries", "*"),
)


def answer(running: Running, asked: Asked) -> Told:
    """Answer a request of one of these APIs.

    Raises:
        RefusalError: the path, a parameter or the body is not known here.
    """
    load()
    for route in _ROUTES:
        found = route.path.fullmatch(asked.path)
        if found and route.verb == asked.verb:
            return _answered(running, route, found.groupdict(), asked)
    raise RefusalError("NOT_FOUND", f"{asked.verb} {asked.path} is not known here.")


def _answered(running: Running, route: _Route, named: Mapping[str, str], asked: Asked) -> Told:
    method = METHODS[route.method]
    came = running(method.asked(_request(method, route, named, asked)))
    if isinstance(came.result, Problem):
        return Told(HTTP_STATUS[came.result.code], error(came.result.code, came.result.message), came.delay)
    content = _numbered(method, came.result.content) if asked.numbers else came.result.content
    return Told(200, content, came.delay)


def _request(method: Method, route: _Route, named: Mapping[str, str], asked: Asked) -> Any:
    request = message(method.request)()
    data: dict[str, Any] = {key: _BOOLEANS.get(value, value) for key, value in asked.fields.items()}
    if route.body == "*":
        data |= asked.body or {}
    elif asked.body is not None:
        if not route.body:
            raise RefusalError("INVALID_ARGUMENT", f"{asked.verb} {asked.path} has no body.")
        data[route.body] = asked.body
    for key, value in named.items():
        outer, _, inner = key.partition("__")
        data[outer] = {**data.get(outer, {}), inner: value} if inner else value
    try:
        json_format.ParseDict(data, request)
    except (json_format.ParseError, TypeError, ValueError) as problem:
        raise RefusalError("INVALID_ARGUMENT", f"Invalid JSON payload received. {problem}") from problem
    return request


def _numbered(method: Method, content: Json) -> Json:
    """An answer with its enums as numbers."""
    response = json_format.ParseDict(dict(content), message(method.response)(), ignore_unknown_fields=True)
    return json_format.MessageToDict(response, use_integers_for_enums=True)


def error(code: str, text: str) -> Json:
    """An error as the APIs tell it."""
    return {"error": {"code": HTTP_STATUS[code], "message": text, "status": code}}


def body_of(raw: bytes) -> Any:
    """The JSON of a body; None if there is none.

    Raises:
        RefusalError: it is no JSON.
    """
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError as problem:
        raise RefusalError("INVALID_ARGUMENT", f"Invalid JSON payload received. {problem}") from problem
