"""Sources: code that answers one call of one outside system. No paging, no retries, no state but a connection."""

from validator.sources.connection import Connection, Direct, Emulated, EmulatorAddressError, clock, from_environment
from validator.sources.dispatch import Sources, connect

__all__ = [
    "Connection",
    "Direct",
    "Emulated",
    "EmulatorAddressError",
    "Sources",
    "clock",
    "connect",
    "from_environment",
]
