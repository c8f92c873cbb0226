"""What a kind of check is: a module of `validator.checks` with these names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from validator.evidence.known import Evidence
from validator.evidence.sort import Query
from validator.words.call import Json
from validator.words.check import Check, Options
from validator.words.verdict import Verdict


class Kind(Protocol[Options]):
    """One sort of rule. Its module's docstring is its documentation."""

    @property
    def schema(self) -> Json:
        """JSON Schema of the kind's own value in a check, each key with its description, and `examples`."""
        ...

    @property
    def variables(self) -> Mapping[str, str]:
        """What its asserts see beside the common names: name -> CEL type."""
        ...

    @property
    def lasting(self) -> bool:
        """Whether `for` means something: what it judges may hold now and break later."""
        ...

    @property
    def within(self) -> float | None:
        """Seconds that it is polled where the check does not say; None: until the run's timeout, or for its own window."""
        ...

    @property
    def present(self) -> bool:
        """Whether it judges how the platform is: a pass has to be true still on the run's last reading of the service."""
        ...

    def options(self, value: Any) -> Options:
        """Make options of a value that fits the schema.

        Raises:
            validator.language.mistake.Mistakes: all that the schema cannot say is wrong, with the options all the same.
        """
        ...

    def queries(self, check: Check[Options]) -> frozenset[Query[Any]]:
        """The evidence it asks for; needs no network."""
        ...

    def judge(self, check: Check[Options], evidence: Evidence, now: float) -> Verdict:
        """Judge it. Called only once the check has started. Pure."""
        ...
