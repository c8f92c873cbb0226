"""The manifests of an image registry, by their digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from validator.emulator.api.refusal import RefusalError
from validator.words.call import GetManifest, Json

Images = Mapping[str, Mapping[str, str]]
"""Repository, with its host -> digest -> the manifest's text."""


def images(data: Any) -> Images:
    """What a scenario says of images: each manifest as it is written, or, of a map, as compact JSON.

    Raises:
        ValueError: a text is no JSON.
    """
    return {str(name): dict(map(_manifest, listed or ())) for name, listed in (data or {}).items()}


def _manifest(written: Any) -> tuple[str, str]:
    text = written if isinstance(written, str) else json.dumps(written, separators=(",", ":"), ensure_ascii=False)
    json.loads(text)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}", text


def manifest(known: Images, call: GetManifest) -> Json:
    """The manifest of a digest.

    Raises:
        RefusalError: there is none.
    """
    text = known.get(call.repository, {}).get(call.reference)
    if text is None:
        raise RefusalError("NOT_FOUND", f"manifest unknown: {call.repository} has no {call.reference} here.")
    return {"digest": call.reference, "manifest": json.loads(text)}
