"""How a revision and its service are set up, in one form that can be compared: path -> text.

    image, ports, probes, resources ...   containers[0].image, containers[0].resources.limits.memory; further containers by
                                          their names: containers[proxy].image
    environment                           env.LOG_LEVEL, containers[proxy].env.LOG_LEVEL: plain values
    secrets as variables                  secrets.DB_PASSWORD: `db-password:3`
    what a revision has else              scaling.max_instance_count, vpc_access.connector, labels.team, volumes.cache.secret.secret
    what its service has                  service.ingress, service.scaling.min_instance_count

Names are those of run.v2, enums are written as gcloud writes them, and what is as the API has it by default is left out.
Names, times, conditions and what the platform or a client notes down is no setting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from validator.resources.quantity import canonical
from validator.words.call import Json

Settings = Mapping[str, str]
FIRST = "containers[0]"
"""The path of the container that takes the requests."""
_NOTED = frozenset(
    {
        *("name", "uid", "etag", "generation", "createTime", "updateTime", "deleteTime", "expireTime", "launchStage"),
        *("service", "conditions", "observedGeneration", "logUri", "satisfiesPzs", "scalingStatus", "creator", "revision"),
        *("reconciling", "client", "clientVersion", "healthCheckDisabled", "containers", "volumes", "labels", "annotations"),
    }
)  # fmt: skip
"""Of a revision or a template: what is no setting, and what has a form of its own here."""
_OF_SERVICE = (
    *("ingress", "scaling", "invokerIamDisabled", "defaultUriDisabled", "iapEnabled", "customAudiences"),
    *("binaryAuthorization", "multiRegionSettings"),
)
_OF_PLATFORM = re.compile(r"(?:^|\.)(?:run\.googleapis\.com|cloud\.googleapis\.com|knative\.dev)/")
_OF_DEPLOY = re.compile(r"commit-sha|gcb-.*")
"""Labels and annotations that tell which deploy it is."""
_PRESENT = frozenset({"tcpSocket", "httpGet", "grpc", "emptyDir"})
"""Messages that say something by being there, whatever they hold."""
_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_PROBE_DEFAULTS = {"timeoutSeconds": 1, "periodSeconds": 10, "failureThreshold": 3, "successThreshold": 1}
WORDS: Mapping[str, str] = {
    "INGRESS_TRAFFIC_ALL": "all",
    "INGRESS_TRAFFIC_INTERNAL_ONLY": "internal",
    "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER": "internal-and-cloud-load-balancing",
    "INGRESS_TRAFFIC_NONE": "none",
    "PRIVATE_RANGES_ONLY": "private-ranges-only",
    "ALL_TRAFFIC": "all-traffic",
    "EXECUTION_ENVIRONMENT_GEN1": "gen1",
    "EXECUTION_ENVIRONMENT_GEN2": "gen2",
    "PREVENT_NEW": "prevent-new",
    "SHUTDOWN": "shut-down",
    "MANUAL": "manual",
    "AUTOMATIC": "",
}
"""The enums of run.v2 as gcloud writes them; empty for what is so by default."""
_ENUMS = frozenset({"ingress", "egress", "execution_environment", "encryption_key_revocation_action", "scaling_mode"})


def of_revision(data: Json) -> dict[str, str]:
    """The settings of a run.v2 Revision, or of a RevisionTemplate."""
    found = dict(_flat("", {key: value for key, value in data.items() if key not in _NOTED}))
    for kind in ("labels", "annotations"):
        found |= {f"{kind}.{key}": str(value) for key, value in (data.get(kind) or {}).items() if not _noted(key)}
    sql = _cloud_sql(data)
    if sql:
        found["cloud_sql_instances"] = ", ".join(sorted(sql))
    for number, container in enumerate(ordered(data.get("containers") or ())):
        found |= of_container(container, place(container, number))
    for volume in data.get("volumes") or ():
        own = {key: value for key, value in volume.items() if key not in ("name", "cloudSqlInstance")}
        found |= dict(_flat(f"volumes.{volume.get('name', '')}", own))
    return found


def of_service(data: Json) -> dict[str, str]:
    """The settings of a run.v2 Service that none of its revisions has."""
    own = {key: data[key] for key in _OF_SERVICE if key in data}
    found = {"service.ingress": "all", **dict(_flat("service", own))}
    if (data.get("template") or {}).get("healthCheckDisabled"):
        found["service.health_check_disabled"] = "true"
    return found


def of_container(container: Json, at: str) -> dict[str, str]:
    """The settings of one container of a run.v2 Revision, below its place."""
    noted = ("env", "name", "buildInfo", "volumeMounts", "ports", "resources", *_PROBES)
    own: dict[str, Any] = {key: value for key, value in container.items() if key not in noted}
    own |= {key: _probe(container[key]) for key in _PROBES if container.get(key)}
    resources = container.get("resources")
    own["resources"] = {"cpuIdle": True} if resources is None else resources
    found = dict(_flat(at, own))
    if at == FIRST and container.get("name"):
        found[f"{at}.name"] = str(container["name"])
    for number, port in enumerate(container.get("ports") or ()):
        found |= dict(_flat(f"{at}.ports[{number}]", port))
    for mount in container.get("volumeMounts") or ():
        if not str(mount.get("mountPath", "")).startswith("/cloudsql"):
            where = {key: value for key, value in mount.items() if key != "name"}
            found |= dict(_flat(f"{at}.volume_mounts.{mount.get('name', '')}", where))
    above = "" if at == FIRST else f"{at}."
    return found | dict(_environment(above, container.get("env") or ()))


def ordered(containers: Iterable[Json]) -> list[Json]:
    """The containers: the one that takes the requests first, the others by their names, in whatever order they are written."""
    listed = list(containers)
    first = next((each for each in listed if each.get("ports")), listed[0] if listed else None)
    others = sorted((each for each in listed if each is not first), key=lambda each: str(each.get("name", "")))
    return [first, *others] if first is not None else []


def place(container: Json, number: int) -> str:
    """The path of a container, the first or a further one."""
    return f"containers[{container.get('name') or number}]" if number else FIRST


def _environment(above: str, variables: Iterable[Json]) -> Iterator[tuple[str, str]]:
    for variable in variables:
        name, source = str(variable.get("name", "")), variable.get("valueSource") or {}
        reference = source.get("secretKeyRef")
        if reference:
            yield f"{above}secrets.{name}", f"{reference.get('secret', '')}:{reference.get('version') or 'latest'}"
        elif source:
            yield from _flat(f"{above}env.{name}", source)
        elif name:
            yield f"{above}env.{name}", str(variable.get("value", ""))


def _cloud_sql(data: Json) -> set[str]:
    """The instances of Cloud SQL: a volume in v2, an annotation in v1."""
    volumes = (volume.get("cloudSqlInstance") or {} for volume in data.get("volumes") or ())
    return {str(instance) for volume in volumes for instance in volume.get("instances") or ()}


def _probe(probe: Json) -> Json:
    """What a probe says beyond the API's defaults."""
    if isinstance(probe.get("httpGet"), Mapping):
        probe = {**probe, "httpGet": {"path": "/", **probe["httpGet"]}}
    return {key: value for key, value in probe.items() if str(_PROBE_DEFAULTS.get(key)) != str(value)}


