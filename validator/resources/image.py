"""A manifest of an image registry: one image, or an index of images for several platforms.

OCI image specification 1.1 and Docker's image manifest version 2, schema 2, which agree in what is read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from validator.words.call import Json

PLATFORM = "linux/amd64"
"""What Cloud Run runs; https://cloud.google.com/run/docs/container-contract."""
INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
IMAGE_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Manifest:
    """One manifest, as far as it is judged."""

    digest: str
    """Of its own bytes."""
    is_index: bool = False
    """Whether it is of several images."""
    children: tuple[tuple[str, str], ...] = ()
    """(digest, platform) of an index's images; attestations, whose platform is unknown, among them."""
    layers: tuple[int, ...] = ()
    """Bytes of each layer of an image, compressed, as they are pulled."""
    config: int = 0
    """Bytes of an image's configuration."""

    @classmethod
    def read(cls, content: Json) -> Manifest:
        """From the answer to a `GetManifest`.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: it is no manifest.
        """
        data, digest = content["manifest"], _digest(content["digest"])
        if "manifests" in data:
            children = tuple((_digest(each["digest"]), _platform(each)) for each in data["manifests"])
            return cls(digest, True, children)
        return cls(digest, layers=tuple(_size(layer) for layer in data["layers"]), config=_size(data["config"]))

    @property
    def child(self) -> str:
        """The digest of the image that Cloud Run runs of an index; empty if it has none for that platform."""
        return next((digest for digest, platform in self.children if platform == PLATFORM), "")

    @property
    def told(self) -> str:
        """What an index has, for a person."""
        return "index: " + ", ".join(f"{platform} {digest[:19]}" for digest, platform in self.children)

    @property
    def size(self) -> int:
        """Bytes that are pulled to run it."""
        return sum(self.layers) + self.config


def _digest(value: object) -> str:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise ValueError(f"not a sha256 digest: {value!r}")
    return value


def _platform(child: Json) -> str:
    platform = child.get("platform") or {}
    return f"{platform.get('os', '')}/{platform.get('architecture', '')}"


def _size(descriptor: Json) -> int:
    size = descriptor["size"]
    if type(size) is not int or size < 0:
        raise ValueError(f"not a size: {size!r}")
    return size
