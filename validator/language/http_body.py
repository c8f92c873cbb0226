"""The body of an http check's request: a text, a file, JSON, a form or several parts, as the bytes that are sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from validator.language.attached import FILE
from validator.language.mistake import Mistake
from validator.words.attachment import Attachment

_TEXT: Final = {"type": "string"}
SCHEMA: Final = {
    "body": {
        "anyOf": [_TEXT, FILE],
        "description": "The request's body: a text, or `{file: order.xml}`, whose name tells its Content-Type.",
    },
    "json": {"description": "The request's body as JSON."},
    "form": {
        "type": "object",
        "additionalProperties": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
        "minProperties": 1,
        "description": "The request's body as a form: each field's text, or a list of texts.",
    },
    "multipart": {
        "type": "object",
        "additionalProperties": {"anyOf": [_TEXT, FILE]},
        "minProperties": 1,
        "description": "The request's body in parts (multipart/form-data), by name: a text, or `{file: photo.png}`.",
    },
}
"""The keys of an http check that say what is sent; one of them at most."""


@dataclass(frozen=True)
class Body:
    """What is sent."""

    content: bytes = field(repr=False)
    type: str = ""
    """Its Content-Type unless the check's headers have one; empty for none."""
    files: tuple[tuple[str, str], ...] = ()
    """The files that are in it: name and digest."""


def body(value: Mapping[str, Any]) -> Body | None:
    """The body that an http check says; of several the first, for that is told as a mistake."""
    made = {"body": _plain, "json": _json, "form": _form, "multipart": _multipart}
    return next((make(value[key]) for key, make in made.items() if key in value), None)


def mistakes(value: Mapping[str, Any]) -> Iterator[Mistake]:
    """What no request can have."""
    written = [key for key in SCHEMA if key in value]
    method = value.get("method", "GET")
    for key in written[:-1]:
        yield Mistake(f"write either `{key}` or `{written[-1]}`", key)
    for key in written:
        if method == "HEAD":
            yield Mistake("a HEAD request has no body; write another `method`", key)
        elif method == "GET" and key in ("form", "multipart"):
            yield Mistake("a GET request sends no form; write `method: POST`, or the fields into `path`", key)


def _plain(value: str | Mapping[str, Attachment]) -> Body:
    if isinstance(value, str):
        return Body(value.encode())
    file = value["file"]
    return Body(file.content or b"", _type(file.name), ((file.name, file.digest),))


def _json(value: Any) -> Body:
    return Body(json.dumps(value, ensure_ascii=False).encode(), "application/json")


def _form(value: Mapping[str, Any]) -> Body:
    return Body(urlencode(value, doseq=True).encode(), "application/x-www-form-urlencoded")


def _multipart(value: Mapping[str, str | Mapping[str, Attachment]]) -> Body:
    """By RFC 7578; the boundary is made of the parts, so that the same check sends the same bytes."""
    digest = hashlib.sha256()
    parts: list[tuple[bytes, bytes]] = []
    for name, part in value.items():
        head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
        if isinstance(part, str):
            content = part.encode()
        else:
            file, content = part["file"].name.rpartition("/")[2], part["file"].content or b""
            head += f'; filename="{_quoted(file)}"\r\nContent-Type: {_type(file)}'
        parts.append((head.encode(), content))
        digest.update(repr(parts[-1]).encode())
    boundary = digest.hexdigest()[:32].encode()
    whole = b"".join(b"--%b\r\n%b\r\n\r\n%b\r\n" % (boundary, head, content) for head, content in parts)
    attached = (part["file"] for part in value.values() if not isinstance(part, str))
    files = tuple((file.name, file.digest) for file in attached)
    return Body(whole + b"--%b--\r\n" % boundary, f"multipart/form-data; boundary={boundary.decode()}", files)


def _type(file: str) -> str:
    """The type of a file by its name, the same on every machine."""
    from mimetypes import MimeTypes  # few checks send files

    return MimeTypes(filenames=()).guess_type(file)[0] or "application/octet-stream"


def _quoted(name: str) -> str:
    """A name within quotes, as browsers write it (HTML, multipart/form-data encoding algorithm)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
