"""A kind of check, as far as the language looks at it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from validator.words.call import Json
from validator.words.check import Check, Options


class Query(Protocol):
    """What a kind asks for."""

    @property
    def margin(self) -> float | None:
        """Of a window of a log: seconds after its end at which the check is decided at the earliest; else None."""
        ...

    def attempt(self) -> tuple[str, float] | None:
        """Of what no API of the platform tells: where it is asked, and seconds for one attempt; else None."""
        ...


class Kind(Protocol[Options]):
    """What it says of its part of a check; `validator.judging.kind.Kind` judges it too."""

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

    def options(self, value: Any) -> Options:
        """Make options of a value that fits the schema, with an Attachment in place of each file's name.

        Raises:
            validator.language.mistake.Mistakes: all that the schema cannot say is wrong, with the options all the same.
        """
        ...

    def queries(self, check: Check[Options]) -> Collection[Query]:
        """The evidence it asks for; needs no network."""
        ...
