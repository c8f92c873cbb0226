"""Real-looking logs of two revisions of one service: thousands of lines, the same troubles in both, nothing alike.

Ids, users, times, addresses and line numbers differ; lines of several instances and threads are mixed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

NEW = """\
Traceback (most recent call last):
  File "/app/shop/api/checkout.py", line {line}, in post
    receipt = billing.charge(order)
  File "/app/shop/billing.py", line 88, in charge
    return self.gateway.capture(order.total)
AttributeError: 'NoneType' object has no attribute 'capture'"""
"""What the newer revision alone logs."""
NEW_SIGNATURE = "AttributeError: 'NoneType' object has no attribute 'capture' in charge"
USERS = [
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
    "frank",
    "grace",
    "heidi",
    "ivan",
    "judy",
    "mallory",
    "olivia",
    "sybil",
]
Chance = random.Random
Line = tuple[str, dict[str, Any]]
"""Stream and payload."""


def text(words: str, stream: str = "stderr") -> list[Line]:
    return [(stream, {"textPayload": line}) for line in words.split("\n")]


def hexa(chance: Chance, size: int) -> str:
    return f"{chance.getrandbits(4 * size):0{size}x}"


def access(chance: Chance) -> list[Line]:
    path = chance.choice(["/orders", f"/orders/{chance.randrange(9999)}", "/", f"/users/{chance.choice(USERS)}"])
    took = chance.expovariate(20)
    return text(
        f'INFO:     10.{chance.randrange(99)}.0.{chance.randrange(99)}:{chance.randrange(65535)} - "GET {path} HTTP/1.1" 200 OK ({took:.3f}s)',
        "stdout",
    )


def structured(chance: Chance) -> list[Line]:
    message = f"order {hexa(chance, 8)} placed by {chance.choice(USERS)} in {chance.randrange(900)} ms"
    return [("stdout", {"severity": "INFO", "jsonPayload": {"message": message, "items": chance.randrange(9)}})]


def warning(chance: Chance) -> list[Line]:
    return text(
        f"WARNING:shop.cache:key user-{chance.randrange(999)} expired after {chance.randrange(9999)}s", "stdout"
    )


def timeout(chance: Chance) -> list[Line]:
    host, line = f"10.8.{chance.randrange(9)}.{chance.randrange(99)}:5432", chance.randrange(10, 300)
    return text(
        "Traceback (most recent call last):\n"
        f'  File "/app/shop/db.py", line {line}, in query\n    return await self.pool.fetch(sql)\n'
        f'  File "/usr/lib/python3.11/asyncio/tasks.py", line {line + 5}, in wait_for\n    raise exceptions.TimeoutError() from exc\n'
        f"TimeoutError: no answer of {host} in {chance.uniform(1, 9):.2f} s"
    )


def declined(chance: Chance) -> list[Line]:
    words = f"{datetime.fromtimestamp(chance.randrange(10**9), UTC):%Y-%m-%d %H:%M:%S},{chance.randrange(999):03d} ERROR shop.billing: card of customer {chance.choice(USERS)} was declined (request {hexa(chance, 16)})"
    return text(words)


def json_error(chance: Chance) -> list[Line]:
    stack = f"Error: socket hang up\n    at connResetException (node:internal/errors:{chance.randrange(900)}:14)\n    at Socket.socketOnEnd (node:_http_client:{chance.randrange(900)}:23)"
    payload = {
        "level": 50,
        "msg": f"mail to {chance.choice(USERS)}@example.com failed",
        "pid": chance.randrange(99),
        "err": {"type": "Error", "stack": stack},
    }
    return [("stderr", {"jsonPayload": payload})]


def java(chance: Chance) -> list[Line]:
    place = chance.randrange(500)
    return [("stderr", {"severity": "ERROR", "textPayload":
        f"java.lang.IllegalStateException: batch {chance.randrange(10**6)} of {hexa(chance, 8)}-{hexa(chance, 4)}-4{hexa(chance, 3)}-a{hexa(chance, 3)}-{hexa(chance, 12)} is closed\n"
        f"\tat com.example.Batch.add(Batch.java:{place})\n\tat com.example.Worker.run(Worker.java:{place + 40})\n\t... {chance.randrange(1, 30)} more"})]  # fmt: skip


def panic(chance: Chance) -> list[Line]:
    address = hexa(chance, 10)
    return text(
        f"http: panic serving 169.254.1.1:{chance.randrange(65535)}: runtime error: index out of range [{chance.randrange(9)}] with length 3\n"
        f"goroutine {chance.randrange(9999)} [running]:\nexample.com/thumbs.scale(0xc{address}, 0x{hexa(chance, 3)})\n"
        f"\t/src/thumbs/scale.go:{chance.randrange(99)} +0x{hexa(chance, 2)}\n"
        f"net/http.HandlerFunc.ServeHTTP(0xc{address})\n\t/usr/local/go/src/net/http/server.go:2136 +0x29"
    )


def critical(chance: Chance) -> list[Line]:
    return [
        (
            "stderr",
            {
                "severity": "CRITICAL",
                "jsonPayload": {
                    "message": f"quota of tenant t_{hexa(chance, 10)} exceeded: {chance.randrange(99, 999)} %"
                },
            },
        )
    ]


QUIET: tuple[Callable[[Chance], list[Line]], ...] = (access, access, access, structured, structured, warning)
TROUBLES: tuple[Callable[[Chance], list[Line]], ...] = (timeout, declined, json_error, java, panic, critical)


def log(
    seed: int, *, start: float, length: float, new: bool = False, size: int = 2000, name: str = ""
) -> list[dict[str, Any]]:
    """The entries of one revision, newest first, as scenarios take them; `size` things happened."""
    chance = random.Random(f"{seed} {name}")
    happened = [trouble for trouble in TROUBLES for _ in range(chance.randrange(6, 30))]
    happened += [chance.choice(QUIET) for _ in range(size - len(happened))]
    chance.shuffle(happened)
    if new:
        for place in (size // 3, size // 2):
            happened.insert(place, lambda chance: text(NEW.format(line=chance.randrange(10, 90))))
    entries = []
    nanos = int(start * 1e6) * 1000
    pause = int(length * 1e9) // (len(happened) + 1)
    for number, happens in enumerate(happened):
        at = nanos + number * pause + chance.randrange(pause // 2)
        instance = f"instance{chance.randrange(3)}"
        lines = happens(chance)
        for place, (stream, payload) in enumerate(lines):
            if place and len(lines) > 4 and chance.random() < 0.03:  # another thread of the instance
                entries.append(_entry(stream, instance, at, f"{number:06d}{place:03d}a", access(chance)[0][1]))
            at += chance.choice([0, 0, 1000, 25_000])
            entries.append(_entry(stream, instance, at, f"{number:06d}{place:03d}b", payload))
    return sorted(entries, key=lambda entry: (str(entry["timestamp"]), str(entry["insertId"])), reverse=True)


def _entry(stream: str, instance: str, nanos: int, insert_id: str, payload: dict[str, Any]) -> dict[str, Any]:
    seconds, rest = divmod(nanos, 10**9)
    stamp = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
    return {
        "logName": f"projects/netra-staging/logs/run.googleapis.com%2F{stream}",
        "timestamp": stamp,
        "insertId": insert_id,
        "labels": {"instanceId": instance},
        **payload,
    }


def of_revision(entries: list[dict[str, Any]], revision: str) -> str:
    """The entries as the `logs.entries` of a scenario, one a line."""
    labels = {
        "project_id": "netra-staging",
        "service_name": "netra-backend-staging",
        "revision_name": revision,
        "location": "us-central1",
    }
    resource = {"type": "cloud_run_revision", "labels": labels}
    return "".join(f"    - {json.dumps({**entry, 'resource': resource})}\n" for entry in entries)
