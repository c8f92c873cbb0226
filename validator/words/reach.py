"""Where no probe ever goes: link-local addresses and metadata servers, which give out the credentials of this machine."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import unquote, urlsplit

_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.goog"})
_METADATA = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "fd20:ce::254")))
"""Metadata servers beside the link-local ones: AWS's and Google's over IPv6."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def never_probed(host: str) -> str:
    """Why a host, a name or an address in any of its spellings, is never asked; empty if it may be."""
    plain = unicodedata.normalize("NFKC", unquote(host)).replace("\u3002", ".").lower().strip("[]").rstrip(".")
    if plain in _NAMES:
        return f"{plain} is a metadata server"
    address = _address(plain.partition("%")[0])
    if address is None:
        return ""
    for each in _meant(address):
        if each in _METADATA:
            return f"{each} is a metadata server"
        if each.is_link_local:
            return f"{each} is a link-local address"
    return ""


def never_probed_url(url: str) -> str:
    """Why a URL is never asked; empty if it may be, or is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    reason = never_probed(host)
    return f"{reason}; no probe goes there" if reason else ""


def _address(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return _old_spelling(text)


def _old_spelling(text: str) -> ipaddress.IPv4Address | None:
    """One to four numbers, decimal, octal or hexadecimal, the last of which fills what is left (inet_aton)."""
    parts = text.split(".")
    if len(parts) > 4 or not all(re.fullmatch(r"0x[0-9a-f]{0,16}|[0-9]{1,16}", part) for part in parts):
        return None
    try:
        *first, last = [
            int(part[2:] or "0", 16) if part[:2] == "0x" else int(part, 8 if part[0] == "0" else 10) for part in parts
        ]
    except ValueError:
        return None
    if last >= 256 ** (4 - len(first)) or any(each > 255 for each in first):
        return None
    return ipaddress.IPv4Address(sum(each << (24 - 8 * i) for i, each in enumerate(first)) + last)


def _meant(address: _Address) -> list[_Address]:
    """An address, and the IPv4 addresses that lie in it."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    embedded = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or int(address) >> 32 == 0:
        embedded.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *(each for each in embedded if each is not None)]
