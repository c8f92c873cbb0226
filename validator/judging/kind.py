"""What a kind of check is: a module of `validator.checks` with these names."""

from __future__ import annotations

from typing import Any, Protocol

from validator.evidence.known import Evidence
from validator.evidence.sort import Query
from validator.language import kind as language
from validator.words.check import Check, Options
from validator.words.verdict import Verdict


class Kind(language.Kind[Options], Protocol[Options]):
    """One sort of rule. Its module's docstring is its documentation."""

    @property
    def present(self) -> bool:
        """Whether it judges how the platform is: a pass has to be true still on the run's last reading of the service."""
        ...

    def queries(self, check: Check[Options]) -> frozenset[Query[Any]]:
        """The evidence it asks for; needs no network."""
        ...

    def judge(self, check: Check[Options], evidence: Evidence, now: float) -> Verdict:
        """Judge it. Called only once the check has started. Pure."""
        ...
