"""What a command has around it: the environment, the doors that its words leave through, and the signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TextIO

from validator.report.door import Door
from validator.report.redaction import Redactor
from validator.signals import Signals


@dataclass
class Surroundings:
    """Handed to every command."""

    environment: Mapping[str, str]
    redactor: Redactor
    out: Door
    err: Door
    signals: Signals
    judged: bool = False
    """Whether a run wrote its summary: then its words on the console may be lost."""

    @classmethod
    def of(cls, environment: Mapping[str, str], out: TextIO | None, err: TextIO | None, signals: Signals) -> Self:
        """Those of a process."""
        redactor = Redactor.of(environment)
        return cls(environment, redactor, Door(out, redactor), Door(err, redactor), signals)

    def learn(self, values: frozenset[str]) -> None:
        """From now on none of these values leaves."""
        self.redactor = self.out.redact = self.err.redact = self.redactor.knowing(values)

    def colored(self, door: Door) -> bool:
        """Whether to write in colour: NO_COLOR and FORCE_COLOR decide, then whether a terminal is there."""
        if self.environment.get("NO_COLOR"):
            return False
        forced = self.environment.get("FORCE_COLOR", "")
        return forced not in ("", "0", "false") if forced else door.outlet.isatty()

    @property
    def on_github(self) -> bool:
        """Whether the runner of GitHub Actions reads what is written."""
        return self.environment.get("GITHUB_ACTIONS") == "true"

    @property
    def workspace(self) -> str:
        """The folder that GitHub's paths begin in; empty elsewhere."""
        return self.environment.get("GITHUB_WORKSPACE", "")
