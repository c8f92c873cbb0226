"""What is secret: told by the name that a value stands under, or by its shape."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from validator.words.id_token import NONE, WANTED

SHORTEST = 6
"""A value shorter than this is no secret to be taken out: it would tear words apart."""
_NAMED = re.compile(
    r"passw(?:or)?d|passphrase|pwd|token|secret|api[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key|credential"
    r"|authorization|cookie|jwt|session[_-]?id",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:OLD)?PWD|.*_(?:FILE|PATH|DIR|NAME|URL|URI)|GOOGLE_APPLICATION_CREDENTIALS", re.IGNORECASE)
"""Names of what says where a secret is, and holds none."""
_ATTRIBUTES = ("expires", "max-age", "domain", "path", "samesite", "priority")
"""What stands beside a cookie and is none (RFC 6265, section 5.2)."""
SHAPES = (
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)",
    r"(?<![\w-])eyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*){0,3}",  # a JSON Web Token (RFC 7519): {" in base64url
    r"\bya29\.[\w.-]+",  # Google: an access token, an API key, a client's secret
    r"\bAIza[\w-]{30,}",
    r"\bGOCSPX-[\w-]{20,}",
    r"\bgh[pousr]_\w{30,}|\bgithub_pat_\w{30,}",
    r"\bglpat-[\w-]{20,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"\bxox[abeoprs]-[\w-]{10,}",
    r"\b[sr]k_(?:live|test)_\w{16,}",
    r"\bSG\.[\w-]{16,}\.[\w-]{16,}",
    r"\bnpm_\w{30,}",
)
"""Patterns of what is secret wherever it stands."""
_SHAPED = re.compile("|".join(SHAPES))
_RANDOM = re.compile(r"[\w+/~.-]{20,}={0,2}", re.ASCII)
_LEAST_CHANGES = 0.35
"""For each letter and digit; chance has 0.62, words in CamelCase with numbers have less than 0.3."""


@lru_cache(4096)
def named(name: str) -> bool:
    """Whether a value under this name is secret: `ORDER_TOKEN`, `client_secret`, `X-Api-Key`."""
    return bool(_NAMED.search(name)) and not _PLACE.fullmatch(name)


def shaped(value: str) -> bool:
    """Whether a value looks like a token or a key. UUIDs, digests, trace ids, names, paths and versions do not."""
    value = value.strip()
    return bool(_SHAPED.fullmatch(value)) or _random(value)


def holds(text: str) -> bool:
    """Whether a token or a key stands anywhere in a text."""
    return _SHAPED.search(text) is not None


def _random(value: str) -> bool:
    """Whether it is one long word in which small letters, capitals and digits change all the time."""
    if not _RANDOM.fullmatch(value):
        return False
    kinds = [character.isdigit() + 2 * character.isupper() for character in value if character.isalnum()]
    changes = sum(one != other for one, other in pairwise(kinds))
    return len(set(kinds)) == 3 and changes >= _LEAST_CHANGES * len(kinds)


def of_request(headers: Iterable[tuple[str, str]], auth: str) -> Iterator[tuple[str, str]]:
    """What of a request may be secret, with the name that tells: its headers, of `Bearer ...` the token alone too, and `auth`."""
    for name, value in headers:
        yield name, value
        yield name, value.strip().rpartition(" ")[2]
    if auth not in ("", WANTED, NONE):
        yield "token", auth


def within(name: str, value: object) -> Iterator[str]:
    """The secret texts in a value of JSON that stands under a name."""
    if isinstance(value, str):
        if len(value) >= SHORTEST and (named(name) or shaped(value)):
            yield value
        if "cookie" in name.lower():
            yield from _of_cookies(value)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from within(f"{name} {key}" if named(name) else str(key), part)
    elif isinstance(value, list):
        for part in value:
            yield from within(name, part)


def _of_cookies(text: str) -> Iterator[str]:
    """The values in a header of cookies (`sid=...; theme=dark`, `sid=...; Path=/; Secure`), without their attributes."""
    for pair in text.split(";"):
        name, _, value = pair.strip().partition("=")
        if len(value) >= SHORTEST and name.lower() not in _ATTRIBUTES:
            yield value


def fingerprint(value: str, key: str) -> str:
    """A short hash of a value, to tell equal ones from others; `key` is what no report shows, or values could be guessed."""
    return hmac.new(key.encode(), value.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:8]
