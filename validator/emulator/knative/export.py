"""Knative resources that gcloud printed, as v2: their status too, and without what is not known here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from validator.emulator.knative.conversion import ANNOTATIONS, BUILD, LOCATION, service_annotations_v2, traffic_v2
from validator.emulator.knative.template import TEMPLATE_ANNOTATIONS, template_v2
from validator.emulator.world.moments import moment
from validator.words.call import Json

_COMMON_REASONS = frozenset({"IMMEDIATE_RETRY", "POSTPONED_RETRY", "PROGRESS_DEADLINE_EXCEEDED", "REVISION_FAILED"})
_REVISION_REASONS = frozenset(
    {
        *("PENDING", "RESERVE", "RETIRED", "RETIRING", "RECREATING", "HEALTH_CHECK_CONTAINER_ERROR"),
        *("CUSTOMIZED_PATH_RESPONSE_PENDING", "MIN_INSTANCES_NOT_PROVISIONED", "ACTIVE_REVISION_LIMIT_REACHED"),
        *("NO_DEPLOYMENT", "HEALTH_CHECK_SKIPPED", "MIN_INSTANCES_WARMING"),
    }
)


def service_export(export: Json) -> Json:
    """A v1 Service that gcloud printed, as v2, its status too; fields that are not known here are left out."""
    metadata, status = export.get("metadata") or {}, export.get("status") or {}
    template = (export.get("spec") or {}).get("template") or {}
    annotations = metadata.get("annotations") or {}
    conditions = [_condition_v2(each) for each in status.get("conditions") or ()]
    written = service_annotations_v2(_known(annotations, ANNOTATIONS))
    parent = _named(metadata, "services")
    found: dict[str, Any] = {
        "name": parent,
        **_identified(metadata),
        **written,
        "template": template_v2(_tolerated(template)),
        "traffic": [traffic_v2(target) for target in (export.get("spec") or {}).get("traffic") or ()],
        "observedGeneration": str(status.get("observedGeneration", "")),
        "terminalCondition": next((each for each in conditions if each["type"] == "Ready"), {}),
        "conditions": [each for each in conditions if each["type"] != "Ready"],
        "trafficStatuses": [
            {**traffic_v2(each), **({"uri": each["url"]} if each.get("url") else {})}
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
    found["updateTime"] = max(times, key=lambda each: moment(each, 0.0), default=found.get("createTime", ""))
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
    kept = (key for key in annotations if key in names or key.startswith(BUILD) or not _platform(key))
    return {key: annotations[key] for key in kept}


def _tolerated(template: Json) -> Json:
    """A template or a revision with only what the conversion knows."""
    metadata = template.get("metadata") or {}
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if not _platform(key)}
    spec = template.get("spec") or {}
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
        "reason": reason if reason in _COMMON_REASONS else "",
    }
    return {key: value for key, value in found.items() if value}
