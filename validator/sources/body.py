"""A response's body as text: at most so much of it, in an encoding and a charset that are known, and what that leaves out."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Mapping
from email.message import Message
from typing import Any

from validator.sources.failure import BadAnswerError

LIMIT = 1 << 20
"""Bytes of a body that are kept, as sent and as decompressed."""
_MEMBERS = 100
"""Compressed streams that are read, one after the other."""
_CHARSETS = {
    name: codec
    for codec, names in {
        "utf-8-sig": "utf-8 utf8",
        "ascii": "us-ascii ascii",
        "latin-1": "iso-8859-1 iso8859-1 latin1 latin-1",
        "iso8859-15": "iso-8859-15 iso8859-15 latin9",
        "cp1250": "windows-1250 cp1250",
        "cp1251": "windows-1251 cp1251",
        "cp1252": "windows-1252 cp1252",
        "koi8-r": "koi8-r",
        "utf-16": "utf-16",
        "utf-16-le": "utf-16le",
        "utf-16-be": "utf-16be",
        "shift_jis": "shift-jis sjis",
        "euc_jp": "euc-jp",
        "euc_kr": "euc-kr",
        "gb18030": "gb18030 gbk gb2312",
        "big5": "big5",
    }.items()
    for name in names.split()
}
"""The charsets that are read: Python's other codecs are no charsets, or take a time that grows with the square."""
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ": "xz",
    b"BZh9": "bzip2",
    b"PK\x03\x04": "zip",
    b"\x78\x01": "zlib",
    b"\x78\x9c": "zlib",
    b"\x78\xda": "zlib",
}
"""How compressed bytes begin."""
_NO_TEXT = re.compile(r"[\x00\x80-\x9f]")
"""Characters that stand in no text: they tell that the bytes are something else."""


class _UnreadableError(ValueError):
    """The bytes cannot be made into text."""


def text_of(body: bytes, headers: Mapping[str, str], *, cut: bool) -> dict[str, Any]:
    """The part of `Answer.content` that tells of a body: `text`, and `cut` or `undecoded` where that is not all.

    Args:
        body: the bytes as they were sent, at most LIMIT.
        headers: names in lower case.
        cut: whether more bytes followed.

    Raises:
        BadAnswerError: its bytes are not what the headers say.
    """
    try:
        plain, cut = _decompressed(body, headers, cut=cut)
        text = _decoded(plain, _charset(headers, plain), cut=cut)
    except _UnreadableError as error:
        shown = error.args[1] if len(error.args) > 1 else ""
        return {"text": shown, "undecoded": str(error.args[0])}
    return {"text": text} | ({"cut": True} if cut else {})


def _decompressed(body: bytes, headers: Mapping[str, str], *, cut: bool) -> tuple[bytes, bool]:
    """The bytes before they were compressed, at most LIMIT, and whether they were more."""
    transfer = headers.get("transfer-encoding", "").lower()
    if transfer not in ("", "chunked", "identity"):
        raise _UnreadableError(f"its Transfer-Encoding is {transfer!r}, which is not read")
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        body, cut = _inflated(body, "gzip", 16 + zlib.MAX_WBITS, cut=cut)
    elif encoding == "deflate":  # zlib's format by RFC 9110; some servers leave its two bytes out
        bits = zlib.MAX_WBITS if body[:1] == b"\x78" else -zlib.MAX_WBITS
        body, cut = _inflated(body, "deflate", bits, cut=cut)
    elif encoding not in ("", "identity", "utf-8"):
        raise _UnreadableError(f"its Content-Encoding is {encoding!r}, which is not read")
    found = next((name for begin, name in _COMPRESSED.items() if body.startswith(begin)), "")
    if found:
        raise _UnreadableError(f"its bytes are compressed ({found}), which no header says")
    return body, cut


def _inflated(body: bytes, name: str, bits: int, *, cut: bool) -> tuple[bytes, bool]:
    """One compressed stream after the other, as gzip allows."""
    plain = b""
    for _ in range(_MEMBERS):
        if not body:
            return plain, cut
        stream = zlib.decompressobj(bits)
        try:
            plain += stream.decompress(body, LIMIT + 1 - len(plain))
        except zlib.error as error:
            raise BadAnswerError(f"its {name} bytes are broken ({error})") from None
        if len(plain) > LIMIT:
            return plain[:LIMIT], True
        if not stream.eof and not cut:
            raise BadAnswerError(f"its {name} bytes end early")
        body = stream.unused_data
    raise _UnreadableError(f"it is more than {_MEMBERS} {name} streams, one after the other")


def _charset(headers: Mapping[str, str], body: bytes) -> str:
    message = Message()
    message["content-type"] = headers.get("content-type", "")
    named = message.get_param("charset")
    if not isinstance(named, str) or not named.strip():
        return "utf-16" if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    return named.strip().lower().replace("_", "-")


def _decoded(body: bytes, charset: str, *, cut: bool) -> str:
    codec = _CHARSETS.get(charset)
    if codec is None:
        raise _UnreadableError(f"its charset is {charset!r}, which is not read")
    try:
        text = codecs.getincrementaldecoder(codec)("strict").decode(body, final=not cut)
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"its byte {error.start + 1} is not {charset}", body.decode(codec, "replace")) from None
    except UnicodeError as error:  # UTF-16 without its byte order mark
        raise _UnreadableError(f"it is not {charset} ({error})") from None
    strange = _NO_TEXT.search(text)
    if strange:
        shown = text[: strange.start()] + "\ufffd" + text[strange.end() :]
        raise _UnreadableError(
            f"its character {strange.start() + 1} is U+{ord(strange[0]):04X}, so it is no text", shown
        )
    return text
