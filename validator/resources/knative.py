"""A v1 (Knative) Service or Revision, as gcloud prints it, in terms of run.v2: what is a setting, and nothing of its status.

v1 keeps in annotations what v2 has as fields. An annotation of the platform that is not known here stays one: whoever
compares settings sees that it is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from validator.words.call import Json

_RUN, _SCALE = "run.googleapis.com/", "autoscaling.knative.dev/"
_NOTED = frozenset(
    {
        *(_RUN + name for name in ("client-name", "client-version", "ingress-status", "operation-id", "urls", "launch-stage")),
        *(_RUN + name for name in ("description", "satisfiesPzs", "enable-debug-mode", "zonal-redundancy-status")),
        *("serving.knative.dev/creator", "serving.knative.dev/lastModifier", "serving.knative.dev/lastPinned"),
        *("client.knative.dev/user-image", "kubectl.kubernetes.io/last-applied-configuration"),
        *("serving.knative.dev/routes", "serving.knative.dev/routingStateModified", _RUN + "health-check-disabled"),
    }
)  # fmt: skip
"""What a client or the platform notes down, and what is read elsewhere."""
_BUILD = _RUN + "build-"


def is_knative(data: Json) -> bool:
    """Whether it is v1."""
    return str(data.get("apiVersion", "")).startswith("serving.knative.dev/")


def revision(data: Json) -> Json:
    """A v1 Revision, or the template of a v1 Service, as v2: `containers`, `scaling`, `labels` ..."""
    metadata, spec = data.get("metadata") or {}, data.get("spec") or {}
    annotations = _annotations(metadata)
    secrets = _aliases(annotations.pop(_RUN + "secrets", ""))
    found: dict[str, Any] = {key: value for key, value in spec.items() if key not in _SPEC}
    found |= _moved(annotations, _TEMPLATE)
    found["timeout"] = f"{spec['timeoutSeconds']}s" if spec.get("timeoutSeconds") else ""
    found["maxInstanceRequestConcurrency"] = spec.get("containerConcurrency", "")
    found["serviceAccount"] = spec.get("serviceAccountName", "")
    found["containers"] = _containers(spec.get("containers") or [], annotations, secrets)
    found["volumes"] = [_volume(each, secrets) for each in spec.get("volumes") or ()]
    instances = annotations.pop(_RUN + "cloudsql-instances", "")
    if instances:
        found["volumes"].append({"name": "cloudsql", "cloudSqlInstance": {"instances": instances.split(",")}})
    selector = (spec.get("nodeSelector") or {}).get(_RUN + "accelerator")
    if selector:
        found["nodeSelector"] = {"accelerator": selector}
    return {**found, "labels": metadata.get("labels") or {}, "annotations": annotations}


def service(data: Json) -> Json:
    """The fields of a v1 Service that are settings of its own, and its `template`."""
    annotations = _annotations(data.get("metadata") or {})
    template = (data.get("spec") or {}).get("template") or {}
    unchecked = (template.get("metadata") or {}).get("annotations") or {}
    made = {**revision(template), "healthCheckDisabled": unchecked.get(_RUN + "health-check-disabled") == "true"}
    return {**_moved(annotations, _SERVICE), "annotations": annotations, "template": made}


_SPEC = frozenset(
    {
        *("containers", "volumes", "timeoutSeconds", "containerConcurrency", "serviceAccountName", "nodeSelector"),
        "runtimeClassName",
    }
)


def _listed(text: str) -> object:
    """JSON, or a comma between each."""
    return json.loads(text) if text.startswith(("[", "{")) else text.split(",")


def _hours(text: str) -> str:
    return f"{int(text) * 3600}s"


_Moves = Mapping[str, tuple[tuple[str, ...], Callable[[str], object]]]
_TEMPLATE: _Moves = {
    _SCALE + "minScale": (("scaling", "minInstanceCount"), str),
    _SCALE + "maxScale": (("scaling", "maxInstanceCount"), str),
    _RUN + "scaling-cpu-target": (("scaling", "cpuUtilization"), str),
    _RUN + "scaling-concurrency-target": (("scaling", "concurrencyUtilization"), str),
    _RUN + "vpc-access-connector": (("vpcAccess", "connector"), str),
    _RUN + "vpc-access-egress": (("vpcAccess", "egress"), str),
    _RUN + "network-interfaces": (("vpcAccess", "networkInterfaces"), _listed),
    _RUN + "execution-environment": (("executionEnvironment",), str),
    _RUN + "sessionAffinity": (("sessionAffinity",), str),
    _RUN + "encryption-key": (("encryptionKey",), str),
    _RUN + "post-key-revocation-action-type": (("encryptionKeyRevocationAction",), str),
    _RUN + "encryption-key-shutdown-hours": (("encryptionKeyShutdownDuration",), _hours),
    _RUN + "gpu-zonal-redundancy-disabled": (("gpuZonalRedundancyDisabled",), str),
    _RUN + "mesh": (("serviceMesh", "mesh"), str),
}
"""Annotation -> the field of v2, and how its text is read."""
_SERVICE: _Moves = {
    _RUN + "ingress": (("ingress",), str),
    _RUN + "minScale": (("scaling", "minInstanceCount"), str),
    _RUN + "maxScale": (("scaling", "maxInstanceCount"), str),
    _RUN + "scalingMode": (("scaling", "scalingMode"), str.upper),
    _RUN + "manualInstanceCount": (("scaling", "manualInstanceCount"), str),
    _RUN + "invoker-iam-disabled": (("invokerIamDisabled",), str),
    _RUN + "default-url-disabled": (("defaultUriDisabled",), str),
    _RUN + "iap-enabled": (("iapEnabled",), str),
    _RUN + "custom-audiences": (("customAudiences",), _listed),
    _RUN + "binary-authorization": (("binaryAuthorization", "useDefault"), lambda text: text == "default"),
    _RUN + "binary-authorization-breakglass": (("binaryAuthorization", "breakglassJustification"), str),
}


def _annotations(metadata: Json) -> dict[str, str]:
    """Its annotations, without what is noted down only."""
    found = {str(key): str(value) for key, value in (metadata.get("annotations") or {}).items()}
    return {key: value for key, value in found.items() if key not in _NOTED and not key.startswith(_BUILD)}


def _moved(annotations: dict[str, str], moves: _Moves) -> Json:
    """Take from the annotations what has a field in v2."""
    found: dict[str, Any] = {}
    for name, (path, read) in moves.items():
        if name not in annotations:
            continue
        at = found
        for key in path[:-1]:
            at = at.setdefault(key, {})
        at[path[-1]] = read(annotations.pop(name))
    return found


def _aliases(text: str) -> Mapping[str, str]:
    """Secrets of other projects by the names that they have here."""
    return dict(each.split(":", 1) for each in text.split(",") if ":" in each)


def _containers(listed: Iterable[Json], annotations: dict[str, str], secrets: Mapping[str, str]) -> list[Json]:
    idle = annotations.pop(_RUN + "cpu-throttling", "true") == "true"
    boost = annotations.pop(_RUN + "startup-cpu-boost", "false") == "true"
    depends = json.loads(annotations.pop(_RUN + "container-dependencies", "{}"))
    bases = json.loads(annotations.pop(_RUN + "base-images", "{}"))
    found: list[Json] = []
    for each in listed:
        name = each.get("name", "")
        limits = (each.get("resources") or {}).get("limits") or {}
        more = {
            "env": [_variable(variable, secrets) for variable in each.get("env") or ()],
            "resources": {"limits": limits, "cpuIdle": idle, "startupCpuBoost": boost},
            "dependsOn": depends.get(name, []),
            "baseImageUri": bases.get(name, ""),
        }
        found.append({**each, **more})
    return found


def _variable(variable: Json, secrets: Mapping[str, str]) -> Json:
    source = variable.get("valueFrom") or {}
    reference = source.get("secretKeyRef")
    if not reference:
        return {**variable, "valueSource": source}
    name = reference.get("name", "")
    made = {"secret": secrets.get(name, name), "version": reference.get("key", "")}
    return {"name": variable.get("name", ""), "valueSource": {"secretKeyRef": made}}


def _volume(volume: Json, secrets: Mapping[str, str]) -> Json:
    found: dict[str, Any] = dict(volume)
    if secret := found.pop("secret", None):
        name = secret.get("secretName", "")
        items = [
            {("version" if key == "key" else key): value for key, value in i.items()} for i in secret.get("items") or ()
        ]
        rest = {key: value for key, value in secret.items() if key not in ("secretName", "items")}
        found["secret"] = {"secret": secrets.get(name, name), "items": items, **rest}
    if "emptyDir" in found:
        empty = found["emptyDir"] or {}
        found["emptyDir"] = {**empty, **({"medium": str(empty["medium"]).upper()} if empty.get("medium") else {})}
    bucket = found.get("csi")
    if bucket and bucket.get("driver") == "gcsfuse.run.googleapis.com":
        del found["csi"]
        attributes = bucket.get("volumeAttributes") or {}
        options = attributes.get("mountOptions", "")
        found["gcs"] = {"bucket": attributes.get("bucketName", ""), "readOnly": bucket.get("readOnly", "")}
        found["gcs"] |= {"mountOptions": options.split(",")} if options else {}
    return found
