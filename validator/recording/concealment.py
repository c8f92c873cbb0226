"""Concealment: a record of the journal without its secrets, as a recording holds it.

What a spec says, sends and compares is concealed by the values that are known to be secret, and by nothing else: so a query
that is made of the concealed spec is the one that was concealed. What came back is searched for whatever is recognised too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import re2

from validator.recording.pseudonym import Pseudonyms
from validator.report.redaction import Redactor, forms, suspicious
from validator.words.secret import SHAPES, SHORTEST, named, within

_SENT = ("query", "call")
_OWN = frozenset({"is", "run_id", "ending"})
"""Of a record: what the gate itself says."""
_REFERENCES = frozenset(
    {"valueSource", "secretEnv", "availableSecrets", "secrets", "secret", "secretKeyRef", "nextPageToken", "volumes"}
)
"""Keys of Google's resources that are called after secrets and hold none."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|\d+\.\d+s")
_NOTHING = re.compile(r"(?:null|none|true|false|bearer|basic|\W*)[\s,;\]})]*", re.IGNORECASE)
"""What stands where a secret would, and is none."""
_REFERENCE = re.compile(r"\$\{capture\.")
"""In what is not sent before a captured value stands in it."""
_PART = 8
_SHAPED = re.compile("|".join(SHAPES))
_BUDGET = 1 << 27
"""Bytes that RE2 may take for all known values."""


class Concealment:
    """Knows the secrets so far, and takes them out of records."""

    def __init__(self, key: bytes, spec: str) -> None:
        self.put = Pseudonyms(key)
        self._spec = spec
        """Its text."""
        self.plain = ""
        """The same as the recording has it: what that says in plain is no secret."""
        self.values: frozenset[str] = frozenset()
        self._know(frozenset())

    def learn(self, values: Iterable[str]) -> None:
        """From now on these are taken out; what the spec makes of another secret and its own words is known by that."""
        told = {value for value in values if len(value.strip()) >= SHORTEST and not _REFERENCE.search(value)}
        new = {value for value in told if value not in self.plain} - self.values
        if new:
            self._know(self.values | {value for value in new if not self._composed(value, self.values | new)})

    def _composed(self, value: str, values: Collection[str]) -> bool:
        """Whether all of it but other secrets stands in the spec."""
        inner = max((each for each in values if each != value and each in value), key=len, default="")
        rest = [part.strip() for part in value.split(inner)] if inner else [value]
        return bool(inner) and all(part in self._spec for part in rest)

    def _know(self, values: frozenset[str]) -> None:
        self.values = values
        found = sorted({form for value in values for form in forms(value)}, key=len, reverse=True)
        self._redact = Redactor(values, self._hit)
        options = re2.Options()
        options.max_mem, options.log_errors = _BUDGET, False
        self._exact = re2.compile("|".join(map(re2.escape, found)) or r"\z.", options)
        pieces = sorted({form[:SHORTEST] for form in found} | {form[-_PART:] for form in found})
        self._pieces = re2.compile("|".join(map(re2.escape, pieces)).encode("utf-8", "replace") or rb"\z.", options)

    def _hit(self, text: str) -> str:
        """What stands in place of what was found; of what holds a secret that is taken out already, the rest stays apart."""
        if text in self.values:
            return self.put(text)
        if _NOTHING.fullmatch(text):
            return text
        if not self.put.within(text):
            return self.put(text)
        parts = re.split(f"({'|'.join(re.escape(each) for each in self.put.made.values() if each in text)})", text)
        return "".join(part if at % 2 or _NOTHING.fullmatch(part) else self.put(part) for at, part in enumerate(parts))

    # What is concealed.

    def sent(self, text: str) -> str:
        """A text of the spec, or one that was sent, without the values that are known."""
        return str(self._exact.sub(lambda found: self.put(found[0]), text))

    def said(self, text: str) -> str:
        """A text that came back, without whatever is or looks secret."""
        return self._redact(text) if self._may_tell(text) and not _TIME.fullmatch(text) else text

    def _may_tell(self, text: str) -> bool:
        """Whether there may be a secret in a text; nearly all have none, and this is quick."""
        return suspicious(text) or self._pieces.search(text.encode("utf-8", "replace")) is not None

    def record(self, written: Mapping[str, Any]) -> Mapping[str, Any]:
        """A record in JSON's types, concealed."""
        self.learn(
            found[0]
            for key in _SENT
            if key in written
            for text in texts(written[key])
            for found in _SHAPED.finditer(text)
        )
        return {key: self._field(key, value) for key, value in written.items()}

    def _field(self, key: str, value: Any) -> Any:
        if key in _OWN:
            return value
        if key in _SENT:
            return _mapped(value, self.sent)
        return self._answer(value, "")

    def _answer(self, value: Any, name: str) -> Any:
        """A value of JSON that came back, which stands under a name."""
        if isinstance(value, str):
            secret = named(name) and len(value) >= SHORTEST and value not in self.plain
            return self._hit(value) if secret else self.said(value)
        if isinstance(value, Mapping):
            if "logName" in value and not self._may_tell(json.dumps(value, ensure_ascii=False)):
                return value  # one of very many
            own = str(value.get("name", "")) if "value" in value else ""
            return {
                key if key.isidentifier() else self.said(key): part
                if key in _REFERENCES
                else self._answer(
                    part, f"{name} {own if key == 'value' else key}" if named(name) else own if key == "value" else key
                )
                for key, part in value.items()
            }
        if isinstance(value, list):
            if len(value) == 2 and all(isinstance(each, str) for each in value) and named(value[0]):
                return [value[0], self._answer(value[1], value[0])]  # a header
            return [self._answer(part, name) for part in value]
        return value


def secrets_of(answer: Any) -> Iterator[str]:
    """What is secret of an answer by the names that it stands under: settings of containers, and headers."""
    if isinstance(answer, Mapping):
        if isinstance(answer.get("name"), str) and "value" in answer:
            yield from within(answer["name"], answer["value"])
        for key, part in answer.items():
            if key not in _REFERENCES:
                yield from secrets_of(part)
    elif isinstance(answer, list):
        if len(answer) == 2 and isinstance(answer[0], str):
            yield from within(answer[0], answer[1])
        for part in answer:
            yield from secrets_of(part)


def texts(value: Any) -> Iterator[str]:
    """All texts of a value of JSON's types."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from texts(part)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: part if key == "is" else _mapped(part, change) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(part, change) for part in value]
    return value
