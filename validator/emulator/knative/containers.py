"""Containers and volumes in v1 and in v2; see knative_template.py for what goes elsewhere."""

from __future__ import annotations

from typing import Any

from validator.emulator.api.known_fields import only
from validator.emulator.api.refusal import RefusalError
from validator.words.call import Json

_SAME = ("name", "image", "command", "args", "workingDir", "ports", "volumeMounts")
_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_V2 = frozenset({*_SAME, *_PROBES, "env", "resources", "dependsOn", "baseImageUri"})
_V1 = frozenset({*_SAME, *_PROBES, "env", "resources"})
_PROBE = frozenset(
    {*("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold", "successThreshold"), "tcpSocket", "httpGet", "grpc"}
)  # fmt: skip


def container_v1(container: Json) -> Json:
    """A v2 Container as v1.

    Raises:
        RefusalError: it has a field that is not known here.
    """
    only(container, _V2, "container", "UNIMPLEMENTED")
    found = {key: container[key] for key in _SAME if container.get(key)}
    for key in _PROBES:
        if container.get(key):
            only(container[key], _PROBE, f"container.{key}", "UNIMPLEMENTED")
            found[key] = container[key]
    if container.get("env"):
        found["env"] = [_variable_v1(each) for each in container["env"]]
    limits = (container.get("resources") or {}).get("limits")
    return {**found, **({"resources": {"limits": limits}} if limits else {})}


def container_v2(container: Any) -> Json:
    """A v1 container, as a client writes it, as v2.

    Raises:
        RefusalError: it has a field that is not known here.
    """
    only(container, _V1, "container")
    found = {key: container[key] for key in _SAME if container.get(key)}
    for key in _PROBES:
        if container.get(key):
            only(container[key], _PROBE, f"container.{key}")
            found[key] = container[key]
    if container.get("env"):
        found["env"] = [_variable_v2(each) for each in container["env"]]
    resources = container.get("resources") or {}
    only(resources, frozenset({"limits"}), "container.resources")
    return {**found, **({"resources": {"limits": resources["limits"]}} if resources.get("limits") else {})}


def _variable_v1(variable: Json) -> Json:
    reference = (variable.get("valueSource") or {}).get("secretKeyRef")
    if not reference:
        return {"name": variable["name"], **({"value": variable["value"]} if variable.get("value") else {})}
    secret = {"name": reference.get("secret", ""), "key": reference.get("version", "latest")}
    return {"name": variable["name"], "valueFrom": {"secretKeyRef": secret}}


def _variable_v2(variable: Any) -> Json:
    only(variable, frozenset({"name", "value", "valueFrom"}), "container.env")
    source = variable.get("valueFrom")
    if not source:
        return {"name": variable["name"], **({"value": variable["value"]} if variable.get("value") else {})}
    only(source, frozenset({"secretKeyRef"}), "container.env.valueFrom")
    only(source["secretKeyRef"], frozenset({"name", "key"}), "container.env.valueFrom.secretKeyRef")
    reference = {"secret": source["secretKeyRef"]["name"], "version": source["secretKeyRef"]["key"]}
    return {"name": variable["name"], "valueSource": {"secretKeyRef": reference}}


_VOLUME = frozenset({"name", "secret", "emptyDir", "gcs", "nfs"})
_VOLUME_V1 = frozenset({"name", "secret", "emptyDir", "csi", "nfs"})
BUCKETS = "gcsfuse.run.googleapis.com"
"""The driver of a volume that is a Cloud Storage bucket."""


def volume_v1(volume: Json) -> Json:
    """A v2 Volume as v1.

    Raises:
        RefusalError: its kind is not known here.
    """
    only(volume, _VOLUME, "volume", "UNIMPLEMENTED")
    name = {"name": volume["name"]}
    if "emptyDir" in volume:
        medium = {"medium": str(volume["emptyDir"]["medium"]).capitalize()} if volume["emptyDir"].get("medium") else {}
        return {**name, "emptyDir": {**volume["emptyDir"], **medium}}
    if "nfs" in volume:
        return {**name, "nfs": volume["nfs"]}
    if "gcs" in volume:
        bucket = volume["gcs"]
        only(bucket, frozenset({"bucket", "readOnly", "mountOptions"}), "volume.gcs", "UNIMPLEMENTED")
        options = {"mountOptions": ",".join(bucket["mountOptions"])} if bucket.get("mountOptions") else {}
        read_only = {"readOnly": True} if bucket.get("readOnly") else {}
        attributes = {"bucketName": bucket.get("bucket", ""), **options}
        return {**name, "csi": {"driver": BUCKETS, **read_only, "volumeAttributes": attributes}}
    secret = volume["secret"]
    only(secret, frozenset({"secret", "items", "defaultMode"}), "volume.secret", "UNIMPLEMENTED")
    items = [
        {**_mode(each), "key": each.get("version", "latest"), "path": each["path"]} for each in secret.get("items", ())
    ]
    found = {"secretName": secret["secret"], "items": items, "defaultMode": secret.get("defaultMode", 0)}
    return {**name, "secret": {key: value for key, value in found.items() if value}}


def volume_v2(volume: Any) -> Json:
    """A v1 volume, as a client writes it, as v2.

    Raises:
        RefusalError: its kind is not known here.
    """
    only(volume, _VOLUME_V1, "volume")
    name = {"name": volume["name"]}
    if "emptyDir" in volume:
        medium = {"medium": str(volume["emptyDir"]["medium"]).upper()} if volume["emptyDir"].get("medium") else {}
        return {**name, "emptyDir": {**volume["emptyDir"], **medium}}
    if "nfs" in volume:
        return {**name, "nfs": volume["nfs"]}
    if "csi" in volume:
        return {**name, "gcs": _bucket_v2(volume["csi"])}
    if "secret" not in volume:
        raise RefusalError("INVALID_ARGUMENT", f"volume {volume['name']}: its kind is not known here.")
    secret = volume["secret"]
    only(secret, frozenset({"secretName", "items", "defaultMode"}), "volume.secret")
    items = [{**_mode(each), "version": each["key"], "path": each["path"]} for each in secret.get("items", ())]
    found = {"secret": secret["secretName"], "items": items, "defaultMode": secret.get("defaultMode", 0)}
    return {**name, "secret": {key: value for key, value in found.items() if value}}


def _bucket_v2(source: Json) -> Json:
    only(source, frozenset({"driver", "readOnly", "volumeAttributes"}), "volume.csi")
    if source.get("driver") != BUCKETS:
        raise RefusalError("INVALID_ARGUMENT", f"volume.csi.driver: {source.get('driver')!r} is not known here.")
    attributes = source.get("volumeAttributes") or {}
    only(attributes, frozenset({"bucketName", "mountOptions"}), "volume.csi.volumeAttributes")
    options = {"mountOptions": attributes["mountOptions"].split(",")} if attributes.get("mountOptions") else {}
    read_only = {"readOnly": True} if source.get("readOnly") else {}
    return {"bucket": attributes.get("bucketName", ""), **read_only, **options}


def _mode(item: Json) -> Json:
    return {"mode": item["mode"]} if "mode" in item else {}
