"""What is known here of a Knative Service and Revision that gcloud printed: the rest is left out, and noted."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from validator.emulator.knative.containers import BUCKETS
from validator.emulator.knative.conversion import ANNOTATIONS, BUILD
from validator.emulator.knative.template import TEMPLATE_ANNOTATIONS
from validator.emulator.world.resource_fields import Path, Told

_TEXT, _ANY, _UNSEEN = "text", "any", "unseen"
"""Text; a value of any sort; what every export has and no client here needs."""
_TEXTS = {"*": _TEXT}
_STRICT = "strict"
"""A map with this key has no other fields: an unknown one is a mistake."""
_VARIABLE = {"name": _TEXT, "value": _TEXT, "valueFrom": {"secretKeyRef": {"name": _TEXT, "key": _TEXT}}}
_PROBE = {
    **dict.fromkeys(
        ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold", "successThreshold"), _ANY
    ),
    "tcpSocket": {"port": _ANY},
    "httpGet": {"path": _TEXT, "port": _ANY, "httpHeaders": [{"name": _TEXT, "value": _TEXT}]},
    "grpc": {"port": _ANY, "service": _TEXT},
}
_CONTAINER = {
    "name": _TEXT,
    "image": _TEXT,
    "command": [_TEXT],
    "args": [_TEXT],
    "workingDir": _TEXT,
    "env": [_VARIABLE],
    **dict.fromkeys(("startupProbe", "livenessProbe", "readinessProbe"), _PROBE),
    "ports": [{"name": _TEXT, "containerPort": _ANY}],
    "volumeMounts": [{"name": _TEXT, "mountPath": _TEXT, "subPath": _TEXT}],
    "resources": {"limits": _TEXTS},
}
_VOLUME = {
    "name": _TEXT,
    "secret": {"secretName": _TEXT, "items": [{"key": _TEXT, "path": _TEXT, "mode": _ANY}], "defaultMode": _ANY},
    "emptyDir": {"medium": _TEXT, "sizeLimit": _TEXT},
    "nfs": {"server": _TEXT, "path": _TEXT, "readOnly": _ANY},
    "csi": {"driver": _TEXT, "readOnly": _ANY, "volumeAttributes": {"bucketName": _TEXT, "mountOptions": _TEXT}},
}
_SPEC = {
    "containerConcurrency": _ANY,
    "timeoutSeconds": _ANY,
    "serviceAccountName": _TEXT,
    "containers": [_CONTAINER],
    "volumes": [_VOLUME],
}
_METADATA = {
    **dict.fromkeys(("name", "namespace", "uid", "resourceVersion", "creationTimestamp"), _TEXT),
    "generation": _ANY,
    "labels": _TEXTS,
    "annotations": _TEXTS,
    "selfLink": _UNSEEN,
    "ownerReferences": _UNSEEN,
}
_CONDITION = {
    **dict.fromkeys(("type", "status", "reason", "message", "lastTransitionTime", "severity"), _TEXT),
    _STRICT: True,
}
_TRAFFIC = {"revisionName": _TEXT, "latestRevision": _ANY, "percent": _ANY, "tag": _TEXT, "url": _TEXT}
_STATUS = {
    "observedGeneration": _ANY,
    "conditions": [_CONDITION],
    "traffic": [_TRAFFIC],
    "url": _TEXT,
    "address": _UNSEEN,
    **dict.fromkeys(("latestReadyRevisionName", "latestCreatedRevisionName", "imageDigest", "logUrl"), _TEXT),
    **dict.fromkeys(("serviceName", "containerStatuses", "desiredReplicas", "actualReplicas"), _UNSEEN),
}
_TEMPLATE = {"metadata": _METADATA, "spec": _SPEC}
_OBJECT = {"apiVersion": _TEXT, "kind": _TEXT, "metadata": _METADATA, "status": _STATUS}
_SHAPES: Mapping[str, Any] = {
    "services": {**_OBJECT, "spec": {"template": _TEMPLATE, "traffic": [_TRAFFIC]}},
    "revisions": {**_OBJECT, "spec": _SPEC},
}
_QUIET = (
    *("run.googleapis.com/operation-id", "run.googleapis.com/ingress-status", "client.knative.dev/user-image"),
    *("serving.knative.dev/routes", "serving.knative.dev/routingStateModified", "serving.knative.dev/creator"),
    *("run.googleapis.com/client-name", "run.googleapis.com/client-version"),
)
"""Annotations of the platform that every export has and no client here needs."""


def known(kind: str, export: Any, path: Path, told: Told) -> Any:
    """An export with only what is known here, and with text where it has text."""
    return _known(export, _SHAPES[kind], path, told)


def _known(data: Any, shape: Any, path: Path, told: Told) -> Any:
    if data is None or shape == _ANY:
        return data
    if isinstance(shape, list):
        if not isinstance(data, list):
            told.mistake(path, "this must be a list")
            return []
        items = [_known(each, shape[0], (*path, number), told) for number, each in enumerate(data)]
        return [each for each in items if not (shape[0] is _VOLUME and _sourceless(each, path, told))]
    if isinstance(shape, Mapping):
        if not isinstance(data, Mapping):
            told.mistake(path, "this must be a map")
            return {}
        return dict(_entries(data, shape, path, told))
    if isinstance(data, Mapping | list):
        told.mistake(path, "this must be text")
        return ""
    return data if isinstance(data, str) else told.original(path, data)


def _entries(data: Mapping[str, Any], shape: Mapping[str, Any], path: Path, told: Told) -> Any:
    for key, value in data.items():
        inner = shape.get(key, shape.get("*"))
        if path and path[-1] == "annotations" and not _annotation(key):
            if key not in _QUIET:
                told.note((*path, key), f"the annotation {key} is not known here and left out")
        elif inner is None and shape.get(_STRICT):
            names = [each for each in shape if each != _STRICT]
            close = get_close_matches(key, names, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
            told.mistake((*path, key), f"unknown key {key!r}; {hint}", of_key=True)
        elif inner is None:
            if value not in (None, "", [], {}):
                told.note((*path, key), f"{key} is not known here and left out")
        elif inner != _UNSEEN:
            yield key, _known(value, inner, (*path, key), told)


def _annotation(key: str) -> bool:
    """Whether an annotation is the user's own, or one of the platform that is known here."""
    platform = any(each in key for each in ("knative.dev/", "cloud.googleapis.com/", "run.googleapis.com/"))
    return not platform or key in (*ANNOTATIONS, *TEMPLATE_ANNOTATIONS) or key.startswith(BUILD)


def _sourceless(volume: Any, path: Path, told: Told) -> bool:
    """Whether nothing is known of what a volume is made of."""
    bucket = (volume.get("csi") or {}).get("driver") == BUCKETS
    if any(key in volume for key in ("secret", "emptyDir", "nfs")) or bucket:
        return False
    told.note(path, f"the volume {volume.get('name')!r} is of a kind that is not known here, and left out")
    return True
