"""How a websocket check is written: the handshake, what is sent, and what has to come."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from validator.language.auth import AUTH, HEADERS, auth_mistakes
from validator.language.http_expect import Statuses, statuses
from validator.language.mistake import Mistake, sound
from validator.language.place import PATH, misplaced
from validator.language.values import DURATION, LENGTH, LOCATION, PATTERN, Bound, bound, bound_of, duration
from validator.words.conversation import Step

_TIMEOUT = "10s"
_OPENED = 101
_OWN = ("connection", "upgrade", "sec-websocket-")
"""How the names of the handshake's own headers begin."""
_BYTES = {
    "hex": {
        "type": "string",
        "pattern": "^([0-9a-fA-F]{2})+$",
        "x-form": "is not bytes in hexadecimal digits",
        "description": "The bytes of a binary message: `00ff`.",
    },
    "base64": {"type": "string", "minLength": 1, "description": "The bytes of a binary message in base64."},
}
_SENT = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {
                "text": {"type": "string", "description": "A text."},
                "json": {"description": "A text that is this JSON."},
                **_BYTES,
            },
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
_AWAITED = {
    "anyOf": [
        PATTERN,
        {
            "type": "object",
            "properties": {
                "text": {**PATTERN, "description": "An RE2 pattern that the text has to match."},
                "json": {"description": "JSON that the text contains: objects match partially, arrays whole."},
                **_BYTES,
            },
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
_STEP = {
    "type": "object",
    "properties": {
        "send": {**_SENT, "description": "A message that is sent once the steps before are done."},
        "expect": {**_AWAITED, "description": "A message that has to come then; others are passed over."},
    },
    "additionalProperties": False,
    "minProperties": 1,
}
schema = {
    "type": "object",
    "properties": {
        "path": PATH,
        "url": {
            **LOCATION,
            "pattern": "^wss?://",
            "x-form": "is not a WebSocket's URL; write wss://host/path",
            "description": "A whole URL, in place of `path`.",
        },
        "headers": {**HEADERS, "description": "Headers of the handshake."},
        "auth": AUTH,
        "subprotocol": {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
            "description": "The subprotocol, or several with the best first, of which the server has to choose one.",
        },
        "send": {
            "type": "array",
            "items": _SENT,
            "minItems": 1,
            "description": "What is sent: texts, or `{json: ...}`, `{hex: ...}`, `{base64: ...}`. Without `within` it is sent once.",
        },
        "expect": {
            "type": "array",
            "items": _AWAITED,
            "minItems": 1,
            "description": "What has to come then, in order: patterns, or `{json: ...}`, `{hex: ...}`. Other messages are passed over.",
        },
        "script": {
            "type": "array",
            "items": _STEP,
            "minItems": 1,
            "description": "In place of `send` and `expect`: steps `{send: ...}` and `{expect: ...}`, one after the other.",
        },
        "close": {
            **bound_of({"type": "integer", "minimum": 1000, "maximum": 4999}),
            "description": "The code with which the server has to close it after that. Without it the gate closes it.",
        },
        "status": {
            **bound_of({"type": "integer", "minimum": 100, "maximum": 599}),
            "description": "The status of the handshake (default: 101).",
        },
        "latency": {
            **bound_of(DURATION),
            "description": "From the handshake to the last message that has to come; without one to the handshake's answer.",
        },
        "timeout": {**LENGTH, "default": _TIMEOUT, "description": "For one whole conversation."},
    },
    "additionalProperties": False,
    "examples": [
        {"path": "/ws", "send": [{"json": {"type": "ping"}}], "expect": [{"json": {"type": "pong"}}], "timeout": "5s"},
        {
            "path": "/graphql",
            "subprotocol": "graphql-transport-ws",
            "script": [
                {"send": {"json": {"type": "connection_init"}}},
                {"expect": {"json": {"type": "connection_ack"}}},
                {"send": {"json": {"id": "1", "type": "subscribe", "payload": {"query": "subscription { ticks }"}}}},
                {"expect": {"json": {"id": "1", "type": "next"}}},
            ],
        },
        {"path": "/private", "status": 401},
    ],
    "x-failures": [
        "status ...",
        "no ... came within ...",
        "the server closed it with ... before ... came",
        "the connection ended before ... came",
        "the server broke the protocol: ...",
        "it chose the subprotocol ...",
        "the server closed it with ...",
        "it took ...",
        "no answer: ...",
        "... answered, not ...",
    ],
    "x-unknown": [
        "more came than is kept, and ... was not among it",
        "the run ended before ... came",
        "... answered and not ...; the request may not be sent again",
        "Google's front end answered ..., not the service: ...",
    ],
    "x-commands": [
        "python -m websockets wss://HOST/ws  # pip install websockets",
    ],
}


@dataclass(frozen=True)
class Options:
    """A conversation and what has to come of it."""

    location: str
    headers: tuple[tuple[str, str], ...]
    subprotocols: tuple[str, ...]
    steps: tuple[Step, ...]
    status: Statuses
    close: Bound | None
    latency: Bound | None
    timeout: float
    auth: str = ""

    @property
    def title(self) -> str:
        """The check's name when it has none."""
        return f"WebSocket {self.location}"

    @property
    def safe(self) -> bool:
        """Whether holding it again changes nothing: nothing is said."""
        return not any(step.sends for step in self.steps)


def options(value: Any) -> Options:
    """Read the kind's own part of a check."""
    offered = value.get("subprotocol", [])
    steps, wrong = _steps(value)
    made = Options(
        value.get("path") or value.get("url", ""),
        tuple(value.get("headers", {}).items()),
        (offered,) if isinstance(offered, str) else tuple(offered),
        steps,
        statuses(value.get("status", _OPENED)),
        bound(value["close"]) if "close" in value else None,
        bound(value["latency"]) if "latency" in value else None,
        duration(value.get("timeout", _TIMEOUT)),
        value.get("auth", ""),
    )
    return sound(made, [*_mistakes(value, made), *wrong])


def _steps(value: Any) -> tuple[tuple[Step, ...], list[Mistake]]:
    """The steps in order, and what is wrong with them."""
    written: list[tuple[bool, Any, tuple[str | int, ...]]] = []
    for key in ("send", "expect"):
        written += [(key == "send", each, (key, place)) for place, each in enumerate(value.get(key, ()))]
    for place, step in enumerate(value.get("script", ())):
        written += [(key == "send", each, ("script", place, key)) for key, each in step.items()]
    wrong = [found.below(*path) for sends, each, path in written for found in _wrong(each, sends=sends)]
    return tuple(_step(each, sends=sends) for sends, each, _ in written), wrong


def _step(written: Any, *, sends: bool) -> Step:
    form: Mapping[str, Any] = {"text": written} if isinstance(written, str) else written
    if "hex" in form or "base64" in form:
        return Step(sends, binary=form["hex"].lower() if "hex" in form else (_decoded(form["base64"]) or b"").hex())
    found = json.dumps(form["json"], ensure_ascii=False) if "json" in form else None
    return Step(sends, found if sends and found is not None else form.get("text"), None if sends else found)


def _wrong(written: Any, *, sends: bool) -> Iterator[Mistake]:
    """What is wrong with the form of a message."""
    form = written if isinstance(written, Mapping) else {}
    binary = [key for key in ("hex", "base64") if key in form]
    if len(form) > 1 and (sends or binary):
        yield Mistake(f"a message is one of {', '.join(form)}; keep one", list(form)[1])
    if "base64" in form and _decoded(form["base64"]) is None:
        yield Mistake("this is not base64", "base64")


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None


def _mistakes(value: Any, made: Options) -> Iterator[Mistake]:
    """What cannot be asked, and what cannot come."""
    yield from misplaced(value)
    yield from auth_mistakes(value)
    for name in value.get("headers", {}):
        if name.lower().startswith(_OWN):
            own = "`subprotocol`" if name.lower() == "sec-websocket-protocol" else "nothing: the gate writes it"
            yield Mistake(f"the header {name} is the handshake's own; write {own}", "headers", name)
    for key in ("send", "expect"):
        if "script" in value and key in value:
            yield Mistake(f"write either `script` or `{key}`", key)
    for place, step in enumerate(value.get("script", ())):
        if len(step) > 1:
            yield Mistake("a step is either `send` or `expect`; make two of it", "script", place)
    if not made.status.holds(_OPENED):
        for key in ("send", "expect", "script", "close", "subprotocol"):
            if key in value:
                yield Mistake(f"nothing is said when the handshake is not answered with {_OPENED}", key)
