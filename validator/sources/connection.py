"""Where calls go, and what time it is there: Google's endpoints, or an emulator on this machine."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

VARIABLE = "VALIDATOR_EMULATOR"
"""The environment variable that names an emulator."""
_FORM = "http://127.0.0.1:PORT?grpc=PORT&epoch=SECONDS&speed=FACTOR"


_WALL, _MONOTONIC = time.time(), time.monotonic()


def _steady() -> float:
    """The machine's time as it was when the process began, and since then by a clock that nobody can set back."""
    return _WALL + (time.monotonic() - _MONOTONIC)


class EmulatorAddressError(ValueError):
    """The emulator's address is no address of this machine, or not written as one."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{VARIABLE}={text!r}: {reason} (it is written {_FORM}; unset it to reach Google)")


@dataclass(frozen=True)
class Direct:
    """Google's own endpoints, with application default credentials, in real time."""

    @property
    def now(self) -> float:
        """The gate's time, Unix seconds."""
        return _steady()

    @property
    def speed(self) -> float:
        """Gate seconds in one real second."""
        return 1.0


@dataclass(frozen=True)
class Emulated:
    """An emulator on a loopback address, which keeps a time of its own."""

    host: str
    """A loopback IP address."""
    port: int
    """For HTTP: every URL is connected here, in plain."""
    grpc_port: int
    epoch: float = 0.0
    """The moment (Unix seconds) at which the emulator's clock and the machine's agreed."""
    speed: float = 1.0
    """Gate seconds in one real second since then."""

    @property
    def grpc_address(self) -> str:
        """`HOST:PORT` for gRPC, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.grpc_port}" if ":" in self.host else f"{self.host}:{self.grpc_port}"

    @property
    def now(self) -> float:
        """The gate's time, Unix seconds."""
        return self.epoch + (_steady() - self.epoch) * self.speed


Connection = Direct | Emulated


def from_environment(environment: Mapping[str, str]) -> Connection:
    """Emulated when `VALIDATOR_EMULATOR` is set (empty counts as unset), else direct.

    Raises:
        EmulatorAddressError: the variable is set to something else than a loopback address in its form.
    """
    text = environment.get(VARIABLE, "")
    return parse(text) if text else Direct()


def parse(text: str) -> Emulated:
    """Read `http://127.0.0.1:PORT?grpc=PORT&epoch=SECONDS&speed=FACTOR` (epoch and speed may be left out together).

    Raises:
        EmulatorAddressError: it is something else, or not on this machine.
    """
    try:
        url = urlsplit(text)
        port, host = url.port, url.hostname or ""
        fields = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
        grpc, epoch, speed = int(fields.pop("grpc", "0")), fields.pop("epoch", None), float(fields.pop("speed", "1"))
        start = float(epoch or 0)
    except ValueError as error:
        raise EmulatorAddressError(text, str(error)) from None
    if url.scheme != "http" or url.path not in ("", "/") or url.username or url.fragment:
        raise EmulatorAddressError(text, "it is not a plain http address")
    if fields:
        raise EmulatorAddressError(text, f"unknown: {', '.join(sorted(fields))}")
    if not port or not 0 < grpc < 65536:
        raise EmulatorAddressError(text, "a port is missing")
    if not (math.isfinite(speed) and speed > 0 and math.isfinite(start)):
        raise EmulatorAddressError(text, "epoch and speed are finite numbers, speed is above 0")
    if speed != 1 and epoch is None:
        raise EmulatorAddressError(text, "a speed needs an epoch")
    return Emulated(_loopback(text, host), port, grpc, start, speed)


def _loopback(text: str, host: str) -> str:
    """The IP address of a loopback host. `localhost` is not looked up: a resolver may say anything."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        if ipaddress.ip_address(address).is_loopback:
            return address
    except ValueError:
        pass
    raise EmulatorAddressError(text, f"{host or 'nothing'} is not a loopback address of this machine")


def clock(connection: Connection) -> Callable[[], float]:
    """The gate's time as a function, in Unix seconds."""
    return lambda: connection.now
