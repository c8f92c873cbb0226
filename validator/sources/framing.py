"""How an answer is framed: its head must be whole, interim answers are skipped, chunks and trailers are bounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any

from validator.sources.failure import BadAnswerError, HeadCutError

_SWITCHING = 101
_MAX_LINE = 1 << 16
_MAX_LINES = 100
"""Of the head of an interim answer, and of trailers."""


class FramedResponse(HTTPResponse):
    """A response whose head must be whole: the standard library takes the end of the stream for the end of the head.

    Interim answers (1xx) are skipped, chunks have the sizes that RFC 9112 allows, and gRPC's trailers are kept.
    """

    def __init__(self, *args: Any, trailer: Callable[[str, str], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._trailer = trailer

    def begin(self) -> None:
        """Read the head, wholly."""
        lines = _LastLine(self.fp)
        self.fp = lines  # type: ignore[assignment]
        super().begin()
        self.fp = lines.stream
        if lines.last not in (b"\r\n", b"\n"):
            raise HeadCutError

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            told: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not 100 <= told[1] < 200 or told[1] == _SWITCHING:
                return told
            for _ in range(_MAX_LINES):
                if self.fp.readline(_MAX_LINE) in (b"\r\n", b"\n", b""):
                    break
            else:
                raise BadAnswerError("the head of an interim answer does not end")

    def _read_next_chunk_size(self) -> int:
        size = self.fp.readline(_MAX_LINE).partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9a-fA-F]{1,16}", size):
            raise BadAnswerError(f"the size of a chunk is {size[:20]!r}")
        return int(size, 16)

    def _read_and_discard_trailer(self) -> None:
        for _ in range(_MAX_LINES):
            line = self.fp.readline(_MAX_LINE)
            if line in (b"\r\n", b"\n", b""):
                return
            name, _, value = line.decode("latin-1").partition(":")
            if name.lower().startswith("grpc-"):
                self._trailer(name.lower(), value.strip())
        raise BadAnswerError("its trailers do not end")


class _LastLine:
    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.last = b""

    def readline(self, limit: int) -> bytes:
        self.last = self.stream.readline(limit)
        return self.last

    def close(self) -> None:
        self.stream.close()
