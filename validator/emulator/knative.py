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

from validator.emulator.knative_template import (
    TEMPLATE_ANNOTATIONS,
    revision_annotations,
    revision_spec,
    template_v1,
    template_v2,
    tolerated_spec,
)
from validator.emulator.known_fields import only, unknown_field
from validator.emulator.refusal import RefusalError
from validator.model.call import Json
from validator.model.platform import short

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
_REVISION_REASONS = frozenset(
    {
        *("PENDING", "RESERVE", "RETIRED", "RETIRING", "RECREATING", "HEALTH_CHECK_CONTAINER_ERROR"),
        *("CUSTOMIZED_PATH_RESPONSE_PENDING", "MIN_INSTANCES_NOT_PROVISIONED", "ACTIVE_REVISION_LIMIT_REACHED"),
        *("NO_DEPLOYMENT", "HEALTH_CHECK_SKIPPED", "MIN_INSTANCES_WARMING"),
    }
)
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
    own: dict[str, Any] = dict(_from_annotations(metadata.get("annotations") or {}))
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != LOCATION}
    return {
        "name": f"projects/{metadata.get('namespace', '')}/locations/{location}/services/{metadata.get('name', '')}",
        **({"labels": labels} if labels else {}),
        **({"etag": metadata["resourceVersion"]} if metadata.get("resourceVersion") else {}),
        **own,
        "template": template_v2(spec.get("template") or {}),
        "traffic": [_traffic_v2(target) for target in spec.get("traffic") or ()],
    }


def _from_annotations(annotations: Mapping[str, str]) -> Json:
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
        if "run.googleapis.com/" in name or "knative.dev/" in name:
            raise unknown_field(f"service.metadata.annotations[{name}]")
    return {**found, **({"scaling": scaling} if scaling else {}), **({"annotations": left} if left else {})}


def _traffic_v2(target: Any) -> Json:
    only(target, frozenset({"revisionName", "latestRevision", "percent", "tag", "url"}), "service.spec.traffic")
    latest = bool(target.get("latestRevision"))
    return {
        "type": _LATEST if latest else _REVISION,
        **({"revision": target["revisionName"]} if target.get("revisionName") and not latest else {}),
        **({"percent": target["percent"]} if target.get("percent") else {}),
        **({"tag": target["tag"]} if target.get("tag") else {}),
    }


def service_export(export: Json) -> Json:
    """A v1 Service that gcloud printed, as v2, its status too; fields that are not known here are left out."""
    metadata, status = export.get("metadata") or {}, export.get("status") or {}
    template = (export.get("spec") or {}).get("template") or {}
    annotations = metadata.get("annotations") or {}
    conditions = [_condition_v2(each) for each in status.get("conditions") or ()]
    written = _from_annotations(
        _known(
            annotations,
            (*_SERVICE_ANNOTATIONS.values(), *_FLAGS.values(), *_LISTS.values(), _INGRESS, *_SERVICE_SCALING.values()),
        )
    )
    parent = _named(metadata, "services")
    found: dict[str, Any] = {
        "name": parent,
        **_identified(metadata),
        **written,
        "template": template_v2(_tolerated(template)),
        "traffic": [_traffic_v2(target) for target in (export.get("spec") or {}).get("traffic") or ()],
        "observedGeneration": str(status.get("observedGeneration", "")),
        "terminalCondition": next((each for each in conditions if each["type"] == "Ready"), {}),
        "conditions": [each for each in conditions if each["type"] != "Ready"],
        "trafficStatuses": [
            {**_traffic_v2(each), **({"uri": each["url"]} if each.get("url") else {})}
            for each in status.get("traffic") or ()
        ],
        "uri": status.get("url", ""),
    }
    for key in ("latestReadyRevision", "latestCreatedRevision"):
        if status.get(f"{key}Name"):
            found[key] = f"{parent}/revisions/{status[f'{key}Name']}"
    found["reconciling"] = found["terminalCondition"].get("state") == "CONDITION_RECONCILING"
    found.setdefault("urls", [found["uri"]] if found["uri"] else [])
    found["updateTime"] = found["terminalCondition"].get("lastTransitionTime", found.get("createTime", ""))
    return {key: value for key, value in found.items() if value not in ("", [], {}, False)}


def revision_export(export: Json) -> Json:
    """A v1 Revision that gcloud printed, as v2; fields that are not known here are left out."""
    metadata, status = export.get("metadata") or {}, export.get("status") or {}
    service = (metadata.get("labels") or {}).get("serving.knative.dev/service", "")
    template = _tolerated({"metadata": metadata, "spec": export.get("spec") or {}})
    parent = _named({**metadata, "name": service}, "services")
    conditions = [_condition_v2(each) for each in status.get("conditions") or ()]
    found: dict[str, Any] = {
        **{key: value for key, value in template_v2(template).items() if key != "revision"},
        "name": f"{parent}/revisions/{metadata.get('name', '')}",
        **_identified(metadata),
        "service": service,
        "conditions": conditions,
        "observedGeneration": str(status.get("observedGeneration", "")),
        "logUri": status.get("logUrl", ""),
    }
    digest = status.get("imageDigest", "")
    if digest and found.get("containers"):
        found["containers"] = [{**found["containers"][0], "image": digest}, *found["containers"][1:]]
    times = [each["lastTransitionTime"] for each in conditions if each.get("lastTransitionTime")]
    found["updateTime"] = max(times, default=found.get("createTime", ""))
    return {key: value for key, value in found.items() if value not in ("", [], {}, False)}


def _named(metadata: Json, kind: str) -> str:
    location = (metadata.get("labels") or {}).get(LOCATION, "")
    return f"projects/{metadata.get('namespace', '')}/locations/{location}/{kind}/{metadata.get('name', '')}"


def _identified(metadata: Json) -> Json:
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if not _platform(key)}
    return {
        "uid": metadata.get("uid", ""),
        "generation": str(metadata.get("generation", "")),
        "createTime": metadata.get("creationTimestamp", ""),
        "etag": metadata.get("resourceVersion", ""),
        **({"labels": labels} if labels else {}),
    }


def _platform(key: str) -> bool:
    return "knative.dev/" in key or "cloud.googleapis.com/" in key or "run.googleapis.com/" in key


def _known(annotations: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key, value in annotations.items() if key in names or not _platform(key)}


def _tolerated(template: Json) -> Json:
    """A template or a revision with only what the conversion knows."""
    metadata = template.get("metadata") or {}
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if not _platform(key)}
    spec = tolerated_spec(template.get("spec") or {})
    annotations = _known(metadata.get("annotations") or {}, TEMPLATE_ANNOTATIONS)
    return {"metadata": {"name": metadata.get("name", ""), "labels": labels, "annotations": annotations}, "spec": spec}


def _condition_v2(condition: Json) -> Json:
    state = {"True": "CONDITION_SUCCEEDED", "False": "CONDITION_FAILED"}.get(condition.get("status", ""))
    reason = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", condition.get("reason", "")).upper()
    found = {
        "type": condition.get("type", ""),
        "state": state or "CONDITION_RECONCILING",
        "message": condition.get("message", ""),
        "lastTransitionTime": condition.get("lastTransitionTime", ""),
        "severity": {"Info": "INFO", "Warning": "WARNING"}.get(condition.get("severity", ""), ""),
        "revisionReason": reason if reason in _REVISION_REASONS else "",
    }
    return {key: value for key, value in found.items() if value}
