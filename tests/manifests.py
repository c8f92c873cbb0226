"""Manifests of images as registries have them, and a scenario's section of them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_OCI = "application/vnd.oci.image"


def digest(data: Any) -> str:
    """Of a manifest as the emulator writes it, or of a text."""
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def image(*layers: int, config: int = 100) -> dict[str, Any]:
    """An image whose layers have so many bytes."""
    return {
        "schemaVersion": 2,
        "mediaType": f"{_OCI}.manifest.v1+json",
        "config": {"mediaType": f"{_OCI}.config.v1+json", "digest": digest(f"config {layers}"), "size": config},
        "layers": [
            {"mediaType": f"{_OCI}.layer.v1.tar+gzip", "digest": digest(f"{number} of {size}"), "size": size}
            for number, size in enumerate(layers)
        ],
    }


def index(**images: Any) -> dict[str, Any]:
    """An index of images by their architecture; `unknown` is an attestation."""
    return {
        "schemaVersion": 2,
        "mediaType": f"{_OCI}.index.v1+json",
        "manifests": [
            {
                "mediaType": f"{_OCI}.manifest.v1+json",
                "digest": digest(each),
                "size": 500,
                "platform": {"os": "unknown" if name == "unknown" else "linux", "architecture": name},
            }
            for name, each in images.items()
        ],
    }


def section(repository: str, *manifests: Any) -> str:
    """The scenario's `images`."""
    return f"images: {json.dumps({repository: manifests})}\n"
