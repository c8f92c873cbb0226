"""What a setting has to be: a text, a pattern, absent, or an amount within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from validator.language.values import PATTERN, Bound, duration
from validator.logs.selector import compiled
from validator.resources.quantity import FORM, amount

ABSENT: Final = "absent"
"""In place of a value: the setting has to be unset."""
TEXT: Final = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"match": PATTERN},
            "required": ["match"],
            "additionalProperties": False,
        },
    ]
}
"""Exactly this, `{match: pattern}`, or `absent`."""
COUNT: Final = {"type": "integer", "minimum": 0}
CPU: Final = {
    "type": ["number", "string"],
    "minimum": 0,
    "format": "amount",
    "pattern": FORM,
    "x-form": "is no number of CPUs; write 2 or 500m",
}
MEMORY: Final = {
    "type": "string",
    "format": "amount",
    "pattern": r"^\d{1,15}(\.\d{1,9})?(k|M|G|T|Ki|Mi|Gi|Ti)$",
    "x-form": "is no amount of memory; write 512Mi or 2Gi",
}


class Scope(Enum):
    """Whose setting it is."""

    CONTAINER = "container"
    REVISION = "revision"
    SERVICE = "service"


@dataclass(frozen=True)
class Text:
    """What a text has to be."""

    exact: str | None = None
    match: str | None = None
    """An RE2 pattern. Without either, it has to be absent."""

    @property
    def absent(self) -> bool:
        """Whether it has to be unset."""
        return self.exact is None and self.match is None

    def holds(self, actual: str | None) -> bool:
        """Whether a value, or None for none, is as it has to be."""
        if actual is None or self.absent:
            return actual is None and self.absent
        return actual == self.exact if self.match is None else bool(compiled(self.match).search(actual))

    @property
    def said(self) -> str:
        """In a sentence."""
        if self.absent or self == ANY:
            return ABSENT if self.absent else "set"
        return f"like {self.match}" if self.exact is None else self.exact


ANY: Final = Text(match=".")
"""It has to be set, whatever it is."""


@dataclass(frozen=True)
class Amount:
    """What a number has to be."""

    bound: Bound
    unit: str = ""
    """`s` for seconds, `Mi` for memory, or empty."""
    read: Callable[[str], float | None] = amount

    @property
    def said(self) -> str:
        """In a sentence."""
        return self.bound.text(self.unit)


@dataclass(frozen=True)
class Rule:
    """One setting, and what it has to be."""

    key: str
    """What to call it: `memory`, `env LOG_LEVEL`."""
    path: str
    """Where it stands among the settings (validator.resources.settings)."""
    wanted: Text | Amount
    scope: Scope = Scope.REVISION
    default: str | None = None
    """What it is where the settings do not have it; None for nothing."""
    hidden: bool = False
    """Whether its values are shown to nobody."""
    short: bool = False
    """Whether a resource's short name stands for its whole one."""


def text(value: Any) -> Text:
    """Read what fits TEXT."""
    if isinstance(value, dict):
        return Text(match=value["match"])
    return Text() if value == ABSENT else Text(str(value))


def seconds(written: str) -> float | None:
    """A length of time as the API writes it (`300s`), or a plain number of seconds."""
    number = written.removesuffix("s")
    return float(number) if number.replace(".", "", 1).isdigit() else None


def bounded(value: Any, read: Callable[[Any], float]) -> Bound:
    """Read a bound on an amount."""
    if not isinstance(value, dict):
        return Bound(read(value), read(value))
    return Bound(*(read(value[key]) if key in value else None for key in ("min", "max")))


def number(value: Any) -> float:
    """A number of CPUs or bytes of a spec: what fits CPU or MEMORY."""
    return float(value) if isinstance(value, int | float) else amount(value) or 0.0


def counted(key: str, path: str, value: Any, scope: Scope = Scope.REVISION, default: str | None = None) -> Rule:
    """The rule of a setting that is counted."""
    return Rule(key, path, Amount(bounded(value, float)), scope, default)


def timed(key: str, path: str, value: Any, scope: Scope = Scope.REVISION, default: str | None = None) -> Rule:
    """The rule of a setting that is a length of time."""
    return Rule(key, path, Amount(bounded(value, duration), "s", seconds), scope, default)


def named(kind: str, path: str, values: Mapping[str, Any], scope: Scope, *, hidden: bool = False) -> Iterator[Rule]:
    """The rules of a mapping of names, each with its text."""
    for name, value in values.items():
        yield Rule(f"{kind} {name}", f"{path}.{name}", text(value), scope, hidden=hidden)


def scaled(value: Mapping[str, Any], path: str, scope: Scope) -> Iterator[Rule]:
    """The rules of `scaling`: the least and the most instances."""
    if "min" in value:
        yield counted("scaling.min", f"{path}.min_instance_count", value["min"], scope, "0")
    if "max" in value:
        yield counted("scaling.max", f"{path}.max_instance_count", value["max"], scope)
