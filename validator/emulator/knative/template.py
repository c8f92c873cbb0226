"""The template of a revision in v1 and in v2: containers and volumes are nearly the same, all else is annotations.

v2 RevisionTemplate, Revision                v1 spec, annotations
scaling.minInstanceCount, maxInstanceCount   autoscaling.knative.dev/minScale, maxScale
vpcAccess.connector, egress, networkInterfaces    run.googleapis.com/vpc-access-connector, vpc-access-egress, network-interfaces
executionEnvironment, sessionAffinity        run.googleapis.com/execution-environment, sessionAffinity
healthCheckDisabled (of a template)          run.googleapis.com/health-check-disabled
timeout, maxInstanceRequestConcurrency, serviceAccount    timeoutSeconds, containerConcurrency, serviceAccountName
containers: name image command args workingDir ports env resources.limits volumeMounts startupProbe livenessProbe
resources.cpuIdle, startupCpuBoost           run.googleapis.com/cpu-throttling, startup-cpu-boost
env.valueSource.secretKeyRef                 env.valueFrom.secretKeyRef {name, key}
dependsOn                                    run.googleapis.com/container-dependencies
volumes: secret, emptyDir, nfs, gcs          volumes: secret {secretName, items}, emptyDir, nfs, csi {gcsfuse.run.googleapis.com}
"""

from __future__ import annotations

import json
from typing import Any

from validator.emulator.api.known_fields import only, unknown_field
from validator.emulator.api.refusal import RefusalError
from validator.emulator.knative.containers import container_v1, container_v2, volume_v1, volume_v2
from validator.words.call import Json
from validator.words.resource_name import short

_SCALING = {
    "minInstanceCount": "autoscaling.knative.dev/minScale",
    "maxInstanceCount": "autoscaling.knative.dev/maxScale",
}
_VPC = {"connector": "run.googleapis.com/vpc-access-connector", "egress": "run.googleapis.com/vpc-access-egress"}
_INTERFACES = "run.googleapis.com/network-interfaces"
_ENVIRONMENT = "run.googleapis.com/execution-environment"
_AFFINITY = "run.googleapis.com/sessionAffinity"
_THROTTLING = "run.googleapis.com/cpu-throttling"
_BOOST = "run.googleapis.com/startup-cpu-boost"
_DEPENDENCIES = "run.googleapis.com/container-dependencies"
_UNCHECKED = "run.googleapis.com/health-check-disabled"
_CLIENT = ("run.googleapis.com/client-name", "run.googleapis.com/client-version")
TEMPLATE_ANNOTATIONS = (
    *_SCALING.values(),
    *_VPC.values(),
    *(_INTERFACES, _ENVIRONMENT, _AFFINITY, _THROTTLING, _BOOST, _DEPENDENCIES, _UNCHECKED),
)
"""The annotations of a template that are fields in v2."""
_EGRESS = {"PRIVATE_RANGES_ONLY": "private-ranges-only", "ALL_TRAFFIC": "all-traffic"}
_GENERATIONS = {"EXECUTION_ENVIRONMENT_GEN1": "gen1", "EXECUTION_ENVIRONMENT_GEN2": "gen2"}
_SPEC = ("containers", "volumes", "timeout", "serviceAccount", "maxInstanceRequestConcurrency")
_V1_SPEC = frozenset({"containerConcurrency", "timeoutSeconds", "serviceAccountName", "containers", "volumes"})
_ANNOTATED = ("scaling", "vpcAccess", "executionEnvironment", "sessionAffinity", "annotations")
_TEMPLATE = frozenset({"revision", "labels", "healthCheckDisabled", *_SPEC, *_ANNOTATED})
_REVISION = frozenset(
    {
        *("name", "uid", "etag", "generation", "labels", "createTime", "updateTime", "launchStage", "service"),
        *("reconciling", "conditions", "observedGeneration", "logUri", "satisfiesPzs", "scalingStatus", "creator"),
        *_SPEC,
        *_ANNOTATED,
    }
)


def template_v1(template: Json) -> Json:
    """A v2 RevisionTemplate as v1."""
    only(template, _TEMPLATE, "service.template", "UNIMPLEMENTED")
    metadata = {
        "name": template.get("revision", ""),
        "labels": dict(template.get("labels") or {}),
        "annotations": {**(template.get("annotations") or {}), **_annotations(template)},
    }
    return {"metadata": {key: value for key, value in metadata.items() if value}, "spec": _spec(template)}


def revision_annotations(revision: Json) -> dict[str, str]:
    """What v1 keeps in a revision's annotations."""
    only(revision, _REVISION, "revision", "UNIMPLEMENTED")
    return _annotations(revision)


def revision_spec(revision: Json) -> Json:
    """The `spec` of a v1 Revision."""
    return _spec(revision)


