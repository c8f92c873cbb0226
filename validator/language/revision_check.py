"""The kind `revision`'s own part of a check, read: the rules that its keys stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from validator.language.expectation import (
    ABSENT,
    ANY,
    Amount,
    Rule,
    Scope,
    Text,
    bounded,
    counted,
    named,
    number,
    scaled,
    text,
    timed,
)
from validator.language.mistake import Mistake, sound
from validator.language.values import Bound, bound


@dataclass(frozen=True)
class Secrets:
    """What the container's secrets have to be."""

    count: Bound | None = None
    names: tuple[tuple[str, Text | None], ...] = ()
    """Name -> `secret:version`; None for any."""
    pinned: bool = False


@dataclass(frozen=True)
class Options:
    """How the revision must be."""

    serving: bool = False
    """Every revision with traffic, and not the target's alone."""
    startup: Bound | None = None
    """Seconds."""
    container: str = ""
    """Empty for the service's own."""
    digest: str = ""
    """Of the image; empty for any."""
    secrets: Secrets | None = None
    rules: tuple[Rule, ...] = ()
    """What other settings have to be."""

    @property
    def of_service(self) -> bool:
        """Whether a setting of its service counts too."""
        return any(rule.scope is Scope.SERVICE for rule in self.rules)


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    image = value.get("image")
    made = Options(
        value.get("of") == "serving",
        bound(value["startup"]) if "startup" in value else None,
        value.get("container", ""),
        image["digest"] if isinstance(image, dict) else "",
        _secrets(value["secrets"]) if "secrets" in value else None,
        tuple(_rules(value)),
    )
    return sound(made, _mistakes(value))


def _mistakes(value: Any) -> Iterator[Mistake]:
    for name, probe in value.get("probes", {}).items():
        sorts = [key for key in ("http", "tcp", "grpc") if key in probe] if isinstance(probe, dict) else []
        if len(sorts) > 1:
            yield Mistake(f"a probe is one of {' and '.join(sorts)}; keep one of them", "probes", name)
        elif isinstance(probe, dict) and "port" in probe and not sorts:
            yield Mistake("`port` is that of `http` or `grpc`; write one of them", "probes", name, "port")


def _secrets(value: Any) -> Secrets:
    if isinstance(value, list):
        return Secrets(names=tuple((name, None) for name in value))
    if not isinstance(value, dict) or {"min", "max"} & value.keys():
        return Secrets(bound(value))
    names = value.get("names", ())
    listed = tuple((name, text(names[name]) if isinstance(names, dict) else None) for name in names)
    return Secrets(bound(value["count"]) if "count" in value else None, listed, value.get("pinned", False))


def _rules(value: Mapping[str, Any]) -> Iterator[Rule]:
    if isinstance(value.get("image"), str):
        yield Rule("image", "containers[0].image", Text(match=value["image"]), Scope.CONTAINER)
    yield from named("env", "env", value.get("env", {}), Scope.CONTAINER, hidden=True)
    limits = "containers[0].resources.limits"
    if "cpu" in value:
        yield Rule("cpu", f"{limits}.cpu", Amount(bounded(value["cpu"], number)), Scope.CONTAINER)
    if "memory" in value:
        wanted = Amount(bounded(value["memory"], number), "Mi")
        yield Rule("memory", f"{limits}.memory", wanted, Scope.CONTAINER)
    if "concurrency" in value:
        yield counted("concurrency", "max_instance_request_concurrency", value["concurrency"])
    if "timeout" in value:
        yield timed("timeout", "timeout", value["timeout"])
    yield from scaled(value.get("scaling", {}), "scaling", Scope.REVISION)
    for key in ("service_account", "execution_environment"):
        if key in value:
            yield Rule(key, key, text(value[key]))
    yield from _vpc(value.get("vpc", {}))
    if "ingress" in value:
        yield Rule("ingress", "service.ingress", text(value["ingress"]), Scope.SERVICE)
    yield from named("label", "labels", value.get("labels", {}), Scope.REVISION)
    for name, probe in value.get("probes", {}).items():
        yield from _probe(name, probe)


_ACCESS = {
    "connector": "vpc_access.connector",
    "egress": "vpc_access.egress",
    "network": "vpc_access.network_interfaces[0].network",
    "subnetwork": "vpc_access.network_interfaces[0].subnetwork",
}


def _vpc(value: Any) -> Iterator[Rule]:
    if value == ABSENT:
        yield Rule("vpc", "vpc_access", Text())
        return
    for key, path in _ACCESS.items():
        if key in value:
            yield Rule(f"vpc.{key}", path, text(value[key]), short=key != "egress")


def _probe(name: str, value: Any) -> Iterator[Rule]:
    key, at = f"{name} probe", f"containers[0].{name}_probe"
    if value == ABSENT:
        yield Rule(key, at, Text(), Scope.CONTAINER)
        return
    yield Rule(key, at, ANY, Scope.CONTAINER)
    if "http" in value:
        yield Rule(f"{key}'s http path", f"{at}.http_get.path", text(value["http"]), Scope.CONTAINER)
    if "tcp" in value:
        yield counted(f"{key}'s tcp port", f"{at}.tcp_socket.port", value["tcp"], Scope.CONTAINER)
    if "grpc" in value:
        yield Rule(f"{key}'s grpc", f"{at}.grpc", ANY, Scope.CONTAINER)
        yield Rule(f"{key}'s grpc service", f"{at}.grpc.service", text(value["grpc"]), Scope.CONTAINER, "")
    if "port" in value:
        sort = "http_get" if "http" in value else "grpc"
        yield counted(f"{key}'s port", f"{at}.{sort}.port", value["port"], Scope.CONTAINER)
    for field, default in (("initial_delay", "0"), ("timeout", "1"), ("period", "10")):
        if field in value:
            yield timed(f"{key}'s {field}", f"{at}.{field}_seconds", value[field], Scope.CONTAINER, default)
    if "failure_threshold" in value:
        path = f"{at}.failure_threshold"
        yield counted(f"{key}'s failure_threshold", path, value["failure_threshold"], Scope.CONTAINER, "3")
