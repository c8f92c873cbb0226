"""One container of a revision: what it runs and how it is configured."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from validator.resources.settings import FIRST, Settings, of_container
from validator.words.call import Json

_DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})$")
_TAG = re.compile(r":[^/:@]*$")


@dataclass(frozen=True)
class Container:
    """One container; what the platform leaves out is empty."""

    name: str = ""
    image: str = ""
    """As the template names it, by tag or digest."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Plain values by name."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Variables and mounted volumes that come from Secret Manager -> `secret:version`."""
    ports: tuple[int, ...] = ()
    """One container of a revision has a port: it takes the requests."""
    limits: Mapping[str, str] = field(default_factory=dict)
    """`cpu`, `memory` and so on."""
    base_image: str = ""
    """The base image that the platform keeps up to date by itself; empty without."""
    settings: Settings = field(default_factory=dict, repr=False)
    """All its settings, as those of a revision's first container."""

    @property
    def digest(self) -> str:
        """`sha256:...` of its image; empty when the template names a tag only (the v2 API tells no more)."""
        found = _DIGEST.search(self.image)
        return found[1] if found else ""

    @property
    def repository(self) -> str:
        """Its image without tag and digest."""
        return repository(self.image)

    @property
    def title(self) -> str:
        """What to call it."""
        return f"container {self.name}" if self.name else "the container"


def repository(image: str) -> str:
    """An image's name without tag and digest."""
    return _TAG.sub("", image.partition("@")[0])


def read(data: Json) -> tuple[Container, ...]:
    """The containers of a run.v2 Revision; a secret volume is of those that mount it, or of all if none says so."""
    volumes = {v.get("name", ""): _secret(v["secret"]) for v in data.get("volumes", ()) if v.get("secret")}
    listed = data.get("containers", ())
    mounted = {mount.get("name", "") for each in listed for mount in each.get("volumeMounts", ())}
    everywhere = {name: secret for name, secret in volumes.items() if name not in mounted}
    return tuple(_container(each, volumes, everywhere) for each in listed)


def _container(data: Json, volumes: Mapping[str, str], everywhere: Mapping[str, str]) -> Container:
    env: dict[str, str] = {}
    secrets = dict(everywhere)
    for variable in data.get("env", ()):
        name, source = variable.get("name", ""), variable.get("valueSource") or {}
        if name and source.get("secretKeyRef"):
            secrets[name] = _secret(source["secretKeyRef"])
        elif name:
            env[name] = variable.get("value", "")
    for mount in data.get("volumeMounts", ()):
        if mount.get("name") in volumes:
            secrets[mount["name"]] = volumes[mount["name"]]
    return Container(
        data.get("name", ""),
        data.get("image", ""),
        env,
        secrets,
        tuple(port.get("containerPort", 0) for port in data.get("ports", ())),
        (data.get("resources") or {}).get("limits") or {},
        data.get("baseImageUri", ""),
        of_container(data, FIRST),
    )


def _secret(reference: Json) -> str:
    return f"{reference.get('secret', '').rsplit('/', 1)[-1]}:{reference.get('version', 'latest')}"
