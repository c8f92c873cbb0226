"""What a container runs by its digest, and what it takes from Secret Manager."""

from __future__ import annotations

from collections.abc import Iterator

from validator.language.revision_check import Secrets
from validator.resources.container import Container
from validator.words.counting import counted
from validator.words.finding import Finding, State


def image(wanted: str, container: Container) -> Finding:
    """Whether it runs an image of this digest."""
    reason, expected = f"the image of {container.title} is {container.image}", f"an image of {wanted}"
    if not container.digest:
        told = f"{reason}: the platform tells no digest of an image that is deployed by its tag"
        return Finding(State.UNKNOWN, told, expected, container.image, "deploy the image by its digest")
    state = State.HOLDS if container.digest == wanted else State.VIOLATED
    return Finding(state, reason, expected, container.digest)


def secrets(wanted: Secrets, container: Container) -> Iterator[Finding]:
    """How many secrets it has, which, and of which versions."""
    if wanted.count:
        count = len(container.secrets)
        state = State.HOLDS if wanted.count.holds(count) else State.VIOLATED
        reason = f"{container.title} has {counted(count, 'secret')}"
        yield Finding(state, reason, f"{wanted.count.text()} secrets", str(count))
    if wanted.names:
        yield _named(wanted, container)
    if wanted.pinned:
        yield _pinned(container)


def _named(wanted: Secrets, container: Container) -> Finding:
    there = container.secrets
    expected = "secrets " + ", ".join(
        name if text is None else f"{name} {_said(text.said)}" for name, text in wanted.names
    )
    actual = ", ".join(sorted(there)) or "no secret"
    missing = [name for name, text in wanted.names if name not in there and not (text and text.absent)]
    if missing:
        reason = f"not from Secret Manager in {container.title}: {', '.join(missing)}"
        return Finding(State.VIOLATED, reason, expected, actual)
    other = [name for name, text in wanted.names if text and not text.holds(there.get(name))]
    if other:
        told = ", ".join(f"{name} is {_said(there[name])}" for name in other)
        return Finding(State.VIOLATED, f"secrets of {container.title} are not as wanted: {told}", expected, told)
    return Finding(State.HOLDS, f"{counted(len(wanted.names), 'named secret')} found", expected)


def _pinned(container: Container) -> Finding:
    floating = [name for name, version in container.secrets.items() if version.endswith(":latest")]
    expected = "secrets pinned to a version"
    if floating:
        reason = f"not pinned to a version in {container.title}: {', '.join(sorted(floating))}"
        return Finding(State.VIOLATED, reason, expected, f"{len(floating)} of {len(container.secrets)} follow `latest`")
    if not container.secrets:
        return Finding(State.UNKNOWN, f"{container.title} has no secret that could be pinned", expected, "no secret")
    return Finding(State.HOLDS, f"{counted(len(container.secrets), 'secret')} pinned to a version", expected)


def _said(version: str) -> str:
    """`db-pass:3` so that it is not taken for a password and its value."""
    name, colon, number = version.rpartition(":")
    return f"{name} version {number}" if colon else version
