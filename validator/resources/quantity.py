"""Amounts of CPU and memory as Cloud Run writes them (Kubernetes' quantities): `500m`, `2`, `512Mi`, `1Gi`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

FORM: Final = r"^\d{1,15}(\.\d{1,9})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"
"""What an amount looks like."""
_FORM = re.compile(FORM, re.ASCII)
_UNITS = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    **{unit: Decimal(1000**power) for power, unit in enumerate("kMGT", 1)},
    **{f"{unit}i": Decimal(1024**power) for power, unit in enumerate("KMGT", 1)},
}


def amount(text: str) -> float | None:
    """CPUs or bytes; None of what is no amount."""
    found = _exact(text)
    return None if found is None else float(found)


def canonical(text: str) -> str:
    """The shortest writing of an amount, so that equal ones are equal texts: `1000m` is `1`, `1024Mi` is `1Gi`."""
    value = _exact(text)
    if value is None:
        return text
    if value != value.to_integral_value():
        return f"{(value * 1000).normalize():f}m"
    for unit in ("Ti", "Gi", "Mi", "Ki"):
        if value and value % _UNITS[unit] == 0:
            return f"{value / _UNITS[unit]:.0f}{unit}"
    return f"{value:.0f}"


def _exact(text: str) -> Decimal | None:
    if not _FORM.match(text):
        return None
    number = text.rstrip("kKMGTmi")
    return Decimal(number) * _UNITS[text[len(number) :]]
