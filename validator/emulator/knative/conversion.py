"""Cloud Run's v1 API in terms of v2: Knative Service and Revision, there and back.

v1 is not v2 renamed. What v2 has as fields v1 keeps in annotations, in the `spec` or in the `status`; conditions are
`True`, `False` or `Unknown`; times are `...Timestamp` or `lastTransitionTime`; a revision is called by its short name.

    v2 Service                          v1 Service
    name, uid, etag, generation         metadata: name, namespace, uid, resourceVersion, generation
    createTime, labels, annotations     metadata: creationTimestamp, labels, annotations
    ingress, launchStage, description, invokerIamDisabled, defaultUriDisabled, client, clientVersion, creator,
      lastModifier, urls, customAudiences    annotations, see _SERVICE_ANNOTATIONS
    template                            spec.template: metadata, spec; see knative_template.py
    traffic                             spec.traffic: latestRevision, revisionName, percent, tag
    observedGeneration, latestReadyRevision, latestCreatedRevision, uri     status: the same, ...RevisionName, url
    terminalCondition, conditions       status.conditions
    trafficStatuses                     status.traffic, which names the revision behind LATEST, with url

    v2 Revision                         v1 Revision
    name, uid, generation, createTime, labels, annotations    metadata
    service                             metadata.labels: serving.knative.dev/service, .../configuration
    the template's fields               metadata.annotations, spec
    conditions, observedGeneration, logUri    status
    the image's digest, if it has one   status.imageDigest

A v2 resource with a field that has no place here is refused; so is a v1 one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from validator.emulator.api.known_fields import only, unknown_field
from validator.emulator.api.refusal import RefusalError
from validator.emulator.knative.template import revision_annotations, revision_spec, template_v1, template_v2
from validator.words.call import Json
from validator.words.resource_name import short

API_VERSION = "serving.knative.dev/v1"
LOCATION = "cloud.googleapis.com/location"
_SERVICE_ANNOTATIONS = {
    "description": "run.googleapis.com/description",
    "client": "run.googleapis.com/client-name",
    "clientVersion": "run.googleapis.com/client-version",
    "creator": "serving.knative.dev/creator",
    "lastModifier": "serving.knative.dev/lastModifier",
    "launchStage": "run.googleapis.com/launch-stage",
}
_FLAGS = {
    "invokerIamDisabled": "run.googleapis.com/invoker-iam-disabled",
    "defaultUriDisabled": "run.googleapis.com/default-url-disabled",
}
_LISTS = {"urls": "run.googleapis.com/urls", "customAudiences": "run.googleapis.com/custom-audiences"}
_INGRESS = "run.googleapis.com/ingress"
_INGRESSES = {
    "INGRESS_TRAFFIC_ALL": "all",
    "INGRESS_TRAFFIC_INTERNAL_ONLY": "internal",
    "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER": "internal-and-cloud-load-balancing",
}
_SERVICE_SCALING = {
    "minInstanceCount": "run.googleapis.com/minScale",
    "maxInstanceCount": "run.googleapis.com/maxScale",
}
ANNOTATIONS = (
    *_SERVICE_ANNOTATIONS.values(),
    *_FLAGS.values(),
    *_LISTS.values(),
    *_SERVICE_SCALING.values(),
    _INGRESS,
)
"""The annotations of a service that are fields in v2."""
BUILD = "run.googleapis.com/build-"
"""What the annotations of a source deploy begin with (`build-id`, `build-source-location`, ...): v2 has them as they are."""
_OUTPUT = ("run.googleapis.com/ingress-status", "run.googleapis.com/operation-id")
_SERVICE = frozenset(
    {
        *(
            "name",
            "uid",
            "etag",
            "generation",
            "createTime",
            "updateTime",
            "labels",
            "annotations",
            "ingress",
            "scaling",
        ),
        *_SERVICE_ANNOTATIONS,
        *_FLAGS,
        *_LISTS,
        *("template", "traffic", "observedGeneration", "latestReadyRevision", "latestCreatedRevision", "uri"),
        *("terminalCondition", "conditions", "trafficStatuses", "reconciling", "satisfiesPzs"),
    }
)
_LATEST, _REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
_STATES = {"CONDITION_SUCCEEDED": "True", "CONDITION_FAILED": "False"}


def service_v1(service: Json) -> Json:
    """A v2 Service as v1.

    Raises:
        RefusalError: it has a field that is not known here.
    """
    only(service, _SERVICE, "service", "UNIMPLEMENTED")
    traffic = [_traffic_v1(target, "") for target in service.get("traffic", ())]
    latest = short(service.get("latestReadyRevision", ""))
    status: dict[str, Any] = {
        "conditions": [_condition_v1(each) for each in _conditions(service)],
        "latestReadyRevisionName": latest,
        "latestCreatedRevisionName": short(service.get("latestCreatedRevision", "")),
        "observedGeneration": int(service.get("observedGeneration", 0)),
        "traffic": [_traffic_v1(each, latest) for each in service.get("trafficStatuses", ())],
        **({"url": service["uri"], "address": {"url": service["uri"]}} if service.get("uri") else {}),
    }
    return {
        "apiVersion": API_VERSION,
        "kind": "Service",
        "metadata": _metadata(service, _service_annotations(service), {}),
        "spec": {"template": template_v1(service.get("template") or {}), "traffic": traffic},
        "status": {key: value for key, value in status.items() if value not in ("", 0)},
    }


def _service_annotations(service: Json) -> dict[str, str]:
    found = {name: str(service[key]) for key, name in _SERVICE_ANNOTATIONS.items() if service.get(key)}
    found |= {name: "true" for key, name in _FLAGS.items() if service.get(key)}
    found |= {name: json.dumps(list(service[key])) for key, name in _LISTS.items() if service.get(key)}
    scaling = service.get("scaling") or {}
    only(scaling, frozenset(_SERVICE_SCALING), "service.scaling", "UNIMPLEMENTED")
    found |= {name: str(scaling[key]) for key, name in _SERVICE_SCALING.items() if key in scaling}
    if service.get("ingress"):
        if service["ingress"] not in _INGRESSES:
            raise RefusalError("UNIMPLEMENTED", f"The ingress {service['ingress']} is not known here.")
        found[_INGRESS] = found["run.googleapis.com/ingress-status"] = _INGRESSES[service["ingress"]]
    return found


def _metadata(resource: Json, annotations: Mapping[str, str], labels: Mapping[str, str]) -> Json:
    place = resource["name"].split("/")
    found = {
        "name": place[-1],
        "namespace": place[1],
        "selfLink": f"/apis/{API_VERSION}/namespaces/{place[1]}/{place[-2]}/{place[-1]}",
        "uid": resource.get("uid", ""),
        "resourceVersion": resource.get("etag", ""),
        "generation": int(resource.get("generation", 0)),
        "creationTimestamp": resource.get("createTime", ""),
        "labels": {**(resource.get("labels") or {}), LOCATION: place[3], **labels},
        "annotations": {**(resource.get("annotations") or {}), **annotations},
    }
    return {key: value for key, value in found.items() if value not in ("", 0, {})}


def _conditions(resource: Json) -> list[Json]:
    own = [resource["terminalCondition"]] if "terminalCondition" in resource else []
    return [*own, *resource.get("conditions", ())]


def _condition_v1(condition: Json) -> Json:
    reasons = (condition.get(key, "") for key in ("reason", "revisionReason", "executionReason"))
    reason = next((each for each in reasons if each and not each.endswith("_UNDEFINED")), "")
    found = {
        "type": condition.get("type", ""),
        "status": _STATES.get(condition.get("state", ""), "Unknown"),
        "reason": "".join(part.capitalize() for part in reason.split("_")),
        "message": condition.get("message", ""),
        "lastTransitionTime": condition.get("lastTransitionTime", ""),
        "severity": str(condition.get("severity", "")).capitalize() if condition.get("severity") != "ERROR" else "",
    }
    return {key: value for key, value in found.items() if value}


def _traffic_v1(target: Json, latest: str) -> Json:
    """A traffic target; in a status LATEST names the revision it stands for."""
    own = short(target.get("revision", "")) or (latest if target.get("type") == _LATEST else "")
    found = {
        "revisionName": own,
        "latestRevision": target.get("type") == _LATEST,
        "percent": target.get("percent", 0),
        "tag": target.get("tag", ""),
        "url": target.get("uri", ""),
    }
    return {key: value for key, value in found.items() if value}


def revision_v1(revision: Json) -> Json:
    """A v2 Revision as v1.

    Raises:
        RefusalError: it has a field that is not known here.
    """
    service = short(revision.get("service", ""))
    digest = re.search(r"@sha256:[0-9a-f]{64}$", revision.get("containers", [{}])[0].get("image", ""))
    labels = {"serving.knative.dev/service": service, "serving.knative.dev/configuration": service}
    status = {
        "conditions": [_condition_v1(each) for each in revision.get("conditions", ())],
        "observedGeneration": int(revision.get("observedGeneration", 0)),
        "serviceName": service,
        "logUrl": revision.get("logUri", ""),
        **({"imageDigest": revision["containers"][0]["image"]} if digest else {}),
    }
    return {
        "apiVersion": API_VERSION,
        "kind": "Revision",
        "metadata": _metadata(revision, revision_annotations(revision), labels),
        "spec": revision_spec(revision),
        "status": {key: value for key, value in status.items() if value not in ("", 0)},
    }


def service_v2(body: Any, location: str) -> Json:
    """A v1 Service, as a client writes it, as v2.

    Raises:
        RefusalError: it is none, or has something that is not known here.
    """
    only(body, frozenset({"apiVersion", "kind", "metadata", "spec", "status"}), "service")
    if body.get("apiVersion") != API_VERSION or body.get("kind") != "Service":
        raise RefusalError("INVALID_ARGUMENT", f"This must be a Service of {API_VERSION}.")
    metadata, spec = body.get("metadata") or {}, body.get("spec") or {}
    only(
        metadata,
        frozenset(
            {
                *("name", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp"),
                *("labels", "annotations"),
            }
        ),
        "service.metadata",
    )
    only(spec, frozenset({"template", "traffic"}), "service.spec")
    own: dict[str, Any] = dict(service_annotations_v2(metadata.get("annotations") or {}))
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != LOCATION}
    return {
        "name": f"projects/{metadata.get('namespace', '')}/locations/{location}/services/{metadata.get('name', '')}",
        **({"labels": labels} if labels else {}),
        **({"etag": metadata["resourceVersion"]} if metadata.get("resourceVersion") else {}),
        **own,
        "template": template_v2(spec.get("template") or {}),
        "traffic": [traffic_v2(target) for target in spec.get("traffic") or ()],
    }


def service_annotations_v2(annotations: Mapping[str, str]) -> Json:
    """The fields of a v2 Service that v1 keeps in annotations.

    Raises:
        RefusalError: an annotation of the platform that is not known here.
    """
    left = {key: value for key, value in annotations.items() if key not in _OUTPUT}
    found: dict[str, Any] = {}
    found |= {key: left.pop(name) for key, name in _SERVICE_ANNOTATIONS.items() if name in left}
    found |= {key: left.pop(name) == "true" for key, name in _FLAGS.items() if name in left}
    found |= {key: json.loads(left.pop(name)) for key, name in _LISTS.items() if name in left}
    scaling = {key: int(left.pop(name)) for key, name in _SERVICE_SCALING.items() if name in left}
    if _INGRESS in left:
        ingress = left.pop(_INGRESS)
        known = {name: key for key, name in _INGRESSES.items()}
        if ingress not in known:
            raise RefusalError("INVALID_ARGUMENT", f"metadata.annotations[{_INGRESS}]: {ingress!r} is not known here.")
        found["ingress"] = known[ingress]
    for name in left:
        if ("run.googleapis.com/" in name or "knative.dev/" in name) and not name.startswith(BUILD):
            raise unknown_field(f"service.metadata.annotations[{name}]")
    return {**found, **({"scaling": scaling} if scaling else {}), **({"annotations": left} if left else {})}


def traffic_v2(target: Any) -> Json:
    """A v1 traffic target as v2."""
    only(target, frozenset({"revisionName", "latestRevision", "percent", "tag", "url"}), "service.spec.traffic")
    latest = bool(target.get("latestRevision"))
    return {
        "type": _LATEST if latest else _REVISION,
        **({"revision": target["revisionName"]} if target.get("revisionName") and not latest else {}),
        **({"percent": target["percent"]} if target.get("percent") else {}),
        **({"tag": target["tag"]} if target.get("tag") else {}),
    }
