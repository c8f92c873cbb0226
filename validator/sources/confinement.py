"""While an emulator is used, this process connects to nothing else: an audit hook refuses it.

Python's own sockets are meant. gRPC's, which Python does not see, are bound to one address where their channel is made.
"""

from __future__ import annotations

import sys
from collections import Counter
from threading import Lock

_ADDRESSED = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
"""Audit events with an address -> its place in their arguments."""
_NAMED = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_allowed: Counter[tuple[str, int]] = Counter()
_lock = Lock()
_installed = False


class ConfinementError(PermissionError):
    """Something in this process tried to leave the emulator."""

    def __init__(self, event: str, goal: object) -> None:
        super().__init__(f"{event} to {goal} refused: in emulated mode the gate reaches the emulator alone")


def confine(host: str, port: int) -> None:
    """From now on allow this process to connect to this address only (and to others given so before)."""
    global _installed  # noqa: PLW0603  an audit hook is the process's, and cannot be removed
    with _lock:
        _allowed[host, port] += 1
        if not _installed:
            _installed = True
            sys.addaudithook(_audit)


def release(host: str, port: int) -> None:
    """Undo one `confine`; with the last one the process is free again."""
    with _lock:
        _allowed[host, port] -= 1
        if _allowed[host, port] <= 0:
            del _allowed[host, port]


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if not _allowed:
        return
    if event in _NAMED:
        if not any(arguments[0] == host for host, _ in _allowed):
            raise ConfinementError(event, arguments[0])
    elif event in _ADDRESSED:
        address = arguments[_ADDRESSED[event]]
        goal = address[:2] if isinstance(address, tuple) else address
        if address is not None and goal not in _allowed:
            raise ConfinementError(event, address)
