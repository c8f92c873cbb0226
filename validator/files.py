"""Files that are read whole: regular ones, sized before they are read; those that a spec names below its own folder.

`-` is standard input.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from functools import cache
from pathlib import Path

LIMIT = 1 << 20
"""Bytes of one file: what a spec may have at most, in UTF-8's longest characters, and what it names."""
STANDARD_INPUT = "-"


def content(file: Path, most: int = LIMIT) -> bytes:
    """What a file of at most this many bytes holds, or what stands on standard input.

    Raises:
        OSError: it is not there, no regular file, or too large; its `strerror` says which.
    """
    if str(file) == STANDARD_INPUT:
        return _given(most)
    try:
        opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe without a writer would block
    except ValueError:
        raise OSError(errno.EINVAL, "its name holds a character that no file's name may hold") from None
    try:
        status = os.fstat(opened)
        if stat.S_ISDIR(status.st_mode):
            raise OSError(errno.EISDIR, "it is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file but a device, pipe or socket")
        if status.st_size > most:
            raise OSError(errno.EFBIG, f"it has {status.st_size} bytes, and at most {most} are read")
        return _whole(opened, most)
    finally:
        os.close(opened)


@cache
def _given(most: int) -> bytes:
    """What stands on standard input; it can be read once."""
    return _whole(0, most)


def _whole(opened: int, most: int) -> bytes:
    """All of an open file; some tell no size and have no end."""
    parts: list[bytes] = []
    left = most + 1
    while left > 0 and (part := os.read(opened, left)):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise OSError(errno.EFBIG, f"it has more than {most} bytes, the most that are read")
    return b"".join(parts)


def below(folder: Path) -> Callable[[str], bytes]:
    """What reads the files that a spec in this folder names, wherever links lead."""

    def read(name: str) -> bytes:
        try:
            inside = Path(name).resolve().is_relative_to(folder.resolve())
        except (ValueError, RuntimeError):  # a name that cannot be, links in a ring
            inside = False
        if not inside:
            raise OSError(errno.EACCES, "it lies outside of the spec's folder")
        return content(Path(name))

    return read
