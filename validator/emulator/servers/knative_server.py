"""REST v1 of Cloud Run, as gcloud speaks it: Knative services and revisions, and what a deploy asks besides.

The region stands before the host (`us-central1-run.HOST`); `locations/-` of the global host stands for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from validator.emulator.api.calls import ListServices, Question, WriteService
from validator.emulator.api.known_fields import only
from validator.emulator.api.refusal import RefusalError
from validator.emulator.knative.conversion import API_VERSION, revision_v1, service_v1, service_v2
from validator.emulator.servers.rest_server import HTTP_STATUS, Asked, Told, error
from validator.emulator.world.running import Running
from validator.words.call import GetRevision, GetService, Json, ListRevisions, Problem

_NAMESPACE = rf"/apis/{re.escape(API_VERSION)}/namespaces/([^/]+)"
_SELECTOR = re.compile(r"serving\.knative\.dev/service\s*=\s*([\w-]+)")
_MAX_PAGE = 1000


def answer(running: Running, asked: Asked) -> Told | None:
    """Answer a request; None if it is none of these.

    Raises:
        RefusalError: something in it is not known here.
    """
    for verb, pattern, answering in _ROUTES:
        found = pattern.fullmatch(asked.path)
        if found and verb == asked.verb:
            return answering(running, asked, *found.groups())
    return None


def _region(asked: Asked) -> str:
    found = re.match(r"([a-z]+-[a-z]+\d+)-run\.", asked.host)
    if not found:
        raise RefusalError("INVALID_ARGUMENT", f"The host {asked.host!r} does not begin with a region.")
    return found[1]


def _services(project: str, asked: Asked) -> str:
    return f"projects/{project}/locations/{_region(asked)}/services"


def _made(running: Running, call: Question, shown: Callable[[Json], Json]) -> Told:
    came = running(call)
    if isinstance(came.result, Problem):
        return Told(HTTP_STATUS[came.result.code], error(came.result.code, came.result.message), came.delay)
    return Told(200, shown(came.result.content), came.delay)


def _get_service(running: Running, asked: Asked, project: str, name: str) -> Told:
    _parameters(asked)
    return _made(running, GetService(f"{_services(project, asked)}/{name}"), service_v1)


def _list_services(running: Running, asked: Asked, project: str, location: str = "") -> Told:
    _parameters(asked, "limit", "continue")
    parent = f"projects/{project}/locations/{location or _region(asked)}"
    call = ListServices(parent, _limit(asked), asked.query.get("continue", ""))
    return _made(running, call, lambda content: _listed("Service", content, service_v1))


def _get_revision(running: Running, asked: Asked, project: str, name: str) -> Told:
    _parameters(asked)
    full = _full_name(running, project, _region(asked), name)
    return _made(running, GetRevision(full), revision_v1)


def _full_name(running: Running, project: str, region: str, revision: str) -> str:
    """v1 does not say of which service a revision is."""
    prefix = f"projects/{project}/locations/{region}/services/"
    for full in running.world.deployment.revisions:
        if full.startswith(prefix) and full.endswith(f"/revisions/{revision}"):
            return full
    return f"{prefix}-/revisions/{revision}"


def _list_revisions(running: Running, asked: Asked, project: str) -> Told:
    _parameters(asked, "limit", "continue", "labelSelector")
    service = "-"
    if asked.query.get("labelSelector"):
        found = _SELECTOR.fullmatch(asked.query["labelSelector"].strip())
        if not found:
            raise RefusalError(
                "INVALID_ARGUMENT", f"labelSelector: {asked.query['labelSelector']!r} is not known here."
            )
        service = found[1]
    parent = f"{_services(project, asked)}/{service}"
    call = ListRevisions(parent, _limit(asked), asked.query.get("continue", ""))
    return _made(running, call, lambda content: _listed("Revision", content, revision_v1))


def _listed(kind: str, content: Json, shown: Callable[[Json], Json]) -> Json:
    items = content.get(f"{kind.lower()}s", ())
    metadata = {"continue": content["nextPageToken"]} if content.get("nextPageToken") else {}
    return {
        "apiVersion": API_VERSION,
        "kind": f"{kind}List",
        "metadata": metadata,
        "items": [shown(each) for each in items],
    }


def _limit(asked: Asked) -> int:
    text = asked.query.get("limit", str(_MAX_PAGE))
    if not text.isdecimal():
        raise RefusalError("INVALID_ARGUMENT", f"limit: {text!r} is no number.")
    return int(text)


def _parameters(asked: Asked, *known: str) -> None:
    only(asked.fields, frozenset(known), "the query")


def _create(running: Running, asked: Asked, project: str) -> Told:
    service = service_v2(asked.body, _region(asked))
    _same(service["name"].split("/")[1], project, "namespace")
    method = "google.cloud.run.v1.Services.CreateService"
    return _written(running, WriteService(service["name"], service, create=True, update=False, method=method))


def _replace(running: Running, asked: Asked, project: str, name: str) -> Told:
    service = service_v2(asked.body, _region(asked))
    _same(service["name"], f"{_services(project, asked)}/{name}", "name")
    method = "google.cloud.run.v1.Services.ReplaceService"
    return _written(running, WriteService(service["name"], service, method=method))


def _written(running: Running, call: WriteService) -> Told:
    return _made(running, call, lambda _: service_v1(running.world.deployment.services[call.name]))


def _same(found: str, wanted: str, what: str) -> None:
    if found != wanted:
        raise RefusalError("INVALID_ARGUMENT", f"metadata.{what} is not that of the path.")


def _permissions(running: Running, asked: Asked, project: str, location: str, name: str) -> Told:
    """The caller here may do everything, as whoever runs the emulator."""
    del running, project, location, name
    body = asked.body or {}
    only(body, frozenset({"permissions"}), "the request")
    return Told(200, {"permissions": list(body.get("permissions", ()))})


def _policy(running: Running, asked: Asked, project: str, location: str, name: str) -> Told:
    del asked, project, location
    members = running.scenario.invokers.get(name, ("allUsers",))
    told = [each if ":" in each or each.startswith("all") else f"serviceAccount:{each}" for each in members]
    return Told(200, {"version": 1, "bindings": [{"role": "roles/run.invoker", "members": told}] if told else []})


def _usage(running: Running, asked: Asked, project: str, service: str) -> Told:
    """Service Usage: the APIs that are served here are enabled; of others nothing is known."""
    del running, asked
    if service not in ("run.googleapis.com", "logging.googleapis.com", "cloudbuild.googleapis.com"):
        raise RefusalError("NOT_FOUND", f"Service {service} is not known here.")
    return Told(
        200, {"name": f"projects/{project}/services/{service}", "state": "ENABLED", "parent": f"projects/{project}"}
    )


_Answering = Callable[..., Told]
_LOCATED = r"/v1/projects/([^/]+)/locations/([^/]+)/services"
_ROUTES: tuple[tuple[str, re.Pattern[str], _Answering], ...] = (
    ("GET", re.compile(rf"{_NAMESPACE}/services/([^/:]+)"), _get_service),
    ("GET", re.compile(rf"{_NAMESPACE}/services"), _list_services),
    ("GET", re.compile(_LOCATED), _list_services),
    ("POST", re.compile(rf"{_NAMESPACE}/services"), _create),
    ("PUT", re.compile(rf"{_NAMESPACE}/services/([^/:]+)"), _replace),
    ("GET", re.compile(rf"{_NAMESPACE}/revisions/([^/:]+)"), _get_revision),
    ("GET", re.compile(rf"{_NAMESPACE}/revisions"), _list_revisions),
    ("POST", re.compile(rf"{_LOCATED}/([^/:]+):testIamPermissions"), _permissions),
    ("GET", re.compile(rf"{_LOCATED}/([^/:]+):getIamPolicy"), _policy),
    ("GET", re.compile(r"/v1/projects/([^/]+)/services/([\w.]+)"), _usage),
)
