"""Where a check asks the deployed service: a path on the target, or a whole URL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validator.language.mistake import Mistake
from validator.language.values import LOCATION
from validator.words.reach import never_probed_url

PATH = {
    **LOCATION,
    "pattern": "^/",
    "x-form": "must begin with /",
    "description": "The path on the service, with its query.",
}


def misplaced(value: Any) -> Iterator[Mistake]:
    """What is wrong with the `path` or `url` of a check that needs one of them."""
    if ("path" in value) == ("url" in value):
        yield Mistake("write either `path` or `url`", *(["url"] if "url" in value else []))
    if reason := never_probed_url(value.get("url", "")):
        yield Mistake(reason, "url")
