"""How a spec says who calls: `auth` of a target or a check, and the `audience` of its ID tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from validator.language.mistake import Mistake, closest
from validator.words.id_token import BESIDE, NONE, WANTED

AUTH = {
    "type": "string",
    "minLength": 1,
    "description": (
        "Who calls, in the header Authorization, or in X-Serverless-Authorization beside one of your own: `id_token` (an ID token of"
        " the gate's account, or nothing is sent), `none`, or a token. To its own https URLs alone."
    ),
    "examples": [WANTED, NONE, "${TOKEN}"],
}
HEADERS = {"type": "object", "additionalProperties": {"type": "string"}}
_SHORTEST = 8


def auth_mistakes(value: Mapping[str, Any]) -> Iterator[Mistake]:
    """What is wrong with `auth` beside `url` and `headers`; a token itself is not told."""
    said = str(value.get("auth", NONE))
    if said == NONE:
        return
    if said != WANTED:
        yield from _token_mistakes(said)
    for key in ("url", "domain"):
        if str(value.get(key, "")).startswith(("http://", "ws://", "grpc://")):
            yield Mistake(f"no token is sent over plain http; write an https `{key}`, or `auth: none`", "auth")
    if any(name.lower() == BESIDE.lower() for name in value.get("headers", {})):
        yield Mistake(f"write either `auth` or the header {BESIDE}; both are the invoker's token", "auth")


def audience_mistakes(value: Mapping[str, Any]) -> Iterator[Mistake]:
    """What is wrong with a target's `audience`."""
    said = value.get("auth", NONE if "url" in value else WANTED)
    if "audience" in value and said != WANTED:
        yield Mistake("`audience` is for `auth: id_token`", "audience")


def _token_mistakes(said: str) -> Iterator[Mistake]:
    meant = closest(said, (WANTED, NONE)) if len(said) < len(WANTED) + 4 else ""
    if meant:
        yield Mistake(f"{said!r} is no token (did you mean {meant}?)", "auth")
    elif said.lower().startswith("bearer "):
        yield Mistake("write the token alone, without Bearer", "auth")
    elif not (said.isascii() and said.isprintable() and " " not in said):
        yield Mistake("a token has no spaces, line ends or characters beyond ASCII", "auth")
    elif len(said) < _SHORTEST:
        yield Mistake(f"it is neither {WANTED}, {NONE} nor a token: it has {len(said)} characters", "auth")
