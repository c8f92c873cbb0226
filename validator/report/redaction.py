"""Redaction: secrets are taken out of a text, those whose values are known and those that are recognised.

It errs on the side of taking out too much: what looks like a secret and stands where secrets stand goes.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from urllib.parse import quote, quote_plus

from validator.words.secret import SHAPES, SHORTEST, within

REDACTED = "[redacted]"
Put = Callable[[str], str]
"""What stands in a secret's place."""


def _redacted(_: str) -> str:
    return REDACTED


_QUOTED = r"(?P<q>\\*[\"'])(?:(?!(?<!\\)(?P=q)).)*"
"""A quoted value up to its closing quote (excluded), inside JSON that is itself quoted too."""
_PLAIN = r"(?:[^\s&\"'<>\\]|\\(?![nrt\"']))+"
"""A value without quotes: up to white space, an ampersand, a quote, or an escaped line end."""
_IN_URL = r"[^\s&#\"'<>\\]"
"""A character of a URL's parameter."""
_HEADER = r"(?:proxy-|x-serverless-)?authorization|(?:set-)?cookie2?|x-(?:goog-)?api-key|x-goog-iap-jwt-assertion"
_NAME = r"passw(?:or)?d|passphrase|pwd|token|secret|api[_-]?key|access[_-]?key|private[_-]?key|credentials?"
_PIECE = 8
"""Characters of a known value that stand for it where a text was cut within it."""
_CUT = re.compile(r"…|\.\.\.|\Z")
"""Where a text may have been cut."""


class Redactor:
    """Takes secrets out of texts: known values however they are written, and what is recognised as secret."""

    def __init__(self, values: Iterable[str] = (), put: Put = _redacted) -> None:
        self.values = frozenset(value for value in values if len(value.strip()) >= SHORTEST)
        self._put = put
        self._forms = sorted({form for value in self.values for form in forms(value)})

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> Redactor:
        """One that knows the values of variables that are secret by their name or their shape."""
        return cls(secret_values(variables))

    def knowing(self, values: frozenset[str]) -> Redactor:
        """One that knows these too."""
        return self if values <= self.values else Redactor(self.values | values, self._put)

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        spans = sorted(span for form in self._forms for span in _found(text, form))
        out, at = "", 0
        for start, end in spans:
            if start >= at:
                out += text[at:start] + self._put(text[start:end])
            at = max(at, end)
        return recognised(out + text[at:], self._put)


def secret_values(variables: Mapping[str, str]) -> frozenset[str]:
    """The values of variables that are secret by their name or their shape."""
    return frozenset(text for name, value in variables.items() for text in within(name, value))


