"""How applications print an error or a stack trace whose level the platform does not know, and what only looks like one."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from benchmarks.soundness.claims import TRACEBACK

Printed = tuple[str, Mapping[str, Any] | None]
"""(text, payload): one of them."""

_TEXTS = (
    "2026-09-21 14:03:07,214 - shop.orders - {level} - {said}",
    "{level}:shop.orders:{said}",
    "[2026-09-21 14:03:07 +0000] [7] [{level}] {said}",
    "\x1b[32m2026-09-21 14:03:07.214\x1b[0m | \x1b[1m{level:<8}\x1b[0m | \x1b[36mshop.orders\x1b[0m:\x1b[36mplace\x1b[0m - {said}",
    "[Nest] 17  - 09/21/2026, 2:03:07 PM   {level} [OrdersService] {said}",
    'time="2026-09-21T14:03:07Z" level={lower} msg="{said}"',
    "2026-09-21T14:03:07.214Z {level} 1 --- [nio-8080-exec-1] shop.orders.OrdersController : {said}",
    "{initial}0921 14:03:07.214561       1 orders.go:41] {said}",
    "[2026-09-21T14:03:07Z {level} shop::orders] {said}",
)
_PAYLOADS: tuple[Mapping[str, Any], ...] = (
    {"level": "{lower}", "msg": "{said}", "logger": "orders"},
    {"level": 50, "time": 1790000000000, "pid": 7, "msg": "{said}"},
    {"levelname": "{level}", "name": "orders", "message": "{said}"},
    {"log.level": "{lower}", "ecs.version": "8.10.0", "message": "{said}"},
    {"severityText": "{level}", "scope": "orders", "message": "{said}"},
)
_TRACE = f"{TRACEBACK}:\n  File \"/app/orders.py\", line 12, in place\nKeyError: 'sku'"
_TRACED: tuple[tuple[Mapping[str, Any], str], ...] = (
    ({"level": "info", "message": "try again", "exc_info": _TRACE}, "INFO"),
    ({"event": "order refused", "exception": _TRACE, "logger": "orders"}, "ERROR"),
    ({"msg": "order refused", "error": {"kind": "KeyError", "stack": _TRACE}}, "ERROR"),
)
"""With what each means: where nothing says how bad it is, a stack trace is an error."""
_HARMLESS = (
    "2026-09-21 14:03:07,214 - shop.orders - INFO - error budget is 99.9 %",
    'INFO:     10.0.0.7:41124 - "GET /errors HTTP/1.1" 200 OK',
    'time="2026-09-21T14:03:07Z" level=info msg="0 errors, 0 warnings"',
    "[Nest] 17  - 09/21/2026, 2:03:07 PM     LOG [RouterExplorer] Mapped {/error, GET} route",
)


def error(said: str, chance: random.Random) -> Printed:
    """An error whose level stands in its text, or in a key of its payload."""
    if chance.random() < 0.6:
        return _filled(chance.choice(_TEXTS), said), None
    payload = chance.choice(_PAYLOADS)
    return "", {key: _filled(value, said) if isinstance(value, str) else value for key, value in payload.items()}


def traced(chance: random.Random) -> tuple[Mapping[str, Any], str]:
    """A payload with a stack trace in a key that is not its message, and the severity that it means."""
    payload, means = chance.choice(_TRACED)
    return payload, means


def harmless(chance: random.Random) -> str:
    """A line that speaks of errors and is none."""
    return str(chance.choice(_HARMLESS))


def _filled(form: str, said: str) -> str:
    return form.format(level="ERROR", lower="error", initial="E", said=said)