def _annotations(data: Json) -> dict[str, str]:
    scaling, access = data.get("scaling") or {}, data.get("vpcAccess") or {}
    only(scaling, frozenset(_SCALING), "scaling", "UNIMPLEMENTED")
    only(access, frozenset({"connector", "egress", "networkInterfaces"}), "vpcAccess", "UNIMPLEMENTED")
    found = {name: str(scaling[key]) for key, name in _SCALING.items() if scaling.get(key)}
    if access.get("connector"):
        found[_VPC["connector"]] = access["connector"]
    if access.get("egress"):
        found[_VPC["egress"]] = _EGRESS[access["egress"]]
    if access.get("networkInterfaces"):
        found[_INTERFACES] = json.dumps(access["networkInterfaces"])
    if data.get("executionEnvironment"):
        found[_ENVIRONMENT] = _GENERATIONS[data["executionEnvironment"]]
    if data.get("sessionAffinity"):
        found[_AFFINITY] = "true"
    if data.get("healthCheckDisabled"):
        found[_UNCHECKED] = "true"
    return found | _container_annotations(list(data.get("containers", ())))


def _container_annotations(containers: list[Json]) -> dict[str, str]:
    """What v1 says of all containers at once, or by their names."""
    found = {}
    resources = [container.get("resources") or {} for container in containers]
    if any(resources):
        found[_THROTTLING] = "true" if any(each.get("cpuIdle") for each in resources) else "false"
    if any(each.get("startupCpuBoost") for each in resources):
        found[_BOOST] = "true"
    depends = {each["name"]: list(each["dependsOn"]) for each in containers if each.get("dependsOn")}
    return found | ({_DEPENDENCIES: json.dumps(depends)} if depends else {})


def _spec(data: Json) -> Json:
    found = {
        "containerConcurrency": data.get("maxInstanceRequestConcurrency", 0),
        "timeoutSeconds": round(float(str(data.get("timeout", "0s")).rstrip("s"))),
        "serviceAccountName": data.get("serviceAccount", ""),
        "containers": [container_v1(each) for each in data.get("containers", ())],
        "volumes": [volume_v1(each) for each in data.get("volumes", ())],
    }
    return {key: value for key, value in found.items() if value}


def template_v2(template: Any) -> Json:
    """A v1 template, as a client writes it, as v2.

    Raises:
        RefusalError: it has something that is not known here.
    """
    only(template, frozenset({"metadata", "spec"}), "service.spec.template")
    metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
    only(metadata, frozenset({"name", "labels", "annotations", "namespace"}), "service.spec.template.metadata")
    only(spec, _V1_SPEC, "service.spec.template.spec")
    annotations = dict(metadata.get("annotations") or {})
    own = _from_annotations(annotations)
    found: dict[str, Any] = {
        "revision": metadata.get("name", ""),
        "labels": dict(metadata.get("labels") or {}),
        **own,
        "timeout": f"{spec['timeoutSeconds']}s" if spec.get("timeoutSeconds") else "",
        "serviceAccount": spec.get("serviceAccountName", ""),
        "maxInstanceRequestConcurrency": spec.get("containerConcurrency", 0),
        "containers": _containers(spec.get("containers") or [], annotations),
        "volumes": [volume_v2(each) for each in spec.get("volumes") or ()],
    }
    left = {name: value for name, value in annotations.items() if name not in _CLIENT}
    for name in left:
        platform = "run.googleapis.com/" in name or "knative.dev/" in name
        if platform and not name.startswith("run.googleapis.com/build-"):
            raise unknown_field(f"service.spec.template.metadata.annotations[{name}]")
    found["annotations"] = left
    return {key: value for key, value in found.items() if value}


def _from_annotations(annotations: dict[str, str]) -> Json:
    """Take from the annotations what has a field in v2."""
    scaling = {key: int(annotations.pop(name)) for key, name in _SCALING.items() if name in annotations}
    access: dict[str, Any] = {}
    if _VPC["connector"] in annotations:
        access["connector"] = annotations.pop(_VPC["connector"])
    if _VPC["egress"] in annotations:
        access["egress"] = _back(_EGRESS, annotations.pop(_VPC["egress"]), _VPC["egress"])
    if _INTERFACES in annotations:
        access["networkInterfaces"] = json.loads(annotations.pop(_INTERFACES))
    found: dict[str, Any] = {"scaling": scaling, "vpcAccess": access}
    if _ENVIRONMENT in annotations:
        found["executionEnvironment"] = _back(_GENERATIONS, annotations.pop(_ENVIRONMENT), _ENVIRONMENT)
    if annotations.pop(_AFFINITY, "false") == "true":
        found["sessionAffinity"] = True
    if annotations.pop(_UNCHECKED, "false") == "true":
        found["healthCheckDisabled"] = True
    return found


def _back(table: dict[str, str], value: str, name: str) -> str:
    for key, written in table.items():
        if written == value:
            return key
    raise RefusalError("INVALID_ARGUMENT", f"annotations[{name}]: {value!r} is not known here.")


def _containers(containers: list[Any], annotations: dict[str, str]) -> list[dict[str, Any]]:
    throttling, boost = annotations.pop(_THROTTLING, ""), annotations.pop(_BOOST, "")
    depends = json.loads(annotations.pop(_DEPENDENCIES, "{}"))
    more: dict[str, Any] = {}
    if throttling or any((each.get("resources") or {}).get("limits") for each in containers):
        more["cpuIdle"] = throttling != "false"  # v1 throttles unless it says otherwise, v2 only if it says so
    if boost:
        more["startupCpuBoost"] = boost == "true"
    found = []
    for each in containers:
        container = dict(container_v2(each))
        if more:
            container["resources"] = {**container.get("resources", {}), **more}
        if container.get("name") in depends:
            container["dependsOn"] = depends[short(container["name"])]
        found.append(container)
    return found