def _found(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Where a text has a value, or what was left of it when it was cut: half of it, or its beginning at a cut."""
    enough = max(_PIECE, len(form) // 2)
    for start in _places(text, form[:SHORTEST]):
        end = start + SHORTEST
        while end < len(text) and end - start < len(form) and text[end] == form[end - start]:
            end += 1
        if end - start >= min(enough, len(form)) or _CUT.match(text, end):
            yield start, end
    for at in _places(text, form[-_PIECE:]):
        start = at
        while start > 0 and at - start + _PIECE < len(form) and text[start - 1] == form[start - 1 - at - _PIECE]:
            start -= 1
        if at + _PIECE - start >= enough:
            yield start, at + _PIECE


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def forms(value: str) -> Iterator[str]:
    """Everything that a value may look like once a program has written it."""
    return (form for form in _written(value) if form not in REDACTED)


def _written(value: str) -> Iterator[str]:
    for part in {value, value.strip(), *(line.strip() for line in value.splitlines())}:
        if len(part) < SHORTEST:
            continue
        for text in (part, json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1], repr(part)[1:-1]):
            yield text
            yield text.replace("\\", "\\\\").replace('"', '\\"')  # within JSON that is itself a text of JSON
        yield from (quote(part, safe=""), quote(part), quote_plus(part), quote(part, safe="").lower())
        yield from _base64(part.encode("utf-8", "surrogatepass"))


def _base64(value: bytes) -> Iterator[str]:
    """As it stands in base64 of a longer text (`user:password`), by where in it it begins."""
    for before in range(3):
        encoded = b64encode(b"\0" * before + value).decode().rstrip("=")
        whole = encoded[-(-before * 8 // 6) : len(encoded) - ((before + len(value)) % 3 > 0)]
        if len(whole) >= _PIECE:
            yield whole
            yield whole.replace("+", "-").replace("/", "_")


_HINTS = (
    "passw", "passphrase", "pwd", "jwt", "session", "token", "secret", "key", "credential", "authorization", "cookie", "bearer",
    "assertion", "eyj", "ya29.", "aiza", "gocspx-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "akia",
    "asia", "hooks.", "sig=", "signature=", "code=", "xox", "k_live_", "k_test_", "sg.", "npm_",
)  # fmt: skip
"""One of these is in every text that a pattern matches; nearly all texts have none and are done with at once."""


def suspicious(text: str) -> bool:
    """Whether a text may hold what is recognised as secret; cheap, and true of all that do."""
    lower = text.lower()
    return any(hint in lower for hint in _HINTS) or ("://" in text and "@" in text)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """What is secret as a whole, and what is after a `keep`. Compiled when first wanted: most commands never do."""
    after = (
        # "Authorization: Basic ...", inside quotes or alone on a line
        rf"(?P<keep>(?P<o>[\"'])(?:{_HEADER})\s*:\s*)(?:(?!(?P=o)).)*",
        rf"(?P<keep>\b(?:{_HEADER})[ \t]*[:=][ \t]*)[^\r\n]+",
        # "authorization": "..." and ["authorization", "..."] and ('authorization', '...')
        rf"(?P<keep>(?:{_HEADER})\\*[\"']\s*(?:=>|[:,=])\s*)(?:{_QUOTED}|{_PLAIN})",
        # password=..., api_key = '...', "client_secret": "..."
        rf"(?P<keep>(?:{_NAME})\s*(?:=>|[=!]?=~?)\s*)(?:{_QUOTED}|{_PLAIN})",
        rf"(?P<keep>(?:{_NAME})\\*[\"']\s*(?:=>|:|=)\s*)(?:{_QUOTED}|{_PLAIN})",
        # json.access_token is "...", json.client_secret: "..."
        rf"(?P<keep>(?:{_NAME})[\w\])]*\s*(?::|\bis(?: not)?\b)\s*){_QUOTED}",
        rf"(?P<keep>\b(?:passw(?:or)?d|passphrase|api[_-]?key)[ \t]*:[ \t]*){_PLAIN}",
        r"(?P<keep>\bbearer\s+)(?!(?:realm|error|token|auth\w*|scheme)\b)[\w.~+/=-]+",
        r"(?P<keep>://[^\s/:@\"']*:)[^\s/@\"']+(?=@)",  # https://user:password@host
        # what lets whoever has the URL in: a signed one (Cloud Storage, S3, Azure), OAuth's code, a hook of Slack's
        rf"(?P<keep>[?&#;](?:x-(?:goog|amz)-signature|signature|sig|jwt|session(?:_?id)?)=){_IN_URL}{{6,}}",
        rf"(?P<keep>[?&#;]code=){_IN_URL}{{12,}}",
        r"(?P<keep>\bhooks\.slack\.com/services/)[\w/]+",
    )
    flags = re.IGNORECASE | re.DOTALL
    return tuple(re.compile(each) for each in SHAPES), tuple(re.compile(each, flags) for each in after)


def recognised(text: str, put: Put = _redacted) -> str:
    """The text without what is recognised as secret."""
    if not suspicious(text):
        return text
    whole, after = _patterns()
    for pattern in whole:
        text = pattern.sub(lambda found: put(found[0]), text)
    for pattern in after:
        text = pattern.sub(lambda found: _after(found, put), text)
    return text


def _after(found: re.Match[str], put: Put) -> str:
    before = found["keep"] + (found.groupdict().get("q") or "")
    return before + put(found[0][len(before) :])
