"""A filter in Cloud Logging's own language, as far as it can be held against that without asking.

cloud.google.com/logging/docs/view/logging-query-language
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from validator.language.mistake import Mistake

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|--[^\n]*|["()]|[A-Za-z_.]+|.', re.DOTALL)
_TIMES = ("timestamp", "receiveTimestamp", "receive_timestamp")


def filter_mistakes(value: Mapping[str, Any]) -> Iterator[Mistake]:
    """What is wrong with `filter` and what stands beside it."""
    if "filter" not in value:
        if "assume" in value:
            yield Mistake(
                "`assume` is of a `filter`; of the revision's own log probes tell how far it is readable", "assume"
            )
        return
    if "assume" not in value:
        told = "`filter` needs `assume`: after how long what other resources log is taken to be readable, such as 60s"
        yield Mistake(told, "filter")
    if "watermark" in value:
        yield Mistake("`watermark` means nothing beside `filter`, whose is assumed", "watermark")
    for told in _wrong(value["filter"]):
        yield Mistake(told, "filter")


def _wrong(text: str) -> Iterator[str]:
    depth, words = 0, [found[0] for found in _TOKEN.finditer(text)]
    for word in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0:
            break
    if depth:
        yield "the filter has a parenthesis without the other one"
    if '"' in words:
        yield "the filter has a quote that is not closed"
    if any(word in _TIMES for word in words):
        yield "the filter may not speak of times: the window is the check's own (`within`, `for`)"
    if not any(word.strip() and not word.startswith("--") for word in words):
        yield "the filter selects everything; name a resource"
