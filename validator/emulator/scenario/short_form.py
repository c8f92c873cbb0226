"""The short form of a scenario: one healthy service in a few lines, made into resources, answers and log lines.

`service`, `answers`, `lines` and `previous_lines` stand for the long form, and what a scenario says in it lies over what is
made here: `revisions: {cart-00007-new: {conditions: ...}}` alters the one condition that a test is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from validator.emulator.world.chance import digits
from validator.emulator.world.moments import length
from validator.emulator.world.overlay import overlaid
from validator.emulator.world.rollout import uuid
from validator.words.call import Json

KEYS = ("service", "answers", "lines", "previous_lines")
_BUILT, _HEALTHY, _ROUTED = 90.0, 6.0, 8.0
"""Seconds of the build before the revision; after it until its container is healthy, and until it has the traffic."""
_PREVIOUS = 86400.0
"""Seconds by which the older revision is older."""
_STEP = 0.1
"""Seconds between lines that tell no time of their own."""
_LATEST = ({"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100},)


def expanded(data: Json) -> Json:
    """A scenario without its short form.

    Raises:
        ValueError: the service has no name; `answers` or `lines` of none.
    """
    rest = {key: value for key, value in data.items() if key not in KEYS}
    if data.get("service") is None:
        used = [key for key in KEYS if data.get(key)]
        if used:
            raise ValueError(f"{used[0]} of which service? write service: {{name: ..., project: ...}}")
        return rest
    made: Json = overlaid(_Short(data["service"], data).scenario(), rest)
    return made


class _Short:
    def __init__(self, service: Mapping[str, Any], data: Json) -> None:
        for key in ("name", "project"):
            if not service.get(key):
                raise ValueError(f"the key {key!r} is missing: service: {{name: cart, project: acme}}")
        self.data, self.given = data, service
        self.name, self.project = service["name"], service["project"]
        self.region = service.get("region") or "us-central1"
        self.full = f"projects/{self.project}/locations/{self.region}/services/{self.name}"
        self.revision = service.get("revision") or f"{self.name}-00002-new"
        self.previous = service.get("previous", f"{self.name}-00001-old")
        """Empty or null: this is the first deploy."""
        self.commit = service.get("commit") or digits(0, "commit", self.full, size=40)
        self.build = service.get("build") or uuid(0, "build", self.full)
        number = int(digits(0, "project", self.project, size=9), 16)
        self.url = service.get("url") or f"https://{self.name}-{number:012d}.{self.region}.run.app"
        self.age = length(service.get("age") or "2m")

    def scenario(self) -> Json:
        """The long form."""
        labels = {"commit-sha": self.commit, "gcb-build-id": self.build}
        revisions = {self.revision: self._revision(self.revision, labels, self._image(self.commit), self.age)}
        if self.previous:
            commit = digits(0, "commit before", self.full, size=40)
            age = self.age + _PREVIOUS
            revisions[self.previous] = self._revision(self.previous, {"commit-sha": commit}, self._image(commit), age)
        return {
            "title": f"{self.name}, healthy",
            "env": {"PROJECT_ID": self.project, "COMMIT_SHA": self.commit},
            "services": {self.name: self._service(labels)},
            "revisions": revisions,
            "builds": {self.build: self._build()},
            "behaviour": {self.name: self.data.get("answers") or {}},
            "logs": {"groups": dict(self._groups())},
        }

    def _image(self, commit: str) -> str:
        image = str(self.given.get("image") or f"{self.region}-docker.pkg.dev/{self.project}/apps/{self.name}")
        if "@" in image and commit == self.commit:
            return image
        repository = image.split("@", 1)[0]
        return f"{repository}@sha256:{digits(0, 'image', repository, commit, size=64)}"

    def _service(self, labels: Json) -> Json:
        routed = _before(self.age - _ROUTED)
        return {
            "name": self.full,
            "uid": uuid(0, "uid", self.full),
            "generation": "2",
            "labels": labels,
            "createTime": _before(self.age + 30 * _PREVIOUS),
            "updateTime": routed,
            "ingress": "INGRESS_TRAFFIC_ALL",
            "template": {"revision": self.revision, "labels": labels, **self._configured(self._image(self.commit))},
            "traffic": list(_LATEST),
            "trafficStatuses": list(_LATEST),
            "observedGeneration": "2",
            "terminalCondition": _condition("Ready", routed),
            "conditions": [_condition("RoutesReady", routed), _condition("ConfigurationsReady", routed)],
            "latestReadyRevision": f"{self.full}/revisions/{self.revision}",
            "latestCreatedRevision": f"{self.full}/revisions/{self.revision}",
            "uri": self.url,
            "urls": [self.url],
        }

    def _configured(self, image: str) -> dict[str, Any]:
        plain = [{"name": name, "value": value} for name, value in (self.given.get("env") or {}).items()]
        secret = [
            {"name": name, "valueSource": {"secretKeyRef": _secret(of)}}
            for name, of in (self.given.get("secrets") or {}).items()
        ]
        container: dict[str, Any] = {
            "name": self.name,
            "image": image,
            "ports": [{"name": "http1", "containerPort": 8080}],
        }
        return {"containers": [{**container, **({"env": plain + secret} if plain or secret else {})}]}

    def _revision(self, name: str, labels: Json, image: str, age: float) -> Json:
        imported, healthy = _before(age - _HEALTHY / 2), _before(age - _HEALTHY)
        return {
            "name": f"{self.full}/revisions/{name}",
            "uid": uuid(0, "uid", self.full, name),
            "generation": "1",
            "labels": labels,
            "createTime": _before(age),
            "updateTime": healthy,
            "service": self.name,
            **self._configured(image),
            "conditions": [
                _condition("Ready", healthy, f"Deploying revision succeeded in {_HEALTHY:g}s."),
                _condition("ContainerHealthy", healthy, f"Containers became healthy in {_HEALTHY / 2:g}s."),
                _condition("ContainerReady", imported, f"Container image import completed in {_HEALTHY / 2:g}s."),
                _condition("ResourcesAvailable", imported),
            ],
            "observedGeneration": "1",
        }

    def _build(self) -> Json:
        image, _, digest = self._image(self.commit).partition("@")
        begun, ended = _before(self.age + _BUILT), _before(self.age + 2)
        return {
            "id": self.build,
            "name": f"projects/{self.project}/locations/{self.region}/builds/{self.build}",
            "projectId": self.project,
            "status": "SUCCESS",
            "createTime": begun,
            "startTime": begun,
            "finishTime": ended,
            "substitutions": {"COMMIT_SHA": self.commit},
            "steps": [{"id": "image", "name": "gcr.io/cloud-builders/docker", "status": "SUCCESS"}],
            "results": {"images": [{"name": image.rsplit(":", 1)[0], "digest": digest}]},
        }

    def _groups(self) -> Iterable[tuple[str, Json]]:
        told = [("lines", self.revision, self.age)]
        if self.previous:
            told.append(("previous_lines", self.previous, self.age + _PREVIOUS))
        for key, revision, age in told:
            lines = [_line(number, line) for number, line in enumerate(self.data.get(key) or [])]
            if lines:
                at = _before(age - _HEALTHY / 2)
                yield key, {"revision": revision, "stream": "stdout", "at": at, "lines": lines}


def _secret(of: str) -> Json:
    """`secret`, or `secret:version`."""
    name, _, version = of.partition(":")
    return {"secret": name, "version": version or "latest"}


def _line(number: int, line: Any) -> Any:
    return line if isinstance(line, list) else [f"{number * _STEP:.1f}s", line]


def _before(seconds: float) -> str:
    """An offset from the start, which is that many seconds later."""
    return f"@-{seconds:.3f}s" if seconds >= 0 else f"@+{-seconds:.3f}s"


def _condition(kind: str, since: str, message: str = "") -> Json:
    told = {"message": message} if message else {}
    return {"type": kind, "state": "CONDITION_SUCCEEDED", **told, "lastTransitionTime": since}
