"""How bad a log entry is: the one notion of it for all that selects, judges or shows entries.

The platform's field tells first; DEFAULT, a name that is not known and no name at all tell nothing. Then the payload's own
level tells, and then the text's: Cloud Logging gives what a container prints as text no severity, whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from validator.logs import level_text, stack_trace
from validator.logs.level_text import NAMES, bare

SEVERITIES = ("DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY")
"""Of google.logging.type.LogSeverity, whose numbers are the hundreds: DEFAULT 0, DEBUG 100, ... EMERGENCY 800."""
_NAMED_BY = (
    "severity", "level", "levelname", "log.level", "log_level", "loglevel", "logLevel", "LogLevel", "lvl", "Level",
    "level_name", "levelName", "severityText", "severity_text", "SeverityText", "@l", "@level",
)  # fmt: skip
"""Keys under which loggers write a level's name; under the first of them also numbers."""
_PINO = ((60, "CRITICAL"), (50, "ERROR"), (40, "WARNING"), (30, "INFO"), (10, "DEBUG"))
"""Numbers of pino and bunyan, https://getpino.io/#/docs/api?id=loggerlevels-object."""
_PYTHON = ((50, "CRITICAL"), (40, "ERROR"), (30, "WARNING"), (20, "INFO"), (10, "DEBUG"))
"""https://docs.python.org/3/library/logging.html#logging-levels"""
_MONOLOG = (
    (600, "EMERGENCY"), (550, "ALERT"), (500, "CRITICAL"), (400, "ERROR"), (300, "WARNING"), (250, "NOTICE"),
    (200, "INFO"), (100, "DEBUG"),
)  # fmt: skip
"""https://seldaek.github.io/monolog/doc/01-usage.html#log-levels"""
_OPENTELEMETRY = ((21, "CRITICAL"), (17, "ERROR"), (13, "WARNING"), (9, "INFO"), (1, "DEBUG"))
"""https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber"""
_SYSLOG = ("EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG")
_SYSLOG_KEYS = ("syslog_severity", "syslog_level", "syslog.severity", "PRIORITY")
_OPENTELEMETRY_KEYS = ("severityNumber", "severity_number", "SeverityNumber")

Bands = tuple[tuple[int, str], ...]
"""Least number -> severity, highest first."""


@dataclass(frozen=True)
class Severity:
    """How bad an entry is, and what says so."""

    name: str
    """One of SEVERITIES."""
    by: Literal["platform", "payload", "text", ""]
    """Empty where nothing tells it: then the name is DEFAULT."""


NOTHING = Severity("DEFAULT", "")
"""What an entry comes to that does not say how bad it is."""


class Told(Protocol):
    """The parts of a log entry that may tell how bad it is."""

    @property
    def severity(self) -> str:
        """The platform's field, one of SEVERITIES."""

    @property
    def payload(self) -> Mapping[str, Any]:
        """Its JSON; empty if it has none."""

    @property
    def raw(self) -> Mapping[str, Any]:
        """The whole entry."""


def at_least(severity: str, least: str) -> bool:
    """Whether a severity is that bad or worse."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)


def severity_of(entry: Told) -> Severity:
    """How bad an entry is, by the first that tells it: platform, payload, text."""
    if entry.severity != "DEFAULT":
        return Severity(entry.severity, "platform")
    payload = entry.payload
    if payload and (level := _level(payload)):
        return Severity(level, "payload")
    text = next((payload[key] for key in ("message", "msg") if isinstance(payload.get(key), str)), "")
    text = text if payload else str(entry.raw.get("textPayload", ""))
    level = level_text.read(text)
    if level and at_least(level, "ERROR"):
        return Severity(level, "text")
    if "\n" in text and _has_trace(text):
        return Severity("ERROR", "text")
    if payload and stack_trace.within(payload):
        return Severity("ERROR", "payload")
    return Severity(level, "text") if level else NOTHING


def _has_trace(text: str) -> bool:
    lines = stack_trace.lines_of(text)
    return any(stack_trace.read([lines[index] for index in found]).error for found in stack_trace.find(lines))


def platform_severity(value: Any) -> str:
    """The platform's field as one of SEVERITIES. A number between two of them is the lower: `severity>=` keeps its meaning."""
    if isinstance(value, str) and value in SEVERITIES:
        return value
    number = _number(value)
    return "DEFAULT" if number is None else SEVERITIES[max(0, min(int(number // 100), len(SEVERITIES) - 1))]


def _level(payload: Mapping[str, Any]) -> str:
    """The level that a payload names, or else gives as a number; empty if neither."""
    for value in _named(payload):
        if isinstance(value, Mapping):
            value = value.get("name")  # noqa: PLW2901 - loguru: {"name": "ERROR", "no": 40}
        if isinstance(value, str) and (name := NAMES.get(bare(value).strip().lower())):
            return name
    return _numbered(payload)


def _named(payload: Mapping[str, Any]) -> Iterator[Any]:
    """What stands where loggers write a level."""
    for key in _NAMED_BY:
        if key in payload:
            yield payload[key]
    for key in ("log", "record"):  # Elastic's schema, loguru's serialize
        inner = payload.get(key)
        if isinstance(inner, Mapping) and "level" in inner:
            yield inner["level"]
    if {"t", "s", "c"} <= payload.keys():  # MongoDB
        yield payload["s"]


def _numbered(payload: Mapping[str, Any]) -> str:
    """The level that a payload gives as a number, of the scale that its key tells."""
    scales: list[tuple[str, Bands]] = [("levelno", _PYTHON), *((key, _OPENTELEMETRY) for key in _OPENTELEMETRY_KEYS)]
    for key, bands in scales:
        if level := _band(payload.get(key), bands):
            return level
    graylog = ("level",) if "short_message" in payload else ()  # GELF
    for key in (*_SYSLOG_KEYS, *graylog):
        number = _number(payload.get(key))
        if number is not None and number in range(len(_SYSLOG)):
            return _SYSLOG[int(number)]
    for key in _NAMED_BY:
        number = _number(payload.get(key))
        if number is not None and number >= 100:
            return platform_severity(number) if key == "severity" else _band(number, _MONOLOG)
        if level := _band(number, _PINO):
            return level
    return ""


def _band(value: Any, bands: Bands) -> str:
    number = _number(value)
    return "" if number is None else next((name for least, name in bands if number >= least), "")


def _number(value: Any) -> float | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < 6:
        return float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 100_000:
        return float(value)
    return None
