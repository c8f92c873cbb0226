"""Reads of Cloud Run and Cloud Build: pure queries of a deployment."""

from __future__ import annotations

import re
from collections.abc import Mapping

from validator.emulator.api.calls import ListServices
from validator.emulator.api.refusal import RefusalError
from validator.emulator.world.deployment import Deployment
from validator.words.call import GetBuild, GetRevision, GetService, Json, ListBuilds, ListRevisions
from validator.words.instant import nanoseconds

SERVICE_NAME = re.compile(r"projects/([^/]+)/locations/([^/]+)/services/([^/]+)")
_REVISION = re.compile(rf"{SERVICE_NAME.pattern}/revisions/([^/]+)")
_LOCATION = re.compile(r"projects/([^/]+)/locations/([^/]+)")
_BUILD = re.compile(rf"{_LOCATION.pattern}/builds/([^/]+)")
_TERM = re.compile(r'\s*([A-Za-z_.]+)\s*=\s*(?:"([^"]*)"|([\w.:-]+))\s*(AND\b|$)', re.ASCII)
_MAX_PAGE = 1000
_EMPTY = "empty"
"""The token that an empty page gives, which says go on."""


def get_service(deployment: Deployment, call: GetService) -> Json:
    """run.v2 Services.GetService."""
    return _found(deployment.services, SERVICE_NAME, call.name, "SERVICE")


def list_services(deployment: Deployment, call: ListServices, limit: int | None = None) -> Json:
    """run.v2 Services.ListServices: by name; `locations/-` stands for all locations."""
    place = _matched(_LOCATION, call.parent, "parent")
    prefix = f"projects/{place[1]}/locations/" + ("" if place[2] == "-" else f"{place[2]}/services/")
    found = [data for name, data in sorted(deployment.services.items()) if name.startswith(prefix)]
    return _page("services", found, call, limit)


def get_revision(deployment: Deployment, call: GetRevision) -> Json:
    """run.v2 Revisions.GetRevision."""
    return _found(deployment.revisions, _REVISION, call.name, "REVISION")


def list_revisions(deployment: Deployment, call: ListRevisions, limit: int | None = None) -> Json:
    """run.v2 Revisions.ListRevisions: newest first; `services/-` stands for all services."""
    place = _matched(SERVICE_NAME, call.parent, "parent")
    if place[3] != "-" and call.parent not in deployment.services:
        raise _not_found("SERVICE", place[3], place[2], place[1])
    prefix = call.parent.removesuffix("/-") + "/"
    found = [data for name, data in deployment.revisions.items() if name.startswith(prefix)]
    return _page("revisions", _newest_first(found), call, limit)


def get_build(deployment: Deployment, call: GetBuild) -> Json:
    """cloudbuild.v1 GetBuild: a regional build is not found under another location."""
    project, location, identity = _matched(_BUILD, call.name, "name").groups()
    for name, build in deployment.builds.items():
        if name.endswith(f"/locations/{location}/builds/{identity}") and _project(name, build, project):
            return build
    raise RefusalError("NOT_FOUND", "Requested entity was not found.")


def list_builds(deployment: Deployment, call: ListBuilds, limit: int | None = None) -> Json:
    """cloudbuild.v1 ListBuilds: newest first, of one location; the filter is terms of `field="value"` joined by AND."""
    project, location = _matched(_LOCATION, call.parent, "parent").groups()
    terms = _terms(call.filter)
    found = [
        build
        for name, build in deployment.builds.items()
        if f"/locations/{location}/builds/" in name and _project(name, build, project)
        if all(value in _field(build, field) for field, value in terms)
    ]
    return _page("builds", _newest_first(found), call, limit)


def _matched(pattern: re.Pattern[str], name: str, field: str) -> re.Match[str]:
    found = pattern.fullmatch(name)
    if not found:
        raise RefusalError("INVALID_ARGUMENT", f"The request has an invalid {field}: {name!r}.")
    return found


def _not_found(kind: str, name: str, region: str, project: str) -> RefusalError:
    where = f"in region '{region}' in project '{project}'"
    return RefusalError("NOT_FOUND", f"Resource '{name}' of kind '{kind}' {where} does not exist.")


def _found(resources: Mapping[str, Json], pattern: re.Pattern[str], name: str, kind: str) -> Json:
    place = _matched(pattern, name, "name")
    if name not in resources:
        raise _not_found(kind, name.rsplit("/", 1)[-1], place[2], place[1])
    return resources[name]


def _newest_first(resources: list[Json]) -> list[Json]:
    return sorted(resources, key=lambda data: -nanoseconds(data["createTime"]) if data.get("createTime") else 0)


def _page(key: str, items: list[Json], call: ListServices | ListRevisions | ListBuilds, limit: int | None) -> Json:
    """A page; a `limit` makes it short, with 0 the first one is empty and says go on."""
    if call.page_size < 0:
        raise RefusalError("INVALID_ARGUMENT", "page_size must not be negative.")
    token = "" if call.page_token == _EMPTY else call.page_token
    if token and not (token.isdecimal() and int(token) <= len(items)):
        raise RefusalError("INVALID_ARGUMENT", "page_token is invalid.")
    if limit == 0 and not call.page_token:
        return {"nextPageToken": _EMPTY}
    start = int(token or 0)
    end = start + min(call.page_size or 100, limit or _MAX_PAGE, _MAX_PAGE)
    return {key: items[start:end], **({"nextPageToken": str(end)} if end < len(items) else {})}


def _project(name: str, build: Json, project: str) -> bool:
    """Whether a build is of a project; its name may have the project's number where the caller has its id."""
    return project in (name.split("/")[1], build.get("projectId"))


_BUILD_FIELDS = {
    "status": ("status",),
    "id": ("id",),
    "build_id": ("id",),
    "trigger_id": ("buildTriggerId",),
    "tags": ("tags",),
    "images": ("images",),
    "results.images.digest": ("results", "images", "digest"),
    "results.images.name": ("results", "images", "name"),
    "substitutions.COMMIT_SHA": ("substitutions", "COMMIT_SHA"),
    "source_provenance.resolved_repo_source.commit_sha": ("sourceProvenance", "resolvedRepoSource", "commitSha"),
}
"""The fields of a build filter that this stand-in knows, and where they are in a build's JSON."""


def _terms(text: str) -> list[tuple[tuple[str, ...], str]]:
    terms, position, joined = [], 0, False
    while position < len(text.rstrip()) or joined:
        found = _TERM.match(text, position)
        if not found:
            raise RefusalError("INVALID_ARGUMENT", f"Invalid filter at character {position}: {text!r}.")
        if found[1] not in _BUILD_FIELDS:
            raise RefusalError("INVALID_ARGUMENT", f"Invalid filter: the field {found[1]!r} is not known here.")
        terms.append((_BUILD_FIELDS[found[1]], found[2] if found[2] is not None else found[3]))
        position, joined = found.end(), found[4] == "AND"
    return terms


def _field(data: object, path: tuple[str, ...]) -> list[object]:
    if isinstance(data, list):
        return [value for item in data for value in _field(item, path)]
    if not path:
        return [data]
    return _field(data[path[0]], path[1:]) if isinstance(data, Mapping) and path[0] in data else []
