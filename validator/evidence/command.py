"""A local command: how it ended and what it printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from validator.evidence.journal import Observation
from validator.evidence.limits import Limit, Politeness
from validator.evidence.sort import OfTarget
from validator.words.asked import Asked
from validator.words.call import Call, Json
from validator.words.check import Target
from validator.words.pace import INTERVAL

if TYPE_CHECKING:
    from validator.evidence.fold import Folded


@dataclass(frozen=True)
class RunCommand(Call):
    """Run a local program, without a shell.

    The answer is `{"exit": 1, "stdout": {"text": "..."}, "stderr": {...}}`, with `"signal": "SIGKILL"` if one ended it; of an
    output too long to keep its `"text"` is the beginning, `"tail"` its end and `"left_out"` the bytes between. A problem
    is `NOT_STARTED`, or `TIMEOUT` of one that was killed.
    """

    source: ClassVar[str] = "command"
    late: ClassVar[str] = "TIMEOUT"

    run: tuple[str, ...]
    """The program, and its arguments."""
    folder: str
    """Where it runs."""
    env: tuple[tuple[str, str], ...] = ()
    """Its environment, beside the few variables that every command has."""


@dataclass(frozen=True)
class Command(OfTarget[None]):
    """A local command of one check; it runs once, or while the check polls it."""

    check: str
    run: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    timeout: float
    """Seconds for one run."""
    repeat: bool

    place = 10
    polled = True
    private = True
    marked = True
    """That it is under way is noted; there is nothing to put a mark on."""

    def fresh(self, known: Folded) -> None:
        """All that is known are its answers."""

    def kept(self, content: Json, call: Call, known: Folded) -> Json:
        """All of it."""
        int(content["exit"])
        str(content["stdout"]["text"]), str(content["stderr"]["text"])
        return content

    def take(self, seen: Observation, known: Folded) -> None:
        """Its answers are kept as they are."""

    @property
    def call_timeout(self) -> float:
        """The check's own."""
        return self.timeout

    def attempt(self) -> tuple[str, float]:
        """By its program, within its own time."""
        return f"command {PurePath(*self.run[:1]).name}", self.timeout

    @property
    def retried(self) -> bool:
        """A problem is an answer as any other."""
        return False

    def stage(self, known: Folded) -> RunCommand:
        """In the spec's folder; it rests on nothing."""
        return RunCommand(self.run, str(PurePath(known.targets[self.target].position.file).parent), self.env)

    def pause(self, known: Folded, *, waited: bool) -> float:
        """From one run to the next."""
        return INTERVAL

    def settled(self, known: Folded, *, held: bool) -> bool:
        """Once it ran, where it runs only once."""
        return not self.repeat and bool(known.answers(self))

    def limit(self, call: Call) -> Limit:
        """A few at a time."""
        return Politeness("local commands")

    def planned(self, target: Target, checks: tuple[str, ...]) -> Asked:
        """From one run to the next, or once."""
        return Asked("a local command", " ".join(self.run), INTERVAL if self.repeat else None, (), checks)

    def sensitive(self) -> Iterable[tuple[str, Any]]:
        """Its environment, and options as they are written: `--token=x` and `--token x`."""
        yield from self.env
        yield from self._options()

    def _options(self) -> Iterator[tuple[str, str]]:
        for word in self.run:
            name, equals, value = word.partition("=")
            yield (name, value) if equals else ("", word)
        yield from ((name, value) for name, value in pairwise(self.run) if name.startswith("-"))