def _noted(name: str) -> bool:
    """Whether a label or an annotation is no setting: the platform's, or one that tells which deploy it is."""
    return bool(_OF_PLATFORM.search(name) or _OF_DEPLOY.fullmatch(name))


def of_platform(annotation: str) -> bool:
    """Whether a label or an annotation is the platform's own."""
    return bool(_OF_PLATFORM.search(annotation))


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    """A value and all below it, each at its path; what is as it is by default is left out."""
    if isinstance(value, Mapping):
        if not value and path.rsplit(".", 1)[-1] in map(_snake, _PRESENT):
            yield path, "set"
        for key, each in value.items():
            yield from _flat(f"{path}.{_snake(str(key))}" if path else _snake(str(key)), each)
    elif isinstance(value, list | tuple):
        if any(isinstance(each, Mapping) for each in value):
            for number, each in enumerate(value):
                yield from _flat(f"{path}[{number}]", each)
        elif value:
            yield path, json.dumps([str(each) for each in value], ensure_ascii=False)
    elif (text := _text(path, value)) and (text not in ("0", "false") or path.endswith(".value")):
        yield path, text


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() if "/" not in name and "." not in name else name


def _text(path: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if text.endswith("_UNSPECIFIED"):
        return ""
    if ".limits." in path or path.endswith("size_limit"):
        return canonical(text)
    return WORDS.get(text, text) if path.rpartition(".")[2] in _ENUMS else text
