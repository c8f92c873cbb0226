"""Artifacts: report files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def prepare(folder: Path) -> None:
    """Make a folder for artifacts, and see that files can be made in it.

    Raises:
        OSError: they cannot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()


def remove(path: Path) -> None:
    """Take away an artifact of an earlier run, if there is one.

    Raises:
        OSError: there is one, and it cannot be taken away.
    """
    path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a file in one step: a temporary one beside it, then a rename. Makes the folder.

    Raises:
        OSError: it cannot be written; what stood there before is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)  # mkstemp's 0600 would hide it from the next build step's user
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
