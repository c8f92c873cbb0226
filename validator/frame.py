"""The outermost frame: whatever happens, the process ends with an exit code that means what the table of them says.

Python's own code for an error is 1, and here 1 is a failed check's alone.
"""

from __future__ import annotations

import contextlib
import gc
import os
from typing import NoReturn

from validator.signals import Signals
from validator.usage import INCONCLUSIVE

_STANDARD_ERROR = 2


def main() -> NoReturn:
    """Be the process: take over the signals, run the command line, end. Nothing after it can change the exit code."""
    signals = Signals()
    signals.install()
    code = INCONCLUSIVE
    try:
        _fill_descriptors()
        gc.disable()  # imports leave no garbage behind
        from validator import cli  # noqa: PLC0415 - the handlers stand before anything takes its time

        gc.enable()

        code = cli.main(signals=signals)
    except BaseException as error:  # noqa: BLE001 - whatever it is, nobody else would give it the right code
        _last_words(f"validator: a defect of the gate: {type(error).__name__}; please report it\n")
    finally:
        signals.end()
        os._exit(code)


def _fill_descriptors() -> None:
    """Open what is closed of standard input, output and error: the next file opened would else take its place."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        pass
    os.close(descriptor)


def _last_words(text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(_STANDARD_ERROR, text.encode())
