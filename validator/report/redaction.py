"""Redaction: secrets that evidence happens to quote are taken out once, before any report is written.

It errs on the side of taking out too much: what looks like a secret and stands where secrets stand goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

REDACTED = "[redacted]"

_QUOTED = r"(?P<q>\\*[\"'])(?:(?!(?<!\\)(?P=q)).)*"
"""A quoted value up to its closing quote (excluded), inside JSON that is itself quoted too."""
_PLAIN = r"(?:[^\s&\"'<>\\]|\\(?![nrt\"']))+"
"""A value without quotes: up to white space, an ampersand, a quote, or an escaped line end."""
_HEADER = r"(?:proxy-|x-serverless-)?authorization|(?:set-)?cookie2?|x-(?:goog-)?api-key|x-goog-iap-jwt-assertion"
_NAME = r"passw(?:or)?d|passphrase|pwd|token|secret|api[_-]?key|access[_-]?key|private[_-]?key|credentials?"
_SECRET_VARIABLE = re.compile(rf"{_NAME}|authorization|cookie", re.IGNORECASE)
_PLACES = re.compile(r"(?:OLD)?PWD|.*_(?:FILE|PATH|DIR)|GOOGLE_APPLICATION_CREDENTIALS", re.IGNORECASE)
"""Variables that name a place where a secret may be, and hold none."""
_SHORTEST = 6
"""A variable's value shorter than this is not taken out: it would tear words apart."""

_WHOLE = (
    re.compile(
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
    ),
    re.compile(r"(?<![\w-])eyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*){0,3}"),  # a JSON Web Token (RFC 7519): {" in base64url
    re.compile(r"\bya29\.[\w.-]+"),  # a Google OAuth access token
    re.compile(r"\bAIza[\w-]{30,}"),  # a Google API key
    re.compile(r"\bgh[pousr]_\w{30,}|\bgithub_pat_\w{30,}"),
)
_AFTER = (
    # "Authorization: Basic ...", inside quotes or alone on a line
    re.compile(rf"(?P<keep>(?P<o>[\"'])(?:{_HEADER})\s*:\s*)(?:(?!(?P=o)).)*", re.IGNORECASE | re.DOTALL),
    re.compile(rf"(?P<keep>\b(?:{_HEADER})[ \t]*[:=][ \t]*)[^\r\n]+", re.IGNORECASE),
    # "authorization": "..." and ["authorization", "..."] and ('authorization', '...')
    re.compile(rf"(?P<keep>(?:{_HEADER})\\*[\"']\s*(?:=>|[:,=])\s*)(?:{_QUOTED}|{_PLAIN})", re.IGNORECASE | re.DOTALL),
    # password=..., api_key = '...', "client_secret": "..."
    re.compile(rf"(?P<keep>(?:{_NAME})\s*(?:=>|[=!]?=~?)\s*)(?:{_QUOTED}|{_PLAIN})", re.IGNORECASE | re.DOTALL),
    re.compile(rf"(?P<keep>(?:{_NAME})\\*[\"']\s*(?:=>|:|=)\s*)(?:{_QUOTED}|{_PLAIN})", re.IGNORECASE | re.DOTALL),
    re.compile(rf"(?P<keep>\b(?:passw(?:or)?d|passphrase|api[_-]?key)[ \t]*:[ \t]*){_PLAIN}", re.IGNORECASE),
    re.compile(r"(?P<keep>\bbearer\s+)(?!(?:realm|error|token|auth\w*|scheme)\b)[\w.~+/=-]+", re.IGNORECASE),
    re.compile(r"(?P<keep>://[^\s/:@\"']*:)[^\s/@\"']+(?=@)"),  # https://user:password@host
)


_HINTS = (
    "passw", "passphrase", "pwd", "token", "secret", "key", "credential", "authorization", "cookie", "bearer",
    "assertion", "eyj", "ya29.", "aiza", "gh", "://",
)  # fmt: skip
"""One of these is in every text that a pattern matches; nearly all texts have none and are done with at once."""


def redactor(variables: Mapping[str, str]) -> Callable[[str], str]:
    """A function that takes secrets out of a text: those it recognises, and the values of secret-looking variables."""
    values = _secret_values(variables.items())

    def redact(text: str) -> str:
        for value in values:
            text = text.replace(value, REDACTED)
        lower = text.lower()
        if not any(hint in lower for hint in _HINTS):
            return text
        for pattern in _WHOLE:
            text = pattern.sub(REDACTED, text)
        for pattern in _AFTER:
            text = pattern.sub(_keep, text)
        return text

    return redact


def _secret_values(variables: Iterable[tuple[str, str]]) -> list[str]:
    found = {
        value
        for name, value in variables
        if _SECRET_VARIABLE.search(name) and not _PLACES.fullmatch(name) and len(value) >= _SHORTEST
    }
    return sorted(found, key=len, reverse=True)  # a value that contains another goes first


def _keep(found: re.Match[str]) -> str:
    quote = found.groupdict().get("q") or ""
    return f"{found['keep']}{quote}{REDACTED}"
