"""Signatures of log events: what two tellings of the same error have in common.

What varies from one telling to the next is masked: numbers, ids, hexadecimal, UUIDs, addresses, times, paths. A trace's
signature is its error, its first cause and the function that raised it; files and lines move between revisions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sized

from validator.model.log_event import Event

_READ = 2000
"""Characters of a text that are masked."""
_LONGEST = 300
"""Characters of a signature's part."""
_VARIETY = 3
"""So many different words at one place of otherwise equal signatures are values, not words."""
_VALUE = "<#>"
"""Stands for numbers and ids of all sorts: a hexadecimal id may happen to have digits only."""
_MASKS = tuple(
    (re.compile(pattern, re.ASCII), mask)
    for pattern, mask in (
        (r"\x1b\[[0-9;]*m", ""),
        (r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b", _VALUE),
        (r"\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d|UTC)\b)?", "<time>"),
        (r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?: GMT| [+-]\d{4})?", "<time>"),
        (r"\b\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?", "<time>"),
        (r"\b\d{4}-\d\d-\d\d\b", "<time>"),
        (r"\b\d\d?:\d\d:\d\d(?:[.,]\d+)?\b", "<time>"),
        (r"\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}", "<email>"),
        (r"\b([a-z][a-z0-9+.-]{1,15}://[^\s/?#'\"<>)\]]*)[^\s'\"<>)\]]*", r"\1<path>"),
        (r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b", "<address>"),
        (r"(?<![\w:])\[?(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}\]?(?::\d{1,5})?(?![\w:])", "<address>"),
        (r"(?<![\w<>./:])(?:~|\.{1,2})?(?:/[\w@%+=:,.~$-]+)+/?", "<path>"),
        (r"\b[A-Za-z]:(?:\\[\w .$-]+)+", "<path>"),
        (r"\b0[xX][0-9a-fA-F]+\b|\b[0-9a-f]{16,}\b", _VALUE),
        (r"\b(?=[a-fA-F]*\d)[0-9a-fA-F]{7,}\b", _VALUE),
        (r"\b(?=[A-Za-z_]*\d)(?=[\d_]*[A-Za-z])\w{8,}\b", _VALUE),
        (r"\b(?=\w*\d)[A-Za-z]+(?:_\w+)+\b|\b\d+_\w+\b", _VALUE),
        (r"(?:(?<![\w<>)\]])[+-])?(?:\d[\d_,]*)?\.?\d+(?:[eE][+-]?\d+)?", _VALUE),
        (r"(<[\w#]+>)(?:,? ?\1)+", r"\1"),
        (r"\s+", " "),
    )
)  # fmt: skip


def template(text: str) -> str:
    """A text with all masked that varies."""
    text = text[:_READ]
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text.strip()[:_LONGEST]


def signature(event: Event) -> str:
    """What the event has in common with others of its sort."""
    trace = event.trace
    if trace and trace.error:
        cause = f" caused by {template(trace.cause)}" if trace.cause else ""
        return f"{template(trace.error)}{cause}" + (f" in {template(trace.function)}" if trace.function else "")
    lines = [line for line in event.text.splitlines() if line.strip()] or [""]
    head = lines[0] if len(lines) == 1 or not lines[0].rstrip().endswith(":") else f"{lines[0]} {lines[1]}"
    return template(head)


class Signatures:
    """The signatures of one log, and the more general ones that they are cases of.

    `user alice is gone`, `user bob is gone` and `user carol is gone` are cases of `user <*> is gone`: a place at which
    three or more words were seen, all else being equal, holds a value. The first word is never one: it tells what it is.
    """

    def __init__(self, counted: Mapping[str, Sized]) -> None:
        """Of signatures and what has each."""
        self._counts = {each: len(found) for each, found in counted.items()}
        variants: dict[str, list[str]] = defaultdict(list)
        for each in self._counts:
            for pattern in _open(each):
                variants[pattern].append(each)
        self._cases = {pattern: cases for pattern, cases in variants.items() if len(cases) >= _VARIETY}

    def general(self, signature: str) -> str:
        """The signature, or the general one that most others are cases of with it."""
        patterns = [pattern for pattern in _open(signature) if pattern in self._cases]
        return max(patterns, key=lambda pattern: len(self._cases[pattern]), default=signature)

    def find(self, signature: str) -> str:
        """The one of these that a signature is, or is a case of; empty if there is none."""
        general = self.general(signature)
        return general if general in self._cases or general in self._counts else ""

    def count(self, found: str) -> int:
        """How often one that was found was told."""
        return sum(self._counts[case] for case in self._cases.get(found, [found]))


def _open(signature: str) -> Iterable[str]:
    """The signature with one word left open, for each of its words but the first."""
    words = signature.split(" ")
    return (" ".join([*words[:place], "<*>", *words[place + 1 :]]) for place in range(1, len(words)))
