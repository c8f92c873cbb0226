"""What the comparisons of a log filter mean for an entry in its official JSON.

Rules: cloud.google.com/logging/docs/view/logging-query-language, sections "Missing fields", "Values and conversions"
and "Comparison operators". Fields of LogEntry have types and defaults; a field that LogEntry does not have is an error;
inside payloads and labels a missing field fails every comparison, `!=` too; a value that cannot be converted fails it.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import chain
from typing import Any

import re2

from validator.logs.severity import SEVERITIES
from validator.words.call import Json
from validator.words.instant import nanoseconds

Predicate = Callable[[Json], bool]


class FilterError(Exception):
    """A filter that Cloud Logging would refuse."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(f"{message} (at character {position})")
        self.message, self.position = message, position


_HTTP = {
    **dict.fromkeys(
        ("requestMethod", "requestUrl", "userAgent", "remoteIp", "serverIp", "referer", "protocol"), "string"
    ),
    **dict.fromkeys(("requestSize", "status", "responseSize", "cacheFillBytes"), "number"),
    **dict.fromkeys(("cacheLookup", "cacheHit", "cacheValidatedWithOriginServer"), "bool"),
    "latency": "duration",
}
_ENTRY: dict[str, Any] = {
    **dict.fromkeys(("logName", "insertId", "trace", "spanId", "textPayload"), "string"),
    **dict.fromkeys(("timestamp", "receiveTimestamp"), "timestamp"),
    **dict.fromkeys(("jsonPayload", "protoPayload"), "struct"),
    "severity": "severity",
    "traceSampled": "bool",
    "labels": "map",
    "resource": {"type": "string", "labels": "map"},
    "httpRequest": _HTTP,
    "operation": {"id": "string", "producer": "string", "first": "bool", "last": "bool"},
    "sourceLocation": {"file": "string", "line": "number", "function": "string"},
    "split": {"uid": "string", "index": "number", "totalSplits": "number"},
    "metadata": {"systemLabels": "struct", "userLabels": "map"},
    "errorGroups": {"id": "string"},
}
_DEFAULTS = {"string": "", "number": 0, "bool": False, "duration": "0s", "severity": "DEFAULT", "timestamp": ""}
_RANKS = {name: rank for rank, name in enumerate(SEVERITIES)}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_DURATION = re.compile(r"([-+]?\d+(?:\.\d+)?)(ns|us|ms|s|m|h)", re.ASCII)
_UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


def everything(_entry: Json) -> bool:
    """The empty filter."""
    return True


def both(parts: list[Predicate]) -> Predicate:
    """All of the parts."""
    if len(parts) == 1:
        return parts[0]

    def test(entry: Json) -> bool:
        for part in parts:  # noqa: SIM110 - a plain loop is twice as fast as all(), and this runs for every entry
            if not part(entry):
                return False
        return True

    return test


def either(parts: list[Predicate]) -> Predicate:
    """Any of the parts."""
    if len(parts) == 1:
        return parts[0]

    def test(entry: Json) -> bool:
        for part in parts:  # noqa: SIM110 - as above
            if part(entry):
                return True
        return False

    return test


def negated(part: Predicate) -> Predicate:
    """Not this part; a comparison with a missing field is false, so its NOT is true."""
    return lambda entry: not part(entry)


def text(wanted: str) -> Predicate:
    """A global restriction: any field has it."""
    needle = _folded(wanted)
    return lambda entry: any(needle in _folded(_written(leaf)) for leaf in _leaves(entry))


def log_id(wanted: str) -> Predicate:
    """The function log_id: the log's id, not escaped."""
    suffix = "/logs/" + wanted.replace("/", "%2F")
    return lambda entry: str(entry.get("logName", "")).endswith(suffix)


def comparison(path: tuple[str, ...], operation: str, value: str, star: bool, quoted: bool) -> Predicate:
    """One comparison of a field with a value.

    Raises:
        FilterError: LogEntry has no such field, the operator does not fit, the pattern is no RE2.
    """
    keys, kind, free = _resolve(path)
    if star:
        if operation != ":":
            raise FilterError("* is a value of the operator : alone")
        return lambda entry: bool(_values(entry, keys + free))
    test = _test(kind, operation, value, quoted)
    if kind in ("struct", "map"):
        inside = partial(_inside, operation=operation) if free else _leaves
        return lambda entry: any(map(test, chain.from_iterable(map(inside, _values(entry, keys + free)))))
    default = _DEFAULTS[kind]
    if len(keys) == 1:
        return lambda entry, key=keys[0]: test(entry.get(key, default))  # type: ignore[misc]

    def nested(entry: Json) -> bool:
        found = _values(entry, keys)
        return any(map(test, found)) if found else test(default)

    return nested


