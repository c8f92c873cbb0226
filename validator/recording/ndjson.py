"""The form of a recording's file: lines of JSON, compressed by gzip, each batch whole in the file once it is written.

A process that is killed leaves all batches that it wrote. A file that ends within a batch was cut off by something else.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

VERSION = 1
_GZIP = 31
"""zlib's window with the frame of gzip."""
_LEVEL = 3
_BLOCK = 1 << 18
_BATCH = b"\0\0\xff\xff"
"""Ends a batch: an empty block of deflate (RFC 1951, 3.2.4)."""
LONGEST = 1 << 28
"""Bytes of one line; a page of log entries has a few millions."""


class RecordingError(Exception):
    """A file is no recording that can be read; the message says why, and what to do."""


class Writer:
    """Writes a recording to one file or several.

    Raises:
        OSError: a file cannot be written; also of its methods.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._files = []
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files.append(path.open("wb"))

    def write(self, lines: Iterable[Any]) -> None:
        """Write a batch of lines."""
        text = "".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in lines)
        self._put(
            self._squeeze.compress(text.encode("utf-8", "surrogatepass")) + self._squeeze.flush(zlib.Z_SYNC_FLUSH)
        )

    def close(self) -> None:
        """Write the end."""
        self._put(self._squeeze.flush())
        for file in self._files:
            file.close()

    def _put(self, data: bytes) -> None:
        for file in self._files:
            file.write(data)
            file.flush()


def read(path: Path) -> Generator[Any, None, None]:
    """The lines of a recording, its header first.

    Raises:
        RecordingError: it is none, is damaged, or was written by a newer version.
    """
    lines = _lines(path)
    try:
        header = next(lines)
    except StopIteration:
        raise RecordingError(
            f"{path} is empty: the run was killed before its first line, or it is no recording"
        ) from None
    if not isinstance(header, dict) or header.get("recording") != "validator":
        raise RecordingError(f"{path} is no recording of validator's; `validator run --record FILE` writes one")
    version = header.get("version")
    if version != VERSION:
        raise RecordingError(
            f"{path} is a recording of version {version!r}, and this validator ({VERSION}) knows version {VERSION} alone;"
            " install the validator that wrote it, or a newer one"
        )
    yield header
    yield from lines


def _lines(path: Path) -> Iterator[Any]:
    parts: list[bytes] = []
    size = count = 0
    for block in _blocks(path):
        first, *others = block.split(b"\n")
        parts.append(first)
        size += len(first)
        if size > LONGEST:
            raise RecordingError(f"{path} is damaged: line {count + 1} has no end")
        if others:
            for line in (b"".join(parts), *others[:-1]):
                count += 1
                yield _parsed(line, path, count)
            parts, size = others[-1:], len(others[-1])
    if size:
        raise RecordingError(f"{path} is cut off within line {count + 1}: copy it again, whole")


def _parsed(line: bytes, path: Path, number: int) -> Any:
    try:
        return json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise RecordingError(
            f"{path} is {'damaged' if number > 1 else 'no recording'}: line {number} is no JSON"
        ) from None


def _blocks(path: Path) -> Iterator[bytes]:
    """What the file holds, decompressed; it may end after any batch."""
    inflate, tail = zlib.decompressobj(_GZIP), b""
    try:
        with path.open("rb") as file:
            while data := file.read(_BLOCK):
                tail = (tail + data)[-4:]
                yield from _inflated(inflate, data)
                if inflate.unused_data:
                    raise RecordingError(f"{path} is damaged: something follows its end")
    except zlib.error as error:
        raise RecordingError(f"{path} is damaged, or no recording: it cannot be decompressed ({error})") from None
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}") from None
    if not inflate.eof and tail and tail != _BATCH:
        raise RecordingError(f"{path} is cut off: it ends within a batch; copy it again, whole")


def _inflated(inflate: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """A part of the file, in blocks of bounded size."""
    while True:
        block = inflate.decompress(data, _BLOCK)
        yield block
        data = inflate.unconsumed_tail
        if inflate.eof or (not data and len(block) < _BLOCK):
            return
