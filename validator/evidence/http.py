"""HTTP requests to a target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from validator.evidence.probe import Probe, as_json
from validator.words.call import Exchange


@dataclass(frozen=True)
class Http(Probe):
    """An HTTP request to the target."""

    method: str = "GET"
    body: str | None = None
    redirects: bool = False
    """Whether redirects are followed."""

    def call(self, url: str) -> Exchange:
        """One exchange."""
        return Exchange(self.method, url, self.headers, self.body, self.redirects)

    @property
    def shown(self) -> str:
        """Method and place."""
        return f"{self.method} {self.location}"

    @property
    def hops(self) -> bool:
        """If redirects are followed."""
        return self.redirects

    def sensitive(self) -> Iterable[tuple[str, Any]]:
        """Its body too."""
        if self.body:
            yield "body", as_json(self.body)
        yield from super().sensitive()
