"""The deployment at one moment: its resources by full name, its hosts, and what its services answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from validator.emulator.world.answers import When
from validator.emulator.world.line import Line
from validator.emulator.world.moments import length
from validator.emulator.world.overlay import overlaid
from validator.emulator.world.socket_script import Script
from validator.emulator.world.spoken import Spoken
from validator.words.call import Json

_NAMES = {
    "services": re.compile(r"projects/[^/]+/locations/[^/]+/services/([^/]+)"),
    "revisions": re.compile(r"projects/[^/]+/locations/[^/]+/services/[^/]+/revisions/([^/]+)"),
    "builds": re.compile(r"projects/[^/]+/locations/[^/]+/builds/([^/]+)"),
}


@dataclass(frozen=True)
class Reply:
    """What a path is answered with."""

    status: int
    headers: tuple[tuple[str, str], ...]
    json: Any
    """None: the text is the body."""
    text: str
    latency: float
    """Seconds from the request's arrival to the last byte."""
    lines: tuple[Line, ...]
    socket: Script | None = None
    """How it talks over a WebSocket; None: it does not."""
    health: str = ""
    """The status that gRPC's health check is answered with; empty: it is not."""
    spoken: Spoken | None = None
    """What another method of gRPC is answered with; None: it is none."""
    instance: bool = True
    """Whether an instance is there to answer; if not, Google's front end says so, with the reply's status."""
    when: When | None = None
    """The requests that it is for; None: those that no other is for."""
    certificate: str = ""
    """The end (RFC 3339) of the TLS certificate that it is answered with over https; empty: none is told of."""

    @classmethod
    def read(cls, data: Json) -> Reply:
        """From a map of the scenario."""
        headers = tuple((str(name).lower(), str(value)) for name, value in (data.get("headers") or {}).items())
        return cls(
            int(data.get("status", 200)),
            headers,
            data.get("json"),
            str(data.get("text", "")),
            length(data.get("latency", "10ms")),
            tuple(map(Line.read, data.get("log") or [])),
            Script.read(data["websocket"]) if "websocket" in data else None,
            str(data.get("health", "")),
            Spoken.read(data["grpc"] or {}) if "grpc" in data else None,
            bool(data.get("instance", True)),
            When.read(data["when"] or {}) if "when" in data else None,
            str(data.get("certificate", "")),
        )


Behaviour = Mapping[str, Mapping[str, tuple[Reply, ...]]]


@dataclass(frozen=True)
class Deployment:
    """All resources at one moment, and how to find them."""

    services: Mapping[str, Json]
    """Full name -> Service."""
    revisions: Mapping[str, Json]
    builds: Mapping[str, Json]
    hosts: Mapping[str, tuple[str, str]]
    """Host -> (full name of the service, tag or empty)."""
    behaviour: Behaviour
    """Service or revision -> path -> replies in turn."""
    sections: Json = field(repr=False)
    """As the scenario has it, with fixed times."""
    epoch: float

    @classmethod
    def read(cls, sections: Json, epoch: float) -> Deployment:
        """From a scenario's services, revisions, builds and behaviour.

        Raises:
            ValueError: a resource without its full name, a wrong value of a reply.
        """
        builds = {key: placed(build) for key, build in sections["builds"].items()}
        named = {
            kind: {full_name(kind, key, data): data for key, data in items.items()}
            for kind, items in {**sections, "builds": builds}.items()
            if kind in _NAMES
        }
        behaviour = {
            owner: {path: replies(data) for path, data in paths.items()}
            for owner, paths in sections["behaviour"].items()
        }
        hosts = dict(host for name, service in named["services"].items() for host in _hosts(name, service))
        return cls(named["services"], named["revisions"], named["builds"], hosts, behaviour, sections, epoch)

    @property
    def projects(self) -> set[str]:
        """The projects that services are in."""
        return {name.split("/")[1] for name in self.services}

    def changed(self, sections: Json) -> Deployment:
        """This deployment with changes laid over it."""
        return Deployment.read(overlaid(self.sections, sections), self.epoch)

    def replaced(self, resources: Mapping[str, Mapping[str, Json]]) -> Deployment:
        """This deployment with whole resources (section -> short name -> resource) in place of what was there."""
        merged = {section: {**self.sections[section], **items} for section, items in resources.items()}
        return Deployment.read({**self.sections, **merged}, self.epoch)

    def revision(self, name: str) -> str:
        """The full name of a revision, by its short name.

        Raises:
            ValueError: there is none.
        """
        found = next((full for full in self.revisions if full.endswith("/revisions/" + name)), None)
        if found is None:
            raise ValueError(f"there is no revision {name!r} here")
        return found


def placed(build: Json) -> Json:
    """A build with its full name, which one that tells its project and id may lack."""
    if "name" in build:
        return build
    return {"name": f"projects/{build['projectId']}/locations/global/builds/{build['id']}", **build}


def full_name(kind: str, key: str, data: Any) -> str:
    """The name of a resource, by which the APIs know it.

    Raises:
        ValueError: it is not the full one, or not that of the key.
    """
    name = data.get("name", "") if isinstance(data, Mapping) else ""
    found = _NAMES[kind].fullmatch(name)
    if not found or found[1] != key:
        raise ValueError(f"its name must be the full resource name and end in /{key}, not {name!r}")
    return str(name)


def replies(data: Any) -> tuple[Reply, ...]:
    """What a path is answered with.

    Raises:
        ValueError: there is none, or one has a wrong value.
    """
    found = tuple(map(Reply.read, data if isinstance(data, list) else [data]))
    if not found:
        raise ValueError("no reply")
    return found


def _hosts(name: str, service: Json) -> list[tuple[str, tuple[str, str]]]:
    own = [(url, "") for url in (service.get("uri", ""), *service.get("urls", ()))]
    tagged = [
        (status.get("uri", ""), status["tag"]) for status in service.get("trafficStatuses", ()) if "tag" in status
    ]
    found = [(urlsplit(url).netloc.lower(), tag) for url, tag in (*own, *tagged)]
    return [(host, (name, tag)) for host, tag in found if host]
