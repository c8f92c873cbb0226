"""Signatures of log events: what two tellings of the same error have in common, and two errors have not.

A trace's signature is its error, the fields that a validation error names, its first cause and the function that raised it;
files and lines move between revisions. Another event's is what its first lines say. Two errors taken for one would hide a new
one, one error taken for two is only seen: in doubt they are two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Sized

from validator.logs.event import Event
from validator.logs.lines import said
from validator.logs.stack_trace import named_fields
from validator.logs.template import template

_VARIETY = 3
"""So many different words at one place of otherwise equal signatures are values, not words."""
_LINES = 2
"""Lines that say something, of an event that is no trace."""
_LOOKED_AT = 60
"""Lines in which the fields of a validation error are looked for."""
_MANY = re.compile(
    r"(?:user|username|login|customer|account|tenant|member|patient|player|guest|visitor|subscriber|owner|order|cart|session"
    r"|sku|product|item)s?[:=]?$",
    re.IGNORECASE,
)
"""What there are many of: the word after it may be the name of one."""
_PLAIN = re.compile(r"[\"'(\[]?[A-Za-z]+(?:-[A-Za-z]+)*[\"')\],.:;]{0,2}$")
"""Not the name of something in code, which has dots, digits, underscores or parentheses."""


def signature(event: Event) -> str:
    """What the event has in common with others of its sort."""
    trace = event.trace
    if trace and trace.error:
        cause = f" caused by {template(trace.cause)}" if trace.cause else ""
        raised = f" in {template(trace.function)}" if trace.function else ""
        return f"{template(trace.error)}{_named(trace.fields)}{cause}{raised}"
    fields = named_fields(event.text.splitlines()[:_LOOKED_AT])
    return template(" ".join(said(event.text, 1 if fields else _LINES))) + _named(fields)


def _named(fields: Sequence[str]) -> str:
    return "".join(f"; {template(field)}" for field in fields)


class Signatures:
    """The signatures of one log, and the more general ones that they are cases of.

    `user alice is gone`, `user bob is gone` and `user carol is gone` are cases of `user <*> is gone`: a place at which three
    or more words were seen, all else being equal, holds a value if the word before it is the name of something that there
    are many of. What else varies (modules, variables, files, hosts, what happened) is what errors are about.
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
    """The signature with one word left open, for each of its words that may be a value."""
    words = signature.split(" ")
    for place in range(1, len(words)):
        if _MANY.match(words[place - 1].lstrip("\"'([")) and _PLAIN.match(words[place]):
            yield " ".join([*words[:place], "<*>", *words[place + 1 :]])