def _resolve(path: tuple[str, ...]) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """A path's LogEntry part, the kind of its end, and the free keys after it."""
    table: Any = _ENTRY
    keys: list[str] = []
    for number, name in enumerate(path):
        key = next((known for known in table if known.lower() == name.lower()), None)
        if key is None:
            raise FilterError(f"field not found: {'.'.join(path)}")
        keys.append(key)
        table = table[key]
        if not isinstance(table, str):
            continue
        rest = path[number + 1 :]
        if rest and (table not in ("struct", "map") or (table == "map" and len(rest) > 1)):
            raise FilterError(f"field not found: {'.'.join(path)}; quote a key that holds a dot")
        return tuple(keys), table, rest
    return tuple(keys), "struct", ()


def _values(entry: Any, keys: tuple[str, ...]) -> list[Any]:
    """The values at a path; each member of a list on the way."""
    for place, key in enumerate(keys):
        if isinstance(entry, dict):
            if key not in entry:
                return []
            entry = entry[key]
        elif isinstance(entry, list):
            return [value for member in entry for value in _values(member, keys[place:])]
        else:
            return []
    return [value for member in entry for value in _values(member, ())] if isinstance(entry, list) else [entry]


def _inside(found: Any, operation: str) -> Iterable[Any]:
    if not isinstance(found, dict | list):
        return (found,)
    return _leaves(found) if operation in (":", "=~") or isinstance(found, list) else ()


def _leaves(data: Any) -> Iterator[Any]:
    if isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _leaves(value)
    else:
        yield data


def _written(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


@lru_cache(maxsize=65536)
def _folded(value: str) -> str:
    return value.lower() if value.isascii() else unicodedata.normalize("NFKC", value).casefold()


@lru_cache(maxsize=65536)
def _nanoseconds(value: str) -> int | None:
    try:
        return nanoseconds(value + "T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) else value)
    except ValueError:
        return None


def _duration(value: Any) -> float | None:
    found = _DURATION.fullmatch(str(value))
    return float(found[1]) * _UNITS[found[2]] if found else None


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (ValueError, TypeError):
        return None


def _bool(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(value).lower())


def _rank(value: Any) -> int | None:
    return _RANKS.get(str(value).upper())


def _instant(value: Any) -> int | None:
    return _nanoseconds(value) if isinstance(value, str) else None


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "string": lambda value: _folded(_written(value)),
    "number": _number,
    "bool": _bool,
    "duration": _duration,
    "severity": _rank,
    "timestamp": _instant,
}


def _test(kind: str, operation: str, value: str, quoted: bool) -> Callable[[Any], bool]:
    if operation in ("=~", "!~"):
        search = _pattern(value)
        return search if operation == "=~" else lambda found: not search(found)
    if kind in ("struct", "map"):
        tests = {name: _test(name, operation, value, quoted) for name in ("string", "number", "bool")}
        null = value == "NULL_VALUE" and not quoted and operation in ("=", ":")
        return lambda found: null if found is None else tests[_runtime(found)](found)
    convert = _CONVERSIONS[kind]
    wanted = convert(value)
    if wanted is None:
        return lambda _found: False
    if operation == ":" and kind == "string":
        return lambda found: wanted in convert(found)
    compare = _ORDER["=" if operation == ":" else operation]

    def test(found: Any) -> bool:
        mine = convert(found)
        return mine is not None and compare(mine, wanted)

    return test


def _runtime(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    return "bool" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "string"


@lru_cache(maxsize=1024)
def _pattern(value: str) -> Callable[[Any], bool]:
    options = re2.Options()
    options.log_errors = False
    try:
        search = re2.compile(value, options).search
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise FilterError(f"not a regular expression of RE2: {reason}") from error
    return lambda found: search(_written(found)) is not None
